"""Find pairs of texts that may be near copies, among any number of texts, in bounded memory.

A sample of each text's clause hashes is written to a temporary SQLite database, which is on the disk where it is large.
If a share of MIN_SAMPLE_SHARE of a text's sample stands in another text, then at least one of the rarest hashes of the
sample does (prefix filter: Chaudhuri, Ganti and Kaushik, 2006). Only these are looked up, so stock phrases, which stand
in thousands of texts, cost nothing.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing

from crawler.questions.near_copies.clauses import clause_hash

SAMPLE_MASK = 3
"""A clause is in the sample if these bits of its hash are 0: one clause of four."""

MIN_SAMPLE_SHARE = 0.5
"""Least share of the smaller sample that a candidate shares. Below that of near copies, as samples are uneven."""

MAX_HOLDERS = 200
"""Texts that are looked up for one hash. Of more, only the next ones: each of a thousand copies has these partners."""

_CACHE_KIB = 64 * 1024
_SCHEMA = """
    CREATE TABLE texts (id INTEGER PRIMARY KEY, sampled INTEGER NOT NULL);
    CREATE TABLE marks (hash INTEGER NOT NULL, text INTEGER NOT NULL);
"""
_KEEP_SHARED = """
    CREATE INDEX marks_by_hash ON marks (hash, text);
    CREATE TABLE shared (hash INTEGER PRIMARY KEY, holders INTEGER NOT NULL);
    INSERT INTO shared SELECT hash, count(*) FROM marks GROUP BY hash HAVING count(*) > 1;
    CREATE TABLE posts (text INTEGER, holders INTEGER, hash INTEGER, PRIMARY KEY (text, holders, hash)) WITHOUT ROWID;
    INSERT INTO posts SELECT text, holders, hash FROM marks JOIN shared USING (hash) ORDER BY text, holders, hash;
"""
_PREFIX = "SELECT hash, holders FROM posts WHERE text = ? ORDER BY holders, hash LIMIT ?"
_HOLDERS = "SELECT text FROM marks WHERE hash = ? AND text != ?"
_NEXT_HOLDERS = "SELECT text FROM marks WHERE hash = ? AND text > ? ORDER BY text LIMIT ?"
_HASHES = "SELECT hash FROM posts WHERE text = ?"


class Candidates:
    """Texts by number. Add all of them, then iterate over `pairs`."""

    def __init__(self) -> None:
        self._driver = sqlite3.connect("", isolation_level=None)  # a temporary database without a name
        self._driver.executescript(f"PRAGMA cache_size = -{_CACHE_KIB}; {_SCHEMA}")
        self._driver.execute("BEGIN")

    def close(self) -> None:
        """Remove the temporary database."""
        self._driver.close()

    def add(self, number: int, clauses: Iterable[str]) -> None:
        """Add a text by its number, which is larger than those before, and its clauses."""
        sample = {mark for clause in clauses if not (mark := clause_hash(clause)) & SAMPLE_MASK}
        self._driver.execute("INSERT INTO texts VALUES (?, ?)", (number, len(sample)))
        self._driver.executemany("INSERT INTO marks VALUES (?, ?)", ((mark, number) for mark in sample))

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers of two texts that may be near copies, the smaller number first, each pair once."""
        self._driver.executescript(_KEEP_SHARED)  # commits first
        sampled = dict(self._driver.execute("SELECT id, sampled FROM texts"))
        with closing(self._driver.execute("SELECT DISTINCT text FROM posts ORDER BY text")) as texts:
            for (number,) in texts:
                yield from self._pairs_of(number, sampled)

    def _pairs_of(self, number: int, sampled: dict[int, int]) -> Iterator[tuple[int, int]]:
        """Yield the pairs of a text with those whose sample is larger, or as large and which come later."""
        own = {mark for (mark,) in self._driver.execute(_HASHES, (number,))}
        least = math.ceil(MIN_SAMPLE_SHARE * sampled[number])
        rarest = len(own) - least + 1  # of those that other texts have; the others cannot be shared
        if rarest < 1:
            return
        found: Counter[int] = Counter()
        for mark, holders in self._driver.execute(_PREFIX, (number, rarest)).fetchall():
            found.update(other for (other,) in self._holders(mark, holders, number))
        for other in sorted(found):
            if (sampled[number], number) < (sampled[other], other) and self._shared(own, other) >= least:
                yield min(number, other), max(number, other)

    def _holders(self, mark: int, holders: int, number: int) -> Iterator[tuple[int]]:
        if holders <= MAX_HOLDERS:
            return self._driver.execute(_HOLDERS, (mark, number))
        return self._driver.execute(_NEXT_HOLDERS, (mark, number, MAX_HOLDERS))

    def _shared(self, own: set[int], other: int) -> int:
        return sum(mark in own for (mark,) in self._driver.execute(_HASHES, (other,)))
