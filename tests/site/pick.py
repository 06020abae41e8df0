"""Pseudo-random choices that are the same on every machine and Python: each is derived from the digest of a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count
from typing import TypeVar

T = TypeVar("T")

_NUMBER = re.compile(r"\{n:(\d+)-(\d+)\}")


class Picker:
    """A stream of choices, determined by a key."""

    def __init__(self, *key: object) -> None:
        """Start the stream of a key."""
        self._numbers = self._stream("/".join(map(str, key)))

    @staticmethod
    def _stream(key: str) -> Iterator[int]:
        for i in count():
            digest = sha256(f"{key}#{i}".encode()).digest()
            yield from (int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8))

    def between(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return low + next(self._numbers) % (high - low + 1)

    def one(self, things: Sequence[T]) -> T:
        """Return one of the things."""
        return things[self.between(0, len(things) - 1)]

    def some(self, things: Sequence[T], number: int) -> list[T]:
        """Return a number of different things in a chosen order; all of them if there are fewer."""
        rest = list(things)
        chosen: list[T] = []
        while rest and len(chosen) < number:
            chosen.append(rest.pop(self.between(0, len(rest) - 1)))
        return chosen

    def fill(self, text: str, **words: object) -> str:
        """Return the text with its slots filled: `{n:20-90}` a number, `{p}` a percentage, `{d}` a day, others from `words`."""
        text = _NUMBER.sub(lambda m: str(self.between(int(m[1]), int(m[2]))), text)
        while "{p}" in text:
            text = text.replace("{p}", f"{self.between(78, 98)}.{self.between(1, 9)}", 1)
        for name, word in ({"d": self.between(1, 28)} | words).items():
            text = text.replace("{" + name + "}", str(word))
        return text

    def hex(self, length: int) -> str:
        """Return a number of hexadecimal digits."""
        return "".join(self.one("0123456789abcdef") for _ in range(length))
