"""Compare two paragraphs: the parts that both have, in order, and what stands between them on each side.

Chinese has no spaces between words. The units are single characters, but a number with its unit, or a word in Latin letters, is
one: `1200件` that became `1300件` is one change of a figure, not of a digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rapidfuzz.distance import Indel

MAX_UNITS = 2_000
"""Units of a paragraph that are compared one by one. The time grows with their product; a longer paragraph is compared by its
sentences."""

_UNIT = re.compile(r"[0-9]+(?:[.,][0-9]+)*(?:%|‰|万|亿)?|[A-Za-z]+|[0-9]|.", re.S)
_SENTENCE = re.compile(r"[^。；;!！?？]*[。；;!！?？]?", re.S)
_MIN_KEPT = 2
"""Units of a part that both have. A single character between two changes only makes them hard to read."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of two paragraphs. `old` and `new` are equal, or what one has in the place of the other's; one may be empty."""

    old: str
    new: str

    @property
    def same(self) -> bool:
        """Whether both paragraphs have it."""
        return self.old == self.new


def spans(old: str, new: str) -> tuple[Span, ...]:
    """Return the parts of two paragraphs in order. Together their `old` are the old one, their `new` the new one."""
    if old == new:
        return (Span(old, new),) if old else ()
    a, b = _UNIT.findall(old), _UNIT.findall(new)
    if max(len(a), len(b)) > MAX_UNITS:  # a page without paragraphs
        a, b = _SENTENCE.findall(old), _SENTENCE.findall(new)
    start = _common(a, b)
    end = _common(a[start:][::-1], b[start:][::-1])
    middle = (a[start : len(a) - end], b[start : len(b) - end])
    found = [Span("".join(a[:start]), "".join(b[:start])), *_between(*middle)]
    tail = "".join(a[len(a) - end :])
    return tuple(_joined([*found, Span(tail, tail)]))


def similarity(old: str, new: str, at_least: float = 0.0) -> float:
    """Return the share of characters that two paragraphs have in common in order, 0 to 1; 0 if it is below `at_least`."""
    return Indel.normalized_similarity(old, new, score_cutoff=at_least)


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the number of equal units at the beginning."""
    number = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        number += 1
    return number


def _between(a: Sequence[str], b: Sequence[str]) -> Iterator[Span]:
    """Yield the parts of what is left between a common beginning and a common end."""
    if not a or not b or max(len(a), len(b)) > MAX_UNITS:
        yield Span("".join(a), "".join(b))
        return
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    at_a = at_b = 0
    for block in matcher.get_matching_blocks():
        if block.size and block.size < _MIN_KEPT and not (block.a == at_a and block.b == at_b):
            continue  # the next block, or the end, takes it as changed
        yield Span("".join(a[at_a : block.a]), "".join(b[at_b : block.b]))
        kept = "".join(a[block.a : block.a + block.size])
        yield Span(kept, kept)
        at_a, at_b = block.a + block.size, block.b + block.size


def _joined(found: list[Span]) -> Iterator[Span]:
    """Yield the parts without empty ones; neighbours of one kind are one."""
    last: Span | None = None
    for each in found:
        if not each.old and not each.new:
            continue
        if last is not None and last.same == each.same:
            last = Span(last.old + each.old, last.new + each.new)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
