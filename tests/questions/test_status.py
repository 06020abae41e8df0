"""The state of an archive: runs, failing sources, what is due and held, alerts, metrics."""

from __future__ import annotations

import json
import os
import platform
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive import CATALOGUE, EMPTY_HEAD, Archive, head
from crawler.archive.evidence.lock import is_held
from crawler.errors import ArchiveDamaged, CrawlerError, NoArchive
from crawler.model import Ending, Outcome, Site, SiteVisit, VisitState
from crawler.questions.status import SourceResult, Status, status
from crawler.questions.status.attention import ALERTS, Facts, alerts
from crawler.questions.status.metrics import RUN_STATES, metrics_text, write_metrics
from crawler.questions.status.tables import status_json
from tests.conftest import Clock, Fazhi, a_capture, a_report

LIST = "http://a.gov.cn/list/"
Opener = Callable[[], Archive]
SITES = (
    Site(id="a", name="甲市人民政府", region="420100", lists=(LIST,), every="1d"),
    Site(id="b", name="乙市人民政府", region="420200", lists=("http://b.gov.cn/",)),
    Site(id="off", name="丙市人民政府", region="420300", lists=("http://c.gov.cn/",), enabled=False),
)


def visited(opened: Opener, clock: Clock, *outcomes: Outcome, state: VisitState, site: str = "a") -> None:
    """A run with one visit of a site."""
    with opened() as archive:
        visit = SiteVisit(site_id=site, began_at=archive.started_at, entries=(LIST,))
        archive.begin_visit(visit)
        for outcome in outcomes:
            archive.note(outcome)
        archive.end_visit(SiteVisit(site_id=site, began_at=archive.started_at, entries=(LIST,), state=state))


def trouble(ending: Ending, detail: str, url: str = LIST) -> Outcome:
    return Outcome(ending=ending, url=url, site_id="a", detail=detail)


def asked(folder: Path, now: datetime, sites: tuple[Site, ...] | None = SITES) -> Status:
    return status(folder, sites, now=now, notify=lambda _: None)


def test_a_source_that_fails_says_since_when_and_why(folder: Path, opened: Opener, clock: Clock) -> None:
    visited(opened, clock, state=VisitState.COMPLETE)
    first = clock.now
    for day in range(1, 4):
        clock.now = first + timedelta(days=day)
        visited(
            opened,
            clock,
            trouble(Ending.GONE, "a report that is gone is no trouble", "http://a.gov.cn/r.html"),
            trouble(Ending.FAILED, f"status 500 on day {day}"),
            trouble(Ending.GONE, "the list is gone"),
            state=VisitState.FAILED,
        )
    found = asked(folder, clock.now)
    a, b, off = found.sources
    assert (a.result, b.result, off.configured) == (SourceResult.FAILS, SourceResult.NEVER, False)
    assert a.failure is not None
    assert (a.failure.since, a.failure.visits, a.failure.troubles) == (
        first + timedelta(days=1, minutes=1),
        3,
        2,
    )
    assert (a.failure.ending, a.failure.why) == ("failed", "status 500 on day 3")
    assert [source.id for source in found.failing] == ["a"]
    visited(opened, clock, state=VisitState.COMPLETE)
    assert asked(folder, clock.now).failing == ()


def test_what_is_due_counts_from_the_last_visit(folder: Path, opened: Opener, clock: Clock) -> None:
    visited(opened, clock, state=VisitState.COMPLETE)
    soon = asked(folder, clock.now + timedelta(hours=1))
    assert (soon.due, [source.is_due for source in soon.sources]) == (1, [False, True, None])
    assert soon.next_due_at == clock.now + timedelta(days=1) * 0.95
    assert asked(folder, clock.now + timedelta(days=1)).due == 2
    unknown = asked(folder, clock.now, None)
    assert (unknown.sources_known, unknown.due, status_json(unknown)["due"]) == (False, 0, None)


def test_reports_are_counted_by_year_and_source_with_the_newest(
    folder: Path, opened: Opener, clock: Clock
) -> None:
    with opened() as archive:
        for year in (2021, 2023, 2022):
            url = f"http://a.gov.cn/{year}.html"
            report = a_report(f"{year}年的报告。" * 30, year=year, published=f"{year + 1}-03-01")
            capture = a_capture(url, str(year).encode(), at=clock.now)
            archive.record(capture)
            archive.store(report, capture, SITES[0])
    found = asked(folder, clock.now)
    assert found.reports_by_year == {2021: 1, 2022: 1, 2023: 1}
    a = found.sources[0]
    assert a.newest is not None
    assert (a.reports, a.newest.year, a.newest.published) == (3, 2023, "2024-03-01")
    assert found.newest is not None
    assert found.sizes["warc"] > 0
    assert found.size == sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    assert (found.head, found.lines) == (head(folder), 3)


def test_an_archive_before_its_first_run_has_a_state(folder: Path, clock: Clock, fazhi: Fazhi) -> None:
    with pytest.raises(NoArchive, match="no archive here; name one with --archive"):
        asked(folder, clock.now)
    folder.mkdir()
    (folder / "README.md").write_text("an archive", "utf-8")
    found = asked(folder, clock.now)
    assert (found.last_run, found.reports, found.head, found.due) == (None, 0, EMPTY_HEAD, 2)
    assert [alert.name for alert in found.alerts] == ["no_run"]
    assert fazhi("status", "--archive", str(folder))[0] == 0
    (folder / "thesis.doc").touch()  # somebody's folder
    assert fazhi("status", "--archive", str(folder))[0] == 2


def test_a_damaged_catalogue_is_told_and_exits_with_4(
    folder: Path, opened: Opener, clock: Clock, fazhi: Fazhi
) -> None:
    visited(opened, clock, state=VisitState.COMPLETE)
    (folder / CATALOGUE).write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(ArchiveDamaged):
        asked(folder, clock.now)
    assert fazhi("status", "--archive", str(folder))[0] == 4


# -- runs ---------------------------------------------------------------------------------------------------


def test_a_run_in_progress_is_running_and_a_killed_one_killed(
    folder: Path, opened: Opener, clock: Clock
) -> None:
    visited(opened, clock, state=VisitState.COMPLETE)
    clock.now = datetime.now(UTC)  # this process, which holds the lock, started before
    with opened():
        running = asked(folder, clock.now)
        assert running.last_run is not None
        assert (running.last_run.number, running.last_run.state) == (2, "running")
        assert running.last_ended_run is not None
        assert (running.last_ended_run.number, running.last_ended_run.state) == (1, "finished")
        with subprocess.Popen([sys.executable, "-c", ""]) as gone:
            gone.wait()
        lock = folder / ".lock"
        lock.write_text(
            lock.read_text("utf-8").replace(f"process {os.getpid()} ", f"process {gone.pid} "), "utf-8"
        )
        killed = asked(folder, clock.now)
        assert killed.last_run is not None
        assert killed.last_run.state == "killed"
        assert "run_killed" in [alert.name for alert in killed.alerts]


def test_the_lock_file_tells_whether_its_process_lives(folder: Path) -> None:
    folder.mkdir()
    lock = folder / ".lock"
    now = datetime.now(UTC) + timedelta(seconds=5)
    mine = f"process {os.getpid()} on {platform.node()} since "
    for text, held in {
        f"{mine}{now:%Y-%m-%d %H:%M:%S} UTC\n": True,
        f"{mine}2001-01-01 00:00:00 UTC\n": False,  # this process started later: its number was used again
        f"{mine}2001-99-01 00:00:00 UTC\n": None,
        f"process {os.getpid()} on elsewhere since {now:%Y-%m-%d %H:%M:%S} UTC\n": None,
        "": None,
    }.items():
        lock.write_text(text, "utf-8")
        assert is_held(folder) is held
    lock.unlink()
    assert is_held(folder) is False


def test_the_state_is_read_with_read_permission_only_and_nothing_is_written(
    folder: Path, opened: Opener, clock: Clock
) -> None:
    visited(opened, clock, state=VisitState.COMPLETE)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    try:
        assert asked(folder, clock.now).last_run is not None
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


# -- alerts -------------------------------------------------------------------------------------------------


def test_alerts_are_for_what_lasts(folder: Path, opened: Opener, clock: Clock) -> None:
    visited(opened, clock, trouble(Ending.FAILED, "status 500"), state=VisitState.FAILED)
    begun = clock.now

    def names(after: timedelta) -> list[str]:
        return [alert.name for alert in asked(folder, begun + after).alerts if alert.name != "disk"]

    assert names(timedelta(days=1)) == []
    assert names(timedelta(days=3)) == ["sources_late"]
    assert names(timedelta(days=7)) == ["sources_failing", "sources_late"]
    assert names(timedelta(days=-1)) == ["clock"]


@pytest.mark.parametrize(
    ("state", "free", "expected"),
    [
        (None, 10**12, ["no_run"]),
        ("killed", 10**12, ["run_killed"]),
        ("failed", 10**12, ["run_failed"]),
        ("stopped", 10**12, []),
        ("finished", 999_999_999, ["disk"]),
        ("finished", 5 * 10**9, ["disk"]),
        ("finished", 10**10, []),
    ],
)
def test_a_run_that_did_not_end_and_a_disk_that_is_full_are_alerts(
    state: str | None, free: int, expected: list[str], clock: Clock
) -> None:
    facts = Facts(now=clock.now, run_state=state, run_detail="", sources=(), size=10**11, free=free)
    if free == 10**10:
        facts = Facts(now=clock.now, run_state=state, run_detail="", sources=(), size=10**9, free=free)
    found = list(alerts(facts))
    assert [alert.name for alert in found] == expected
    assert {alert.name for alert in found} <= set(ALERTS)
    assert all(alert.action for alert in found)


# -- metrics ------------------------------------------------------------------------------------------------

_SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z0-9_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (?P<value>-?[0-9]+)'
)


def parsed(text: str) -> Iterator[tuple[str, str, int]]:
    """The samples of a file in Prometheus' text format 0.0.4: name, labels, value. Stricter than Prometheus itself."""
    assert text.endswith("\n")
    lines = text.splitlines()
    seen: set[str] = set()
    samples: set[tuple[str, str]] = set()
    current = ""
    for place, line in enumerate(lines):
        if line.startswith("# HELP "):
            name, _, about = line.removeprefix("# HELP ").partition(" ")
            assert lines[place + 1] == f"# TYPE {name} gauge"
            assert about
            assert name not in seen, "the samples of a metric stand together"
            seen.add(name)
            current = name
        elif not line.startswith("# TYPE "):
            found = _SAMPLE.fullmatch(line)
            assert found, line
            assert found["name"] == current
            key = (found["name"], found["labels"] or "")
            assert key not in samples, "no sample twice"
            samples.add(key)
            yield *key, int(found["value"])


def test_the_metrics_are_valid_and_have_the_same_figures(folder: Path, opened: Opener, clock: Clock) -> None:
    visited(opened, clock, trouble(Ending.FAILED, 'a "quoted" \\ detail'), state=VisitState.FAILED)
    found = asked(
        folder,
        clock.now + timedelta(days=8),
        (Site(id='a"\\', name="", region="", lists=("http://x/",)), *SITES),
    )
    values = {(name, labels): value for name, labels, value in parsed(metrics_text(found))}
    at = int(clock.now.timestamp())
    assert values["fazhi_status_timestamp_seconds", ""] == at + 8 * 86400
    assert values["fazhi_source_failing_since_timestamp_seconds", 'source="a"'] == at
    assert values["fazhi_alert", 'name="sources_failing"'] == 1
    assert values["fazhi_alert", 'name="run_killed"'] == 0
    assert {labels for name, labels in values if name == "fazhi_alert"} == {
        f'name="{name}"' for name in ALERTS
    }
    assert {v for (name, _), v in values.items() if name == "fazhi_last_run_state"} == {0, 1}
    assert len([1 for name, _ in values if name == "fazhi_last_run_state"]) == len(RUN_STATES)
    assert values["fazhi_sources", 'result="never visited"'] == 2
    assert values["fazhi_archive_size_bytes", 'part="warc"'] == found.sizes["warc"]
    assert values["fazhi_chain_head_info", f'sha256="{head(folder)}"'] == 1
    units = (
        "_seconds",
        "_bytes",
        "_info",
        "_state",
        "_lines",
        "_year",
        "sources",
        "_due",
        "reports",
        "alert",
    )
    assert all(name.endswith(units) for name, _ in values)


def test_metrics_before_the_first_run_leave_out_what_is_not_known(folder: Path, clock: Clock) -> None:
    folder.mkdir()
    names = {name for name, _, _ in parsed(metrics_text(asked(folder, clock.now)))}
    assert "fazhi_last_run_end_timestamp_seconds" not in names
    assert {"fazhi_alert", "fazhi_sources", "fazhi_archive_free_bytes"} <= names


def test_the_metrics_file_is_replaced_in_one_step_and_others_can_read_it(
    folder: Path, clock: Clock, tmp_path: Path
) -> None:
    folder.mkdir()
    place = tmp_path / "collector" / "fazhi.prom"
    with pytest.raises(CrawlerError, match="cannot be written: No such file or directory"):
        write_metrics(place, asked(folder, clock.now))
    place.parent.mkdir()
    place.write_text("old", "utf-8")
    with place.open(encoding="utf-8") as opened_before:
        write_metrics(place, asked(folder, clock.now))
        assert opened_before.read() == "old"
    assert [path.name for path in place.parent.iterdir()] == ["fazhi.prom"]
    assert list(parsed(place.read_text("utf-8")))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CrawlerError, match="is no regular file"):
        write_metrics(tmp_path / "pipe", asked(folder, clock.now))


def test_the_page_for_monitors_has_every_metric_and_every_alert(
    folder: Path, opened: Opener, clock: Clock
) -> None:
    with opened() as archive:
        capture = a_capture(at=clock.now)
        archive.record(capture)
        archive.store(a_report(), capture, SITES[0])
    visited(opened, clock, state=VisitState.COMPLETE, site="b")
    visited(opened, clock, trouble(Ending.FAILED, "status 500"), state=VisitState.FAILED)
    page = (Path(__file__).parent.parent.parent / "docs" / "monitoring.md").read_text("utf-8")
    found = asked(folder, clock.now)
    assert set(re.findall(r"^\| `(fazhi_[a-z_]+)`", page, re.M)) == {
        name for name, _, _ in parsed(metrics_text(found))
    }
    assert set(re.findall(r"fazhi_[a-z_]+", page)) <= {name for name, _, _ in parsed(metrics_text(found))} | {
        "fazhi_"
    }
    assert re.findall(r"^\| `([a-z_]+)` \|", page, re.M)[: len(ALERTS)] == list(ALERTS)
    value = status_json(found)
    named = set(re.findall(r"`([a-z_]+)`", page))
    assert set(value) | set(value["sources"][0]) | set(value["newest"]) | set(value["last_run"]) <= named


# -- commands -----------------------------------------------------------------------------------------------


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(
        f'sources:\n  - {{id: a, name: 甲市人民政府, region: "420100", lists: ["{LIST}"], every: 1d}}\n',
        "utf-8",
    )
    return path


def test_the_command_shows_the_state_and_writes_metrics(
    folder: Path, opened: Opener, clock: Clock, fazhi: Fazhi, sources: Path, tmp_path: Path
) -> None:
    visited(opened, clock, trouble(Ending.REFUSED, "status 403"), state=VisitState.FAILED)
    words = ("status", "--archive", str(folder), "--sources", str(sources))
    code, out, err = fazhi(*words)
    assert (code, err) == (0, "")
    lines = dict(line.split("\t", 1) for line in out.splitlines() if "\t" in line)
    assert lines["sources"] == "1: 1 fails"
    assert lines["head"] == f"{head(folder)}, of line 3"
    assert lines["a"].endswith(f"refused: {LIST}: status 403")
    _, in_chinese, _ = fazhi(*words, "--lang", "zh")
    assert lines["a"] in in_chinese  # lines for programs are the same in both languages
    _, out, _ = fazhi(*words, "--all")
    assert f"a\t420100\t甲市人民政府\t{clock.now:%Y-%m-%d}\tfails since" in out
    _, out, _ = fazhi(*words, "--json", "--metrics", str(tmp_path / "m.prom"))
    value = json.loads(out)
    assert value["failing"] == ["a"]
    assert value["sources"][0]["failure"]["why"] == "status 403"
    assert list(parsed((tmp_path / "m.prom").read_text("utf-8")))
    code, _, err = fazhi("status", "--archive", str(folder), "--sources", str(tmp_path / "none.yaml"))
    assert code == 2


def test_source_list_shows_what_the_archive_knows(
    folder: Path, opened: Opener, clock: Clock, fazhi: Fazhi, sources: Path
) -> None:
    words = ("source", "list", "--sources", str(sources), "--archive", str(folder))
    code, out, _ = fazhi(*words)
    assert (code, out) == (0, f"a\t420100\t甲市人民政府\t{LIST}\tnever visited\t\t0\t\t\n")
    visited(opened, clock, state=VisitState.COMPLETE)
    _, out, _ = fazhi(*words)
    assert out == f"a\t420100\t甲市人民政府\t{LIST}\t{clock.now:%Y-%m-%d}\tok\t0\t\t\n"
    _, out, _ = fazhi(*words, "--json")
    (site,) = json.loads(out)
    assert (site["result"], site["reports"], site["seen"], site["lists"]) == ("ok", 0, None, [LIST])
