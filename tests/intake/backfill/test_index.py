"""What indexes answer: rows in any of the forms, single rows that cannot be used, and what is no index's answer at all."""

from __future__ import annotations

import json

import pytest

from crawler.intake.backfill.index import NotAnIndex, read_answer
from tests.conftest import Clock
from tests.intake.backfill.conftest import Fill, kept
from tests.intake.backfill.web_archives import Reply, WebArchives

ROW = {"timestamp": "20180401000000", "url": "http://www.wuhan.gov.cn/", "status": "200"}

NO_INDEXES = [
    "[1, 2]",
    '[["a"], 5]',
    '[[["a"]], ["b"]]',
    '["ab", "cd"]',
    '[{"url": "a"}]',
    "[null]",
    '{"message": "Too many requests"}',
    "The index is being rebuilt, try again",
    "<html><title>503</title></html>",
    '[["timestamp","original"],["20180401000000"',
    json.dumps(ROW) + '\n{"timestamp": "2018',
    "[" * 100_000,
    '[["timestamp","original"],["20180401000000"]]',
]


@pytest.mark.parametrize("text", NO_INDEXES, ids=range(len(NO_INDEXES)))
def test_what_is_no_index_is_refused_whole(text: str, clock: Clock) -> None:
    with pytest.raises(NotAnIndex):
        read_answer(text, clock())


@pytest.mark.parametrize(
    "url", ["http://[::1/", "http://a:99999/", "http://me:secret@a.cn/", "ftp://a.cn/", "x"]
)
def test_a_row_that_cannot_be_used_is_counted_and_the_others_are_read(url: str, clock: Clock) -> None:
    answer, _ = read_answer("\n".join(map(json.dumps, (ROW, ROW | {"url": url}))), clock())
    assert (len(answer.rows), answer.impossible) == (1, 1)


def test_an_index_without_an_answer_is_asked_again_by_the_next_run(archives: WebArchives, fill: Fill) -> None:
    archives.captures = [kept()]
    archives.faults = [("/cdx/", Reply(200, b'{"message": "Too many requests"}'))]
    first = fill()
    assert first.filled_[0].counts.failed
    assert "no row of it has an address and a time" in first.messages[0]
    assert len(fill().outcomes) == 1
