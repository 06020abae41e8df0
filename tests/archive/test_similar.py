"""Precision and recall of `reports --similar`: pairs of nearly equal texts that are probably one report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.similar import made_set, score
from crawler.archive import Archive
from crawler.cli import main
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]


def test_what_is_offered_is_right_and_small_edits_are_found() -> None:
    """Lower bounds of the figures in docs/archive.md."""
    found = score(made_set())
    assert found.wrong == 0
    assert found.precision == 1.0
    assert found.recall > 0.35  # of all pairs, including those of two heavily changed texts
    assert found.by_kind["1 edits"][0] >= 18
    assert sum(number for _, number in found.by_kind.values()) == 7 * 23


def keep(archive: Archive, clock: Clock, url: str, body: str) -> str:
    capture = a_capture(url, body.encode(), at=clock())
    archive.record(capture)
    return archive.store(a_report(body), capture, SITE).report_id or ""


def test_pairs_are_listed_the_nearest_first(
    opened: Opener,
    folder: Path,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with opened() as archive:
        one = keep(archive, clock, URL, BODY)
        other = keep(archive, clock, URL + "2", BODY.replace("第7项", "第8项"))
        keep(archive, clock, URL + "3", "另一篇报告的内容。" * 100)
    words = ["fazhi", "reports", "--similar", "--json", "--archive", str(folder)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit):
        main()
    (pair,) = json.loads(capsys.readouterr().out)
    assert {pair["one"], pair["other"]} == {one, other}
    assert pair["bits"] <= 3
