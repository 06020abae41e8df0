"""Self-contained HTML pages for the answers to questions: one file that opens anywhere, prints, and asks for nothing.

Everything that comes from an archive goes through `text`. The page forbids by its policy whatever it does not hold itself.
"""

from __future__ import annotations

import base64
import hashlib
import html
from urllib.parse import urlsplit

from crawler.language import language as spoken
from crawler.language import translate

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --faint: #5f6068; --line: #d6d7dd; --band: #f3f4f7;
  --good: #0b6b3a; --late: #8a5300; --bad: #a3122b; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8ec; --paper: #16171b; --faint: #a3a4ad; --line: #3b3d45;
  --band: #202127; --good: #5fce95; --late: #eab162; --bad: #ff8d9b; --link: #8ab9f5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 90rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.3; } h2 { font-size: 1.2rem; }
a { color: var(--link); } :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
p.note, footer, caption { color: var(--faint); font-size: .875rem; }
caption { text-align: start; padding-block: .5rem; }
table { border-collapse: collapse; } th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: start;
  vertical-align: top; } thead th { position: sticky; top: 0; background: var(--paper); }
.scroll { overflow-x: auto; } .number { text-align: end; font-variant-numeric: tabular-nums; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { body { padding: 0; max-width: none; font-size: 9pt; } thead { display: table-header-group; }
  thead th { position: static; } tr { break-inside: avoid; } .screen { display: none; } }
"""
"""Style of every page: colours for light and dark, tables, words hidden from sight but not from screen readers, print."""


def text(value: object) -> str:
    """Return a value as HTML text, which is also safe within a quoted attribute; None as nothing."""
    return "" if value is None else html.escape(str(value))


def words(message: str) -> str:
    """Return a message as HTML text, in the language of the process."""
    return text(translate(message))


def link(url: str, words: str) -> str:
    """Return a link as HTML; only the words if the address is not one of the web: a page may have named `javascript:`."""
    try:
        is_web = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        is_web = False
    return f'<a href="{text(url)}" rel="noreferrer">{text(words)}</a>' if is_web else text(words)


def page(title: str, body: str, *, style: str = "", script: str = "", language: str | None = None) -> str:
    """Return a whole page. `body`: HTML made with `text`; `style`, `script`: added to it, not from an archive.

    `language`: that of its texts, as in the attribute `lang`; by default that of messages.

    The Content-Security-Policy allows this style and this script by their digests, and nothing else.
    """
    css = STYLE + style
    allowed = [f"style-src '{_digest(css)}'", *([f"script-src '{_digest(script)}'"] if script else [])]
    policy = "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])
    return (
        f'<!DOCTYPE html>\n<html lang="{text(language or spoken())}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{text(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{css}</style>\n</head>\n<body>\n{body}\n"
        + (f"<script>{script}</script>\n" if script else "")
        + "</body>\n</html>\n"
    )


def _digest(inline: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
