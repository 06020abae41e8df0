"""Divide lines into header, body and footer.

Takes the lines of a page or a plain-text document and returns `Parts`. `role` judges each line first; this module finds
the beginning of the body, `article_end` its end.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.extract.page.lines import Line
from crawler.extract.roles.article_end import find_end, says_date
from crawler.extract.roles.index_table import column_heads
from crawler.extract.roles.labels import is_event, is_own_date, starts_with_date
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

_REMOVED_INSIDE = frozenset((WIDGET, EDITOR, BREADCRUMB, END))
"""Roles of lines that are removed from the body."""
_HEAD_ROLES = frozenset((INFO, INDEX, NUMBER))
_MIN_PROSE_BELOW = 0.5  # share of the sentences that must follow a title with text above it
_MAX_BRACKETS = 4  # characters before the first one of a title
_MAX_ORGAN_LINES = 3  # of organs that write together
_MAX_SHARE_ABOVE_HEAD = 0.06  # of the text, above title and index table, such as a hint to a mobile app
_MIN_ALLOWED_ABOVE_HEAD = 120  # characters that are allowed there in any case
_MAX_TITLE_LENGTH = 200  # characters of a line


@dataclass(frozen=True, slots=True)
class Parts:
    """Lines of a document by their place. `roles`: those of the header."""

    header: list[Line]
    roles: list[Role]
    body: list[Line]
    footer: list[Line]


def split(lines: list[Line], titles: frozenset[str], low: int = 0, high: int | None = None) -> Parts:
    """Return header, body and footer of a document.

    `titles`: squeezed titles in the document's head. The body lies within lines[low:high].
    """
    high = len(lines) if high is None else high
    roles = [role(line) for line in lines[:high]]
    for i in range(1, high):
        if "\t" in lines[i - 1].text and column_heads(lines[i - 1].text):
            roles[i - 1] = roles[i] = INDEX
    is_title = _are_titles(lines[:high], titles)
    _keep_own_dates(lines, roles, low, high)
    first = _first_certain_line(lines, roles, is_title, low, high)
    start = _body_start(lines, roles, is_title, low, first)
    end = find_end(lines, roles, start, high)
    inner = [
        line
        for line, part in zip(lines[start:end], roles[start:end], strict=True)
        if part not in _REMOVED_INSIDE
    ]
    own = _organ_above_title(lines, roles, is_title, low, start)
    header = [i for i in range(start) if i not in own]
    return Parts(
        [lines[i] for i in header],
        [roles[i] for i in header],
        [*(lines[i] for i in own), *inner],
        lines[end:],
    )


def _organ_above_title(
    lines: list[Line], roles: list[Role], is_title: list[bool], low: int, start: int
) -> range:
    """The lines of an organ above a title that the text repeats. They are the document's own head, and so text.

    Empty if the organ is part of the title, which is then set in two lines.
    """
    titles = [i for i in range(start) if is_title[i]]
    if len(titles) < 2 or titles[-1] <= low:
        return range(0)
    last = titles[-1]
    shown = squeeze(lines[titles[0]].text)
    first = last
    while first > max(low, titles[-2] + 1, last - _MAX_ORGAN_LINES):
        line = lines[first - 1]
        is_own = roles[first - 1] is PLAIN and not line.linked and organ(line.text) is not None
        if not is_own or squeeze(line.text) in shown:
            break
        first -= 1
    return range(first, last)


def _first_certain_line(
    lines: list[Line], roles: list[Role], is_title: list[bool], low: int, high: int
) -> int:
    """The first line that can only be the article's own; if there is none, the first one that is not of the header."""
    first = _after_head(lines, roles, is_title, low, high)
    for i in range(first, high):
        if roles[i] is PROSE and not is_title[i]:
            return i
    return next((i for i in range(first, high) if not _is_header(lines[i], roles[i], is_title[i])), high)


def _after_head(lines: list[Line], roles: list[Role], is_title: list[bool], low: int, high: int) -> int:
    """The line after title and index table. Most of the text is below them, but a sentence may be above them."""
    sizes = [len(line.text) for line in lines[low:high]]
    allowed_above = max(_MAX_SHARE_ABOVE_HEAD * sum(sizes), _MIN_ALLOWED_ABOVE_HEAD)
    prose = sum(len(lines[i].text) for i in range(low, high) if roles[i] is PROSE)
    prose_below = prose
    first = low
    for i in range(low, high):
        has_text_below = is_title[i] and prose_below >= _MIN_PROSE_BELOW * prose and not lines[i].linked
        is_table = roles[i] in _HEAD_ROLES and (roles[i] is INDEX or first == i)
        if has_text_below or (allowed_above >= 0 and (is_title[i] or is_table)):
            first = i + 1
        elif not roles[i].is_boilerplate:
            allowed_above -= sizes[i - low]
        if roles[i] is PROSE:
            prose_below -= sizes[i - low]
        if allowed_above < 0 and prose_below < _MIN_PROSE_BELOW * prose:
            break
    return first


def _keep_own_dates(lines: list[Line], roles: list[Role], low: int, high: int) -> None:
    """Change the role of the document's own date under its title, (2023年4月12日), to text; below the page's date also bare."""
    is_dated = False
    for i in range(high):
        if roles[i] is PROSE:
            break
        if roles[i] in _HEAD_ROLES:
            text = lines[i].text
            is_own = is_own_date(text) and (is_dated or text[0] == "(")
            if i >= low and (is_own or (is_dated and (is_event(text) or starts_with_date(text)))):
                roles[i] = PLAIN
            else:
                is_dated = is_dated or roles[i] is not INFO or says_date(lines[i], roles[i])


def _body_start(lines: list[Line], roles: list[Role], is_title: list[bool], low: int, first: int) -> int:
    """The line after the last header line above the first certain line."""
    for i in range(first - 1, low - 1, -1):
        if _is_header(lines[i], roles[i], is_title[i]):
            return i + 1
    return low


def _is_header(line: Line, part: Role, is_title: bool) -> bool:
    return part in _HEAD_ROLES or part.is_boilerplate or line.tag == "h1" or is_title


def _are_titles(lines: list[Line], titles: frozenset[str]) -> list[bool]:
    """For each line whether it is one of the titles."""
    openings = frozenset(title[0] for title in titles if title)
    return [
        len(text) < _MAX_TITLE_LENGTH
        and not openings.isdisjoint(text[:_MAX_BRACKETS])
        and (squeeze(text) in titles or squeeze(without_tail(text)) in titles)
        for text, *_ in lines
    ]
