"""Queries for programs: filters, reading in portions, versions, captures as served."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive, Reader
from crawler.archive.catalogue import selection
from crawler.errors import ArchiveDamaged, ConfigError, CrawlerError, Gone
from crawler.extract import extract, join_pages
from crawler.model import Ending, Outcome, Rendering, Report, Site
from tests.archive.held import crawl_saved
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]
YICHANG = Site(id="yichang", name="宜昌市人民政府", region="420500", lists=("https://www.yichang.gov.cn/",))
GUANGZHOU = Site(id="guangzhou", name="广州市人民政府", region="440100", lists=("https://www.gz.gov.cn/",))


def keep(archive: Archive, clock: Clock, site: Site, number: int, **facts: Any) -> str:
    """Store a report from a page of its own. Return its id."""
    clock.forward(seconds=1)
    url = f"{site.lists[0]}{number}.html"
    capture = a_capture(url, payload=f"<p>{site.id} {number}".encode(), at=clock.now)
    archive.record(capture)
    body = f"{BODY}\n{site.name}第{number}份"
    outcome = archive.store(replace(a_report(body, year=2022), url=url, **facts), capture, site)
    assert outcome.report_id is not None
    return outcome.report_id


@pytest.fixture
def filled(opened: Opener, folder: Path, clock: Clock) -> Path:
    """Make an archive of four reports: two of 武汉, one of 宜昌, one of 广州 whose page is missing."""
    with opened() as archive:
        keep(archive, clock, SITE, 1, kind="government")
        keep(archive, clock, SITE, 2, kind="department", year=2021)
        keep(archive, clock, YICHANG, 3, kind="government")
        keep(archive, clock, GUANGZHOU, 4, kind="government")
        url = f"{GUANGZHOU.lists[0]}4.html"
        clock.forward(minutes=1)
        archive.record(a_capture(url, status=404, at=clock.now))
        archive.note(Outcome(ending=Gone.ending, url=url, site_id="guangzhou", detail="404", at=clock.now))
    return folder


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["420100-2021", "420100-2022", "420500-2022", "440100-2022"]),
        ({"region": "420100"}, ["420100-2021", "420100-2022"]),
        ({"region": "420000"}, ["420100-2021", "420100-2022", "420500-2022"]),
        ({"region": "420000", "year": 2022}, ["420100-2022", "420500-2022"]),
        ({"kind": "department"}, ["420100-2021"]),
        ({"site": "yichang"}, ["420500-2022"]),
        ({"state": "live"}, ["420100-2021", "420100-2022", "420500-2022"]),
        ({"state": "missing"}, ["440100-2022"]),
        ({"state": "gone"}, []),
        ({"year": 2022, "kind": "government", "site": "wuhan", "state": "live"}, ["420100-2022"]),
        ({"region": "990000"}, []),
    ],
)
def test_reports_are_chosen_by_any_filters_together(
    filled: Path, filters: dict[str, Any], expected: list[str]
) -> None:
    with Reader.read(filled) as archive:
        assert [(report.id or "")[:11] for report in archive.iter_reports(**filters)] == expected


@pytest.mark.parametrize("portion", [1, 2, 3, 4, 200])
def test_order_and_number_do_not_depend_on_the_portion(
    filled: Path, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "VERSIONS_PER_QUERY", portion)
    with Reader.read(filled) as archive:
        assert list(archive.iter_reports(bodies=True)) == archive.reports()


def test_without_bodies_all_else_is_there(filled: Path) -> None:
    with Reader.read(filled) as archive:
        whole = archive.reports()
        assert all(report.body for report in whole)
        assert list(archive.iter_reports()) == [replace(report, body="") for report in whole]
        assert archive.reports() == whole  # bodies left out in one query are there in the next


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"region": "湖北"}, "'湖北' is no division code"),
        ({"region": "42"}, "'42' is no division code"),
        ({"region": "４２００００"}, "is no division code"),
        (
            {"state": "lost"},
            "'lost' is no state of a report; use one of live, unreachable, missing, moved, gone",
        ),
    ],
)
def test_an_unknown_filter_value_is_refused_at_the_call(
    filled: Path, filters: dict[str, Any], message: str
) -> None:
    with Reader.read(filled) as archive, pytest.raises(ConfigError, match=message):
        archive.iter_reports(**filters)


def test_a_report_at_two_addresses_has_its_best_state(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        for url in (URL, "https://www.wuhan.gov.cn/copy.html"):
            clock.forward(minutes=1)
            capture = a_capture(url, payload=url.encode(), at=clock.now)
            archive.record(capture)
            archive.store(replace(a_report(), url=url), capture, SITE)
        clock.forward(minutes=1)
        archive.note(
            Outcome(ending=Ending.FAILED, url=URL, site_id="wuhan", detail="no answer", at=clock.now)
        )
    with Reader.read(folder) as archive:
        assert {page.state for page in archive.pages("420100")} == {"live", "unreachable"}
        assert len(list(archive.iter_reports(state="live"))) == 1
        assert list(archive.iter_reports(state="unreachable")) == []


def test_only_a_portion_of_the_texts_is_in_memory(
    opened: Opener, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "VERSIONS_PER_QUERY", 4)
    long = "法治" * 50_000
    with opened() as archive:
        for number in range(40):
            url = f"{SITE.lists[0]}{number}.html"
            capture = a_capture(url, payload=b"%d" % number, at=clock.now)
            archive.record(capture)
            archive.store(replace(a_report(f"{number}{long}"), url=url), capture, SITE)
    with Reader.read(folder) as archive:
        tracemalloc.start()
        try:
            assert sum(len(report.body) for report in archive.iter_reports(bodies=True)) > 4_000_000
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4_000_000, "40 texts of 200 KB are 8 MB"


def test_a_reader_sees_the_archive_as_it_was_at_its_first_question(
    filled: Path, opened: Opener, clock: Clock
) -> None:
    with Reader.read(filled) as reader:
        before = list(reader.iter_reports())
        with opened() as archive:
            keep(archive, clock, YICHANG, 9)
            assert list(reader.iter_reports()) == before
        assert list(reader.iter_reports()) == before
    with Reader.read(filled) as reader:
        assert len(list(reader.iter_reports())) == len(before) + 1


def test_versions_have_their_times(opened: Opener, folder: Path, clock: Clock) -> None:
    first = clock.now
    for body in (BODY, f"{BODY}\n更正", f"{BODY}\n更正"):
        with opened() as archive:
            capture = a_capture(payload=body.encode(), at=clock.now)
            archive.record(capture)
            archive.store(a_report(body), capture, SITE)
    with Reader.read(folder) as archive:
        one, two = archive.versions("420100-2022")
        assert [one.number, two.number] == [1, 2]
        assert (one.text_sha256, two.text_sha256) == (
            a_report().text_sha256,
            archive.show("420100").text_sha256,
        )
        assert (two.first_seen - one.first_seen).total_seconds() == 60
        assert (two.last_seen - first).total_seconds() == 180


def test_the_capture_of_each_version_is_what_was_served(opened: Opener, folder: Path, clock: Clock) -> None:
    served = [a_capture(payload=f"<p>{n}".encode(), at=clock.now, Content_Type="text/html") for n in range(2)]
    for number, capture in enumerate(served):
        with opened() as archive:
            archive.record(capture)
            archive.store(a_report(f"{BODY}\n{number}"), capture, SITE)
    with Reader.read(folder) as archive:
        assert archive.capture("420100", 1) == served[0]
        assert archive.capture("420100", 2) == archive.capture("420100") == served[1]
        assert archive.captures("420100") == (served[1],)


def test_the_capture_of_a_repeated_payload_has_the_time_of_the_repetition(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    """A text that comes back is a further version, and its capture is a `revisit` without payload."""
    for payload in (b"<p>one", b"<p>two", b"<p>one"):
        with opened() as archive:
            capture = a_capture(payload=payload, at=clock.now)
            archive.record(capture)
            archive.store(a_report(f"{BODY}\n{payload.decode()}"), capture, SITE)
    with Reader.read(folder) as archive:
        assert len(archive.versions("420100")) == 3
        assert archive.capture("420100", 3) == capture
        assert archive.capture("420100", 1).fetched_at < capture.fetched_at


def test_a_document_that_came_as_a_file_is_a_capture_without_an_exchange(
    opened: Opener, folder: Path
) -> None:
    data = "武汉市 报告".encode()
    with opened() as archive:
        archive.ingest(a_report(), "seed.txt", data, SITE)
    with Reader.read(folder) as archive:
        capture = archive.capture("2022")
    assert (capture.payload, capture.status, capture.method) == (data, 0, "")
    assert capture.header("content-type") == "text/plain"


def test_the_capture_of_a_rendered_page_is_the_document_as_rendered(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    served = a_capture(at=clock.now)
    rendered = Rendering(of=served, dom="<p>画".encode(), rendered_at=clock.now, browser="Chromium 1")
    with opened() as archive:
        archive.record(served)
        archive.record_rendered(rendered)
        archive.store(a_report(), rendered, SITE)
    with Reader.read(folder) as archive:
        assert archive.capture("420100").body == rendered.dom


def test_an_article_on_several_pages_has_a_capture_for_each(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    pages = [a_capture(f"{URL}?page={n}", payload=b"%d" % n, at=clock.now) for n in range(3)]
    with opened() as archive:
        for page in pages:
            archive.record(page)
        archive.store(replace(a_report(), parts=3), pages[0], SITE, further=pages[1:])
    with Reader.read(folder) as archive:
        assert archive.captures("420100") == tuple(pages)


def test_a_tombstone_has_no_capture(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        capture = a_capture(at=clock.now)
        archive.record(capture)
        archive.store(a_report(), capture, SITE)
    for _ in range(2):
        clock.forward(days=2)
        with opened() as archive:
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id="wuhan", detail="404", at=clock.now))
    with Reader.read(folder) as archive:
        assert archive.capture("420100") == capture  # of the latest version with a text
        assert [report.version for report in archive.iter_reports(state="gone")] == [1]
        assert len(archive.versions("420100")) == 2
        with pytest.raises(
            CrawlerError, match="version 2 only records that the report is gone; no page was served"
        ):
            archive.capture("420100", 2)
        with pytest.raises(CrawlerError, match="has versions 1 to 2, not 3"):
            archive.capture("420100", 3)


def test_a_record_that_is_not_in_its_place_is_damage(filled: Path) -> None:
    (warc,) = filled.glob("warc/*/*.warc.gz")
    warc.write_bytes(warc.read_bytes()[:200])
    with Reader.read(filled) as archive, pytest.raises(ArchiveDamaged):
        archive.capture("420500")


def test_every_report_of_the_saved_pages_is_read_out_of_its_captures_again(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    with opened() as archive:
        crawl_saved(archive, clock)
    with Reader.read(folder) as archive:
        reports = list(archive.iter_reports())
        assert len(reports) > 20
        for report in reports:
            assert report.id is not None
            pages = archive.captures(report.id)
            again = [extract(page.body, page.headers, page.url) for page in pages]
            assert join_pages(again).text_sha256 == report.text_sha256, report.id


@pytest.mark.parametrize("as_path", [str, Path])
def test_an_archive_is_opened_by_any_kind_of_path(filled: Path, clock: Clock, as_path: Any) -> None:
    with Reader.read(as_path(filled)) as archive:
        assert archive.path == filled
        assert isinstance(archive.show("420500"), Report)
    with Archive.create(as_path(filled), clock=clock) as archive:
        assert archive.path == filled
