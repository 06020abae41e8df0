"""Find the end of an article: at an end mark, an editor's name, or the boilerplate behind most of its text.

Takes lines with their roles and returns a line number. `split` finds the beginning.
"""

from __future__ import annotations

from crawler.extract.page.lines import Line
from crawler.extract.roles.labels import is_closing_date
from crawler.extract.roles.labels import read as read_labels
from crawler.extract.roles.role import EDITOR, END, FOOTER, INFO, LINKS, PROSE, Role

_MAX_BOX_LINES = 10  # of a box inside an article, such as 相关链接 with some links
_MIN_PARAGRAPH_LENGTH = 30  # characters
_MAX_LINES_BELOW_MARK = 400  # in which the sentences below an end mark are counted
_MIN_PROSE_ABOVE_EDITOR = 60  # characters of sentences above an editor's name that ends the article
_MOST_OF_TEXT = 0.65  # share of the characters behind which a boilerplate line ends the article
_LINES_WITHOUT_PROSE = 6  # from such a boilerplate line on
_PARAGRAPH_ENDS = "。;:”!?"


def find_end(lines: list[Line], roles: list[Role], start: int, high: int) -> int:
    """Return the line at which the footer of an article in lines[start:high] begins."""
    end = _end_mark(lines, roles, start, high)
    weights = [0 if roles[i] is LINKS else len(lines[i].text) for i in range(start, end)]
    total = sum(weights) or 1
    before = 0
    for i in range(start, end):
        is_late = before > _MOST_OF_TEXT * total
        if (
            is_late
            and roles[i].is_boilerplate
            and PROSE not in roles[i + 1 : min(i + _LINES_WITHOUT_PROSE, end)]
        ):
            end = i
            break
        before += weights[i - start]
    while end > start and _is_boilerplate(lines[end - 1], roles[end - 1]):
        end -= 1
    return end


def says_date(line: Line, part: Role) -> bool:
    """Whether a line is an info line with a date of publication: 发布日期:… 来源:…. Without one it may be the article's end."""
    return part is INFO and any(info.field == "published" for info in read_labels(line.text))


def _is_boilerplate(line: Line, part: Role) -> bool:
    """Whether a line at the end of a text is boilerplate. A labelled date with å¹´, æ, æ¥ belongs to the signature."""
    if says_date(line, part):
        return not is_closing_date(line.text)
    return part.is_boilerplate or _is_bare_attachment(line.text)


def _is_bare_attachment(text: str) -> bool:
    """Whether a line is 附件: with nothing behind it."""
    return text.rstrip(" :") == "附件"


def _end_mark(lines: list[Line], roles: list[Role], start: int, high: int) -> int:
    """The first end mark behind a paragraph after which the text does not go on; `high` if there is none."""
    before = 0
    for i in range(start, high):
        part, text = roles[i], lines[i].text
        if part is PROSE:
            before += len(text)
        elif not before:
            continue
        elif part is EDITOR or (part is INFO and "责任编辑" in text):
            if before >= _MIN_PROSE_ABOVE_EDITOR:
                return i
        elif (
            part is END and not _goes_on(lines, roles, i, high) and not _is_box(lines, roles, i, high, before)
        ):
            return i
    return high


def _goes_on(lines: list[Line], roles: list[Role], mark: int, high: int) -> bool:
    """Whether two paragraphs in a row follow soon after an end mark."""
    was_paragraph = False
    for i in range(mark + 1, min(mark + _MAX_BOX_LINES, high)):
        if roles[i] in (END, FOOTER):
            return False
        is_paragraph = _is_paragraph(lines[i], roles[i])
        if was_paragraph and is_paragraph:
            return True
        was_paragraph = is_paragraph
    return False


def _is_box(lines: list[Line], roles: list[Role], mark: int, high: int, before: int) -> bool:
    """Whether an end mark with links below it is a box inside the article: more sentences follow than precede it."""
    if not (lines[mark].linked or (mark + 1 < high and roles[mark + 1] is LINKS)):
        return False
    below = 0
    for i in range(mark + 1, min(mark + _MAX_LINES_BELOW_MARK, high)):
        if roles[i] is FOOTER or (roles[i] is END and not lines[i].linked and i > mark + _MAX_BOX_LINES):
            break
        if _is_paragraph(lines[i], roles[i]):
            below += len(lines[i].text)
    return below > before


def _is_paragraph(line: Line, part: Role) -> bool:
    return (
        part is PROSE
        and not line.linked
        and len(line.text) >= _MIN_PARAGRAPH_LENGTH
        and line.text[-1] in _PARAGRAPH_ENDS
    )
