"""Find texts that are nearly the same: their simhashes differ in few bits, and their lengths differ little.

Such pairs are shown to the user as probably one report; they are never merged.
Two 64-bit hashes that differ in at most 3 bits agree in at least one of their four 16-bit bands (Manku, Jain and Das
Sarma, 2007), and the bands are indexed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from crawler.archive.catalogue.models import VersionRow
from crawler.field.fingerprint import bands, distance

MAX_DISTANCE_BITS = 3
"""Greatest number of bits, of 64, in which the simhashes of nearly equal texts differ."""

MIN_LENGTH_RATIO = 0.9
"""Least length of the shorter text, as a share of the length of the longer, in characters."""


class Pair(NamedTuple):
    """Versions of two reports that are probably one report."""

    one: VersionRow
    other: VersionRow
    bits: int  # number of bits in which their simhashes differ


def distance_if_near(one: str, other: str) -> int | None:
    """Return the distance of two simhashes in bits; None if it is more than MAX_DISTANCE_BITS."""
    bits = distance(one, other)
    return bits if bits <= MAX_DISTANCE_BITS else None


def is_similar_length(one: int, other: int) -> bool:
    """Whether two lengths differ little, by MIN_LENGTH_RATIO."""
    return min(one, other) >= MIN_LENGTH_RATIO * max(one, other)


def probably_same(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Whether two texts, each given as simhash and length in characters, are nearly the same."""
    return distance_if_near(one[0], other[0]) is not None and is_similar_length(one[1], other[1])


def pairs(versions: Sequence[VersionRow]) -> list[Pair]:
    """Return the nearly equal pairs among versions of different reports, the nearest first."""
    found = (
        Pair(one, other, bits)
        for one, other in _candidates(versions)
        if (bits := distance_if_near(one.simhash, other.simhash)) is not None
        and is_similar_length(len(one.body), len(other.body))
    )
    return sorted(found, key=lambda pair: (pair.bits, pair.one.report_id, pair.other.report_id))


def _candidates(versions: Iterable[VersionRow]) -> Iterator[tuple[VersionRow, VersionRow]]:
    """Yield each pair that shares a band, once. Versions without a text are like no other."""
    by_band: dict[tuple[int, int], list[VersionRow]] = {}
    for version in (each for each in versions if each.unread is None):
        for band in enumerate(bands(version.simhash)):
            by_band.setdefault(band, []).append(version)
    seen: set[tuple[int, int]] = set()
    for sharing in by_band.values():
        for one, other in combinations(sharing, 2):
            key = (min(one.id, other.id), max(one.id, other.id))
            if key not in seen:
                seen.add(key)
                yield (one, other) if one.report_id < other.report_id else (other, one)
