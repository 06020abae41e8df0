"""Characters that stand for all others in a regular expression, and sets of them as bit masks, for `bench.expression`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from re import _constants as sre  # type: ignore[attr-defined]  # no public way to the parsed expression
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_SAMPLES = "0 \n\r\tAaZz_中国é!<>\"'/=;:,.&-()[]{}年月日\u3000\x00\x80"

Parsed = Iterable[tuple[Any, Any]]


@dataclass(slots=True)
class Alphabet:
    """Characters that stand for all others, and the sets of them as bit masks. The last three are no characters."""

    chars: list[str]
    ignore_case: bool
    as_ascii: bool

    @property
    def begin(self) -> int:
        """Mask of the place before the first character."""
        return 1 << len(self.chars)

    @property
    def end(self) -> int:
        """Mask of the place after the last character."""
        return 2 << len(self.chars)

    @property
    def any(self) -> int:
        """Mask of all characters."""
        return self.begin - 1

    @property
    def sure(self) -> int:
        """Mask that a move loses which may fail for a reason that is not kept: a longer lookaround."""
        return 4 << len(self.chars)

    @property
    def all(self) -> int:
        """Mask of all characters, both ends and `sure`."""
        return (8 << len(self.chars)) - 1

    def mask(self, accepts: Any) -> int:
        """Return the set of the characters that a function accepts."""
        return sum(1 << i for i, char in enumerate(self.chars) if accepts(char))

    def literal(self, code: int) -> int:
        """Return the set of one character, in both cases where case is ignored."""
        wanted = chr(code)
        if self.ignore_case:
            return self.mask(lambda c: c.lower() == wanted.lower())
        return self.mask(lambda c: c == wanted)

    def category(self, name: Any) -> int:
        """Return the set of a category such as `\\d`."""
        tests: dict[str, Callable[[str], bool]] = {
            "DIGIT": str.isdecimal,
            "SPACE": str.isspace,
            "WORD": _is_word,
        }
        kind = str(name).removeprefix("CATEGORY_")
        found = self.mask(
            lambda c: tests[kind.removeprefix("NOT_")](c) and (c.isascii() or not self.as_ascii)
        )
        return self.any & ~found if kind.startswith("NOT_") else found

    def of_set(self, items: Parsed) -> int:
        """Return the set of a character class."""
        found, negated = 0, False
        for kind, value in items:
            if kind is sre.NEGATE:
                negated = True
            elif kind is sre.LITERAL:
                found |= self.literal(value)
            elif kind is sre.RANGE:
                found |= self.range(*value)
            else:
                found |= self.category(value)
        return self.any & ~found if negated else found

    def range(self, low: int, high: int) -> int:
        """Return the set of a range of characters."""

        def within(char: str) -> bool:
            forms = (char, char.lower(), char.upper()) if self.ignore_case else (char,)
            return any(len(form) == 1 and low <= ord(form) <= high for form in forms)

        return self.mask(within)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def samples(tree: Any, flags: int) -> list[str]:
    """Return characters that stand for all: those of the expression, the neighbours of its ranges, and common ones."""
    found = dict.fromkeys(_SAMPLES)
    for code in _codes(tree):
        if 0 <= code <= 0x10FFFF:
            found[chr(code)] = None
            if flags & re.I:
                found |= {form: None for form in (chr(code).lower(), chr(code).upper()) if len(form) == 1}
    return list(found)


def _codes(value: Any) -> Iterator[int]:
    if isinstance(value, tuple) and len(value) == 2 and value[0] in (sre.LITERAL, sre.NOT_LITERAL):
        yield value[1]
    elif isinstance(value, tuple) and len(value) == 2 and value[0] is sre.RANGE:
        low, high = value[1]
        yield from (low - 1, low, high, high + 1)
    elif isinstance(value, tuple | list | _parser.SubPattern):
        for each in value:
            yield from _codes(each)
