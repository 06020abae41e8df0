"""Positions of tokens as a row of the index in PostgreSQL has them. Whether searches find by them is tested with a server."""

from __future__ import annotations

from crawler.archive.fulltext.database.postings import positions_of, read, weight, within, written
from crawler.archive.fulltext.database.tables import key_of


def test_positions_come_back_as_they_were_written() -> None:
    numbers = [0, 2, 5, 9, 7, 1, 2**32 - 1]
    assert [(place, list(positions)) for place, positions in read(written(numbers))] == [
        (0, [5, 9]),
        (7, [2**32 - 1]),
    ]
    assert written([1]) == b"\x01\0\0\0"


def test_tokens_that_follow_each_other_in_a_column_have_positions_that_do() -> None:
    sections = [{"kind": "problems", "title": "", "start": 4, "end": 8}]
    positions = positions_of("行政复议", "行政复议行政复议", sections)
    assert [len(positions[token]) for token in ("行政", "政复", "复议")] == [3, 3, 3]
    assert [b - a for a, b in zip(positions["行政"], positions["政复"], strict=True)] == [1, 1, 1]
    (in_problems,) = within(positions["行政"], "problems")
    assert in_problems in positions["行政"]
    assert len(within(positions["行政"], "plans")) == 0
    assert weight(positions["行政"]) == 12.0


def test_a_very_long_word_is_a_key_that_an_index_takes() -> None:
    assert key_of("法治") == "法治"
    assert len(key_of("a" * 100_000)) < 100
    assert key_of("a" * 1000) != key_of("a" * 1001)
