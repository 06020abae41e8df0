"""A message with places for values, such as `{path}: no archive here`; and the values of a text made from it.

`{name}` takes any text, `{name:d}` a number, `{name:w}` a word without white space. `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[a-z_][a-z0-9_]*)(?::(?P<kind>[dw]))?\}")
_KINDS = {"d": re.compile(r"[-+~]?[0-9][0-9,.]*%?"), "w": re.compile(r"\S+"), "": re.compile(r"[^\n]*")}


@dataclass(frozen=True)
class Template:
    """`literals` surround the `places`: there is one more of them. A place has a name and a kind: "", "d" or "w"."""

    literals: tuple[str, ...]
    places: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a template. Braces that are neither a place nor doubled are braces of the text."""
        literals, places = [""], []
        end = 0
        for piece in _PIECE.finditer(text):
            literals[-1] += text[end : piece.start()]
            end = piece.end()
            if piece["name"] is None:
                literals[-1] += piece[0][0]
            else:
                places.append((piece["name"], piece["kind"] or ""))
                literals.append("")
        literals[-1] += text[end:]
        return cls(tuple(literals), tuple(places))

    @cached_property
    def rarest(self) -> str:
        """The longest of its literals: a text without it was not made from this template."""
        return max(self.literals, key=len)

    @cached_property
    def code(self) -> frozenset[str]:
        """The places between backquotes: commands, keys and options."""
        around = zip(self.literals, self.places, self.literals[1:], strict=False)
        return frozenset(
            name for before, (name, _), after in around if before.endswith("`") and after.startswith("`")
        )

    @cached_property
    def letters(self) -> int:
        """Number of letters in its literals."""
        return sum(letter.isalpha() for literal in self.literals for letter in literal)

    @property
    def weight(self) -> tuple[int, int]:
        """How much it says of a text that it fits: the letters in its literals, then the kinds of its places."""
        return self.letters, sum(bool(kind) for _, kind in self.places)

    def values(self, text: str) -> dict[str, str] | None:
        """Return the values of a text made from this template, None if it was not.

        Each literal is taken where it stands first, so that the time is linear whatever a page has put into the text.
        """
        first, last = self.literals[0], self.literals[-1]
        if not self.places:
            return {} if text == first else None
        end = len(text) - len(last)
        at = len(first)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        values = []
        for literal in self.literals[1:-1]:
            found = text.find(literal, at, end)
            if found < 0:
                return None
            values.append(text[at:found])
            at = found + len(literal)
        values.append(text[at:end])
        named: dict[str, str] = {}
        for (name, kind), value in zip(self.places, values, strict=True):
            if not _KINDS[kind].fullmatch(value) or named.setdefault(name, value) != value:
                return None
        return named

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the text with values in its places. Raises KeyError if one is missing."""
        filled = [
            literal + values[name] for literal, (name, _) in zip(self.literals, self.places, strict=False)
        ]
        return "".join(filled) + self.literals[-1]
