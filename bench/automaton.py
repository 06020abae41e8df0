"""Turn a regular expression into an automaton without empty moves, for `bench.ambiguity`.

A state stands for a character of the expression that was matched last, and for what later conditions ask of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from bench.alphabet import Alphabet
from bench.expression import MAX_STATES, Builder, TooLarge

__all__ = ["Automaton", "TooLarge", "automaton"]


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
    if len(states) > MAX_STATES:
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
