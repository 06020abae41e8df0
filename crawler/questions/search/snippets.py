"""The places of a text that a search shows: a stretch of a paragraph around what was found, with the marks in it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from crawler.field.search_tokens import Phrase, lower

AROUND_CHARS = 24
"""Characters shown before and behind what was found."""

MAX_SNIPPETS = 3
_MAX_PLACES = 50  # of one phrase in one text that are looked at


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a text. Offsets are characters into the body; `marks`: what was found, as (start, end)."""

    start: int
    end: int
    text: str
    marks: tuple[tuple[int, int], ...]


def places(
    text: str, phrases: Iterable[Phrase], spans: Iterable[tuple[int, int]] | None = None
) -> list[tuple[int, int]]:
    """Return where phrases are in a text, as (start, end), sorted, none within another. `spans`: only within these."""
    phrases = tuple(phrases)
    small = lower(text) if any(phrase.has_case for phrase in phrases) else text
    within = [(0, len(text))] if spans is None else list(spans)
    found: set[tuple[int, int]] = set()
    for phrase in phrases:
        for start, end in within:
            matches = phrase.pattern.finditer(small, start, end)
            found.update(match.span() for match in islice(matches, _MAX_PLACES))
    return list(_outermost(sorted(found, key=lambda each: (each[0], -each[1]))))


def _outermost(found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield spans in order; those that overlap become one."""
    start, end = -1, -1
    for left, right in found:
        if left < end:
            end = max(end, right)
            continue
        if end > 0:
            yield start, end
        start, end = left, right
    if end > 0:
        yield start, end


def snippets_of(
    body: str, phrases: Sequence[Phrase], spans: Sequence[tuple[int, int]] | None = None
) -> tuple[Snippet, ...]:
    """Return the stretches of a body with the most different finds of phrases, in their order. `spans`: only within these.

    The finds of a single phrase without letters of two cases do not differ: the first stretches are taken, and the rest of
    the body is not read.
    """
    if len(phrases) > 1 or phrases[0].has_case:
        return snippets(body, places(body, phrases, spans))
    within = [(0, len(body))] if spans is None else sorted(spans)
    found = (match.span() for start, end in within for match in phrases[0].pattern.finditer(body, start, end))
    return tuple(islice(_stretches(body, islice(found, _MAX_PLACES)), MAX_SNIPPETS))


def snippets(body: str, found: list[tuple[int, int]], number: int = MAX_SNIPPETS) -> tuple[Snippet, ...]:
    """Return the stretches of a body with the most different finds, in their order. `found`: from `places`."""
    stretches = list(_stretches(body, found))
    best = heapq.nlargest(
        number, range(len(stretches)), key=lambda each: (_distinct(body, stretches[each]), -each)
    )
    return tuple(stretches[each] for each in sorted(best))


def _distinct(body: str, snippet: Snippet) -> int:
    return len({body[start:end] for start, end in snippet.marks})


def _stretches(body: str, found: Iterable[tuple[int, int]]) -> Iterator[Snippet]:
    """Yield stretches that do not overlap: finds of one paragraph that are near each other share one."""
    group: list[tuple[int, int]] = []
    for span in found:
        if group and (span[0] - group[-1][1] > AROUND_CHARS or "\n" in body[group[-1][1] : span[0]]):
            yield _stretch(body, group)
            group = []
        group.append(span)
    if group:
        yield _stretch(body, group)


def _stretch(body: str, marks: list[tuple[int, int]]) -> Snippet:
    first, last = marks[0][0], marks[-1][1]
    start = max(first - AROUND_CHARS, body.rfind("\n", 0, first) + 1)
    paragraph_end = body.find("\n", last)
    end = min(last + AROUND_CHARS, len(body) if paragraph_end < 0 else paragraph_end)
    return Snippet(start, end, body[start:end], tuple(marks))
