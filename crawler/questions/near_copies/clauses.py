"""Measure how much of one text stands in another, by clauses and by runs of characters. Pure functions.

A clause is what stands between two marks of punctuation. An edit changes one clause or two, a cut loses those behind it,
a copy in another frame keeps nearly all. Next year's report keeps the words of many clauses and changes their figures.
White space, marks and differences of width do not count.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

_CLAUSE = re.compile(r"[^,;:。、!?\n]+")
_NOT_WORD = re.compile(r"\W+")
_MIN_CLAUSE_LENGTH = 4  # characters; shorter ones, such as 一是 or a number, stand in every report
_SHINGLE_LENGTH = 4  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedParagraph:
    """A paragraph that stands in two texts: its offsets in each body, in characters, and how it reads in the first."""

    one: tuple[int, int]
    other: tuple[int, int]
    text: str


def clauses(body: str) -> Counter[str]:
    """Return the clauses of a body and how often each occurs, without white space, marks and differences of width."""
    folded = (_folded(clause) for clause in _CLAUSE.findall(unicodedata.normalize("NFKC", body)))
    return Counter(clause for clause in folded if len(clause) >= _MIN_CLAUSE_LENGTH)


def clause_hash(clause: str) -> int:
    """Return a signed 64-bit hash of a clause, the same on every machine (BLAKE2b)."""
    digest = hashlib.blake2b(clause.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def size(held: Counter[str]) -> int:
    """Return the length of the clauses together, in characters."""
    return sum(len(clause) * count for clause, count in held.items())


def shingles(body: str) -> Counter[str]:
    """Return the runs of four characters of a body, and how often each occurs."""
    text = _folded(body)
    return Counter(text[at : at + _SHINGLE_LENGTH] for at in range(len(text) - _SHINGLE_LENGTH + 1))


def contained_share(one: Counter[str], other: Counter[str]) -> float:
    """Return how much of the smaller text stands in the larger: shared clauses or shingles by length, 0.0 to 1.0."""
    smaller = min(size(one), size(other))
    shared = sum(len(part) * min(count, other[part]) for part, count in one.items() if part in other)
    return shared / smaller if smaller else 0.0


def shared_paragraphs(one: str, other: str) -> tuple[SharedParagraph, ...]:
    """Return the paragraphs of one body that stand in the other too, apart from white space, marks and width.

    In the order of the first body. A paragraph that occurs twice in both is paired twice.
    """
    places: dict[str, list[tuple[int, int]]] = {}
    for start, end in reversed(_paragraph_places(other)):
        places.setdefault(_folded(other[start:end]), []).append((start, end))
    found = []
    for start, end in _paragraph_places(one):
        key = _folded(one[start:end])
        if len(key) >= _MIN_CLAUSE_LENGTH and places.get(key):
            found.append(SharedParagraph(one=(start, end), other=places[key].pop(), text=one[start:end]))
    return tuple(found)


def _folded(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text))


def _paragraph_places(body: str) -> list[tuple[int, int]]:
    """Return start and end of each paragraph of a body, without the newline."""
    places, start = [], 0
    for paragraph in body.split("\n"):
        places.append((start, start + len(paragraph)))
        start += len(paragraph) + 1
    return places
