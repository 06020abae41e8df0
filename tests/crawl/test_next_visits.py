"""What a later visit of a site requests, and when it finds that the site has dried up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.model import Ending, Expect, Outcome, Site
from tests.conftest import Clock
from tests.site import Government, Web
from tests.site.invented import grown, invent

Crawled = Callable[..., Awaitable["list[Outcome]"]]
PAGES = 6


@pytest.fixture
def government() -> Government:
    return invent(7, "trs", pages=PAGES, share=0.1)


def site_of(government: Government) -> Site:
    return Site(id=government.id, name=government.name, region=government.region, lists=government.lists)


@pytest.fixture
def crawled(folder: Path, clock: Clock) -> Crawled:
    """Crawls a government's site in its present state, an hour after the crawl before."""

    async def at_once(_: float) -> None: ...

    async def once(
        government: Government,
        *down: str,
        site: Site | None = None,
        **more: bool,
    ) -> list[Outcome]:
        clock.forward(hours=1)
        with Web((government,)) as web:
            for url in down:
                web.take_down(url)
            with Archive.create(folder, clock=clock) as archive:
                async with Fetcher(
                    sink=archive.record, connect_to=web.hosts, clock=clock, sleep=at_once
                ) as fetcher:
                    sites = [site or site_of(government)]
                    return [o async for o in crawl(sites, fetcher=fetcher, archive=archive, **more)]

    return once


def lists(outcomes: list[Outcome]) -> int:
    return sum(outcome.ending is Ending.LISTED for outcome in outcomes)


def urls(outcomes: list[Outcome], *endings: Ending) -> set[str]:
    return {outcome.url for outcome in outcomes if outcome.ending in endings}


def reports(government: Government) -> set[str]:
    return {document.url for document in government.documents}


async def test_a_second_visit_reads_one_list_page_and_requests_every_report_held(
    government: Government, crawled: Crawled
) -> None:
    first = await crawled(government)
    second = await crawled(government)
    assert (lists(first), lists(second)) == (PAGES, 1)
    assert urls(second, Ending.UNCHANGED) == reports(government) == urls(first, Ending.NEW)
    assert second[0].detail.endswith("not followed further: all further entries are known")


@pytest.mark.parametrize("new", [3, 15, 20])
async def test_new_reports_are_found_and_the_list_is_followed_no_further(
    new: int, government: Government, crawled: Crawled
) -> None:
    await crawled(government)
    later = grown(government, new, reports=2)
    second = await crawled(later)
    assert urls(second, Ending.NEW) == reports(later) - reports(government)
    assert lists(second) == new // 15 + 1


async def test_lists_are_walked_whole_again_after_a_month_and_with_full(
    government: Government, crawled: Crawled, clock: Clock
) -> None:
    await crawled(government)
    assert lists(await crawled(government, full=True)) == PAGES
    clock.forward(days=20)
    assert lists(await crawled(government)) == 1
    clock.forward(days=20)
    assert lists(await crawled(government)) == PAGES
    assert lists(await crawled(government)) == 1


async def test_lists_are_walked_whole_when_the_entry_wants_other_links(
    government: Government, crawled: Crawled
) -> None:
    await crawled(government, site=replace(site_of(government), match="没有这样的标题"))
    second = await crawled(government)
    assert lists(second) == PAGES
    assert urls(second, Ending.NEW) == reports(government)


async def test_a_missed_report_is_requested_again_wherever_in_the_list_it_is(
    government: Government, crawled: Crawled
) -> None:
    oldest = government.documents[-1]
    path = oldest.url.removeprefix(government.base)
    first = await crawled(replace(government, robots=f"User-agent: *\nDisallow: {path}\n"))
    assert urls(first, Ending.REFUSED) == {oldest.url}
    second = await crawled(government)
    assert urls(second, Ending.NEW) == {oldest.url}
    assert lists(second) == 1


async def test_a_list_that_failed_is_walked_at_the_next_visit(
    government: Government, crawled: Crawled
) -> None:
    third = f"{government.lists[0]}index_2.shtml"
    first = await crawled(government, third)
    assert urls(first, Ending.GONE) == {third}
    second = await crawled(government)
    assert lists(second) == PAGES
    assert urls(second, Ending.NEW) == reports(government) - urls(first, Ending.NEW)


async def test_a_report_that_no_list_shows_any_more_is_still_requested(
    government: Government, crawled: Crawled
) -> None:
    await crawled(government)
    oldest = government.documents[-1]
    (column,) = government.columns
    shorter = replace(column, entries=tuple(url for url in column.entries if url != oldest.url))
    unlisted = replace(government, columns=(shorter,))
    assert oldest.url in urls(await crawled(unlisted), Ending.UNCHANGED)
    assert urls(await crawled(unlisted, oldest.url), Ending.GONE) == {oldest.url}
    assert urls(await crawled(unlisted, oldest.url), Ending.GONE) == {oldest.url}
    assert oldest.url in urls(await crawled(unlisted), Ending.UNCHANGED)


def emptied(government: Government) -> Government:
    """Return it with an empty list, as when a script fills the list from now on."""
    (column,) = government.columns
    return replace(government, columns=(replace(column, entries=column.entries[:1]),))


async def test_a_list_that_shows_none_of_its_reports_any_more_has_dried_up(
    government: Government, crawled: Crawled
) -> None:
    await crawled(government)
    for _ in range(2):  # again at each visit, until the entry changes
        (dried,) = [o for o in await crawled(emptied(government)) if o.ending is Ending.DRIED_UP]
        number = len(government.documents)
        assert f"expected the {number} reports that {government.lists[0]} has shown before" in dried.detail
        assert (
            f"found 0 of them on 1 list page, which show 1 of the {PAGES * 15} entries known" in dried.detail
        )
        assert "has the list layout changed?" in dried.detail
    assert Ending.DRIED_UP not in {o.ending for o in await crawled(government)}


async def test_an_expectation_in_the_entry_replaces_the_earlier_reports(
    government: Government, crawled: Crawled
) -> None:
    await crawled(government)
    content = replace(site_of(government), expect=Expect(least=0))
    assert Ending.DRIED_UP not in {o.ending for o in await crawled(emptied(government), site=content)}


async def test_reports_that_were_taken_down_do_not_make_a_site_dry(
    government: Government, crawled: Crawled
) -> None:
    await crawled(government)
    outcomes = await crawled(emptied(government), *reports(government))
    assert urls(outcomes, Ending.GONE) == reports(government)
    assert Ending.DRIED_UP not in {o.ending for o in outcomes}


async def test_expected_years_include_those_known_from_pages_not_walked(
    government: Government, crawled: Crawled
) -> None:
    expect = Expect(years=(government.documents[-1].year or 0,), least=len(government.documents))
    for _ in range(2):
        outcomes = await crawled(government, site=replace(site_of(government), expect=expect))
        assert Ending.DRIED_UP not in {o.ending for o in outcomes}


async def test_links_of_a_page_beyond_the_limit_are_ignored(
    government: Government, crawled: Crawled, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crawler.crawl import lists as module

    monkeypatch.setattr(module, "MAX_LINKS_PER_PAGE", 20)
    outcomes = await crawled(government)
    assert "; only the first 20 were read" in outcomes[0].detail
    assert urls(outcomes, Ending.NEW) < reports(government)
