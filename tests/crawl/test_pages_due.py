"""Crawls over weeks of a clock set by hand: a report is taken down, is confirmed gone, and comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.model import Ending, Outcome, Site
from tests.archive.held import dump, faults
from tests.conftest import Clock
from tests.site import Government, Web
from tests.site.invented import invent

WEEK, MONTH = 7, 30  # days


class Weeks:
    """A government's site that is crawled repeatedly while the clock moves. Changes to it persist."""

    def __init__(self, government: Government, folder: Path, clock: Clock) -> None:
        self.government = government
        self.site = Site(
            id=government.id, name=government.name, region=government.region, lists=government.lists
        )
        self.down: set[str] = set()
        self.asked: Counter[str] = Counter()  # requests of the last crawl, by address
        self.folder, self.clock = folder, clock
        self._served: tuple[Government, Web] | None = None

    async def crawl(self, *, full: bool = False, **later: float) -> list[Outcome]:
        """Crawl once, so much later than the last time."""
        self.clock.forward(**later)
        web = self._web()
        web.requests.clear()
        with Archive.create(self.folder, clock=self.clock) as archive:
            async with Fetcher(
                sink=archive.record, connect_to=web.hosts, clock=self.clock, sleep=_at_once
            ) as fetcher:
                found = crawl([self.site], fetcher=fetcher, archive=archive, full=full)
                outcomes = [outcome async for outcome in found]
        self.asked = Counter(request.url for request in web.requests)
        return outcomes

    def _web(self) -> Web:
        """Return the running web of the government; start it anew when the government has changed."""
        if self._served is None or self._served[0] is not self.government:
            self.close()
            self._served = self.government, Web((self.government,))
            self._served[1].__enter__()
        web = self._served[1]
        for document in self.government.documents:
            (web.take_down if document.url in self.down else web.restore)(document.url)
        return web

    def close(self) -> None:
        """Stop the web."""
        if self._served is not None:
            self._served[1].__exit__(None, None, None)

    async def days_asked(self, url: str, days: int) -> list[int]:
        """Crawl daily for so many days; return the days on which an address was requested."""
        asked = []
        for day in range(1, days + 1):
            await self.crawl(days=1)
            asked += [day] if self.asked[url] else []
        return asked

    def drop(self, url: str) -> None:
        """Remove a report from the list."""
        (column,) = self.government.columns
        shorter = replace(column, entries=tuple(each for each in column.entries if each != url))
        self.government = replace(self.government, columns=(shorter,))

    def state(self, url: str) -> str:
        """Return the state of the page at an address."""
        with Archive.read(self.folder) as archive:
            pages = [page for report in archive.reports() for page in archive.pages(report.id or "")]
        (page,) = [page for page in pages if page.url == url]
        return page.state

    def history(self, report_id: str) -> list[str]:
        with Archive.read(self.folder) as archive:
            return ["gone" if row.tombstone else "text" for row in archive.history(report_id)]


async def _at_once(_: float) -> None: ...


@pytest.fixture
def weeks(folder: Path, clock: Clock) -> Iterator[Weeks]:
    weeks = Weeks(invent(7, "trs", pages=2, share=0.1), folder, clock)
    yield weeks
    weeks.close()


def of(outcomes: list[Outcome], url: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.url == url]


@pytest.fixture(params=["listed", "listed below the first page", "dropped by the list"])
def victim(request: pytest.FixtureRequest, weeks: Weeks) -> Callable[[], str]:
    """Takes a report down, in one case also off its list; returns its address."""

    def take_down() -> str:
        place = 0 if request.param == "listed" else -1
        url = weeks.government.documents[place].url
        weeks.down.add(url)
        if request.param == "dropped by the list":
            weeks.drop(url)
        return url

    return take_down


async def test_a_takedown_is_confirmed_the_next_day_and_requested_again_after_a_week_and_each_month(
    weeks: Weeks, victim: Callable[[], str]
) -> None:
    first = await weeks.crawl()
    url = victim()
    (report_id,) = {outcome.report_id or "" for outcome in of(first, url)}
    (missing,) = of(await weeks.crawl(days=1), url)
    assert (missing.ending, missing.version, missing.as_before) == (Ending.GONE, None, False)
    (again,) = of(await weeks.crawl(hours=2), url)  # requested at each crawl until confirmed
    assert (again.ending, again.version, again.as_before) == (Ending.GONE, None, True)
    assert weeks.state(url) == "missing"
    (gone,) = of(await weeks.crawl(days=1), url)
    assert (gone.ending, gone.report_id, gone.version, gone.as_before) == (Ending.GONE, report_id, 2, False)
    assert weeks.state(url) == "gone"
    assert await weeks.days_asked(url, 40) == [WEEK, WEEK + MONTH - 1]
    assert weeks.history(report_id) == ["text", "gone"]
    assert faults(weeks.folder) == []


@pytest.mark.parametrize("asleep", [WEEK - 1])
async def test_a_report_that_returns_is_a_further_version(
    asleep: int, weeks: Weeks, victim: Callable[[], str]
) -> None:
    first = await weeks.crawl()
    url = victim()
    (report_id,) = {outcome.report_id or "" for outcome in of(first, url)}
    for _ in range(2):
        await weeks.crawl(days=1)
    await weeks.days_asked(url, asleep)
    weeks.down.clear()
    (back,) = of(await weeks.crawl(days=1), url)
    assert (back.ending, back.report_id, back.version) == (Ending.REVISED, report_id, 3)
    assert back.detail == "back again, gone since 2026-11-26"
    assert weeks.history(report_id) == ["text", "gone", "text"]
    assert await weeks.days_asked(url, 3) == [1, 2, 3]
    weeks.down.add(url)  # taken down once more
    await weeks.days_asked(url, 2)
    assert weeks.history(report_id) == ["text", "gone", "text", "gone"]
    assert await weeks.days_asked(url, 10) == [WEEK]
    before = dump(weeks.folder)
    rebuild(weeks.folder, clock=weeks.clock, notify=lambda _: None)
    assert dump(weeks.folder) == before


async def test_a_report_that_is_on_the_list_again_is_requested_at_once(weeks: Weeks) -> None:
    await weeks.crawl()
    whole, url = weeks.government, weeks.government.documents[0].url
    weeks.down.add(url)
    weeks.drop(url)
    for _ in range(3):
        await weeks.crawl(days=1, full=True)
    weeks.down.clear()
    assert of(await weeks.crawl(days=1), url) == []
    weeks.government = whole
    (back,) = of(await weeks.crawl(days=1), url)
    assert back.ending is Ending.REVISED


async def test_a_full_crawl_requests_gone_reports(weeks: Weeks, victim: Callable[[], str]) -> None:
    await weeks.crawl()
    url = victim()
    for _ in range(2):
        await weeks.crawl(days=1)
    assert of(await weeks.crawl(days=1), url) == []
    (gone,) = of(await weeks.crawl(days=1, full=True), url)
    assert gone.ending is Ending.GONE


async def test_a_page_missing_for_some_hours_is_no_takedown(weeks: Weeks, victim: Callable[[], str]) -> None:
    first = await weeks.crawl()
    url = victim()
    (report_id,) = {outcome.report_id or "" for outcome in of(first, url)}
    await weeks.crawl(days=1)
    weeks.down.clear()
    (back,) = of(await weeks.crawl(hours=5), url)
    assert back.ending is Ending.UNCHANGED
    weeks.down.add(url)
    await weeks.crawl(days=3)  # the earlier failure no longer counts
    assert (weeks.state(url), weeks.history(report_id)) == ("missing", ["text"])


async def test_a_report_missing_while_the_clock_was_ahead_is_confirmed_by_the_right_clock(
    weeks: Weeks,
) -> None:
    await weeks.crawl()
    url = weeks.government.documents[-1].url
    weeks.down.add(url)
    await weeks.crawl(days=3650)
    weeks.clock.now -= timedelta(days=3650)
    await weeks.crawl(hours=1)
    assert weeks.state(url) == "missing"
    await weeks.crawl(days=1)
    assert weeks.state(url) == "gone"
    assert await weeks.days_asked(url, 10) == [WEEK]


async def test_after_a_clock_was_ahead_every_report_held_is_requested_and_lists_are_walked(
    weeks: Weeks,
) -> None:
    await weeks.crawl(days=3650)
    weeks.clock.now -= timedelta(days=3650)
    outcomes = await weeks.crawl()
    held = {document.url for document in weeks.government.documents}
    assert {o.url for o in outcomes if o.ending is Ending.UNCHANGED} == held
    assert sum(o.ending is Ending.LISTED for o in outcomes) == 2
    assert sum(o.ending is Ending.LISTED for o in await weeks.crawl(hours=1)) == 1


async def test_a_moved_report_is_requested_at_its_new_address_only(weeks: Weeks) -> None:
    """The old address answers 404 while the same text is at another address of the site."""
    document = weeks.government.documents[0]
    moved = replace(document, url=document.url.replace("/fzzfj/", "/new/fzzfj/"))
    await weeks.crawl()
    old = weeks.government
    (column,) = old.columns
    entries = tuple(moved.url if url == document.url else url for url in column.entries)
    weeks.government = replace(
        old,
        columns=(replace(column, entries=entries),),
        documents=(moved, *old.documents),
    )
    weeks.down.add(document.url)
    (duplicate,) = of(await weeks.crawl(days=1), moved.url)
    assert duplicate.ending is Ending.DUPLICATE
    await weeks.crawl(days=1)
    assert (weeks.state(document.url), weeks.state(moved.url)) == ("moved", "live")
    assert await weeks.days_asked(document.url, 10) == [WEEK]
    assert weeks.history(duplicate.report_id or "") == ["text"]
    weeks.down.add(moved.url)  # then both addresses are requested
    assert await weeks.days_asked(document.url, 2) == [2]
    assert weeks.history(duplicate.report_id or "") == ["text", "gone"]
    weeks.down.remove(document.url)
    (back,) = of(await weeks.crawl(days=WEEK), document.url)
    assert back.ending is Ending.REVISED
