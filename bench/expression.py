"""Turn a parsed regular expression into nodes, for `bench.automaton`.

Conditions on one character before or after (`\\b`, `^`, `$`, lookarounds of one character) are kept. An approximation
elsewhere, which allows more than the expression does: longer lookarounds always pass, a back reference matches as its group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from re import _constants as sre  # type: ignore[attr-defined]  # no public way to the parsed expression
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from bench.alphabet import Alphabet, Parsed, samples

MAX_COUNTED_COPIES = 8
"""A repetition of up to so many is written out; one with more counts as a loop without end."""

MAX_STATES = 4000
"""An expression with more is a list of words without a loop, most probably."""

_MAX_COUNTED_CHARS = 80  # like MAX_COUNTED_COPIES, for a repetition of a single character


class TooLarge(Exception):
    """The expression has more than MAX_STATES."""


@dataclass(slots=True)
class Node:
    """A place in the expression. Reads a character of `mask` if that is not 0; `moves` read nothing."""

    mask: int = 0
    following: int = -1
    moves: list[tuple[int, int, int]] = field(default_factory=list)  # (node, before, after)
    groups: tuple[int, ...] = ()  # atomic groups and lookaheads around it


class Builder:
    """Builds the nodes of a parsed expression."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        source = pattern.pattern
        tree = _parser.parse(source, pattern.flags & ~re.DEBUG)
        self.flags = tree.state.flags
        self.alphabet = Alphabet(
            samples(tree, self.flags),
            bool(self.flags & re.I),
            isinstance(source, bytes) or bool(self.flags & re.A),
        )
        self.nodes: list[Node] = []
        self.exits: dict[int, int] = {}  # the node at the end of an atomic group
        self.looks: set[int] = set()
        self._groups: tuple[int, ...] = ()
        self._captured: dict[int, Parsed] = {}
        self._next_group = 0
        self.start = self.node()
        self.accept = self.sequence(tree, self.start)

    def node(self, mask: int = 0) -> int:
        """Add a node and return its number."""
        if len(self.nodes) > 4 * MAX_STATES:
            raise TooLarge
        self.nodes.append(Node(mask, groups=self._groups))
        return len(self.nodes) - 1

    def move(self, source: int, target: int, before: int | None = None, after: int | None = None) -> None:
        """Add a move that reads nothing, with the sets allowed for the characters before and after it."""
        every = self.alphabet.all
        self.nodes[source].moves.append(
            (target, every if before is None else before, every if after is None else after)
        )

    def char(self, mask: int, at: int) -> int:
        """Read one character. Return the node after it."""
        reader = self.node(mask)
        self.move(at, reader)
        after = self.node()
        self.nodes[reader].following = after
        return after

    def sequence(self, items: Parsed, at: int) -> int:
        """Add the items of a sequence after a node. Return the node at their end."""
        for kind, value in items:
            at = getattr(self, "_" + str(kind).lower())(value, at)
        return at

    def _literal(self, code: int, at: int) -> int:
        return self.char(self.alphabet.literal(code), at)

    def _not_literal(self, code: int, at: int) -> int:
        return self.char(self.alphabet.any & ~self.alphabet.literal(code), at)

    def _any(self, _: Any, at: int) -> int:
        newline = 0 if self.flags & re.S else self.alphabet.mask(lambda c: c == "\n")
        return self.char(self.alphabet.any & ~newline, at)

    def _in(self, items: Parsed, at: int) -> int:
        return self.char(self.alphabet.of_set(items), at)

    def _branch(self, value: tuple[Any, list[Parsed]], at: int) -> int:
        end = self.node()
        for each in value[1]:
            begin = self.node()
            self.move(at, begin)
            self.move(self.sequence(each, begin), end)
        return end

    def _subpattern(self, value: tuple[Any, int, int, Parsed], at: int) -> int:
        if value[0] is not None:
            self._captured[value[0]] = value[3]
        return self.sequence(value[3], at)

    def _groupref(self, number: int, at: int) -> int:
        return self.sequence(self._captured.get(number, ()), at)

    def _groupref_exists(self, value: tuple[int, Parsed, Parsed | None], at: int) -> int:
        return self._branch((None, [value[1], value[2] or ()]), at)

    def _at(self, kind: Any, at: int) -> int:
        a, after = self.alphabet, self.node()
        newline = a.mask(lambda c: c == "\n")
        word = a.category("CATEGORY_WORD")
        rest = a.all & ~word
        several = bool(self.flags & re.M)
        name = str(kind)
        if name in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            lines = newline if several and name == "AT_BEGINNING" else 0
            self.move(at, after, before=a.begin | lines)
        elif name in ("AT_END", "AT_END_STRING"):
            lines = newline if several and name == "AT_END" else 0
            self.move(at, after, after=a.end | lines)
        else:
            same = "NON" in name
            self.move(at, after, before=word, after=word if same else rest)
            self.move(at, after, before=rest, after=rest if same else word)
        return after

    def _assert(self, value: tuple[int, Parsed], at: int, *, negative: bool = False) -> int:
        direction, items = value
        after, single = self.node(), self._single(items)
        if single is not None:
            allowed = self.alphabet.all & ~single if negative else single
            self.move(at, after, **({"before": allowed} if direction < 0 else {"after": allowed}))
            return after
        self.move(at, after, after=self.alphabet.all & ~self.alphabet.sure)
        if direction > 0:
            outside, self._groups = self._groups, (*self._groups, self._next_group)
            self.looks.add(self._next_group)
            self._next_group += 1
            begin = self.node()
            self.move(at, begin)
            self.exits[self._groups[-1]] = self.sequence(items, begin)
            self._groups = outside
        return after

    def _assert_not(self, value: tuple[int, Parsed], at: int) -> int:
        return self._assert(value, at, negative=True)

    def _single(self, items: Parsed) -> int | None:
        """Return the set of an expression of exactly one character, otherwise None."""
        kinds = list(items)
        if len(kinds) != 1:
            return None
        kind, value = kinds[0]
        if kind is sre.LITERAL:
            return self.alphabet.literal(value)
        if kind is sre.NOT_LITERAL:
            return self.alphabet.any & ~self.alphabet.literal(value)
        if kind is sre.IN:
            return self.alphabet.of_set(value)
        if kind is sre.ANY:
            return self.alphabet.any
        if kind is sre.SUBPATTERN:
            return self._single(value[3])
        if kind is sre.BRANCH:
            parts = [self._single(each) for each in value[1]]
            return None if None in parts else sum({1 << i for p in parts for i in _bits(p or 0)})
        if kind is sre.MAX_REPEAT and value[0] == 1:
            return self._single(value[2]) if value[1] == 1 else None
        return None

    def _max_repeat(self, value: tuple[int, Any, Parsed], at: int) -> int:
        low, high, items = value
        limit = _MAX_COUNTED_CHARS if self._single(items) is not None else MAX_COUNTED_COPIES
        for _ in range(min(low, limit)):
            at = self.sequence(items, at)
        if high is sre.MAXREPEAT or high > limit:
            loop, after = self.node(), self.node()
            self.move(at, loop)
            self.move(self.sequence(items, loop), loop)
            self.move(loop, after)
            return after
        after = self.node()
        for _ in range(high - low):
            self.move(at, after)
            at = self.sequence(items, at)
        self.move(at, after)
        return after

    _min_repeat = _max_repeat

    def _possessive_repeat(self, value: tuple[int, Any, Parsed], at: int) -> int:
        single = self._single(value[2])
        if single is not None and value[1] is sre.MAXREPEAT:  # whatever follows is another character
            inside, after = self._max_repeat(value, at), self.node()
            self.move(inside, after, after=self.alphabet.all & ~single)
            return after
        return self._atomic_group([(sre.MAX_REPEAT, value)], at)

    def _atomic_group(self, items: Parsed, at: int) -> int:
        outside, self._groups = self._groups, (*self._groups, self._next_group)
        self._next_group += 1
        end = self.sequence(items, at)
        self.exits[self._groups[-1]] = end
        self._groups = outside
        after = self.node()
        self.move(end, after)
        return after


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
