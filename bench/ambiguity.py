"""Decide whether a regular expression can take more than linear time, and give a text on which it does.

The backtracking of `re` tries every way to read a text. Two loops that read the same text one after the other can share it
out in as many ways as it is long; a loop that has two ways to read the same text has exponentially many. That is decided on
the automaton of the expression (A. Weber and H. Seidl, "On the degree of ambiguity of finite automata", 1991), not timed.
An expression that is searched for has a first loop: the characters before the match.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bench.automaton import Automaton, TooLarge, automaton

_S = TypeVar("_S", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Two ways to read a text: `prefix`, which leads to `state`, then `pump` any number of times."""

    state: int
    pump: str
    exponential: bool = False
    prefix: str = ""


def ambiguity(pattern: re.Pattern[Any], *, searches: bool, whole: bool) -> Ambiguity | None:
    """Return how an expression is ambiguous; None if its time is linear in the length of the text.

    `searches`: a match may begin anywhere. `whole`: a match must reach the end of the text.
    """
    try:
        made = automaton(pattern, searches=searches, whole=whole)
    except TooLarge:
        return None
    atomic = {group for groups in made.groups for group in groups} - made.looks
    parts = (made, *(_within(made, group) for group in sorted(atomic)))
    found = next(filter(None, map(_of, parts)), None)
    return found and replace(found, prefix=_way(made, found.state))


def _within(made: Automaton, group: int) -> Automaton:
    """Return the automaton of an atomic group alone. Its first match is kept, so nothing is tried again after one."""
    inside = {state for state, groups in enumerate(made.groups) if group in groups}
    ended = {state for state, left in made.done if left == group}
    edges = [
        {t: label for t, label in reached.items() if t in inside} if s in inside - ended else {}
        for s, reached in enumerate(made.edges)
    ]
    groups = [each[each.index(group) + 1 :] if group in each else () for each in made.groups]
    return replace(made, edges=edges, groups=groups, searching=set(), done=set())


def _of(made: Automaton) -> Ambiguity | None:
    components = _components(made)
    looping = [
        state for state in range(len(made.edges)) if state in made.edges[state] or len(components[state]) > 1
    ]
    return _exponential(made, looping, components) or _polynomial(made, looping, components)


def _counts(made: Automaton, p: int, q: int) -> bool:
    """Whether a failure after q makes the matcher try p's other ways: not after it has left an atomic group of p's."""
    return made.looks.issuperset(made.groups[p]) and set(made.groups[p]).issubset(made.groups[q])


def _exponential(made: Automaton, looping: list[int], components: list[frozenset[int]]) -> Ambiguity | None:
    for p in looping:
        if p in made.searching or not _counts(made, p, p):
            continue
        for s, t in made.twice:
            if s in components[p] and t in components[p] and t in made.edges[s]:
                back = _word(made, (t,), (s,), _alone(made)) or ""
                return Ambiguity(s, _char(made, made.edges[s][t]) + back, exponential=True)
    for own in {components[p] for p in looping if p not in made.searching and _counts(made, p, p)}:
        if found := _two_ways(made, own):
            return found
    return None


def _two_ways(made: Automaton, own: frozenset[int]) -> Ambiguity | None:
    """Return how a loop reads one text in two ways: the pairs of states that the ways are in lead from equal to unequal and back."""

    def together(x: tuple[int, int]) -> Iterator[tuple[int, int]]:
        for y, label in made.edges[x[0]].items():
            if y in own:
                for z, other in made.edges[x[1]].items():
                    if z in own and label & other:
                        yield (y, z)

    for pairs in set(components_of([(p, p) for p in own], together).values()):
        equal = next((x for x in pairs if x[0] == x[1]), None)
        unequal = next((x for x in pairs if x[0] != x[1]), None)
        if equal and unequal:
            there, again = (
                _word(made, first, last, together) or ""
                for first, last in ((equal, unequal), (unequal, equal))
            )
            return Ambiguity(equal[0], there + again, exponential=True)
    return None


def _polynomial(made: Automaton, looping: list[int], components: list[frozenset[int]]) -> Ambiguity | None:
    for p in looping:
        for q in looping:
            if components[p] == components[q] or q in made.searching or not _counts(made, p, q):
                continue
            first, last = components[p], components[q]

            def together(
                x: tuple[int, int, int], first: frozenset[int] = first, last: frozenset[int] = last
            ) -> Iterator[tuple[int, int, int]]:
                for z, read in made.edges[x[2]].items():
                    if z in last:
                        for y, label in made.edges[x[1]].items():
                            if common := read & label:  # before the third loop, which is the most of the time
                                for w, other in made.edges[x[0]].items():
                                    if w in first and common & other:
                                        yield (w, y, z)

            pump = _word(made, (p, p, q), (p, q, q), together)
            if pump:
                return Ambiguity(p, pump)
    return None


def _word(
    made: Automaton,
    start: tuple[int, ...],
    goal: tuple[int, ...],
    following: Callable[[Any], Iterator[tuple[int, ...]]],
) -> str | None:
    """Return the shortest text that leads all states of `start` to those of `goal` at once; None if there is none."""
    if start == goal and len(start) == 1:
        return ""
    came_from: dict[tuple[int, ...], tuple[tuple[int, ...], str]] = {}
    todo = deque([start])
    while todo:
        here = todo.popleft()
        for there in following(here):
            if there in came_from:
                continue
            label = -1
            for a, b in zip(here, there, strict=True):
                label &= made.edges[a][b]
            if not label:
                continue
            came_from[there] = (here, _char(made, label))
            if there == goal:
                return _spelled(came_from, start, goal)
            todo.append(there)
    return None


def _spelled(
    came_from: dict[tuple[int, ...], tuple[tuple[int, ...], str]],
    start: tuple[int, ...],
    goal: tuple[int, ...],
) -> str:
    chars: list[str] = []
    here = goal
    while True:
        here, char = came_from[here]
        chars.append(char)
        if here == start:
            return "".join(reversed(chars))


def _way(made: Automaton, state: int) -> str:
    """Return the shortest text that leads from the beginning to a state."""
    return _word(made, (0,), (state,), _alone(made)) or ""


def _alone(made: Automaton) -> Callable[[tuple[int]], Iterator[tuple[int]]]:
    return lambda x: ((y,) for y in made.edges[x[0]])


def _char(made: Automaton, label: int) -> str:
    return made.alphabet[(label & -label).bit_length() - 1]


def _components(made: Automaton) -> list[frozenset[int]]:
    found = components_of(range(len(made.edges)), lambda state: made.edges[state])
    return [found[state] for state in range(len(made.edges))]


def components_of(roots: Iterable[_S], following: Callable[[_S], Iterable[_S]]) -> dict[_S, frozenset[_S]]:
    """Return the strongly connected component of each node that the roots lead to (R. Tarjan, without recursion)."""
    index: dict[_S, int] = {}
    low: dict[_S, int] = {}
    stack: list[_S] = []
    found: dict[_S, frozenset[_S]] = {}
    for root in roots:
        work: list[tuple[_S, Iterator[_S]]] = []
        if root not in index:
            work.append(_entered(root, index, low, stack, following))
        while work:
            node, rest = work[-1]
            after = next((each for each in rest if each not in found), None)
            if after is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = frozenset(stack[stack.index(node) :])
                    del stack[-len(component) :]
                    found |= dict.fromkeys(component, component)
            elif after in index:
                low[node] = min(low[node], index[after])
            else:
                work.append(_entered(after, index, low, stack, following))
    return found


def _entered(
    node: _S,
    index: dict[_S, int],
    low: dict[_S, int],
    stack: list[_S],
    following: Callable[[_S], Iterable[_S]],
) -> tuple[_S, Iterator[_S]]:
    index[node] = low[node] = len(index)
    stack.append(node)
    return node, iter(following(node))
