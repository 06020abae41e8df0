"""Crawl every fault of tests/site/faults into one archive, then check the outcome of each."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.fetch import Fetcher, Limits
from crawler.model import Capture, Ending, HostFigures, Outcome
from crawler.warc import read_captures, read_records
from tests.conftest import Clock
from tests.site.faults import FAULTS, Fault, FaultSite, moves
from tests.site.faults.site import entry
from tests.site.faults.table import page
from tests.site.faults.transport import BODY_LIMIT, TINY_PIECES

PATIENT = Limits(
    body=BODY_LIMIT,
    decoded=BODY_LIMIT,
    tiny_pieces=TINY_PIECES,
    connect=300.0,
    read=300.0,
    head=600.0,
    total=600.0,
)
HASTY = replace(PATIENT, connect=1.0, read=0.6, total=1.2)
"""Limits for faults that a time limit must end; a busy machine must not end the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    site: FaultSite
    outcomes: tuple[Outcome, ...]
    captures: tuple[Capture, ...]  # read back from the WARC
    records: Counter[str]  # addresses of all answers in the WARC, with those of earlier attempts
    reports: tuple[str, ...]  # addresses
    figures: dict[str, HostFigures]


async def at_once(_: float) -> None: ...


async def crawl_all(site: FaultSite, folder: Path) -> Crawled:
    outcomes: list[Outcome] = []
    figures: dict[str, HostFigures] = {}
    with Archive.create(folder, clock=Clock()) as archive:
        for slow, limits in ((False, PATIENT), (True, HASTY)):
            sites = [entry(fault) for fault in FAULTS if fault.slow is slow]
            fetcher = Fetcher(
                sink=archive.record,
                connect_to=site.hosts,
                resolver=site.resolve,
                limits=limits,
                clock=Clock(),
                sleep=at_once,
            )
            async with fetcher:
                outcomes += [o async for o in crawl(sites, fetcher=fetcher, archive=archive)]
            figures |= {figure.host: figure for figure in fetcher.figures()}
        reports = tuple(report.url or "" for report in archive.reports())
    (warc,) = folder.glob("warc/*/*.gz")
    return Crawled(
        site=site,
        outcomes=tuple(outcomes),
        captures=tuple(read_captures(warc)),
        records=Counter(r.url for r in read_records(warc) if r.kind in ("response", "revisit")),
        reports=reports,
        figures=figures,
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with FaultSite(FAULTS) as site, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(site.ca_file))
        yield asyncio.run(crawl_all(site, tmp_path_factory.mktemp("faults") / "archive"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_ends_as_its_row_says(fault: Fault, crawled: Crawled) -> None:
    (outcome,) = [outcome for outcome in crawled.outcomes if outcome.site_id == fault.name]
    assert outcome.ending is fault.ending, outcome.detail
    assert outcome.url == str(httpx.URL(fault.address)) or (
        fault.ending is Ending.NEW and fault in moves.ROWS
    )
    assert re.search(fault.detail, outcome.detail), outcome.detail
    if fault.asked is not None:
        assert crawled.site.asked(fault) == fault.asked


def test_only_reports_are_archived_as_reports(crawled: Crawled) -> None:
    new = [fault.name for fault in FAULTS if fault.ending is Ending.NEW]
    assert len(crawled.reports) == len(new)


def test_every_answer_is_in_the_archive_whatever_came_of_it(crawled: Crawled) -> None:
    answered = (
        "gone",
        "soft-404",
        "firewall",
        "challenge-412",
        "broken",
        "short-body",
        "circle",
        "huge",
        "gzip-cut",
        "partial",
    )
    for fault in FAULTS:
        if fault.name in answered:
            assert crawled.records[fault.address] == crawled.site.asked(fault), fault.name


def test_half_an_answer_is_archived_as_half(crawled: Crawled) -> None:
    cut = {
        capture.url.split("/")[2].split(".")[0]: capture.truncated
        for capture in crawled.captures
        if capture.truncated
    }
    assert (
        cut.items()
        >= {
            "short-body": "disconnect",
            "half-chunked": "disconnect",
            "reset-in-body": "disconnect",
            "hangs-in-body": "time",
            "drips": "time",
            "huge": "length",
            "endless": "length",
        }.items()
    )


def test_what_tls_was_allowed_is_archived_with_the_page(crawled: Crawled) -> None:
    allowed = {
        capture.url.split("/")[2].split(".")[0]: capture.tls for capture in crawled.captures if capture.tls
    }
    assert allowed == {
        fault.name: fault.entry["tls"]
        for fault in FAULTS
        if "tls" in fault.entry and fault.ending is Ending.NEW
    }


def test_a_head_is_archived_as_it_was_sent(crawled: Crawled) -> None:
    by_host = {capture.url.split("/")[2].split(".")[0]: capture for capture in crawled.captures}
    assert ("Bad Name", "1") in by_host["sloppy-header-allowed"].headers
    assert ("X-A", "a\x00b\x01c") in by_host["control-bytes"].headers
    assert b"\r\nthis is no header\r\n" in by_host["no-colon"].head
    assert b"\r\nX-A:1\r\nX-B:   2  \r\nX-C: 3\r\n  and 4\r\n" in by_host["tight-headers"].head
    assert by_host["fine"].head == b""  # not kept: status, reason and headers give it back
    interim = by_host["interim-at-once"]
    assert (interim.head[:15], b"\r\nX-Last:yes\r\n" in interim.head) == (b"HTTP/1.1 200 OK", True)
    assert by_host["interim"].head == b""  # the same, since interim heads are not part of it
    assert by_host["chunked-twice"].headers.count(("Transfer-Encoding", "chunked")) == 2
    assert ("Transfer-Encoding", "identity") in by_host["identity"].headers
    assert (by_host["sloppy-status"].http_version, by_host["sloppy-status"].status) == ("HTTP", 200)


def test_figures_tell_what_each_host_was_asked(crawled: Crawled) -> None:
    broken = crawled.figures["broken.faults.gov.cn"]
    assert (broken.requests, broken.retries, broken.errors) == (
        4,
        2,
        (("server", 3),),
    )  # one of them robots.txt
    fine = crawled.figures["fine.faults.gov.cn"]
    assert (fine.requests, fine.retries, fine.errors) == (2, 0, ())
    assert fine.bytes > 1000
    assert crawled.figures["expired.faults.gov.cn"].errors == (("tls", 1),)


def test_the_table_of_faults_in_the_docs_is_up_to_date() -> None:
    path = Path(__file__).parent.parent.parent / "docs" / "faults.md"
    assert path.read_text("utf-8") == page(), "run: make faults"


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
