"""Open an archived page in a browser: in a sandboxed frame, without its scripts, forms and requests."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from pathlib import Path

from crawler.cli.output import message
from crawler.extract import decoded_page, is_markup
from crawler.field.times import iso
from crawler.model import Capture, Report
from crawler.questions.html_page import link, text, words

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = """
html, body { margin: 0; height: 100%; } body { display: flex; flex-direction: column; font: 1rem/1.5 system-ui, sans-serif; }
header { padding: .5rem 1rem; background: #f3f4f7; color: #1b1b1f; border-bottom: 1px solid #5f6068; }
iframe { flex: 1; border: 0; width: 100%; background: #fff; }
"""


def open_page(capture: Capture, report: Report) -> None:
    """Write what was served to a temporary file, name it on stderr, and open it in a browser if there is a display."""
    folder = Path(tempfile.mkdtemp(prefix="fazhi-"))
    body = capture.body
    if is_markup(body):
        path = folder / "page.html"
        path.write_text(framed(capture, report), "utf-8")
    else:
        path = folder / "document"
        path.write_bytes(body)
    message(f"{report.id}, version {report.version}, as served at {iso(capture.fetched_at)}: {path}")
    if _has_display():
        webbrowser.open(path.as_uri())


def framed(capture: Capture, report: Report) -> str:
    """Return a page of ours with the archived one in a frame that may neither run scripts nor navigate nor load anything.

    `sandbox` without any permission also stops <meta http-equiv="refresh"> (HTML, 7.3.2, "automatic features").
    """
    page = decoded_page(capture.body, capture.headers)
    seen = f"captured {iso(capture.fetched_at)}, SHA-256 of the payload {capture.payload_sha256}"
    heading = words(f"{report.id}, version {report.version}")
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{text(_POLICY)}">\n'
        f"<title>{text(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<header>{heading}: {link(capture.url, capture.url)}, {words(seen)}. "
        f"{words('Scripts and pictures are left out.')}</header>\n"
        f'<iframe sandbox srcdoc="{text(page)}" title="{words("the page as archived")}"></iframe>\n</body>\n</html>\n'
    )


def _has_display() -> bool:
    """Whether a window can be opened. Without one Python would start a browser of the terminal."""
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
