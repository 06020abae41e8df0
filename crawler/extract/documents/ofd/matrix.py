"""Coordinates of OFD: matrices, and lists of numbers. Millimetres, y downwards."""

from __future__ import annotations

import math
from typing import NamedTuple

_MAX_NUMBER = 1e6  # millimetres; larger ones are no positions
_NONE = _MAX_NUMBER + 1  # no value of `number`


class Matrix(NamedTuple):
    """The transformation x' = ax + cy + e, y' = bx + dy + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point comes to lie."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, outer: Matrix) -> Matrix:
        """Return this transformation followed by another."""
        e, f = outer.point(self.e, self.f)
        return Matrix(
            outer.a * self.a + outer.c * self.b,
            outer.b * self.a + outer.d * self.b,
            outer.a * self.c + outer.c * self.d,
            outer.b * self.c + outer.d * self.d,
            e,
            f,
        )

    @property
    def scale(self) -> float:
        """By how much lengths in y grow."""
        return math.hypot(self.c, self.d)

    @property
    def turn(self) -> float:
        """Degrees by which it turns a line of text, clockwise, from 0 to 360."""
        return math.degrees(math.atan2(self.b, self.a)) % 360


def number(text: str | None, default: float = 0.0) -> float:
    """Return a number of an attribute; the default if it is none, or too large for a position."""
    try:
        value = float(text or "x")
    except ValueError:
        return default
    return value if abs(value) <= _MAX_NUMBER else default  # false for NaN


def numbers(text: str | None, most: int) -> list[float]:
    """Return the first numbers of an attribute such as a box (x y width height). What is no number ends the list."""
    values: list[float] = []
    for word in (text or "").replace(",", " ").split(maxsplit=most)[:most]:
        if (value := number(word, _NONE)) == _NONE:
            break
        values.append(value)
    return values


def matrix(text: str | None) -> Matrix:
    """Return the matrix of an attribute CTM; without one, the matrix that changes nothing."""
    values = numbers(text, 6)
    return Matrix(*values) if len(values) == 6 else Matrix()


def deltas(text: str | None, most: int) -> list[float]:
    """Return the steps between characters of DeltaX or DeltaY, at most so many: `4.2 g 3 5.6` is 4.2, 5.6, 5.6, 5.6."""
    if not text or most < 1:
        return []
    words = text.split(maxsplit=3 * most + 3)
    steps: list[float] = []
    at = 0
    while at < len(words) and len(steps) < most:
        if words[at] in ("g", "G") and at + 2 < len(words):
            count = int(number(words[at + 1]))
            steps += [number(words[at + 2])] * max(min(count, most - len(steps)), 0)
            at += 3
        else:
            steps.append(number(words[at]))
            at += 1
    return steps
