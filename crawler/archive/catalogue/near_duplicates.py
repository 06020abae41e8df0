"""Texts that are nearly the same: simhashes that differ in few bits, lengths that differ little. Offered, never merged.

Two 64-bit hashes that differ in at most 3 bits agree in at least one of their four 16-bit bands (Manku, Jain and Das
Sarma, 2007), and the bands are indexed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from crawler.archive.catalogue.models import VersionRow
from crawler.field.fingerprint import bands, distance

NEAR = 3  # bits of 64
NEAR_LENGTH = 0.9  # the shorter must have this share of the longer's characters


class Pair(NamedTuple):
    """Two reports that are probably one."""

    one: VersionRow
    other: VersionRow
    bits: int  # in which their simhashes differ


def near(one: str, other: str) -> int | None:
    """The bits in which two simhashes differ, where they are few."""
    bits = distance(one, other)
    return bits if bits <= NEAR else None


def alike(one: int, other: int) -> bool:
    """Whether two lengths differ little."""
    return min(one, other) >= NEAR_LENGTH * max(one, other)


def probably_same(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Whether two texts, each as its simhash and its length in characters, are offered as one."""
    return near(one[0], other[0]) is not None and alike(one[1], other[1])


def pairs(versions: Sequence[VersionRow]) -> list[Pair]:
    """The pairs among texts, one of each report, the nearest first."""
    found = (
        Pair(one, other, bits)
        for one, other in _candidates(versions)
        if (bits := near(one.simhash, other.simhash)) is not None and alike(len(one.body), len(other.body))
    )
    return sorted(found, key=lambda pair: (pair.bits, pair.one.report_id, pair.other.report_id))


def _candidates(versions: Iterable[VersionRow]) -> Iterator[tuple[VersionRow, VersionRow]]:
    """Each pair that shares a band, once."""
    shelves: dict[tuple[int, int], list[VersionRow]] = {}
    for version in versions:
        for shelf in enumerate(bands(version.simhash)):
            shelves.setdefault(shelf, []).append(version)
    seen: set[tuple[int, int]] = set()
    for neighbours in shelves.values():
        for one, other in combinations(neighbours, 2):
            key = (min(one.id, other.id), max(one.id, other.id))
            if key not in seen:
                seen.add(key)
                yield (one, other) if one.report_id < other.report_id else (other, one)
