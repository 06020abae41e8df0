"""One archive fills from a pywb over the files of another; both verify: `make test-replay`."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.fetch.archive_client import Part
from crawler.intake.backfill.archives import cdx
from crawler.model import Capture, Ending
from tests.archive.foreign import article
from tests.archive.held import faults
from tests.conftest import SITE, URL, Clock, a_capture
from tests.intake.backfill.conftest import LIST, fills, list_page, title
from tests.replay.test_pywb import replaying


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """An archive with a list and a report, which has changed between its crawls; the last capture is a revisit."""
    folder, clock = tmp_path / "first", Clock()
    pages: list[list[tuple[str, bytes]]] = [
        [(LIST, list_page((URL, title(2022)))), (URL, article("甲"))],
        [(LIST, list_page((URL, title(2022)))), (URL, article("乙"))],
        [(URL, article("乙"))],
    ]
    for crawl in pages:
        clock.forward(days=40)
        with Archive.create(folder, clock=clock) as archive:
            for url, payload in crawl:
                archive.record(a_capture(url, payload, at=clock(), Content_Type="text/html; charset=utf-8"))
    return folder


@pytest.mark.parametrize("kind", ["cdx", "memento"])
def test_an_archive_fills_from_a_pywb_over_another(
    kind: str, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_INDEX", "_CAPTURES"):
        monkeypatch.setattr(cdx, name, Part(name=name, gap=0.0))
    clock = Clock()
    clock.forward(days=200)
    with replaying(first, tmp_path / "pywb") as base:
        port = int(base.split(":")[2].partition("/")[0])
        address = "http://pywb.example.org/fazhi"
        words = f"cdx {address}/cdx" if kind == "cdx" else f"memento {address}/timemap/link/"
        connect_to = {"pywb.example.org:80": ("127.0.0.1", port)}
        seen = fills(tmp_path / "second", clock, SITE, [words], connect_to)
    assert seen.of(Ending.NEW)
    assert len(seen.of(Ending.REVISED)) == 1
    assert [*seen.of(Ending.FAILED), *seen.of(Ending.SKIPPED)] == []
    with Archive.read(tmp_path / "second") as reader:
        (report,) = reader.reports()
        history = reader.history(report.id or "")
        assert [row.origin for row in history] == ["memento", "memento"]
        assert report.body.endswith("乙")
        got = [_served(reader.capture_numbered(each.number)) for each in reader.captures_at(URL)]
    with Archive.read(first) as reader:
        had = [_served(reader.capture_numbered(each.number)) for each in reader.captures_at(URL)]
    assert set(got) == set(had)
    assert faults(first, deep=True) == faults(tmp_path / "second", deep=True) == []


def _served(capture: Capture) -> tuple[str, bytes]:
    return capture.url, capture.payload
