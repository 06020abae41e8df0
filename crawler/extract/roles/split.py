"""Lines into header, body and footer. The same for a page's lines and for the lines of a plain-text document."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.extract.page.lines import Line
from crawler.extract.roles.article_end import find_end, says_date
from crawler.extract.roles.index_table import columns
from crawler.extract.roles.labels import goes_on, is_event, is_own_date
from crawler.extract.roles.role import (
    BREADCRUMB,
    EDITOR,
    END,
    INDEX,
    INFO,
    NUMBER,
    PLAIN,
    PROSE,
    WIDGET,
    Role,
    role,
    squeeze,
    without_tail,
)
from crawler.field.organs import organ

_INNER = frozenset((WIDGET, EDITOR, BREADCRUMB, END))
_HEAD = frozenset((INFO, INDEX, NUMBER))
_MOSTLY = 0.5  # part of the sentences that must follow a title below others
_BRACKETS = 4  # characters in which a title begins, brackets before it
_LEAST_ABOVE = 120  # characters
_ORGANS = 3  # lines of organs that write together
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
        if "\t" in lines[i - 1].text and columns(lines[i - 1].text):
            roles[i - 1] = roles[i] = INDEX
    named = _named(lines[:high], titles)
    _own_head(lines, roles, low, high)
    first = _first(lines, roles, named, low, high)
    start = _start(lines, roles, named, low, first)
    end = find_end(lines, roles, start, high)
    inner = [
        line for line, part in zip(lines[start:end], roles[start:end], strict=True) if part not in _INNER
    ]
    own = _organ_above(lines, roles, named, low, start)
    header = [i for i in range(start) if i not in own]
    return Parts(
        [lines[i] for i in header],
        [roles[i] for i in header],
        [*(lines[i] for i in own), *inner],
        lines[end:],
    )


def _organ_above(lines: list[Line], roles: list[Role], named: list[bool], low: int, start: int) -> range:
    """The lines of an organ above a title that the text repeats: the document's own head, and so text.

    None where the organ is part of the title, which then stands in two lines.
    """
    titles = [i for i in range(start) if named[i]]
    if len(titles) < 2 or titles[-1] <= low:
        return range(0)
    last = titles[-1]
    shown = squeeze(lines[titles[0]].text)
    first = last
    while first > max(low, titles[-2] + 1, last - _ORGANS):
        line = lines[first - 1]
        is_own = roles[first - 1] is PLAIN and not line.linked and organ(line.text) is not None
        if not is_own or squeeze(line.text) in shown:
            break
        first -= 1
    return range(first, last)


def _first(lines: list[Line], roles: list[Role], named: list[bool], low: int, high: int) -> int:
    """The first line that can only be the article's own; without any, the first one that is not of the header."""
    first = _after_head(lines, roles, named, low, high)
    for i in range(first, high):
        if roles[i] is PROSE and not named[i]:
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
        table = roles[i] in _HEAD and (roles[i] is INDEX or first == i)
        if below or (room >= 0 and (named[i] or table)):
            first = i + 1
        elif not roles[i].is_frame:
            room -= sizes[i - low]
        if roles[i] is PROSE:
            left -= sizes[i - low]
        if room < 0 and left < _MOSTLY * said:
            break
    return first


def _own_head(lines: list[Line], roles: list[Role], low: int, high: int) -> None:
    """Takes for the document's own what stands under many a title: (2023年4月12日), and below the page's date also bare."""
    dated = False
    for i in range(high):
        if roles[i] is PROSE:
            break
        if roles[i] in _HEAD:
            text = lines[i].text
            own = is_own_date(text) and (dated or text[0] == "(")
            if i >= low and (own or (dated and (is_event(text) or goes_on(text)))):
                roles[i] = PLAIN
            else:
                dated = dated or roles[i] is not INFO or says_date(lines[i], roles[i])


def _said(lines: list[Line], roles: list[Role], low: int, high: int) -> int:
    """Characters of the lines that can only be an article's."""
    return sum(len(lines[i].text) for i in range(low, high) if roles[i] is PROSE)


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
