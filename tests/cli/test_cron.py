"""A crawl run by cron: stopped by signals and limits, sources due or not, quiet output; and how the next run continues."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import CATALOGUE, Archive
from crawler.cli import main
from crawler.crawl import Halt, counting_sink, crawl
from crawler.errors import Halted
from crawler.fetch import Fetcher
from crawler.model import Ending, Outcome, SiteVisit, VisitState
from crawler.warc import read_captures
from tests.archive.held import change
from tests.conftest import Clock
from tests.crawl.test_crawl import command, site_of
from tests.site import Web

WUHAN = "www.wuhan.gov.cn"
Fazhi = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def words(web: Web, tmp_path: Path, folder: Path) -> list[str]:
    return command(web, tmp_path, "crawl", "--archive", str(folder))


@pytest.fixture
def fazhi(words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fazhi:
    """Run one crawl in this process, which takes a third of the time of a new one; `start` makes those that get signals."""

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["fazhi", *words[3:], *more])
        with pytest.raises(SystemExit) as left:
            main()
        return subprocess.CompletedProcess(words, int(left.value.code or 0), *capsys.readouterr())

    return run


def start(words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / CATALOGUE)) as catalogue:
        return catalogue.execute(query).fetchall()


def reports(web: Web, name: str = "wuhan") -> list[str]:
    return sorted(document.url for document in web.government(name).documents)


def asked_for(web: Web, urls: list[str]) -> list[int]:
    """Return how often each address was requested."""
    counts = Counter(request.url for request in web.requests)
    return [counts[url] for url in urls]


def every(tmp_path: Path, span: str) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(f"defaults: {{every: {span}}}\n{path.read_text('utf-8')}", "utf-8")


def only(web: Web, tmp_path: Path, *ids: str) -> None:
    """Write a sources.yaml with only these sites."""
    path = tmp_path / "sources.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    others = [g.id for g in web.governments if g.id not in ids]
    path.write_text("".join(line for line in lines if not any(f"id: {o}," in line for o in others)), "utf-8")


# -- told to end ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_pages_under_way_finish_and_the_next_run_goes_on(
    number: signal.Signals, web: Web, words: list[str], folder: Path, fazhi: Fazhi
) -> None:
    web.slow(WUHAN, 0.15)
    with start([*words, "wuhan"]) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("new ")
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    told, ended = err.splitlines()  # and nothing else
    assert told == f"{number.name}: finishing 1 page in progress; repeat to stop at once"
    assert ended.startswith(f"ended early ({number.name}): ")
    assert ended.endswith(" at 1 site are left; the next run continues with them")
    assert list(folder.glob("warc/*/*.open")) == []
    assert sum(len(list(read_captures(warc))) for warc in folder.glob("warc/*/*.gz")) == len(web.requests)
    left = rows(folder, "SELECT count(*) FROM outcomes WHERE ending = 'left'")
    assert rows(folder, "SELECT state, left_over FROM visits") == [("left", *left[0])]
    assert rows(folder, "SELECT state, detail FROM runs") == [("stopped", number.name)]
    web.slow(WUHAN, 0)
    assert fazhi("wuhan").returncode == 0
    assert asked_for(web, reports(web)) == [1] * len(reports(web))
    assert rows(folder, "SELECT state, left_over FROM visits")[1:] == [("complete", 0)]


def test_a_second_signal_ends_at_once_and_loses_nothing_stored(
    web: Web, words: list[str], folder: Path, fazhi: Fazhi
) -> None:
    slow = web.government("wuwei").host
    web.slow(slow, 600)
    with start([*words, "wuhan", "wuwei"]) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("new ")
        process.terminate()
        assert process.stderr.readline().startswith("SIGTERM: finishing")
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == -signal.SIGTERM
    web.slow(slow, 0)
    assert fazhi("wuhan", "wuwei").returncode == 0
    assert rows(folder, "SELECT state FROM runs") == [("killed",), ("finished",)]
    assert len(list(folder.glob("text/**/*.txt"))) == len(reports(web)) + len(reports(web, "wuwei"))


async def test_a_page_that_takes_longer_than_the_grace_is_left(web: Web, folder: Path) -> None:
    halt, ended = Halt(), list[SiteVisit]()
    outcomes: list[Outcome] = []
    with Archive.create(folder, clock=Clock()) as archive:
        sink = counting_sink(archive.record, halt)
        async with Fetcher(sink=sink, connect_to=web.hosts, sleep=halt.sleep) as fetcher:
            async for outcome in crawl(
                [site_of(web.government("wuhan"))],
                fetcher=fetcher,
                archive=archive,
                halt=halt,
                grace=0.01,
                on_visit=ended.append,
            ):
                outcomes.append(outcome)
                if outcome.ending is Ending.LISTED:
                    web.slow(WUHAN, 600)
                    asyncio.get_running_loop().call_later(0.1, halt.request, "a test")
    left = {outcome.url for outcome in outcomes if outcome.ending is Ending.LEFT}
    assert 0 < len(left) == len(outcomes) - len({o.url for o in outcomes} - left)
    (visit,) = ended
    assert visit.state is VisitState.LEFT
    assert {step.url for step in visit.frontier} == left


async def test_waiting_for_a_turn_ends_when_the_crawl_does() -> None:
    halt = Halt()
    waiting = asyncio.create_task(halt.sleep(600))
    await asyncio.sleep(0)
    halt.request("SIGTERM")
    halt.request("--max-time 1h")
    with pytest.raises(Halted, match="SIGTERM"):
        await waiting
    with pytest.raises(Halted):
        await halt.sleep(0.1)
    await Halt().sleep(0)


# -- limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 4])
async def test_runs_of_few_requests_each_come_to_the_end_and_ask_for_nothing_twice(
    limit: int, web: Web, folder: Path, clock: Clock
) -> None:
    site = site_of(web.government("changchun"))
    outcomes: list[Outcome] = []
    left = True
    while left:
        clock.forward(hours=1)
        halt = Halt(max_requests=limit)
        with Archive.create(folder, clock=clock, notify=pytest.fail) as archive:
            async with Fetcher(sink=counting_sink(archive.record, halt), connect_to=web.hosts) as fetcher:
                run = [
                    outcome
                    async for outcome in crawl(
                        [replace(site, delay=0)], fetcher=fetcher, archive=archive, halt=halt
                    )
                ]
        left = any(outcome.ending is Ending.LEFT for outcome in run)
        outcomes += [outcome for outcome in run if outcome.ending is not Ending.LEFT]
        assert [o for o in run if o.ending is not Ending.LEFT], "a run that gets nowhere"
    urls = reports(web, "changchun")
    assert asked_for(web, urls) == [1] * len(urls)
    assert len({o.url for o in outcomes}) == len(outcomes)
    assert {o.url for o in outcomes if o.ending in (Ending.NEW, Ending.DUPLICATE)} >= set(urls)


def test_time_is_up_in_the_same_way(web: Web, fazhi: Fazhi, folder: Path) -> None:
    web.slow(WUHAN, 0.4)
    done = fazhi("wuhan", "--max-time", "0.5s")
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith("ended early (--max-time 0.5s): ")
    assert rows(folder, "SELECT state, detail FROM runs") == [("stopped", "--max-time 0.5s")]


def test_a_time_that_is_none_is_told_before_anything_is_done(web: Web, fazhi: Fazhi, folder: Path) -> None:
    done = fazhi("--max-time", "soon")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--max-time soon: must be a time such as 90 (seconds), 30m, 12h or 1d\n"
    assert not folder.exists()


def test_a_site_left_is_begun_anew_when_its_entry_has_changed(
    web: Web, fazhi: Fazhi, tmp_path: Path, folder: Path
) -> None:
    assert fazhi("changchun", "--max-requests", "3").returncode == 0
    path = tmp_path / "sources.yaml"
    first, second = web.government("changchun").lists
    path.write_text(path.read_text("utf-8").replace(f"{first}, {second}", second), "utf-8")
    web.requests.clear()
    assert fazhi("changchun").returncode == 0
    assert second in {request.url for request in web.requests}
    assert first not in {request.url for request in web.requests}


def test_a_list_that_was_cut_in_its_pages_is_read_to_its_end_without_trouble(
    web: Web, fazhi: Fazhi, folder: Path
) -> None:
    assert fazhi("wuhan", "--max-requests", "2").returncode == 0
    done = fazhi("wuhan", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 4


# -- due or not -------------------------------------------------------------------------------------------


def test_what_is_not_due_is_not_asked_for_and_one_line_says_so(
    web: Web, fazhi: Fazhi, tmp_path: Path
) -> None:
    only(web, tmp_path, "wuhan", "wuwei")
    every(tmp_path, "1d")
    assert fazhi().returncode == 0
    web.requests.clear()
    again = fazhi()
    assert (again.returncode, again.stderr, web.requests) == (0, "", [])
    (line,) = again.stdout.splitlines()
    assert line.startswith("2 sites not due: due from ")
    lines = [json.loads(line) for line in fazhi("--json").stdout.splitlines()]
    assert [line["ending"] for line in lines] == ["not_due"] * 2


def test_who_names_a_source_or_wants_everything_does_not_wait(web: Web, fazhi: Fazhi, tmp_path: Path) -> None:
    only(web, tmp_path, "wuhan")
    every(tmp_path, "1d")
    fazhi()
    for words in (["wuhan"], ["--full"]):
        web.requests.clear()
        assert "sites not due" not in fazhi(*words).stdout
        assert asked_for(web, reports(web)) == [1] * len(reports(web))


def test_a_visit_by_a_clock_that_was_ahead_is_told_until_the_site_is_visited_by_the_right_one(
    web: Web, fazhi: Fazhi, tmp_path: Path, folder: Path
) -> None:
    only(web, tmp_path, "wuhan")
    every(tmp_path, "1d")
    fazhi()
    change(folder, "UPDATE visits SET began_at = '2099-11-25 03:00:00'")
    web.requests.clear()
    told = fazhi("--quiet")
    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr.startswith("wuhan: last visited at a time that lies in the future (until 2099-11-25")
    assert asked_for(web, reports(web)) == [1] * len(reports(web))
    again = fazhi("--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert asked_for(web, reports(web)) == [1] * len(reports(web))


# -- what is seen from outside ----------------------------------------------------------------------------


def test_quiet_is_silent_when_nothing_is_new_and_nothing_wrong(
    web: Web, fazhi: Fazhi, tmp_path: Path
) -> None:
    only(web, tmp_path, "wuhan")
    assert fazhi("--quiet").stdout.count("new ") == len(reports(web))
    again = fazhi("--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    web.edit(reports(web)[0], "法治", "法 治")
    edited = fazhi("--quiet")
    (line,) = edited.stdout.splitlines()
    assert line.startswith("revised ")
    assert (edited.returncode, edited.stderr) == (0, "")


def test_a_report_that_is_gone_is_told_once(web: Web, fazhi: Fazhi, tmp_path: Path) -> None:
    """A list may link to a deleted page on its first page for years."""
    only(web, tmp_path, "wuhan")
    newest = max(web.government("wuhan").documents, key=lambda document: document.published).url
    fazhi("--quiet")
    web.take_down(newest)
    told = fazhi("--quiet")
    (line,) = told.stdout.splitlines()
    assert line.startswith("missing ")
    assert (told.returncode, told.stderr) == (0, "")
    again = fazhi("--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert asked_for(web, [newest]) == [3]


def test_json_has_a_line_for_each_address_known_also_for_what_is_left(
    web: Web, fazhi: Fazhi, folder: Path
) -> None:
    done = fazhi("wuhan", "wuwei", "--json", "--max-requests", "4")
    assert "ended early (--max-requests 4): " in done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert "left" in {outcome["ending"] for outcome in outcomes}
    kept = rows(folder, "SELECT ending, url FROM outcomes")
    assert sorted(kept) == sorted((outcome["ending"], outcome["url"]) for outcome in outcomes)
    assert {outcome["site_id"] for outcome in outcomes} == {"wuhan", "wuwei"}


def test_the_log_has_every_exchange_outcome_and_visit_as_a_line_of_json(
    web: Web, fazhi: Fazhi, tmp_path: Path
) -> None:
    file = tmp_path / "crawl.log"
    outcomes = [json.loads(line) for line in fazhi("wuhan", "--json", "--log", str(file)).stdout.splitlines()]
    events = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert all({"time", "level", "event", "site", "url"} <= set(event) for event in events)
    logged = [(e["ending"], e["url"]) for e in events if e["event"] == "outcome"]
    assert logged == [(o["ending"], o["url"]) for o in outcomes]
    exchanges = [(e["url"], e["status"]) for e in events if e["event"] == "exchange"]
    assert exchanges == [(request.url, request.status) for request in web.requests]
    (visit,) = [e for e in events if e["event"] == "visit"]
    assert (visit["site"], visit["state"], visit["requests"]) == ("wuhan", "complete", len(web.requests))


def test_figures_tell_what_each_host_was_asked(web: Web, fazhi: Fazhi) -> None:
    done = fazhi("wuhan", "--figures", "--json")
    heading, row = done.stderr.splitlines()
    assert heading.split()[:3] == ["host", "requests", "KB"]
    host, requests, kilobytes = row.split()[:3]
    assert (host, int(requests)) == (WUHAN, len(web.requests))
    assert int(kilobytes) > 100


def test_a_log_that_cannot_be_written_is_told(fazhi: Fazhi, tmp_path: Path) -> None:
    done = fazhi("--log", str(tmp_path / "no" / "crawl.log"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("crawl.log: cannot be written: No such file or directory\n")
