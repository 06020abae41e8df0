"""The line of progress of a crawl, and the summary of many sites."""

from __future__ import annotations

import io
from collections import Counter

from rich.cells import cell_len

from crawler.cli.display import Display
from crawler.cli.output import PlainConsole
from crawler.cli.summary import MAX_SITES, print_sites
from crawler.cli.terminal.progress import Progress, duration
from crawler.crawl import NOTHING_SAVED
from crawler.model import Ending, Outcome, Site, SiteVisit
from tests.conftest import Clock


class Ticks:
    """A clock in seconds, and a number of requests, both set by the test."""

    now = 0.0
    requests = 0


def a_progress(sites: int, ticks: Ticks, max_seconds: float | None = None) -> Progress:
    return Progress(
        sites=sites, requests=lambda: ticks.requests, clock=lambda: ticks.now, max_seconds=max_seconds
    )


def test_the_line_has_sites_rate_time_left_and_trouble() -> None:
    ticks = Ticks()
    progress = a_progress(3000, ticks)
    assert progress.line() == "0 of 3,000 sites · 0.0 requests/s · no trouble · "
    ticks.now, ticks.requests = 60.0, 1500
    progress.done, progress.new, progress.url = 300, 12, "http://a.gov.cn/"
    progress.troubled |= {"a", "b"}
    assert progress.line() == (
        "300 of 3,000 sites · 25.0 requests/s · about 9 min left · trouble at 2 · 12 new · http://a.gov.cn/"
    )


def test_the_rate_is_that_of_the_last_seconds() -> None:
    ticks = Ticks()
    progress = a_progress(1, ticks)
    for second in range(60):
        ticks.now = float(second)
        ticks.requests = min(second, 30) * 10
        line = progress.line()
    assert "0.0 requests/s" in line  # nothing for 29 seconds


def test_a_time_limit_is_the_most_that_is_left() -> None:
    ticks = Ticks()
    progress = a_progress(1000, ticks, max_seconds=600)
    assert "at most 10 min left" in progress.line()
    ticks.now, progress.done = 60.0, 10
    assert "at most 9 min left" in progress.line()
    progress.done = 900
    assert "about 7 s left" in progress.line()


def test_times_are_said_in_two_units_at_most() -> None:
    assert [duration(n) for n in (0, 40, 89.6, 719, 12_000, 7200)] == [
        "0 s",
        "40 s",
        "2 min",
        "12 min",
        "3 h 20 min",
        "2 h",
    ]


def test_a_control_character_in_an_address_does_not_reach_the_terminal() -> None:
    progress = a_progress(1, Ticks())
    progress.url = "http://a.gov.cn/\x1b[2J\nx"
    assert progress.line().endswith("http://a.gov.cn/\\x1b[2J\\nx")


def sites(number: int) -> list[Site]:
    return [
        Site(id=f"s{n:04}", name=f"某{n}市人民政府", region="420100", lists=(f"http://s{n}.gov.cn/",))
        for n in range(number)
    ]


def test_sites_that_are_not_visited_do_not_count(clock: Clock) -> None:
    display = Display(sites(5))
    progress = display._progress
    for n, (ending, detail) in enumerate(
        ((Ending.NOT_DUE, "due later"), (Ending.SKIPPED, NOTHING_SAVED), (Ending.LISTED, ""))
    ):
        display.show(Outcome(ending=ending, url="http://x.gov.cn/", site_id=f"s{n:04}", detail=detail), None)
    for name in ("s0001", "s0002"):  # a replay ends the visit of a site that it has nothing of, too
        display.visited(SiteVisit(site_id=name, began_at=clock.now))
    assert (progress.sites, progress.done) == (3, 1)


def shown(number: int, notable: dict[str, Ending], width: int | None = None) -> list[str]:
    out = io.StringIO()
    counts = {site.id: Counter({Ending.LISTED: 1}) for site in sites(number)}
    for name, ending in notable.items():
        counts[name][ending] += 1
    print_sites(PlainConsole(out), sites(number), counts, Counter({"s0007": 2}), {})
    return out.getvalue().splitlines()


def test_a_summary_of_many_sites_has_those_with_trouble_or_something_lost() -> None:
    assert len(shown(MAX_SITES, {})) == 1 + MAX_SITES
    lines = shown(3000, {"s0003": Ending.NEW, "s0004": Ending.UNCHANGED, "s0005": Ending.LEFT})
    assert [line.split()[0] for line in lines] == ["site", "s0007", "s0005", "2998"]
    told = "without a row here; `fazhi source list` shows every site"
    assert lines[-1] == f"2998 further sites {told}"
    assert shown(3000, {})[-1] == f"2999 further sites {told}"


def test_no_summary_has_more_rows_than_a_person_reads() -> None:
    lines = shown(3000, {f"s{number:04}": Ending.GONE for number in range(1000, 2000)})
    assert len(lines) == 1 + MAX_SITES + 1
    assert lines[1].startswith("s0007")  # trouble comes first
    assert lines[-1].startswith("2900 further sites")


def test_the_headings_name_what_is_counted_and_columns_are_aligned() -> None:
    heading, *rows = shown(12, {"s0003": Ending.NEW})
    assert heading.split("  ")[0] == "site"
    assert "list pages" in heading
    assert "new reports" in heading
    assert "listed" not in heading
    assert len({cell_len(row) for row in rows}) == 1
