"""A crawl tells the archive of every source that it visits, also of one that gives no report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from crawler.archive import Archive, Reader
from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.model import Site, SourceEntry, Years
from crawler.questions.coverage import CoverageStatus, coverage
from tests.conftest import Clock
from tests.site import Web
from tests.site.invented import invent


async def test_a_source_without_a_report_is_overdue_by_the_catalogue_alone(
    folder: Path, clock: Clock
) -> None:
    government = invent(7, "trs", pages=1, share=0.0)
    name, region, years = government.name, government.region, Years(first=2020)
    site = Site(id="empty", name=name, region=region, lists=government.lists, years=years)

    async def at_once(_: float) -> None: ...

    with Web((government,)) as web, Archive.create(folder, clock=clock) as archive:
        async with Fetcher(sink=archive.record, connect_to=web.hosts, clock=clock, sleep=at_once) as fetcher:
            outcomes = [each async for each in crawl([site], fetcher=fetcher, archive=archive)]
    with Reader.read(folder) as reader:
        (entry,) = reader.source_entries()
        (row,) = coverage(reader, asof=date(2026, 11, 30), years=Years(first=2019, last=2026))
    told = SourceEntry(site="empty", name=name, region=region, since=clock(), lists=1, first_year=2020)
    assert entry == told
    expected = [CoverageStatus.UNKNOWN, *[CoverageStatus.OVERDUE] * 6, CoverageStatus.NOT_YET_DUE]
    assert [cell.status for cell in row.cells] == expected, outcomes
