"""Turn a regular expression into an automaton without empty moves, for `bench.ambiguity`.

A state stands for a character of the expression that was matched last. Conditions on one character before or after (`\\b`,
`^`, `$`, lookarounds of one character) are kept. An approximation elsewhere, which allows more than the expression does:
longer lookarounds always pass, a back reference matches as its group does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from re import _constants as sre  # type: ignore[attr-defined]  # no public way to the parsed expression
from re import _parser  # type: ignore[attr-defined]
from typing import Any

MAX_COUNTED_COPIES = 8
"""A repetition of up to so many is written out; one with more counts as a loop without end."""
_MAX_COUNTED_CHARS = 80  # the same for a repetition of a single character
_SAMPLES = "0 \n\r\tAaZz_中国é!<>\"'/=;:,.&-()[]{}年月日\u3000\x00\x80"
_MAX_STATES = 4000

Parsed = Iterable[tuple[Any, Any]]


class TooLarge(Exception):
    """The expression has too many states. It is a list of words without a loop, most probably."""


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
        tests = {"DIGIT": str.isdecimal, "SPACE": str.isspace, "WORD": lambda c: c.isalnum() or c == "_"}
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
            _samples(tree, self.flags),
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
        if len(self.nodes) > 4 * _MAX_STATES:
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


def _samples(tree: Any, flags: int) -> list[str]:
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


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@dataclass(slots=True)
class Automaton:
    """States with the mask of the characters that lead to them. State 0 is the beginning."""

    alphabet: list[str]
    groups: list[tuple[int, ...]]
    edges: list[dict[int, int]]  # by state: the next state and the characters that lead there
    twice: set[tuple[int, int]]  # edges that two different ways through the expression give
    done: set[tuple[int, int]]  # (state, group): can leave that atomic group; group -1: is a match
    searching: set[int]  # states before the match, of an expression that is searched for
    looks: set[int]  # groups that are lookaheads


def automaton(pattern: re.Pattern[Any], *, searches: bool, whole: bool) -> Automaton:
    """Return the automaton of an expression. Raises TooLarge.

    `searches`: a match may begin anywhere. `whole`: a match must reach the end of the text.
    """
    b = Builder(pattern)
    a = b.alphabet
    root = b.node()
    if searches:
        skip = b.node(a.any)
        b.nodes[skip].following = root
        b.move(root, skip)
    b.move(root, b.start)
    readers = [number for number, node in enumerate(b.nodes) if node.mask]
    outgoing = {number: _closure(b, b.nodes[number].following) for number in readers}
    outgoing[-1] = _closure(b, root)
    splits = {before for ways in outgoing.values() for _, before, _ in ways}
    classes = _partition(a, splits)
    states: dict[tuple[int, int], int] = {(-1, a.begin): 0}
    for number in readers:
        for each in classes:
            if b.nodes[number].mask & each:
                states[number, each] = len(states)
    if len(states) > _MAX_STATES:
        raise TooLarge
    made = Automaton(a.chars, [()] * len(states), [{} for _ in states], set(), set(), set(), b.looks)
    exits = {node: group for group, node in b.exits.items()}
    by_reader: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for (number, each), state in states.items():
        by_reader[number].append((each, state))
    for (number, each), state in states.items():
        made.groups[state] = b.nodes[number].groups if number >= 0 else ()
        if searches and number == skip:
            made.searching.add(state)
        for (target, before, after), count in outgoing[number].items():
            if not before & each:
                continue
            if target in exits:
                made.done.add((state, exits[target]))
            if target == b.accept and not whole and after == a.all:
                made.done.add((state, -1))
            for last, reached in by_reader.get(target, ()):
                if label := b.nodes[target].mask & after & last:
                    made.edges[state][reached] = made.edges[state].get(reached, 0) | label
                    if count > 1:
                        made.twice.add((state, reached))
    never_fails = set(range(len(states))) - _may_fail(b, states, outgoing, whole)
    made.done |= {(state, -1) for state in never_fails}
    for state, group in made.done:
        if group == -1 and not (set(made.groups[state]) & b.looks):
            made.edges[state] = {}  # is a match: whatever follows, the matcher need not try another way
        elif group in b.looks:
            inside = {t: label for t, label in made.edges[state].items() if group not in made.groups[t]}
            made.edges[state] = inside
    return made


def _may_fail(
    b: Builder,
    states: dict[tuple[int, int], int],
    outgoing: dict[int, dict[tuple[int, int, int], int]],
    whole: bool,
) -> set[int]:
    """Return all states but those that read any rest of the text and are a match at its end: `.*` with re.S."""
    every, end = b.alphabet.all, b.alphabet.end
    kept = set()
    for (number, _), state in states.items():
        ways = outgoing[number]
        loops = number >= 0 and b.nodes[number].mask == b.alphabet.any and (number, every, every) in ways
        ends = any(target == b.accept and before == every and after & end for target, before, after in ways)
        if not (whole and loops and ends):
            kept.add(state)
    return kept


def _closure(b: Builder, start: int) -> dict[tuple[int, int, int], int]:
    """Return what is reached without reading, with the conditions on the way, and whether by one way or by more (2)."""
    every = b.alphabet.all
    counts: dict[tuple[int, int, int], int] = {(start, every, every): 1}
    todo = [(start, every, every)]
    while todo:
        number, before, after = todo.pop()
        for target, needs_before, needs_after in b.nodes[number].moves:
            key = (target, before & needs_before, after & needs_after)
            if not (key[1] and key[2]) or counts.get(key, 0) >= 2:
                continue
            counts[key] = counts.get(key, 0) + 1
            if counts[key] == 1 or b.nodes[target].mask == 0:
                todo.append(key)
    return counts


def _partition(a: Alphabet, masks: set[int]) -> list[int]:
    """Return the classes of characters that no mask separates."""
    by_signature: defaultdict[tuple[bool, ...], int] = defaultdict(int)
    ordered = sorted(masks)
    for i in range(len(a.chars)):
        by_signature[tuple(bool(mask >> i & 1) for mask in ordered)] |= 1 << i
    return list(by_signature.values())
