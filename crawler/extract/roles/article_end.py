"""Where an article ends: at an end mark, an editor's name, or the frame behind most of its text."""

from __future__ import annotations

from crawler.extract.page.lines import Line
from crawler.extract.roles.labels import is_closing_date
from crawler.extract.roles.labels import read as read_labels
from crawler.extract.roles.role import EDITOR, END, FOOTER, INFO, LINKS, PROSE, Role

_BOX, _PARAGRAPH = 10, 30  # lines that a box inside an article may have; characters of a paragraph
_LOOKED_AT = 400  # lines below an end mark among which sentences are counted
_SOME = 60  # characters of sentences above an editor's name that ends the article
_MOST = 0.65  # part of the text behind which a frame line ends it
_NEXT = 6  # lines below such a frame line in which there is no sentence
_STOPS = "。;:”!?"


def find_end(lines: list[Line], roles: list[Role], start: int, high: int) -> int:
    """The line at which the footer of an article in lines[start:high] begins."""
    end = _mark(lines, roles, start, high)
    weights = [0 if roles[i] is LINKS else len(lines[i].text) for i in range(start, end)]
    total = sum(weights) or 1
    before = 0
    for i in range(start, end):
        late = before > _MOST * total
        if late and roles[i].is_frame and PROSE not in roles[i + 1 : min(i + _NEXT, end)]:
            end = i
            break
        before += weights[i - start]
    while end > start and _is_frames(lines[end - 1], roles[end - 1]):
        end -= 1
    return end


def says_date(line: Line, part: Role) -> bool:
    """An info line with a date of publication: 发布日期:… 来源:…. A source alone may be the article's own last words."""
    return part is INFO and any(info.field == "published" for info in read_labels(line.text))


def _is_frames(line: Line, part: Role) -> bool:
    """Whether a line at the end of a text is none of it. A date as documents write it is when the text was signed."""
    if says_date(line, part):
        return not is_closing_date(line.text)
    return part.is_frame or _is_empty(line.text)


def _is_empty(text: str) -> bool:
    """附件: with nothing behind it."""
    return text.rstrip(" :") == "附件"


def _mark(lines: list[Line], roles: list[Role], start: int, high: int) -> int:
    """The first end mark behind a paragraph after which the text does not go on; `high` without any."""
    before = 0
    for i in range(start, high):
        part, text = roles[i], lines[i].text
        if part is PROSE:
            before += len(text)
        elif not before:
            continue
        elif part is EDITOR or (part is INFO and "责任编辑" in text):
            if before >= _SOME:
                return i
        elif (
            part is END and not _goes_on(lines, roles, i, high) and not _is_box(lines, roles, i, high, before)
        ):
            return i
    return high


def _goes_on(lines: list[Line], roles: list[Role], mark: int, high: int) -> bool:
    """Whether two paragraphs in a row stand soon after an end mark, such as the notes below a link."""
    before = False
    for i in range(mark + 1, min(mark + _BOX, high)):
        if roles[i] in (END, FOOTER):
            return False
        paragraph = _is_paragraph(lines[i], roles[i])
        if before and paragraph:
            return True
        before = paragraph
    return False


def _is_box(lines: list[Line], roles: list[Role], mark: int, high: int, before: int) -> bool:
    """Whether an end mark with links below it is a box inside the article: more sentences stand below than above."""
    if not (lines[mark].linked or (mark + 1 < high and roles[mark + 1] is LINKS)):
        return False
    below = 0
    for i in range(mark + 1, min(mark + _LOOKED_AT, high)):
        if roles[i] is FOOTER or (roles[i] is END and not lines[i].linked and i > mark + _BOX):
            break
        if _is_paragraph(lines[i], roles[i]):
            below += len(lines[i].text)
    return below > before


def _is_paragraph(line: Line, part: Role) -> bool:
    return part is PROSE and not line.linked and len(line.text) >= _PARAGRAPH and line.text[-1] in _STOPS
