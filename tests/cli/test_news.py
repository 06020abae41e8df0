"""What `fazhi crawl --quiet` prints from day to day: an editor's news in one word each, and trouble once."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import httpx
import pytest

from crawler.crawl import job
from crawler.fetch import Fetcher
from crawler.fetch.reach import Reach
from tests.cli.test_cron import every, only
from tests.conftest import Clock, Fazhi
from tests.crawl.test_crawl import sources_for
from tests.site import Web
from tests.site.server import Answer

Day = Callable[..., "tuple[int, list[str], list[str]]"]
"""Crawls 武汉 with `--quiet` after so many days; returns exit code and the lines of stdout and stderr."""


@pytest.fixture
def where(web: Web, folder: Path, tmp_path: Path) -> tuple[str, ...]:
    """Return the options that name sources, archive and the web on loopback."""
    mapped = [word for entry in web.connect_to for word in ("--connect-to", entry)]
    return ("--sources", str(sources_for(web, tmp_path)), "--archive", str(folder), *mapped)


@pytest.fixture
def day(where: tuple[str, ...], fazhi: Fazhi, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Day:
    monkeypatch.setattr(job, "utc_now", clock)
    monkeypatch.setattr(job, "Fetcher", partial(Fetcher, clock=clock))

    def crawl(days: float, *words: str) -> tuple[int, list[str], list[str]]:
        clock.forward(days=days)
        code, out, err = fazhi("crawl", "wuhan", "--quiet", *words, *where)
        return code, out.splitlines(), err.splitlines()

    return crawl


def report_of(web: Web) -> tuple[str, str]:
    """Return address and title of a report of 武汉."""
    document = web.government("wuhan").documents[1]
    return document.url, document.title


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_a_report_is_new_then_revised_and_the_line_says_how_much_and_what_shows_it(
    web: Web, day: Day, fazhi: Fazhi
) -> None:
    url, title = report_of(web)
    code, out, err = day(0)
    (new,) = [cells(line) for line in out if line.endswith(url)]
    assert (code, err, new[:2], new[3:]) == (0, [], ["new", "wuhan"], [title, url])
    web.edit(url, "工作", "做工")
    code, (line,), err = day(1)
    assert (code, err) == (0, [])
    word, site, report_id, *told, note = cells(line)
    assert (word, site, report_id, told) == ("revised", "wuhan", new[2], [title, url])
    how_much, _, command = note.partition(": ")
    assert how_much.endswith(" characters changed")
    code, shown, _ = fazhi(*shlex.split(command)[1:])
    assert (code, "[-工作-]" in shown) == (0, True)
    assert day(1) == (0, [], [])


def test_a_report_is_missing_then_gone_then_back_and_each_is_told_once(
    web: Web, day: Day, fazhi: Fazhi
) -> None:
    url, title = report_of(web)
    day(0)
    web.take_down(url)
    told = [day(1), day(0.1), day(1), day(0.1)]
    assert [(code, err) for code, _, err in told] == [(0, [])] * 4
    lines = [list(map(cells, out)) for _, out, _ in told]
    assert [[line[0] for line in each] for each in lines] == [["missing"], [], ["gone"], []]
    assert lines[2][0][3:] == [title, url, "HTTP 404"]
    web.restore(url)
    _, (back,), _ = day(8)
    assert cells(back)[0] == "back"
    assert cells(back)[3:5] == [title, url]
    assert cells(back)[5].startswith("the text is as before; back again, gone since ")


def test_a_report_that_was_missing_for_some_hours_is_back_and_not_revised(web: Web, day: Day) -> None:
    url, _ = report_of(web)
    day(0)
    web.take_down(url)
    day(1)
    web.restore(url)
    code, (back,), _ = day(0.1)
    assert (code, cells(back)[0], cells(back)[-1]) == (0, "back", "the text is as before")


def test_a_report_that_comes_back_with_another_text_is_back_and_the_line_says_what_changed(
    web: Web, day: Day
) -> None:
    url, _ = report_of(web)
    day(0)
    web.take_down(url)
    day(1)
    web.restore(url)
    web.edit(url, "工作", "做工")
    _, (back,), _ = day(0.1)
    assert cells(back)[0] == "back"
    assert " characters changed: fazhi diff " in back
    assert " 1..2 " in back


def test_a_list_that_is_gone_is_told_once_then_weekly_and_once_when_it_is_there_again(
    web: Web, day: Day, fazhi: Fazhi, folder: Path
) -> None:
    address = web.government("wuhan").lists[0]
    day(0)
    web.take_down(address)
    code, out, err = day(1)
    assert (code, out, cells(err[0])) == (1, [], ["list gone", "wuhan", address, "HTTP 404"])
    assert err[1:] == ["trouble at 1 of 1 site: wuhan"]
    assert [day(1) for _ in range(6)] == [(1, [], [])] * 6  # silent, and the exit code still says it
    _, _, (line, _) = day(1)
    assert cells(line)[-1] == "HTTP 404 (since 2026-11-26)"
    _, out, _ = fazhi(
        "changes", "--since", "2026-11-25", "--until", "2026-12-31", "--archive", str(folder), "--json"
    )
    assert [each["url"] for each in json.loads(out)["changes"] if each["change"] == "list_gone"] == [address]
    web.restore(address)
    code, out, err = day(1)
    assert (code, out) == (0, [])
    assert cells(err[0]) == ["recovered", "wuhan", address, "1 address, gone since 2026-11-26: HTTP 404"]
    assert day(1) == (0, [], [])
    assert fazhi("verify", "--archive", str(folder))[0] == 0


def test_a_server_that_refuses_everything_for_days_is_one_line(web: Web, day: Day) -> None:
    day(0)
    host = web.government("wuhan").host
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web, "_answer", lambda _: Answer(status=403, body=b"<p>no</p>"))
        code, out, err = day(1)
        assert (code, out, len(err)) == (1, [], 2)
        assert cells(err[0])[:2] == ["refused", "wuhan"]
        assert host in err[0]
        assert day(1) == (1, [], [])
    code, out, err = day(1)
    assert (code, out, [cells(line)[0] for line in err]) == (0, [], ["recovered"])


def only_reached(patch: pytest.MonkeyPatch, *hosts: str) -> None:
    """Let these hosts alone be reached, as far as a crawl finds out before it begins."""

    async def reach_of(targets: Iterable[tuple[str, object]], **_: object) -> Reach:
        return Reach(any=any(httpx.URL(url).host in hosts for url, _ in targets))

    patch.setattr(job, "reach_of", reach_of)


def test_a_network_that_is_away_is_told_once_then_weekly_and_once_when_it_is_there_again(day: Day) -> None:
    others = ("wuwei", "huangshigang")
    day(0, *others)
    with pytest.MonkeyPatch.context() as patch:
        only_reached(patch)
        code, out, (line,) = day(1, *others)
        assert (code, out) == (1, [])
        assert line.startswith("no site of ")
        assert "can be reached from here (3 hosts tried)" in line
        assert [day(1, *others) for _ in range(6)] == [(1, [], [])] * 6
        assert day(1, *others) == (1, [], [line])
    assert day(1, *others) == (
        0,
        [],
        ["sites can be reached again; none could be since 2026-11-26"],
    )
    assert day(1, *others) == (0, [], [])


def test_a_site_that_is_down_when_it_alone_is_due_is_no_network_that_is_away(
    web: Web, day: Day, fazhi: Fazhi, clock: Clock, where: tuple[str, ...], tmp_path: Path
) -> None:
    only(web, tmp_path, "wuhan", "wuwei", "huangshigang")
    every(tmp_path, "1d")
    down, other = web.government("wuhan"), web.government("wuwei")
    web.take_down(down.lists[0])
    code, _, err = fazhi("crawl", "--quiet", *where)
    assert (code, err.splitlines()[-1]) == (1, "trouble at 1 of 3 sites: wuhan")
    clock.forward(hours=4)  # wuhan is tried again, and the others are not due
    with pytest.MonkeyPatch.context() as patch:
        only_reached(patch, other.host)
        assert fazhi("crawl", "--quiet", *where) == (1, "", "")


def test_json_and_quiet_together_have_a_line_only_for_what_matters(web: Web, day: Day) -> None:
    url, title = report_of(web)
    _, lines, _ = day(0, "--json")
    assert {json.loads(line)["news"] for line in lines} == {"new"}
    assert day(1, "--json") == (0, [], [])
    web.edit(url, "工作", "做工")
    _, (line,), _ = day(1, "--json")
    told = json.loads(line)
    assert (told["news"], told["title"], told["url"]) == ("revised", title, url)
    assert told["from_version"] == 1
    assert told["changed_chars"] > 0
    web.take_down(web.government("wuhan").lists[0])
    code, (line,), _ = day(1, "--json")
    assert (code, json.loads(line)["news"]) == (1, "list gone")
    assert day(1, "--json") == (1, [], [])


def test_a_planned_end_is_silent_with_quiet_and_no_trouble(day: Day) -> None:
    code, _, err = day(0, "--max-requests", "3")
    assert (code, err) == (0, [])


def test_a_merge_of_nothing_leaves_nothing(day: Day, fazhi: Fazhi, folder: Path, tmp_path: Path) -> None:
    day(0)
    there = tmp_path / "other"

    def files() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in there.rglob("*")}

    code, out, err = fazhi("merge", str(folder), "--archive", str(there))
    assert (code, out, err) == (0, "1 WARC file added: 4 new reports\n", "")
    before = files()
    code, out, _ = fazhi("merge", str(folder), "--archive", str(there))
    assert (code, out) == (0, f"nothing to merge: {there} has every WARC file of {folder}\n")
    assert files() == before
    code, out, err = fazhi("merge", str(tmp_path / "none"), "--archive", str(tmp_path / "new"))
    assert (code, out) == (2, "")
    assert "no archive here" in err
    assert not (tmp_path / "new").exists()
