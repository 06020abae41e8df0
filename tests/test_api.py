"""The library's face: one call that crawls, what may be imported, and that nothing of it prints."""

from __future__ import annotations

import inspect
import logging
import subprocess
import sys
import threading
from pathlib import Path, PurePath
from typing import Any

import pytest

from crawler import api
from crawler.api import (
    ArchiveLocked,
    ConfigError,
    CrawlerError,
    Ending,
    Outcome,
    Reader,
    Site,
    crawl,
    load_sources,
)
from crawler.archive import Archive
from tests.conftest import Clock

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "sources.yaml"
FIXTURES = ROOT / "tests" / "fixtures"


class OtherPath:
    """A path that is neither a str nor a Path."""

    def __init__(self, path: PurePath) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


@pytest.mark.parametrize("path", [str, Path, OtherPath])
def test_a_crawl_of_saved_pages_is_one_call_with_any_kind_of_path(folder: Path, path: Any) -> None:
    summary = crawl(path(SOURCES), path(folder), ids=["wuhan"], replay=path(FIXTURES))
    assert (summary.exit_status, summary.troubled, summary.ended_early) == (0, (), None)
    assert summary.counts[Ending.NEW] == sum(o.ending is Ending.NEW for o in summary.outcomes) > 0
    assert summary.counts[Ending.FAILED] == 0
    assert {outcome.site_id for outcome in summary.outcomes} == {"wuhan"}
    with Reader.read(path(folder)) as archive:
        assert len(list(archive.iter_reports(site="wuhan"))) == summary.counts[Ending.NEW]
    assert len(load_sources(path(SOURCES))) > 100


def test_a_second_crawl_finds_nothing_new(folder: Path) -> None:
    first, second = (crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES) for _ in range(2))
    assert second.counts[Ending.NEW] == 0
    assert second.counts[Ending.UNCHANGED] == first.counts[Ending.NEW]


def test_outcomes_are_handed_on_or_kept_and_never_both(folder: Path) -> None:
    kept = crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES, full=True).outcomes
    taken: list[Outcome] = []
    summary = crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES, full=True, on_outcome=taken.append)
    assert summary.outcomes == ()
    assert [outcome.url for outcome in taken] == [outcome.url for outcome in kept]
    assert sum(summary.counts.values()) == len(taken)


def test_sites_may_be_given_in_the_place_of_a_file(folder: Path) -> None:
    wuhan = next(site for site in load_sources(SOURCES) if site.id == "wuhan")
    given = crawl([wuhan], folder, replay=FIXTURES)
    assert {outcome.site_id for outcome in given.outcomes} == {"wuhan"}
    assert given.counts[Ending.NEW] > 0


def test_trouble_at_a_site_is_told_and_raises_nothing(folder: Path) -> None:
    refusing = FIXTURES / "forbidden"
    summary = crawl(refusing / "source.yaml", folder, replay=refusing)
    assert (summary.exit_status, summary.troubled, summary.ended_early) == (1, ("forbidden",), None)
    assert summary.counts[Ending.REFUSED] == 1


def test_a_crawl_with_a_limit_ends_in_order_and_the_next_one_goes_on(folder: Path) -> None:
    first = crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES, max_requests=3)
    assert first.exit_status == 0  # a planned end
    assert first.ended_early is not None
    assert "3" in first.ended_early
    assert first.counts[Ending.LEFT] > 0
    second = crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES)
    assert (second.exit_status, second.ended_early) == (0, None)


def test_what_on_outcome_raises_ends_the_crawl_and_what_was_stored_stays(folder: Path) -> None:
    class Enough(Exception):
        pass

    def stop(outcome: Outcome) -> None:
        if outcome.ending is Ending.NEW:
            raise Enough(outcome.report_id)

    with pytest.raises(Enough) as caught:
        crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES, on_outcome=stop)
    crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES)
    with Reader.read(folder) as archive:
        assert archive.show(str(caught.value)).body


async def test_a_crawl_within_a_running_event_loop_has_a_thread_of_its_own(folder: Path) -> None:
    threads: set[str] = set()
    crawl(
        SOURCES,
        folder,
        ids=["wuhan"],
        replay=FIXTURES,
        on_outcome=lambda _: threads.add(threading.current_thread().name),
    )
    assert len(threads) == 1
    assert threads != {threading.current_thread().name}


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"ids": ["wuhann"], "replay": FIXTURES}, ConfigError, "wuhann: no source has this id"),
        ({"replay": ROOT / "docs"}, ConfigError, "nothing to replay"),
        ({"sources": ROOT / "nowhere.yaml", "replay": FIXTURES}, ConfigError, "nowhere.yaml"),
    ],
)
def test_wrong_use_is_one_error_and_makes_no_archive(
    folder: Path, arguments: dict[str, Any], error: type[CrawlerError], told: str
) -> None:
    with pytest.raises(error, match=told):
        crawl(**{"sources": SOURCES, "archive": folder} | arguments)
    assert not folder.exists()


def test_without_a_network_nothing_is_made(folder: Path) -> None:
    site = Site(
        id="a", name="某市人民政府", region="420100", lists=("http://127.0.0.1/",)
    )  # never connected to
    with pytest.raises(CrawlerError, match="no site of those given can be reached from here \\(1 host tried"):
        crawl([site], folder)
    assert not folder.exists()


def test_an_archive_that_another_crawl_holds_is_told(folder: Path, clock: Clock) -> None:
    with Archive.create(folder, clock=clock), pytest.raises(ArchiveLocked):
        crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES)


def test_nothing_is_printed(
    folder: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES)
    (warc,) = folder.glob("warc/*/*.warc.gz")
    warc.rename(f"{warc}.open")  # as a killed run leaves it
    with caplog.at_level(logging.WARNING, "crawler.api"):
        crawl(SOURCES, folder, ids=["wuhan"], replay=FIXTURES)
    assert capfd.readouterr() == ("", "")


def test_what_is_handed_on_is_there_documented_and_sorted() -> None:
    assert (
        sorted(api.__all__, key=lambda name: (not name.isupper(), not name[0].isupper(), name)) == api.__all__
    )
    for name in api.__all__:
        value = getattr(api, name)
        assert not inspect.isclass(value) or inspect.getdoc(value), name


def test_no_public_name_is_one_of_the_databases() -> None:
    """What a stable method takes and gives are nouns, paths and plain values."""
    for name in ("iter_reports", "versions", "captures", "capture", "reports", "show", "locations"):
        assert "Row" not in str(inspect.signature(getattr(Reader, name)))


def test_importing_the_face_reads_and_makes_nothing(tmp_path: Path) -> None:
    code = "import crawler.api, sys; assert 'alembic' not in sys.modules; assert 'typer' not in sys.modules"
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []
