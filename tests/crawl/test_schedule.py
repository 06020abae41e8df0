"""When a site is due, computed from its earlier visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.archive import VisitHistory
from crawler.crawl import plan, seconds
from crawler.crawl.schedule import due_at
from crawler.errors import ConfigError
from crawler.model import Ending, Site, SiteVisit, VisitState
from tests.conftest import SITE

THEN = datetime(2026, 11, 24, 3, 17, 5, tzinfo=UTC)
DAILY = replace(SITE, every="1d")


def past(state: VisitState | None, *, failures: int = 0, site: str = SITE.id) -> VisitHistory:
    return VisitHistory(last=SiteVisit(site_id=site, began_at=THEN, state=state), failures=failures)


COMPLETE = past(VisitState.COMPLETE)


def is_due(site: Site, past: VisitHistory | None, **later: float) -> bool:
    return bool(plan([site], {site.id: past} if past else {}, THEN + timedelta(**later)).due)


def test_a_site_without_every_or_without_a_past_is_always_due() -> None:
    assert is_due(SITE, COMPLETE)
    assert is_due(DAILY, None)


def test_a_daily_site_is_due_the_next_day_at_the_same_time_though_cron_was_late_today() -> None:
    assert not is_due(DAILY, COMPLETE, hours=1)
    assert not is_due(DAILY, COMPLETE, hours=20)
    assert is_due(DAILY, COMPLETE, days=1, seconds=-65)


def test_after_failures_a_site_is_due_sooner_at_first_and_later_each_time() -> None:
    waits = [due_at(DAILY, past(VisitState.FAILED, failures=n)) for n in (1, 2, 3, 4, 5, 5000)]
    hours = [(at - THEN) / timedelta(hours=1) / 0.95 for at in waits if at]
    assert [round(h, 6) for h in hours] == [3, 6, 12, 24, 24, 24]


@pytest.mark.parametrize("state", [None, VisitState.LEFT])
def test_a_visit_that_was_killed_or_left_is_due_at_once(state: VisitState | None) -> None:
    assert is_due(DAILY, past(state), minutes=1)


def test_unfinished_sites_come_first_and_the_others_in_their_order() -> None:
    sites = [replace(SITE, id=name) for name in "abcd"]
    pasts = {"c": past(VisitState.LEFT, site="c"), "a": COMPLETE, "d": past(None, site="d")}
    assert [site.id for site in plan(sites, pasts, THEN).due] == ["c", "d", "a", "b"]


def test_a_site_that_is_not_due_is_an_outcome_with_its_time_unless_it_is_visited_anyway() -> None:
    now = THEN + timedelta(hours=1)
    (waiting,) = plan([DAILY], {SITE.id: COMPLETE}, now).not_due_outcomes()
    assert (waiting.ending, waiting.url, waiting.detail) == (
        Ending.NOT_DUE,
        SITE.lists[0],
        "due from 2026-11-25 02:05 UTC (every: 1d)",
    )
    assert plan([DAILY], {SITE.id: COMPLETE}, now, anyway=True).due == (DAILY,)


@pytest.mark.parametrize(
    ("text", "value"), [("90", 90), ("1.5", 1.5), ("90s", 90), ("30m", 1800), ("12h", 43200), ("2w", 1209600)]
)
def test_spans_of_time(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "0", "-5", "soon", "1y", "1h30m"])
def test_a_wrong_span_of_time_is_an_error(text: str) -> None:
    with pytest.raises(ConfigError, match="must be a time such as"):
        seconds(text)


AHEAD = THEN + timedelta(days=3650)


@pytest.mark.parametrize(
    ("earlier", "hours", "due"),
    [(None, 1, True), (THEN, 1, False), (THEN, 24, True), (THEN - timedelta(days=2), 1, True)],
)
def test_a_visit_in_the_future_does_not_count_and_the_one_before_it_does(
    earlier: datetime | None, hours: int, due: bool
) -> None:
    visit = SiteVisit(site_id=SITE.id, began_at=AHEAD, state=VisitState.COMPLETE)
    pasts = {SITE.id: VisitHistory(last=visit, last_credible_at=earlier)}
    planned = plan([DAILY], pasts, THEN + timedelta(hours=hours))
    assert bool(planned.due) is due
    assert [site for site, _ in planned.in_future] == [DAILY]


def test_visits_in_the_future_give_one_line_of_warning_for_all_sites() -> None:
    sites = [replace(SITE, id=name) for name in "abcde"]
    visits = {name: SiteVisit(site_id=name, began_at=AHEAD, state=VisitState.COMPLETE) for name in "abcde"}
    pasts = {name: VisitHistory(last=visit) for name, visit in visits.items()}
    assert plan(sites, pasts, THEN).clock_warning() == (
        "a, b, c and 2 more: last visited at a time that lies in the future (until 2036-11-21 03:17 UTC):"
        " the clock was wrong then, or is now; such visits do not count for what is due"
    )
    assert plan(sites, pasts, AHEAD).clock_warning() == ""
    assert plan(sites, {}, THEN).clock_warning() == ""
