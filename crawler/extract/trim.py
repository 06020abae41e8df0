"""Lines into header, body and footer. The same for a page's lines and for the lines of a plain-text document."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.extract.index import columns
from crawler.extract.labels import is_own_date
from crawler.extract.labels import read as read_labels
from crawler.extract.lines import Line
from crawler.extract.roles import Role, role, squeeze, without_tail

_INNER = frozenset((Role.WIDGET, Role.EDITOR, Role.BREADCRUMB, Role.END))
_HEAD = frozenset((Role.INFO, Role.INDEX, Role.NUMBER))
_MOSTLY = 0.5  # part of the sentences that must follow a title below others
_BOX, _PARAGRAPH = 10, 30  # lines that a box inside an article may have; characters of a paragraph
_SOME = 60  # characters of sentences above an editor's name that ends the article
_BRACKETS = 4  # characters in which a title begins, brackets before it
_LEAST_ABOVE = 120  # characters
_ABOVE_HEAD = (
    0.06  # part of the text that may stand above title and index table, such as a hint to a mobile app
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Lines of a document by their place; `roles` are those of the header."""

    header: list[Line]
    roles: list[Role]
    body: list[Line]
    footer: list[Line]


def split(lines: list[Line], titles: frozenset[str], low: int = 0, high: int | None = None) -> Parts:
    """Header, body and footer of a document; `titles` are squeezed titles that the page is known by.

    The body lies within lines[low:high].
    """
    high = len(lines) if high is None else high
    roles = [role(line) for line in lines[:high]]
    for i in range(1, high):
        if columns(lines[i - 1].text):
            roles[i - 1] = roles[i] = Role.INDEX
    named = _named(lines[:high], titles)
    _own_head(lines, roles, low, high)
    first = _first(lines, roles, named, low, high)
    start = _start(lines, roles, named, low, first)
    end = _end(lines, roles, start, high)
    inner = [
        line for line, part in zip(lines[start:end], roles[start:end], strict=True) if part not in _INNER
    ]
    return Parts(lines[:start], roles[:start], inner, lines[end:])


def _first(lines: list[Line], roles: list[Role], named: list[bool], low: int, high: int) -> int:
    """The first line that can only be the article's own; without any, the first one that is not of the header."""
    first = _after_head(lines, roles, named, low, high)
    for i in range(first, high):
        if roles[i] is Role.PROSE and not named[i]:
            return i
    return next((i for i in range(first, high) if not _is_header(lines[i], roles[i], named[i])), high)


def _after_head(lines: list[Line], roles: list[Role], named: list[bool], low: int, high: int) -> int:
    """Behind the title and index table that stand above most of the text, though a sentence may stand above them."""
    sizes = [len(line.text) for line in lines[low:high]]
    room = max(_ABOVE_HEAD * sum(sizes), _LEAST_ABOVE)
    said = _said(lines, roles, low, high)
    left = said
    first = low
    for i in range(low, high):
        below = named[i] and left >= _MOSTLY * said and not lines[i].linked
        table = roles[i] in _HEAD and (roles[i] is Role.INDEX or first == i)
        if below or (room >= 0 and (named[i] or table)):
            first = i + 1
        elif not roles[i].is_frame:
            room -= sizes[i - low]
        if roles[i] is Role.PROSE:
            left -= sizes[i - low]
        if room < 0 and left < _MOSTLY * said:
            break
    return first


def _own_head(lines: list[Line], roles: list[Role], low: int, high: int) -> None:
    """Takes a bare date below the page's info line for the document's own, as it stands under many a title: (2023年4月12日)."""
    labelled = False
    for i in range(high):
        if roles[i] is Role.PROSE:
            break
        if roles[i] in _HEAD:
            if labelled and i >= low and is_own_date(lines[i].text):
                roles[i] = Role.PLAIN
            labelled = labelled or roles[i] is not Role.INFO or _says_date(lines[i], roles[i])


def _said(lines: list[Line], roles: list[Role], low: int, high: int) -> int:
    """Characters of the lines that can only be an article's."""
    return sum(len(lines[i].text) for i in range(low, high) if roles[i] is Role.PROSE)


def _start(lines: list[Line], roles: list[Role], named: list[bool], low: int, first: int) -> int:
    """The line after the last one above the first paragraph that belongs to the header."""
    for i in range(first - 1, low - 1, -1):
        if _is_header(lines[i], roles[i], named[i]):
            return i + 1
    return low


def _is_header(line: Line, part: Role, named: bool) -> bool:
    return part in _HEAD or part.is_frame or line.tag == "h1" or named


def _named(lines: list[Line], titles: frozenset[str]) -> list[bool]:
    """For each line whether it is a title the page is known by."""
    openings = frozenset(title[0] for title in titles if title)
    return [
        len(text) < 200
        and not openings.isdisjoint(text[:_BRACKETS])
        and (squeeze(text) in titles or squeeze(without_tail(text)) in titles)
        for text, *_ in lines
    ]


def _says_date(line: Line, part: Role) -> bool:
    """An info line with a date of publication: 发布日期:… 来源:…. A source alone may be the article's own last words."""
    return part is Role.INFO and any(info.field == "published" for info in read_labels(line.text))


def _end(lines: list[Line], roles: list[Role], start: int, high: int) -> int:
    """The line at which the footer begins: an end mark, or the first frame line behind most of the text."""
    end = _end_mark(lines, roles, start, high)
    weights = [0 if roles[i] is Role.LINKS else len(lines[i].text) for i in range(start, end)]
    total = sum(weights) or 1
    before = 0
    for i in range(start, end):
        late = before > 0.65 * total
        if late and roles[i].is_frame and Role.PROSE not in roles[i + 1 : min(i + 6, end)]:
            end = i
            break
        before += weights[i - start]
    while end > start and (roles[end - 1].is_frame or _says_date(lines[end - 1], roles[end - 1])):
        end -= 1
    return end


def _end_mark(lines: list[Line], roles: list[Role], start: int, high: int) -> int:
    """The first end mark behind a paragraph after which the text does not go on; `high` without any."""
    before = 0
    for i in range(start, high):
        part, text = roles[i], lines[i].text
        if part is Role.PROSE:
            before += len(text)
        elif not before:
            continue
        elif part is Role.EDITOR or (part is Role.INFO and "责任编辑" in text):
            if before >= _SOME:
                return i
        elif part is Role.END and not _goes_on(lines, roles, i, high):
            return i
    return high


def _goes_on(lines: list[Line], roles: list[Role], mark: int, high: int) -> bool:
    """Whether two paragraphs in a row stand soon after an end mark: it is a box inside the article, or a link above its notes."""
    before = False
    for i in range(mark + 1, min(mark + _BOX, high)):
        if roles[i] in (Role.END, Role.FOOTER):
            return False
        text, linked, *_ = lines[i]
        paragraph = roles[i] is Role.PROSE and not linked and len(text) >= _PARAGRAPH and text[-1] in "。;:”"
        if before and paragraph:
            return True
        before = paragraph
    return False
