"""URLs that differ only in a cache-buster are one page: in old archives, in new visits and in a rebuild."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command

from crawler.address import canonical, family
from crawler.archive import CATALOGUE, Archive, rebuild
from crawler.archive.catalogue.engine import migrations, sqlite_engine, upgrade
from crawler.model import Ending, Outcome, Report
from tests.archive.held import derived, dump, faults, lose, query
from tests.conftest import BODY, SITE, Clock, a_capture, a_report

Opener = Callable[[], Archive]
PAGE = "https://www.wuhan.gov.cn/show.jsp?id=7"


def seen(
    archive: Archive, clock: Clock, url: str, report: Report | None = None, shown: Iterable[str] = ()
) -> Outcome:
    report = report or a_report()
    capture = a_capture(url, report.body.encode(), at=clock())
    archive.record(capture)
    return archive.store(report, capture, SITE, shown={canonical(each) for each in (*shown, url)})


def page_rows(folder: Path) -> list[tuple[object, ...]]:
    return query(folder, "SELECT url, state FROM pages ORDER BY id")


def test_a_url_with_a_timestamp_is_the_same_page_each_time(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    with opened() as archive:
        endings = [seen(archive, clock, f"{PAGE}&t=17000000{n:05}").ending for n in range(3)]
        revised = seen(archive, clock, f"{PAGE}&t=1700000099999", a_report(BODY + "改"))
    assert endings == [Ending.NEW, Ending.UNCHANGED, Ending.UNCHANGED]
    assert (revised.ending, revised.version) == (Ending.REVISED, 2)
    assert len(page_rows(folder)) == 1


@pytest.mark.parametrize(
    "values", [("1", "2", "3", "4"), ("a1", "b7", "c", "d"), ("20230315", "20230316", "x", "")]
)
def test_an_address_that_changes_from_visit_to_visit_over_one_text_is_one_page(
    opened: Opener, folder: Path, clock: Clock, values: tuple[str, ...]
) -> None:
    first, second, third, fourth = (f"{PAGE}&v={value}" for value in values)
    with opened() as archive:
        new = seen(archive, clock, first)
    with opened() as archive:
        again = seen(archive, clock, second)
        assert archive.seen_since(first, archive.started_at)
    with opened() as archive:
        revised = seen(archive, clock, third, a_report(BODY + "改"))
        assert not archive.seen_since(first.replace("id=7", "id=8"), archive.started_at)
    with opened() as archive:
        gone = archive.note(Outcome(ending=Ending.GONE, url=fourth, site_id="wuhan", detail="HTTP 404"))
    assert [new.ending, again.ending, revised.ending] == [Ending.NEW, Ending.UNCHANGED, Ending.REVISED]
    assert (again.report_id, revised.report_id) == (new.report_id, new.report_id)
    assert again.detail == f"same text as at {first}: its address changes from visit to visit"
    assert gone.version is None
    assert page_rows(folder) == [(third, "missing")]
    assert faults(folder, deep=False) == []


def test_two_addresses_that_a_site_shows_at_once_are_two_pages(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    both = (f"{PAGE}&v=1", f"{PAGE}&v=2")
    with opened() as archive:
        endings = [seen(archive, clock, url, shown=both).ending for url in both]
    with opened() as archive:
        endings += [seen(archive, clock, url, shown=both).ending for url in both]
        other = seen(archive, clock, both[1], a_report(BODY + "改"), shown=both)
    assert endings == [Ending.NEW, Ending.DUPLICATE, Ending.UNCHANGED, Ending.UNCHANGED]
    assert other.ending is Ending.REVISED
    assert [url for url, _ in page_rows(folder)] == list(both)


@pytest.mark.parametrize(
    "other", [a_report(BODY + "改", year=2023), a_report(BODY.replace("项", "件"), year=2021)]
)
def test_another_report_under_a_parameter_that_changed_before_is_a_report_of_its_own(
    opened: Opener, folder: Path, clock: Clock, other: Report
) -> None:
    for number in (1, 2):
        with opened() as archive:
            first = seen(archive, clock, f"{PAGE}&v={number}")
    with opened() as archive:
        outcome = seen(archive, clock, f"{PAGE}&v=3", other)
        again = seen(archive, clock, f"{PAGE}&v=3", other)
        former = seen(archive, clock, f"{PAGE}&v=2")
    assert (outcome.ending, again.ending, former.ending) == (Ending.NEW, Ending.UNCHANGED, Ending.UNCHANGED)
    assert (again.report_id, former.report_id) == (outcome.report_id, first.report_id)


def test_accumulated_pages_are_joined_and_a_rebuild_gives_the_same(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    for number in (1, 2):
        urls = [f"{PAGE}&v={number}", f"{PAGE}&v={number + 10}"]
        with opened() as archive:
            for url in urls:
                seen(archive, clock, url, shown=[f"{PAGE}&v={n}" for n in (1, 2, 11, 12)])
    assert len(page_rows(folder)) == 4
    with opened() as archive:
        seen(archive, clock, f"{PAGE}&v=3")
        seen(archive, clock, f"{PAGE}&v=4")
    with opened() as archive:
        seen(archive, clock, f"{PAGE}&v=5", a_report(BODY + "改"))
    assert page_rows(folder) == [(f"{PAGE}&v=5", "live")]
    before, files = dump(folder), derived(folder)
    lose(folder)
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert dump(folder) == before
    assert derived(folder) == files


@contextmanager
def formerly(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """Context in which the archive works as an earlier version did, whose URL keys contained the cache-busters."""

    def forget() -> None:
        for cached in (canonical, family):
            cached.cache_clear()

    with monkeypatch.context() as former:
        former.setattr("crawler.address._is_buster", lambda *_: False)
        forget()
        yield
    forget()
    engine = sqlite_engine(folder / CATALOGUE, writes=True)
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "0007")
    upgrade(engine)
    engine.dispose()


def with_time(number: int) -> str:
    return f"{PAGE}&t=170000000000{number}"


def test_a_migration_joins_pages_that_differ_in_a_cache_buster(
    opened: Opener, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with formerly(monkeypatch, folder), opened() as archive:
        for number in range(3):
            report_id = seen(archive, clock, with_time(number), shown=map(with_time, range(3))).report_id
            clock.forward(hours=1)
        other = seen(archive, clock, PAGE.replace("7", "8"), a_report(BODY + "改")).report_id
        archive.close()
        assert len(page_rows(folder)) == 4
    (page, _) = query(folder, "SELECT url, url_key, first_seen < last_seen, report_id FROM pages ORDER BY id")
    assert page == (with_time(2), canonical(PAGE), 1, report_id)
    keys = query(folder, "SELECT DISTINCT url_key FROM captures WHERE url LIKE '%id=7%'")
    assert keys == [(canonical(PAGE),)]
    assert query(folder, "SELECT 1 FROM page_events WHERE page_id NOT IN (SELECT id FROM pages)") == []
    with opened() as archive:
        assert seen(archive, clock, with_time(7)).ending is Ending.UNCHANGED
        assert {report.id for report in archive.reports()} == {report_id, other}
    assert faults(folder) == []
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert len(page_rows(folder)) == 2
    assert faults(folder) == []


def test_of_two_reports_at_one_page_the_one_seen_last_is_live_and_none_is_lost(
    opened: Opener, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with formerly(monkeypatch, folder), opened() as archive:
        first = seen(archive, clock, with_time(1)).report_id
        clock.forward(hours=1)
        second = seen(archive, clock, with_time(2), a_report(BODY + "改")).report_id
        archive.close()
    assert query(folder, "SELECT url, state, moved_to FROM pages ORDER BY id") == [
        (with_time(1), "moved", with_time(2)),
        (with_time(2), "live", None),
    ]
    with opened() as archive:
        assert {report.id for report in archive.reports()} == {first, second}
        again = seen(archive, clock, with_time(7), a_report(BODY + "改"))
    assert (again.ending, again.report_id) == (Ending.UNCHANGED, second)
    assert faults(folder) == []
