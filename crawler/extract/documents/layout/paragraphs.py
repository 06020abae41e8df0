"""Decide which rows are one paragraph. Two neighbouring rows and the measures of their column in, yes or no out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from crawler.extract.documents.layout.frames import Frame, Placed, Slot
from crawler.extract.documents.layout.page import Row
from crawler.extract.documents.layout.spacing import is_wide, width

_INDENT = 1.1  # font sizes from the left edge; the indent of a paragraph is two
_SAME_LEFT = 0.4  # font sizes between two rows that begin at one place
_SIZE_RATIO = 1.13  # between two rows of one paragraph; invisible text of a scan differs as much
_GAP_RATIO = 1.4  # of the distance of two rows to the usual one
_SLACK = 0.7  # font sizes that a full row may lack besides the first word of the next one
_RAGGED = 8.0  # … and in a document whose paragraphs are indented: lines end where long words did not fit
_EARLY = 4.0  # font sizes that the last row of a paragraph lacks, to be sure that it is one
_MIN_INDENTED, _MAX_UNINDENTED = (
    2,
    0.25,
)  # paragraphs that begin with an indent; and for each of them, that do not
_CENTER = 1.2  # font sizes between the middles of two centred rows
_MIN_CENTERED = 2.6  # font sizes between a centred row and the edges; an indent is two
_TITLE_RATIO = 1.1  # of a title's font size to the body's
_NO_END = "，、,（([{（〔《“‘"  # no paragraph ends with one of them
_ENDS = "。！？：；.!?:;”’）)》】…"  # a row that ends otherwise is within a sentence, or a heading
_SENTENCE_ENDS = "。！？”"
_NO_START = "，。、；：？！）】》〉”’…%％,.;:?!)]"  # characters that no line begins with
_NUMBERED = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|[(（]?[0-9]{1,2}[)）.、．]|第[一二三四五六七八九十百]{1,5}[章节条]"
    r"|附\s{0,4}件|[①-⑳●■◆·]"
)
_WORD = re.compile(r"[!-~]{1,40}")  # what no line is broken within
_OPENING = "（(《“‘【〔["


class Measures(NamedTuple):
    """What is usual in a document: frames by column, font size of the body, distance of lines in font sizes."""

    frames: dict[Slot, Frame]
    size: float
    pitch: float
    is_indenting: bool  # whether its paragraphs begin with an indent


def is_indenting(placed: Sequence[Placed], frames: dict[Slot, Frame]) -> bool:
    """Return whether the paragraphs of a document begin with an indent: most rows do that follow a row which ends early."""
    indented = others = 0
    for before, after in pairwise(placed):
        frame = frames[before.slot]
        is_end = (
            before.row.text[-1] in _SENTENCE_ENDS
            and frame.right - before.row.right > _EARLY * before.row.size
        )
        if is_end and _alike(before.row.size, after.row.size):
            is_in = after.row.left - frames[after.slot].left >= _INDENT * after.row.size
            indented, others = indented + is_in, others + (not is_in)
    return indented >= _MIN_INDENTED and others <= _MAX_UNINDENTED * indented


def continues(before: Placed, after: Placed, measures: Measures) -> bool:
    """Whether a row goes on with the paragraph of the row before it."""
    upper, lower = before.row, after.row
    if not _alike(upper.size, lower.size):
        return False
    if before.page == after.page and before.slot == after.slot and _is_far(upper, lower, measures.pitch):
        return False
    frame_above, frame = measures.frames[before.slot], measures.frames[after.slot]
    if _continue_title(upper, lower, frame_above, frame, measures.size):
        return True
    if _is_centered(upper, frame_above) or _is_centered(lower, frame):
        return False
    indent = (lower.left - frame.left) / (lower.size or 1)
    if indent >= _INDENT:
        return (
            not measures.is_indenting
            and _is_full(upper, lower, frame_above, _SLACK)
            and _is_block(upper, lower, frame_above, frame)
        )
    if upper.text[-1] in _NO_END:
        return True
    if measures.is_indenting:
        return _is_full(upper, lower, frame_above, _RAGGED)
    return _is_full(upper, lower, frame_above, _SLACK) and not _begins_item(upper, lower, frame_above)


def _begins_item(upper: Row, lower: Row, frame_above: Frame) -> bool:
    """Whether a row without an indent begins with a number, and the one above it ends a sentence."""
    is_unindented = upper.left - frame_above.left < _INDENT * (upper.size or 1)
    return upper.text[-1] in _ENDS and is_unindented and _NUMBERED.match(lower.text) is not None


def _alike(size: float, other: float) -> bool:
    return max(size, other) <= _SIZE_RATIO * min(size, other)


def _is_far(upper: Row, lower: Row, pitch: float) -> bool:
    """Whether more than the usual distance is between two rows of a column, or the second one is above the first."""
    step = lower.middle - upper.middle
    return step <= 0 or step > _GAP_RATIO * max(pitch, 1.0) * (lower.size or 1)


def _is_full(upper: Row, lower: Row, frame: Frame, slack: float) -> bool:
    """Whether the first word of the next row would not have fitted on a row."""
    return frame.right - upper.right <= (_first_word(lower.text) + slack) * (upper.size or 1)


def _first_word(text: str) -> float:
    """The width in font sizes of what no line break divides at the beginning of a text."""
    i = 0
    while i < len(text) - 1 and text[i] in _OPENING:
        i += 1
    if not is_wide(text[i]) and (word := _WORD.match(text, i)):
        i = word.end()
    else:
        i += 1
    while i < len(text) and text[i] in _NO_START:
        i += 1
    return width(text[:i])


def _is_block(upper: Row, lower: Row, frame_above: Frame, frame: Frame) -> bool:
    """Whether two indented rows are lines of one indented text, and not two paragraphs of a line each."""
    shift = (upper.left - frame_above.left) - (lower.left - frame.left)
    same = abs(shift) <= _SAME_LEFT * (lower.size or 1)
    return same and upper.text[-1] not in _ENDS and not _NUMBERED.match(lower.text)


def _is_centered(row: Row, frame: Frame) -> bool:
    """Whether a row stands in the middle of its column, away from both edges."""
    size = row.size or 1
    left, right = row.left - frame.left, frame.right - row.right
    return min(left, right) > _MIN_CENTERED * size and abs(left - right) <= 2 * _CENTER * size


def _continue_title(upper: Row, lower: Row, frame_above: Frame, frame: Frame, size: float) -> bool:
    """Whether two rows are a title in several lines: set larger than the text, and in the middle of the page."""
    if min(upper.size, lower.size) < _TITLE_RATIO * size or upper.text[-1] in "。；;":
        return False
    middle_above = (upper.left + upper.right) - (frame_above.left + frame_above.right)
    middle = (lower.left + lower.right) - (frame.left + frame.right)
    return abs(middle_above - middle) <= 4 * _CENTER * (lower.size or 1)
