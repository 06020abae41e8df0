"""Find texts that are nearly the same: their simhashes differ in few bits, and their lengths differ little.

A text that is stored notes such a one; they are never merged. `questions.near_copies` finds more, among all texts.
Two 64-bit hashes that differ in at most 3 bits agree in at least one of their four 16-bit bands (Manku, Jain and Das
Sarma, 2007), and the bands are indexed.
"""

from __future__ import annotations

from crawler.field.fingerprint import distance

MAX_DISTANCE_BITS = 3
"""Greatest number of bits, of 64, in which the simhashes of nearly equal texts differ."""

MIN_LENGTH_RATIO = 0.9
"""Least length of the shorter text, as a share of the length of the longer, in characters."""


def distance_if_near(one: str, other: str) -> int | None:
    """Return the distance of two simhashes in bits; None if it is more than MAX_DISTANCE_BITS."""
    bits = distance(one, other)
    return bits if bits <= MAX_DISTANCE_BITS else None


def is_similar_length(one: int, other: int) -> bool:
    """Whether two lengths differ little, by MIN_LENGTH_RATIO."""
    return min(one, other) >= MIN_LENGTH_RATIO * max(one, other)
