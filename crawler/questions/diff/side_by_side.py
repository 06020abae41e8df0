"""A difference as one HTML page, the two texts side by side. Changes are marked by elements with hidden words, not by colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.field.times import iso
from crawler.language import translate
from crawler.questions.diff.align import Block, Kind
from crawler.questions.diff.hunks import Hunk, hunks
from crawler.questions.diff.unified import NONE, by_whom, summary
from crawler.questions.html_page import link, page, text, words

if TYPE_CHECKING:
    from crawler.questions.diff.texts import Difference, Side

_STYLE = """
table { width: 100%; table-layout: fixed; } td { width: 50%; overflow-wrap: anywhere; }
del { color: var(--bad); background: color-mix(in srgb, var(--bad) 12%, transparent); }
ins { color: var(--good); background: color-mix(in srgb, var(--good) 12%, transparent); text-decoration: underline; }
.skipped td { color: var(--faint); text-align: center; } .moved { border-inline-start: 3px solid var(--late); }
@media (max-width: 40rem) { td, th { display: block; width: auto; } td:empty { display: none; } }
"""
_WORDS = {
    Kind.SAME: "", Kind.CHANGED: "changed", Kind.ADDED: "added", Kind.REMOVED: "removed",
    Kind.MOVED_FROM: "moved from here", Kind.MOVED_TO: "moved to here",
}  # fmt: skip


def side_by_side(difference: Difference) -> str:
    """Return the page. Unchanged paragraphs far from a change are left out and counted."""
    fields = "".join(
        f"<li>{words(each.field)}: <del>{_value(each.old)}</del> <ins>{_value(each.new)}</ins></li>"
        for each in difference.fields
    )
    rows = "".join(_hunk(difference, hunk) for hunk in hunks(difference))
    body = (
        f"<h1>{text(difference.new.report.title)}</h1>\n<p>{words(summary(difference))}</p>\n"
        + (f"<ul>{fields}</ul>\n" if fields else "")
        + f"<table>\n<caption>{words('Changed paragraphs, the older text on the left')}</caption>\n"
        f'<thead><tr><th scope="col">{_head(difference.old)}</th><th scope="col">{_head(difference.new)}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>'
    )
    title = translate(f"{difference.old.name} and {difference.new.name}")
    return page(title, body, style=_STYLE, language="zh-CN")


def _head(side: Side) -> str:
    report, when = side.report, iso(side.seen_at)
    where = f"gone since {when}" if side.gone else f"captured {when}"
    return f"{words(side.name)}<br>{link(report.url or '', report.url or '')}<br>{words(where)}{text(by_whom(side))}"


def _value(value: str | None) -> str:
    return words(NONE) if value is None or not value else text(value)


def _hunk(difference: Difference, hunk: Hunk) -> str:
    unchanged = f"{hunk.skipped} unchanged paragraph{'s' * (hunk.skipped != 1)}"
    skipped = f'<tr class="skipped"><td colspan="2">{words(unchanged)}</td></tr>\n' if hunk.skipped else ""
    return skipped + "".join(_row(difference, block) for block in hunk.blocks)


def _row(difference: Difference, block: Block) -> str:
    word = _WORDS[block.kind]
    hidden = f'<span class="hidden">{words(word)}: </span>' if word else ""
    style = ' class="moved"' if block.kind in (Kind.MOVED_FROM, Kind.MOVED_TO) else ""
    old, new = _cells(difference, block)
    cells = [f"<td{style}>{hidden + cell if cell else ''}</td>" for cell in (old, new)]
    return f"<tr>{''.join(cells)}</tr>\n"


def _cells(difference: Difference, block: Block) -> tuple[str, str]:
    """Return the HTML of both sides; empty where a side has no such paragraph."""
    old = text(difference.old.paragraphs[block.old]) if block.old is not None else ""
    new = text(difference.new.paragraphs[block.new]) if block.new is not None else ""
    if block.spans:
        removed = (text(s.old) if s.same else f"<del>{text(s.old)}</del>" for s in block.spans if s.old)
        old = "".join(removed) if block.old is not None else ""
        new = "".join(text(s.new) if s.same else f"<ins>{text(s.new)}</ins>" for s in block.spans if s.new)
    elif block.kind is Kind.REMOVED:
        old = f"<del>{old}</del>"
    elif block.kind is Kind.ADDED:
        new = f"<ins>{new}</ins>"
    return old, new
