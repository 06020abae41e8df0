"""Trouble that lasts from visit to visit: told once, then weekly, and once when it is over; the same after a rebuild."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command

from crawler.archive import CATALOGUE, Archive, Reader, Recovery, rebuild
from crawler.archive.catalogue.engine import migrations, sqlite_engine, upgrade
from crawler.model import Ending, Outcome, Site, SiteVisit, VisitState
from tests.archive.held import faults, query
from tests.conftest import Clock

Opener = Callable[[], Archive]
LIST, PAGE, OTHER = (f"http://a.gov.cn/{name}" for name in ("list/", "1.html", "2.html"))
SITE = Site(id="a", name="甲市人民政府", region="420100", lists=(LIST,), pages=(PAGE,))
FAILED, GONE, LISTED = Ending.FAILED, Ending.GONE, Ending.LISTED
ROWS = "SELECT * FROM troubles ORDER BY id"


class Visits:
    """Visits of one site, each in a run of its own."""

    def __init__(self, opened: Opener, clock: Clock) -> None:
        self._opened, self._clock = opened, clock
        self.recovery: Recovery | None = None

    def __call__(
        self, *met: tuple[str, Ending, str], days: float = 1, state: VisitState | None = VisitState.FAILED
    ) -> list[bool]:
        """Visit the site, which gives these outcomes: URL, ending, detail. Return of each whether it is to be told."""
        self._clock.forward(days=days)
        with self._opened() as archive:
            visit = SiteVisit(site_id="a", began_at=archive.started_at, entries=(LIST, PAGE))
            archive.begin_visit(visit, SITE)
            found = []
            for url, ending, detail in met:
                self._clock.forward(seconds=1)
                found.append(archive.note(Outcome(ending=ending, url=url, site_id="a", detail=detail)))
            self._clock.forward(seconds=1)
            ended = SiteVisit(site_id="a", began_at=archive.started_at, entries=(LIST, PAGE), state=state)
            self.recovery = archive.end_visit(ended) if state else None
        return [not outcome.as_before for outcome in found]


@pytest.fixture
def visit(opened: Opener, clock: Clock) -> Visits:
    return Visits(opened, clock)


def test_trouble_is_told_once_then_weekly_and_once_when_it_is_over(visit: Visits, clock: Clock) -> None:
    down = (LIST, FAILED, "connection refused")
    first = clock()
    told = [visit(down) for _ in range(10)]
    assert told == [[True], *[[False]] * 6, [True], *[[False]] * 2]
    visit((LIST, LISTED, "3 links"), state=VisitState.COMPLETE)
    assert visit.recovery is not None
    assert (visit.recovery.urls, visit.recovery.still) == ((LIST,), 0)
    assert (visit.recovery.ending, visit.recovery.detail) == (FAILED, "connection refused")
    assert (visit.recovery.since - first).days == 1
    visit(state=VisitState.COMPLETE)
    assert visit.recovery is None
    assert visit(down) == [True]  # it is a new one


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("timed out after 30 s (tried 3 times)", "timed out after 31 s (tried 4 times)", True),
        ("http://a.gov.cn/x?1: HTTP 503", "http://a.gov.cn/y?2: HTTP 503", True),
        ("connection refused", "its certificate has expired", False),
    ],
)
def test_the_same_cause_is_recognised_without_its_numbers_and_addresses(
    one: str, other: str, same: bool, visit: Visits
) -> None:
    visit((LIST, FAILED, one))
    assert visit((LIST, FAILED, other)) == [not same]


def test_causes_that_take_turns_are_told_once_each(visit: Visits) -> None:
    reasons = ("HTTP 503", "timed out") * 2
    told = [visit((LIST, FAILED, reason))[0] for reason in reasons]
    assert told == [True, True, False, False]


def test_a_list_that_fails_speaks_for_the_pages_of_its_site(visit: Visits) -> None:
    down = "connection refused"
    assert visit((LIST, FAILED, down), (PAGE, FAILED, down)) == [True, False]
    assert visit((LIST, FAILED, down), (OTHER, FAILED, down), (PAGE, FAILED, "no article")) == [
        False,
        False,
        True,
    ]


def test_each_page_that_cannot_be_read_is_told(visit: Visits) -> None:
    assert visit((PAGE, FAILED, "no article")) == [True]
    assert visit((PAGE, FAILED, "no article"), (OTHER, FAILED, "no article")) == [False, True]
    visit((OTHER, FAILED, "no article"))
    assert visit.recovery is not None
    assert (visit.recovery.urls, visit.recovery.still) == ((PAGE,), 1)


def test_a_visit_that_leaves_something_undone_ends_no_trouble(visit: Visits) -> None:
    visit((LIST, FAILED, "HTTP 503"))
    for state in (VisitState.LEFT, None):
        visit(state=state)
        assert visit.recovery is None
    assert visit((LIST, FAILED, "HTTP 503")) == [False]


def test_a_list_that_is_gone_is_trouble_and_a_report_is_not(visit: Visits, folder: Path) -> None:
    assert visit((LIST, GONE, "HTTP 404"), (PAGE, GONE, "HTTP 404")) == [True, True]
    assert query(folder, "SELECT url, ending FROM troubles") == [(LIST, "gone")]
    assert visit((LIST, GONE, "HTTP 404"))[0] is False


def test_a_list_that_states_more_than_was_read_is_told_once(visit: Visits) -> None:
    assert visit((LIST, LISTED, "9 links; page 1 of 3; the rest is not understood")) == [True]
    assert visit((LIST, LISTED, "8 links; page 1 of 4; the rest is not understood")) == [False]


def test_what_a_proxy_or_a_budget_leaves_is_told_once_and_a_planned_end_is_no_trouble(
    visit: Visits, folder: Path
) -> None:
    left = VisitState.LEFT
    budget = "its budget is used up: 3000 requests (max_requests in its entry); the next crawl goes on here"
    assert visit((PAGE, Ending.LEFT, budget), (OTHER, Ending.LEFT, budget), state=left) == [True, False]
    assert visit((OTHER, Ending.LEFT, budget), state=left) == [False]
    visit(
        (PAGE, Ending.LEFT, "the crawl ended before (--max-time 50m); the next crawl goes on here"),
        state=left,
    )
    assert query(folder, "SELECT count(*) FROM troubles") == [(1,)]
    visit(state=VisitState.COMPLETE)
    assert visit.recovery is not None


def test_a_clock_that_was_ahead_does_not_silence_trouble(visit: Visits, clock: Clock) -> None:
    down = (LIST, FAILED, "HTTP 503")
    right = clock()
    visit(down, days=3650)
    clock.now = right
    assert visit(down) == [True]
    visit(state=VisitState.COMPLETE)
    assert visit.recovery is not None


def test_outcomes_outside_a_visit_say_nothing_of_a_site(opened: Opener, folder: Path) -> None:
    with opened() as archive:
        noted = archive.note(Outcome(ending=FAILED, url=LIST, site_id="a", detail="HTTP 503"))
    assert (noted.as_before, noted.since) == (False, None)
    assert query(folder, ROWS) == []


def a_history(visit: Visits) -> None:
    budget = "its budget is used up: 1 requests; the next crawl goes on here"
    visit((LIST, FAILED, "HTTP 503"), (PAGE, FAILED, "HTTP 503"), (OTHER, GONE, "HTTP 404"))
    visit((LIST, FAILED, "timed out"), (PAGE, LISTED, "page 1 of 2; the rest is not understood"))
    visit((LIST, GONE, "HTTP 404"), (OTHER, Ending.LEFT, budget), state=VisitState.LEFT)
    visit((LIST, LISTED, "3 links"), state=VisitState.COMPLETE)
    visit((PAGE, Ending.REFUSED, "HTTP 403"), days=9)


@pytest.mark.sqlite_only
def test_a_rebuild_makes_the_same_rows(visit: Visits, folder: Path, clock: Clock) -> None:
    a_history(visit)
    before = query(folder, ROWS)
    assert len(before) > 4
    assert faults(folder) == []
    (folder / CATALOGUE).unlink()
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert query(folder, ROWS) == before


@pytest.mark.sqlite_only
def test_the_upgrade_of_an_earlier_catalogue_makes_the_same_rows(visit: Visits, folder: Path) -> None:
    a_history(visit)
    before = query(folder, ROWS)
    engine = sqlite_engine(folder / CATALOGUE, writes=True)
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "0015")
    assert query(folder, "SELECT name FROM sqlite_master WHERE name LIKE '%troubles%'") == []
    upgrade(engine)
    engine.dispose()
    assert query(folder, ROWS) == before


def test_a_reader_says_what_stood_at_a_time(visit: Visits, folder: Path, clock: Clock) -> None:
    visit((LIST, FAILED, "HTTP 503"))
    then = clock()
    visit(state=VisitState.COMPLETE)
    with Reader.read(folder) as reader:
        assert reader.troubles_at() == []
        (trouble,) = reader.troubles_at(then)
    assert (trouble.site_id, trouble.site_name, trouble.region, trouble.url) == (
        "a",
        SITE.name,
        "420100",
        LIST,
    )
    assert trouble.over_at is not None
