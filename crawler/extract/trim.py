"""Lines into header, body and footer. The same for a page's lines and for the lines of a plain-text document."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.extract.boilerplate import is_breadcrumb, is_editor, is_end, is_footer, is_widget
from crawler.extract.index import is_index
from crawler.extract.labels import is_info
from crawler.extract.lines import Line

_PROSE = re.compile(r"[。；;，,、：:！!？?]")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|pptx?|txt|jpe?g)(?:$|[?#&])", re.I)
_ATTACHMENT = re.compile(r"^\s*(?:附\s*件|附\s*表|附\s*:)")
_DOCUMENT_NUMBER = re.compile(
    r"^[\u4e00-\u9fff]{1,16}\s*[〔\[(【]\s*(?:19|20)\d\d\s*[〕\])】]\s*第?\s*\d{1,5}\s*号$"
)  # 教思政厅函〔2024〕10号
_BARE_ATTACHMENT = re.compile(
    r"^[\[【(]?(?:相关)?附件(?:下载|列表)?\s*[:]?[\]】)]?$"
)  # 附件下载: with nothing behind it


@dataclass(frozen=True, slots=True)
class Parts:
    """Lines of a document by role."""

    header: list[Line]
    body: list[Line]
    footer: list[Line]


def squeeze(text: str) -> str:
    """Only what can be compared between two showings of a title: letters, digits and characters."""
    return "".join(char for char in text if char.isalnum())


def is_prose(line: Line) -> bool:
    """Whether a line can only be the article's own text."""
    text = line.text
    if len(text) < 24 or line.is_links or not _PROSE.search(text):
        return False
    return len(text) > 200 or not (
        is_info(text) or is_index(text) or is_breadcrumb(text) or is_footer(text) or is_widget(text)
    )


def is_attachment(line: Line) -> bool:
    """Whether a line offers a file: 附件:1.…, or a link to a document."""
    if _BARE_ATTACHMENT.match(line.text):
        return False
    return bool(_ATTACHMENT.match(line.text)) or any(_FILE.search(href) for _, href in line.links)


def is_frame(line: Line) -> bool:
    """Whether a line belongs to the frame around an article, wherever it stands."""
    text = line.text
    return (
        is_widget(text)
        or (line.is_links and not is_attachment(line))
        or is_breadcrumb(text)
        or is_footer(text)
        or is_end(text)
        or is_editor(text)
        or bool(_BARE_ATTACHMENT.match(text))
    )


def split(lines: list[Line], titles: frozenset[str], low: int = 0, high: int | None = None) -> Parts:
    """Header, body and footer of a document; `titles` are squeezed titles that the page is known by.

    The body lies within lines[low:high].
    """
    high = len(lines) if high is None else high
    first = next(
        (i for i in range(low, high) if is_prose(lines[i]) and squeeze(lines[i].text) not in titles), None
    )
    if first is None:
        first = next((i for i in range(low, high) if not _is_header(lines[i], titles)), high)
    start = _start(lines, first, low, titles)
    end = _end(lines, start, high)
    inner = [line for line in lines[start:end] if not _is_inner_frame(line)]
    return Parts(lines[:start], inner, lines[end:])


def _start(lines: list[Line], first: int, low: int, titles: frozenset[str]) -> int:
    """The line after the last one above the first paragraph that belongs to the header."""
    for i in range(first - 1, low - 1, -1):
        if _is_header(lines[i], titles):
            return i + 1
    return low


def _is_header(line: Line, titles: frozenset[str]) -> bool:
    text = line.text
    squeezed = squeeze(text)
    return (
        squeezed in titles
        or line.tag == "h1"
        or is_frame(line)
        or is_info(text)
        or is_index(text)
        or bool(_DOCUMENT_NUMBER.match(text))
    )


def _end(lines: list[Line], start: int, high: int) -> int:
    """The line at which the footer begins: the first frame line behind most of the text."""
    weights = [len(line.text) if not line.is_links else 0 for line in lines[start:high]]
    total = sum(weights) or 1
    before = 0
    for i in range(start, high):
        line = lines[i]
        rest = total - before
        if before > 0.5 * total and is_end(line.text):
            return _back(lines, start, i)
        if rest < 0.35 * total and is_frame(line) and not any(map(is_prose, lines[i + 1 : min(i + 6, high)])):
            return _back(lines, start, i)
        before += weights[i - start]
    return _back(lines, start, high)


def _back(lines: list[Line], start: int, end: int) -> int:
    """`end` moved up over frame lines that stand directly above it."""
    while end > start and is_frame(lines[end - 1]):
        end -= 1
    return end


def _is_inner_frame(line: Line) -> bool:
    text = line.text
    return is_widget(text) or is_editor(text) or is_breadcrumb(text) or (line.is_links and is_end(text))
