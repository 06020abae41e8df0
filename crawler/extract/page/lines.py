"""Turn the pieces of a flow into lines as a reader sees them: white space collapsed, full-width forms folded.

A line has its text before folding as well. Folding replaces single characters and no white space, so both have the same
characters at the same places.

The roles of lines are decided in `roles/`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from crawler.extract.page.flow import Flow
from crawler.extract.page.rows import Line, lines_of
from crawler.extract.page.tag_marks import BREAK, EDGE
from crawler.field.text import fold

__all__ = ["Line", "clean", "line_of", "lines_between", "lines_from", "unfolded"]

_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3001-\u303f"
# A line break of the source between two Chinese characters. The pattern begins with the newline, so that the search runs
# at memchr's speed.
_BREAK_IN_TEXT = re.compile(rf"\n(?<=[{_CJK}]\n)[ \t\r\n]*(?=[{_CJK}])")
_SPACES = "\t\n\r\f\v\x85\u00a0\u2002\u2003\u2028\u2029"
_RUN = re.compile("  +")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
_CONTROL = re.compile(  # `crawler.field.text.CONTROLS` without white space
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def lines_between(flow: Flow, places: Sequence[int]) -> list[list[Line]]:
    """Return the lines between each two neighbouring places, which are numbers of pieces. No table row crosses a place."""
    first = places[0]
    pieces = _collapsed(BREAK.join(flow.pieces[first : places[-1]])).split(BREAK)
    return [
        lines_from(pieces[start - first : end - first], flow.hrefs(start, end)) if start < end else []
        for start, end in pairwise(places)
    ]


def lines_from(pieces: Sequence[str], hrefs: Sequence[str] = ()) -> list[Line]:
    """Return the lines of pieces that are not folded yet, as `rows.lines_of` divides them."""
    written = BREAK.join(pieces)
    folded = fold(written)
    lines = lines_of(folded.split(BREAK), hrefs)
    if folded == written:
        return lines
    return [
        line if line.text == own.text else line._replace(published=own.text)
        for line, own in zip(lines, lines_of(written.split(BREAK), hrefs), strict=True)
    ]


def line_of(text: str, tag: str = "") -> Line:
    """Return a text as one line; see `clean`."""
    written = unfolded(text)
    folded = fold(written)
    return Line(folded, 0, tag, (), "" if folded == written else written)


def clean(text: str) -> str:
    """Return a text as one paragraph: white space collapsed as browsers do, edges stripped, folded."""
    return fold(_collapsed(text)).strip(EDGE)


def unfolded(text: str) -> str:
    """Return a text as one paragraph, with the full-width forms that it has."""
    return _collapsed(text).strip(EDGE)


def _collapsed(text: str) -> str:
    if (
        not text.isprintable()
    ):  # a text with any white space but the plain space is not, nor one with invisible characters
        text = _CONTROL.sub("", text)
        if "\n" in text:
            text = _BREAK_IN_TEXT.sub("", text)
        for char in _INVISIBLE:
            text = text.replace(char, "")
        for char in _SPACES:
            text = text.replace(char, " ")
    text = text.replace("\ufffd", "")
    return _RUN.sub(" ", text) if "  " in text else text
