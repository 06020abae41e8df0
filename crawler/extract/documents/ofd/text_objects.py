"""Turn a text object of OFD (TextObject; GB/T 33190-2016, chapter 11) into runs of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from crawler.extract.documents.layout.page import MAX_GAP_IN_RUN, Run
from crawler.extract.documents.ofd.matrix import Matrix, deltas, matrix, number, numbers
from crawler.extract.documents.xml import local_name

_DEFAULT_SIZE = 3.5  # mm: the characters of an ordinary text
_ASCENT, _DESCENT = 0.86, 0.14  # of a font's size, above and below the base line
_WIDE, _NARROW = 1.0, 0.5  # widths of characters in font sizes, where the font is not known
_MAX_SLANT = 2.0  # degrees by which upright text may be turned
_RIGHT_ANGLES = (0.0, 90.0, 180.0, 270.0, 360.0)
_HIDDEN_ALPHA = "0"


def runs_of(element: Element, outer: Matrix) -> Iterator[Run]:
    """Return the runs of a text object. `outer`: from the coordinates around it to the page's.

    Text that is invisible, or set at an angle as a watermark is, gives none.
    """
    if element.get("Visible", "true").lower() == "false" or element.get("Alpha") == _HIDDEN_ALPHA:
        return
    box = numbers(element.get("Boundary"), 2)
    place = (
        matrix(element.get("CTM")).then(Matrix(e=box[0], f=box[1]) if len(box) == 2 else Matrix()).then(outer)
    )
    if min(abs(place.turn - angle) for angle in _RIGHT_ANGLES) > _MAX_SLANT:
        return
    size = number(element.get("Size"), _DEFAULT_SIZE) or _DEFAULT_SIZE
    stretch = number(element.get("HScale"), 1.0) or 1.0
    x = y = 0.0
    for code in element:
        if local_name(code) != "TextCode" or not (text := code.text or ""):
            continue
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        yield from _code_runs(text, (x, y), code, (size, stretch), place)


def _code_runs(
    text: str, start: tuple[float, float], code: Element, font: tuple[float, float], place: Matrix
) -> Iterator[Run]:
    """The runs of a TextCode: one ends where a gap follows."""
    size, stretch = font
    steps_x = deltas(code.get("DeltaX"), len(text) - 1)
    steps_y = deltas(code.get("DeltaY"), len(text) - 1)
    x, y = start
    first, left, top = 0, x, y
    for i, char in enumerate(text):
        width = _width(char) * size * stretch
        step_y = steps_y[i] if i < len(steps_y) else 0.0
        step = steps_x[i] if i < len(steps_x) else 0.0 if step_y else width
        if i + 1 == len(text) or step_y or not -size < step - width < MAX_GAP_IN_RUN * size:
            yield _run(text[first : i + 1], (left, top, x + width), size, place)
            first, left, top = i + 1, x + step, y + step_y
        x, y = x + step, y + step_y


def _run(text: str, line: tuple[float, float, float], size: float, place: Matrix) -> Run:
    """A run on the page, of a base line from (left, y) to right."""
    left, y, right = line
    corners = [place.point(x, y + part * size) for x in (left, right) for part in (-_ASCENT, _DESCENT)]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return Run(text, min(across), min(down), max(across), max(down), size * place.scale)


@lru_cache(maxsize=32768)
def _width(char: str) -> float:
    return _WIDE if unicodedata.east_asian_width(char) in "WFA" else _NARROW
