"""Which servers the planner queues, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.archive import VisitHistory
from crawler.model import Site, SiteVisit, VisitState
from crawler.spread.planning import VISITS_AHEAD, Failures, QueueState, ServerVisit, by_server, plan_visits

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def a_site(name: str, *lists: str, every: str | None = None) -> Site:
    return Site(
        id=name, name=name, region="420100", lists=lists or (f"http://{name}.gov.cn/l/",), every=every
    )


def visited(site: Site, hours: float, state: VisitState | None = VisitState.COMPLETE) -> VisitHistory:
    visit = SiteVisit(site_id=site.id, began_at=NOW - timedelta(hours=hours), state=state, entries=())
    return VisitHistory(last=visit, last_credible_at=visit.began_at)


def test_the_longest_overdue_come_first_and_those_never_visited_before_them() -> None:
    a, b, c, d = (a_site(name) for name in "abcd")
    pasts = {"a": visited(a, 30), "b": visited(b, 50), "c": visited(c, 2)}
    planned = plan_visits(by_server([a, b, c, d]), pasts, NOW)
    assert [visit.server for visit in planned] == ["d.gov.cn", "b.gov.cn", "a.gov.cn"]


def test_an_unfinished_visit_is_due_at_once() -> None:
    site = a_site("a")
    assert plan_visits(by_server([site]), {"a": visited(site, 0.1, VisitState.LEFT)}, NOW) != []
    assert plan_visits(by_server([site]), {"a": visited(site, 0.1, None)}, NOW) != []


def test_a_source_has_its_own_interval() -> None:
    site = a_site("a", every="1h")
    assert plan_visits(by_server([site]), {"a": visited(site, 2)}, NOW) == [
        ServerVisit(server="a.gov.cn", sites=("a",))
    ]
    assert plan_visits(by_server([site]), {"a": visited(site, 0.5)}, NOW) == []
    assert plan_visits(by_server([site]), {"a": visited(site, 0.5)}, NOW, anyway=True) != []


def test_sites_with_a_host_in_common_are_visited_together() -> None:
    a = a_site("a", "http://one.gov.cn/l/", "http://two.gov.cn/l/")
    b, c = a_site("b", "https://two.gov.cn/x/"), a_site("c", "http://three.gov.cn/")
    assert {key: [site.id for site in sites] for key, sites in by_server([c, b, a]).items()} == {
        "one.gov.cn": ["b", "a"],
        "three.gov.cn": ["c"],
    }


def test_a_busy_server_is_left_out() -> None:
    assert plan_visits(by_server([a_site("a")]), {}, NOW, busy={"a.gov.cn"}) == []


def test_a_server_at_which_workers_die_waits_ever_longer_but_not_after_the_first() -> None:
    def planned(number: int, ago: timedelta) -> bool:
        failed = {"a.gov.cn": Failures(number=number, last=NOW - ago)}
        return bool(plan_visits(by_server([a_site("a")]), {}, NOW, failures=failed))

    assert planned(1, timedelta(0))
    assert not planned(2, timedelta(minutes=9))
    assert planned(2, timedelta(minutes=11))
    assert not planned(3, timedelta(minutes=11))
    assert planned(30, timedelta(days=1, minutes=1))


def test_the_queue_is_filled_for_what_the_processes_take_in_and_no_further() -> None:
    assert QueueState().room(100) == 100 * VISITS_AHEAD  # one worker, which is about to begin
    assert QueueState(processes=3, waiting=1000).room(100) == 300 * VISITS_AHEAD - 1000
    assert QueueState(processes=1, waiting=7000).room(100) == 0
