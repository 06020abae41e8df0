"""Read what is drawn on a PDF page beside text: the rules of tables, and whether an image or outlines fill it. A page in, `Drawing` out."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

from crawler.extract.documents.layout import Rule
from crawler.extract.documents.pdf.text import Turn

_MAX_OBJECTS = 20_000  # of a page; of a page with more, such as one of outlines, the rules are not read
_MAX_SEGMENTS = 2_000  # of a path; one with more is a drawing
_MAX_DEPTH = 4  # of forms within forms
_MAX_THICKNESS = 2.5  # points of a rule
_MIN_LENGTH = 4.0  # points of a rule
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5  # FPDF_PAGEOBJ_…
_LINE, _BEZIER, _MOVE = 0, 1, 2  # FPDF_SEGMENT_…
_MIN_IMAGE_SHARE = 0.3  # of the page's area, for an image that may be the text
_MIN_OUTLINES = 60  # paths with curves; a page with as many and no text is set in outlines

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Drawing(NamedTuple):
    """Rules of a page; and whether it holds an image or outlines that may be text."""

    rules: list[Rule]
    is_content: bool


def drawing_of(raw: Any, page: Any, turn: Turn) -> Drawing:
    """Return what is drawn on a page beside its text."""
    return _Objects(raw, turn).read(page)


class _Objects:
    def __init__(self, raw: Any, turn: Turn) -> None:
        self.raw, self.turn = raw, turn
        self.rules: list[Rule] = []
        self.image_area = 0.0
        self.outlines = self.seen = 0
        self.bounds = [ctypes.c_float() for _ in range(4)]
        self.references = [ctypes.byref(value) for value in self.bounds]

    def read(self, page: Any) -> Drawing:
        get, kind_of = self.raw.FPDFPage_GetObject, self.raw.FPDFPageObj_GetType
        for i in range(min(self.raw.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
            each = get(page, i)
            if kind_of(each) != _TEXT:
                self._object(each, _IDENTITY, 0)
        width, height = self.turn.size
        is_image = self.image_area >= _MIN_IMAGE_SHARE * width * height
        return Drawing(self.rules, is_image or self.outlines >= _MIN_OUTLINES)

    def _object(self, each: Any, matrix: Matrix, depth: int) -> None:
        kind = self.raw.FPDFPageObj_GetType(each)
        if kind == _PATH:
            self._path(each, matrix)
        elif kind == _IMAGE:
            left, top, right, bottom = self._bounds(each, matrix)
            self.image_area += (right - left) * (bottom - top)
        elif kind == _FORM and depth < _MAX_DEPTH:
            inner = _product(self._matrix(each), matrix)
            for i in range(self.raw.FPDFFormObj_CountObjects(each)):
                self.seen += 1
                if self.seen > _MAX_OBJECTS:
                    return
                self._object(self.raw.FPDFFormObj_GetObject(each, i), inner, depth + 1)

    def _path(self, path: Any, matrix: Matrix) -> None:
        left, top, right, bottom = self._bounds(path, matrix)
        if min(right - left, bottom - top) <= _MAX_THICKNESS:
            self._add(left, top, right, bottom)
            return
        count = self.raw.FPDFPath_CountSegments(path)
        if count > _MAX_SEGMENTS:
            self.outlines += 1
            return
        mode, is_stroked = ctypes.c_int(), ctypes.c_int()
        self.raw.FPDFPath_GetDrawMode(path, ctypes.byref(mode), ctypes.byref(is_stroked))
        if is_stroked.value:
            inner = _product(self._matrix(path), matrix)
            for edge in self._edges(path, count, inner):
                self._add(*edge)
        elif count > 6:
            self.outlines += 1

    def _edges(self, path: Any, count: int, matrix: Matrix) -> Iterator[tuple[float, float, float, float]]:
        """The straight pieces of a path."""
        raw, x, y = self.raw, ctypes.c_float(), ctypes.c_float()
        start = at = (0.0, 0.0)
        for i in range(count):
            segment = raw.FPDFPath_GetPathSegment(path, i)
            raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
            to = _point(x.value, y.value, matrix)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == _LINE:
                yield self._between(at, to)
            elif kind == _MOVE:
                start = to
            at = to
            if raw.FPDFPathSegment_GetClose(segment):
                yield self._between(at, start)
                at = start

    def _between(self, a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float, float, float]:
        return self.turn.place(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))

    def _add(self, left: float, top: float, right: float, bottom: float) -> None:
        width, height = right - left, bottom - top
        if min(width, height) <= _MAX_THICKNESS and max(width, height) >= _MIN_LENGTH:
            self.rules.append(Rule(left, top, right, bottom))

    def _bounds(self, each: Any, matrix: Matrix) -> tuple[float, float, float, float]:
        """The rectangle around an object on the page turned upright."""
        if not self.raw.FPDFPageObj_GetBounds(each, *self.references):
            return 0.0, 0.0, 0.0, 0.0
        left, bottom, right, top = (value.value for value in self.bounds)
        if matrix is not _IDENTITY:
            (x, y), (x_end, y_end) = _point(left, bottom, matrix), _point(right, top, matrix)
            left, right, bottom, top = min(x, x_end), max(x, x_end), min(y, y_end), max(y, y_end)
        return self.turn.place(left, bottom, right, top)

    def _matrix(self, each: Any) -> Matrix:
        found = self.raw.FS_MATRIX()
        if not self.raw.FPDFPageObj_GetMatrix(each, ctypes.byref(found)):
            return _IDENTITY
        return found.a, found.b, found.c, found.d, found.e, found.f


def _product(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that applies the inner one first."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _point(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
