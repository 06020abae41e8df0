"""Find the straight lines of a path object (PathObject): the rules of tables. Curves, and text drawn as outlines, give none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from crawler.extract.documents.layout.page import Rule
from crawler.extract.documents.ofd.matrix import Matrix, matrix, number, numbers
from crawler.extract.documents.xml import local_name

_MAX_PATH_CHARS = 2000  # of a path's data; a table's grid drawn as one path is shorter
_TOKEN = re.compile("[A-Za-z]|[^A-Za-z ,]{1,40}")
_MAX_SLANT = 0.2  # mm by which a rule may deviate from the horizontal or vertical
_MIN_LENGTH = 2.0  # mm


def rules_of(element: Element, outer: Matrix) -> Iterator[Rule]:
    """Return the horizontal and vertical lines of a path object. `outer`: from the coordinates around it to the page's."""
    if element.get("Visible", "true").lower() == "false":
        return
    data = next((each.text or "" for each in element if local_name(each) == "AbbreviatedData"), "")
    if len(data) > _MAX_PATH_CHARS:
        return
    box = numbers(element.get("Boundary"), 2)
    place = (
        matrix(element.get("CTM")).then(Matrix(e=box[0], f=box[1]) if len(box) == 2 else Matrix()).then(outer)
    )
    for start, end in _segments(data):
        (x1, y1), (x2, y2) = place.point(*start), place.point(*end)
        rule = Rule(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        across, down = rule.right - rule.left, rule.bottom - rule.top
        if min(across, down) <= _MAX_SLANT and max(across, down) >= _MIN_LENGTH:
            yield rule


_Point = tuple[float, float]


def _segments(data: str) -> Iterator[tuple[_Point, _Point]]:
    """The straight segments of a path: S and M move, L draws, C closes. Curves (B, Q, A) end the path."""
    words = _TOKEN.findall(data)
    begin = here = (0.0, 0.0)
    at = 0
    while at < len(words):
        command = words[at]
        if command in ("C", "c"):
            yield here, begin
            here = begin
            at += 1
            continue
        if command not in ("S", "M", "L") or at + 2 >= len(words):
            return
        point = (number(words[at + 1]), number(words[at + 2]))
        if command == "L":
            yield here, point
        else:
            begin = point
        here = point
        at += 3
