"""States of a page: live, changed, missing, gone, back, moved, and unreachable, from which nothing is concluded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.model import Ending, Outcome, Report
from tests.archive.held import faults
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]
TWIN = "https://www.wuhan.gov.cn/zwgk/other/t20230315_2170174.shtml"


def seen(archive: Archive, clock: Clock, url: str = URL, body: str = BODY) -> Outcome:
    capture = a_capture(url, body.encode(), at=clock())
    archive.record(capture)
    return archive.store(a_report(body), capture, SITE)


def missed(archive: Archive, url: str = URL, ending: Ending = Ending.GONE) -> Outcome:
    return archive.note(Outcome(ending=ending, url=url, site_id=SITE.id, detail="HTTP 404"))


def history(archive: Archive, report_id: str | None) -> list[str]:
    """Return the state changes of all pages of a report, as `<page number>: <state>`."""
    urls = archive.locations(report_id or "")
    return [f"{urls.index(url)}: {event.state}" for url, event in archive.events(report_id or "")]


def test_one_404_makes_a_page_missing_only(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        first = seen(archive, clock)
        assert missed(archive).version is None
        clock.forward(hours=23)
        assert missed(archive).version is None
        (page,) = archive.pages(first.report_id or "")
        assert page.state == "missing"
        assert len(archive.history(first.report_id or "")) == 1


def test_a_second_404_after_a_day_makes_a_tombstone_dated_by_the_first(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    with opened() as archive:
        first = seen(archive, clock)
        clock.forward(days=1)
        since = clock()
        missed(archive)
        clock.forward(days=1)
        gone = missed(archive)
        assert (gone.report_id, gone.version) == (first.report_id, 2)
        text, stone = archive.history(first.report_id or "")
        assert (stone.tombstone, stone.first_seen, stone.last_seen) == (True, since, clock())
        assert (text.tombstone, stone.body) == (False, "")
        clock.forward(days=1)
        assert missed(archive).version is None
        assert len(archive.history(first.report_id or "")) == 2
        assert [report.body for report in archive.reports()] == [BODY]
        assert history(archive, first.report_id) == ["0: live", "0: missing", "0: gone"]
    assert faults(folder) == []


def test_a_page_that_is_back_has_a_version_after_its_tombstone(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        first = seen(archive, clock)
        for _ in range(2):
            clock.forward(days=1)
            missed(archive)
        clock.forward(days=1)
        back = seen(archive, clock)
        assert (back.ending, back.report_id, back.version) == (Ending.REVISED, first.report_id, 3)
        assert back.detail == "back again, gone since 2026-11-26"
        assert history(archive, first.report_id)[-2:] == ["0: back", "0: changed"]
        clock.forward(days=1)
        assert seen(archive, clock).ending is Ending.UNCHANGED
        assert archive.pages(first.report_id or "")[0].state == "live"


def test_a_page_that_was_only_missing_gets_no_version_when_it_is_there_again(
    opened: Opener, clock: Clock
) -> None:
    with opened() as archive:
        first = seen(archive, clock)
        missed(archive)
        clock.forward(hours=2)
        assert seen(archive, clock).ending is Ending.UNCHANGED
        clock.forward(days=3)
        missed(archive)  # the earlier 404 does not count any more
        assert archive.pages(first.report_id or "")[0].state == "missing"
        assert len(archive.history(first.report_id or "")) == 1


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.REFUSED, Ending.CHALLENGED])
def test_an_unreachable_page_is_never_gone(ending: Ending, opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        first = seen(archive, clock)
        for _ in range(10):
            clock.forward(days=1)
            missed(archive, ending=ending)
        (page,) = archive.pages(first.report_id or "")
        assert (page.state, len(archive.history(first.report_id or ""))) == ("unreachable", 1)
        clock.forward(days=1)
        assert seen(archive, clock).ending is Ending.UNCHANGED
        assert history(archive, first.report_id) == ["0: live", "0: unreachable", "0: live"]


def test_a_failure_between_two_404s_does_not_undo_the_first(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        seen(archive, clock)
        missed(archive)
        clock.forward(days=1)
        missed(archive, ending=Ending.FAILED)
        clock.forward(days=1)
        assert missed(archive).version == 2


def test_a_304_makes_a_missing_page_live(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        first = seen(archive, clock)
        missed(archive)
        clock.forward(days=2)
        capture = a_capture(URL, b"", at=clock(), status=304)
        archive.record(capture)
        assert archive.confirm(URL, capture, SITE).ending is Ending.UNCHANGED
        (page,) = archive.pages(first.report_id or "")
        assert (page.state, page.last_seen) == ("live", clock())


def test_a_redirect_to_a_new_address_moves_the_page(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        first = seen(archive, clock)
        clock.forward(days=1)
        hop = a_capture(URL, b"", at=clock(), status=301, Location=TWIN)
        capture = replace(a_capture(TWIN, BODY.encode(), at=clock()), hops=(hop,))
        archive.record(hop)
        archive.record(capture)
        outcome = archive.store(a_report(), capture, SITE)
        assert (outcome.ending, outcome.report_id) == (Ending.DUPLICATE, first.report_id)
        old, new = archive.pages(first.report_id or "")
        assert (old.state, old.moved_to, new.state) == ("moved", TWIN, "live")


def test_a_page_gone_from_one_address_of_its_site_has_moved_to_the_other(
    opened: Opener, clock: Clock
) -> None:
    with opened() as archive:
        first = seen(archive, clock)
        seen(archive, clock, TWIN)
        missed(archive)
        clock.forward(days=1)
        assert missed(archive).version is None
        assert [page.state for page in archive.pages(first.report_id or "")] == ["moved", "live"]
        assert history(archive, first.report_id)[-1] == "0: moved"


def test_a_report_is_gone_when_the_last_page_of_its_publisher_is(opened: Opener, clock: Clock) -> None:
    """A copy at another site neither keeps it alive nor makes a second tombstone."""
    other = "http://sfj.hubei.gov.cn/a.html"
    with opened() as archive:
        first = seen(archive, clock)
        capture = a_capture(other, BODY.encode(), at=clock())
        archive.record(capture)
        archive.store(
            a_report(), capture, replace(SITE, id="hubei", name="湖北省司法厅", region="420000", lists=())
        )
        versions = []
        for url in (URL, other):
            missed(archive, url)
            clock.forward(days=1)
            versions.append(missed(archive, url).version)
        assert versions == [2, None]
        assert [page.state for page in archive.pages(first.report_id or "")] == ["gone", "gone"]


def test_a_report_on_the_same_year_with_another_text_is_kept_too(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        one = seen(archive, clock)
        other: Report = a_report("另一篇。" * 50)
        capture = a_capture(TWIN, other.body.encode(), at=clock())
        archive.record(capture)
        two = archive.store(other, capture, SITE)
        assert {report.id for report in archive.reports(region="420100", year=2022)} == {
            one.report_id,
            two.report_id,
        }
