"""Crawls of the government web on loopback: the real client, real sockets, real TLS, a host map."""

from __future__ import annotations

import asyncio
import functools
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import CATALOGUE, Archive
from crawler.crawl import crawl
from crawler.errors import ArchiveDamaged, Gone
from crawler.fetch import Fetcher
from crawler.model import Capture, Ending, Expect, Outcome, Page, Report, Site
from crawler.onboarding.check import check_site
from crawler.reading.pages import PageProcess
from crawler.sources import load_sites
from crawler.warc import read_captures
from tests.conftest import Clock, Fazhi
from tests.reading import jobs
from tests.site import Government, Web

ROOT = Path(__file__).parent.parent.parent
SITES = {site.id: site for site in load_sites(ROOT / "sources.yaml")}
GOLD = {
    gold["region"]: gold
    for gold in (
        json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "tests/site/documents").glob("*.json"))
    )
}
SEEDS = ("wuhan", "wuwei", "huangshigang", "xuchang", "changchun")

Run = Callable[..., "list[Outcome]"]


@pytest.fixture
def run(web: Web, folder: Path, clock: Clock) -> Run:
    """Crawls into the test's archive; an hour passes before each run."""

    async def at_once(_: float) -> None: ...

    async def once(*sites: Site, full: bool = False, dry: bool = False) -> list[Outcome]:
        clock.forward(hours=1)
        if dry:
            async with Fetcher(
                sink=lambda _: None, connect_to=web.hosts, clock=clock, sleep=at_once
            ) as fetcher:
                return [o async for o in crawl(sites, fetcher=fetcher, archive=None)]
        with Archive.create(folder, clock=clock) as archive:
            async with Fetcher(
                sink=archive.record, connect_to=web.hosts, clock=clock, sleep=at_once
            ) as fetcher:
                return [o async for o in crawl(sites, fetcher=fetcher, archive=archive, full=full)]

    return once


def site_of(government: Government) -> Site:
    """The project's own entry, except where the loopback copy has other lists."""
    return replace(SITES[government.id], lists=government.lists, pages=())


def endings(outcomes: list[Outcome], *, but: Ending = Ending.LISTED) -> list[Ending]:
    return [outcome.ending for outcome in outcomes if outcome.ending is not but]


def texts(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob("text/**/*.txt")}


@pytest.mark.parametrize("name", SEEDS)
async def test_each_seed_is_archived_exactly(name: str, web: Web, run: Run, folder: Path) -> None:
    await run(site_of(web.government(name)))
    gold = GOLD[SITES[name].region]
    with Archive.read(folder) as archive:
        (report,) = archive.reports(year=gold["year"], region=gold["region"])
    found = {key: getattr(report, key) for key in gold if key != "body"}
    assert found == {key: value for key, value in gold.items() if key != "body"}
    assert report.body.split("\n") == gold["body"].split("\n")
    (text,) = [data for path, data in texts(folder).items() if report.text_sha256[:16] in path]
    assert text.decode() == report.text()


async def test_every_report_of_every_government_is_found_and_nothing_else(
    web: Web, run: Run, folder: Path
) -> None:
    outcomes = await run(*map(site_of, web.governments))
    published = {d.url: d for g in web.governments for d in (*g.documents, *g.copies)}
    found = {outcome.url for outcome in outcomes if outcome.ending in (Ending.NEW, Ending.DUPLICATE)}
    assert found == set(published)
    assert set(endings(outcomes)) <= {Ending.NEW, Ending.DUPLICATE}
    with Archive.read(folder) as archive:
        wrong = []
        for report in archive.reports():
            document = published[report.url or ""]
            for key, value in document.gold.items():
                if getattr(report, key) != value:
                    wrong.append((report.url, key, getattr(report, key), value))
    assert wrong == []


async def test_a_second_crawl_asks_conditionally_and_writes_nothing_new(
    web: Web, run: Run, folder: Path
) -> None:
    site = site_of(web.government("wuhan"))
    await run(site)
    before = texts(folder)
    web.requests.clear()
    again = await run(site)
    assert set(endings(again)) == {Ending.UNCHANGED}
    assert texts(folder) == before
    reports = {document.url.split("/", 3)[3] for document in web.government("wuhan").documents}
    assert {r.status for r in web.requests if r.path.lstrip("/") in reports} == {304}


async def test_a_full_crawl_asks_for_everything(web: Web, run: Run) -> None:
    site = site_of(web.government("wuhan"))
    await run(site)
    web.requests.clear()
    assert set(endings(await run(site, full=True))) == {Ending.UNCHANGED}
    assert 304 not in {r.status for r in web.requests}


async def test_a_quiet_edit_makes_a_second_dated_version(web: Web, run: Run, folder: Path) -> None:
    government = web.government("wuhan")
    await run(site_of(government))
    document = next(d for d in government.documents if d.year == 2022)
    web.edit(document.url, "12次", "13次")
    outcomes = await run(site_of(government))
    (revised,) = [o for o in outcomes if o.ending is Ending.REVISED]
    assert (revised.url, revised.version) == (document.url, 2)
    with Archive.read(folder) as archive:
        assert "12次" in archive.show(revised.report_id or "", 1).body
        assert "13次" in archive.show(revised.report_id or "", 2).body
    assert len([path for path in texts(folder) if "/2022/" in path]) == 2


async def test_a_page_taken_down_is_gone_and_its_report_kept(web: Web, run: Run, folder: Path) -> None:
    government = web.government("wuhan")
    await run(site_of(government))
    before = texts(folder)
    web.take_down(government.documents[0].url)
    outcomes = await run(site_of(government))
    (gone,) = [o for o in outcomes if o.ending is Ending.GONE]
    assert (gone.url, gone.detail) == (government.documents[0].url, "HTTP 404")
    assert texts(folder) == before
    web.restore(government.documents[0].url)
    assert set(endings(await run(site_of(government)))) == {Ending.UNCHANGED}


async def test_every_exchange_is_in_the_warc(web: Web, run: Run, folder: Path) -> None:
    await run(site_of(web.government("wuhan")))
    (warc,) = folder.glob("warc/*/*.warc.gz")
    assert len(list(read_captures(warc))) == len(web.requests)


async def test_every_address_ends_as_one_outcome_on_record(web: Web, run: Run, folder: Path) -> None:
    outcomes = await run(*map(site_of, web.governments))
    with sqlite3.connect(folder / CATALOGUE) as catalogue:
        kept = catalogue.execute("SELECT ending, url FROM outcomes ORDER BY id").fetchall()
    catalogue.close()
    assert sorted(kept) == sorted((o.ending.value, o.url) for o in outcomes)
    visited = [o.url for o in outcomes if o.ending is not Ending.LISTED]
    assert len(visited) == len(set(visited))


async def test_a_dry_run_reads_lists_only(web: Web, run: Run, folder: Path) -> None:
    outcomes = await run(site_of(web.government("wuhan")), dry=True)
    assert set(endings(outcomes)) == {Ending.SKIPPED}
    assert all(
        o.detail.startswith("dry run; would be fetched: ") for o in outcomes if o.ending is Ending.SKIPPED
    )
    assert not folder.exists()


async def test_years_not_wanted_are_not_fetched(web: Web, run: Run) -> None:
    site = site_of(web.government("wuhan"))
    outcomes = await run(replace(site, years=replace(site.years, first=2023, last=2023)))
    assert endings(outcomes) == [Ending.NEW]


async def test_a_page_given_in_the_entry_is_wanted_whatever_its_year(web: Web, run: Run) -> None:
    government = web.government("wuhan")
    pages = tuple(document.url for document in government.documents)
    site = replace(site_of(government), lists=(), pages=pages)
    outcomes = await run(replace(site, years=replace(site.years, first=2030, last=None)))
    assert {o.url for o in outcomes if o.ending is Ending.NEW} == set(pages)


async def test_a_site_that_yields_less_than_expected_has_dried_up(web: Web, run: Run) -> None:
    site = site_of(web.government("wuhan"))
    for expect, words in (
        (Expect(years=(1999,)), "expected reports on 1999"),
        (Expect(least=50), "at least 50"),
    ):
        (dried,) = [o for o in await run(replace(site, expect=expect)) if o.ending is Ending.DRIED_UP]
        assert words in dried.detail
    assert Ending.DRIED_UP not in endings(
        await run(replace(site, expect=Expect(years=(2022, 2023), least=2)))
    )


async def test_one_bad_site_never_stops_another(web: Web, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.crawl.lists.discover", jobs.discover_with_a_bug)
    good = site_of(web.government("wuhan"))
    bad = replace(good, id="broken", lists=("https://www.wuhan.gov.cn/?broken",))
    outcomes = await run(bad, good)
    (failed,) = [o for o in outcomes if o.site_id == "broken"]
    assert failed.ending is Ending.FAILED
    assert "internal error of fazhi" in failed.detail
    assert Ending.NEW in endings(outcomes)


async def test_one_bad_page_never_stops_its_site(web: Web, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    government = web.government("wuhan")
    bad = government.documents[1].url
    monkeypatch.setattr("crawler.crawl.reports.extract", functools.partial(jobs.extract_with_a_bug, bad))
    outcomes = await run(site_of(government))
    assert [o.url for o in outcomes if o.ending is Ending.FAILED] == [bad]
    assert endings(outcomes).count(Ending.NEW) == len(government.documents) - 1


async def test_an_archive_that_cannot_be_written_ends_the_crawl(
    web: Web, run: Run, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    real = Archive.store

    def full(archive: Archive, report: Report, capture: Capture, site: Site, **more: Any) -> Outcome:
        if report.year == 2023:
            raise ArchiveDamaged(f"{archive.path}: No space left on device")
        return real(archive, report, capture, site, **more)

    monkeypatch.setattr(Archive, "store", full)
    with pytest.raises(ArchiveDamaged, match="No space left on device"):
        await run(*map(site_of, web.governments))
    monkeypatch.undo()
    monkeypatch.setenv("SSL_CERT_FILE", str(web.ca_file))
    await run(*map(site_of, web.governments))
    with Archive.read(folder) as archive:
        assert len(archive.reports()) == sum(len(government.documents) for government in web.governments)


async def test_lists_that_cannot_be_fetched_are_outcomes_with_the_reason(web: Web, run: Run) -> None:
    site = site_of(web.government("wuhan"))
    missing = replace(site, id="missing", lists=("https://www.wuhan.gov.cn/nowhere/",))
    private = replace(site, id="private", lists=("http://127.0.0.1:9/",))
    outcomes = {o.site_id: o for o in await run(missing, private)}
    assert outcomes["missing"].ending is Ending.GONE
    assert outcomes["private"].ending is Ending.REFUSED
    assert "is not public" in outcomes["private"].detail


async def test_pages_given_in_the_entry_are_visited(web: Web, run: Run) -> None:
    government = web.government("wuhan")
    site = replace(site_of(government), lists=(), pages=(government.documents[0].url, government.news[0].url))
    outcomes = await run(site)
    assert sorted(endings(outcomes)) == [Ending.NEW, Ending.SKIPPED]


async def test_a_host_gets_one_request_at_a_time_with_a_delay_between(web: Web, folder: Path) -> None:
    site = replace(site_of(web.government("wuhan")), delay=0.05)
    twin = replace(site, id="twin")
    with Archive.create(folder, clock=Clock()) as archive:
        async with Fetcher(sink=archive.record, connect_to=web.hosts) as fetcher:
            async for _ in crawl([site, twin], fetcher=fetcher, archive=archive):
                pass
    times = sorted(request.at for request in web.requests)
    assert times[-1] - times[0] > 0.8 * 0.05 * (
        len(times) - 1
    )  # a single gap is short where a busy server is late


async def test_a_check_shows_what_an_entry_finds(web: Web) -> None:
    async def at_once(_: float) -> None: ...

    fetching = Fetcher(sink=lambda _: None, connect_to=web.hosts, sleep=at_once)
    async with fetching as fetcher, PageProcess() as pages:
        found = await check_site(site_of(web.government("wuhan")), fetcher, pages)
        empty = await check_site(
            replace(site_of(web.government("wuhan")), match="nothing is called this"), fetcher, pages
        )
    assert found.ok
    assert found.cms == "trs"
    assert sorted(year or 0 for _, year in found.reports) == sorted(
        d.year or 0 for d in web.government("wuhan").documents
    )
    assert found.near_misses
    assert found.newest is not None
    assert found.newest.year == 2024
    assert not empty.ok
    assert "no report found" in empty.problems[0]


# -- the command line ----------------------------------------------------------------------------


def sources_for(web: Web, tmp_path: Path) -> Path:
    path = tmp_path / "sources.yaml"
    entries = [
        f"  - {{id: {g.id}, name: {g.name}, region: '{g.region}', lists: [{', '.join(g.lists)}], delay: 0}}\n"
        for g in web.governments
    ]
    path.write_text("sources:\n" + "".join(entries), "utf-8")
    return path


def words_of(web: Web, tmp_path: Path, *words: str) -> list[str]:
    """Return the words of a command that crawls the web on loopback."""
    mapped = [word for entry in web.connect_to for word in ("--connect-to", entry)]
    return [*words, "--sources", str(sources_for(web, tmp_path)), *mapped]


def command(web: Web, tmp_path: Path, *words: str) -> list[str]:
    """Return the same as a command in a process of its own."""
    return [sys.executable, "-m", "crawler", *words_of(web, tmp_path, *words)]


def test_a_crawl_goes_on_after_it_was_killed(web: Web, tmp_path: Path, folder: Path) -> None:
    host = "www.wuhan.gov.cn"
    web.slow(host, 0.15)
    words = command(web, tmp_path, "crawl", "wuhan", "--archive", str(folder))
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("new ")
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    (warc,) = folder.glob("warc/*/*.open")
    with warc.open("ab") as file:
        file.write(b"\x1f\x8b\x08\x00 half a record")  # as after a kill in the middle of a write
    web.slow(host, 0)
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "its half-written record" in done.stderr
    assert len(list(folder.glob("warc/*/*.torn"))) == 1
    with Archive.read(folder) as archive:
        years = [report.year for report in archive.reports()]
    assert years == sorted(d.year or 0 for d in web.government("wuhan").documents)
    assert len(texts(folder)) == len(years)


def test_of_two_crawls_on_one_archive_the_second_exits_3(web: Web, tmp_path: Path, folder: Path) -> None:
    web.slow("www.wuhan.gov.cn", 1.5)
    words = command(web, tmp_path, "crawl", "wuhan", "--archive", str(folder))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        deadline = time.monotonic() + 20
        while not (folder / ".lock").exists() or not (folder / ".lock").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        second = subprocess.run(words, capture_output=True, text=True)
        assert second.returncode == 3
        assert f"held by process {first.pid}" in second.stderr
        assert second.stderr.count("\n") == 1
        first.terminate()
        first.communicate(timeout=10)


def test_cron_gets_news_on_stdout_and_trouble_on_stderr(
    web: Web, tmp_path: Path, folder: Path, fazhi: Fazhi
) -> None:
    words = words_of(web, tmp_path, "crawl", "wuhan", "--archive", str(folder))
    code, out, err = fazhi(*words)
    assert (code, err) == (0, "")
    assert out.count("new        ") == len(web.government("wuhan").documents)
    assert f"{len(web.government('wuhan').documents)} new reports" in out.splitlines()[-1]


def test_a_list_that_is_gone_is_trouble_and_exit_code_1(
    web: Web, tmp_path: Path, folder: Path, fazhi: Fazhi
) -> None:
    web.slow("www.wuhan.gov.cn", 0)
    words = words_of(web, tmp_path, "crawl", "wuhan", "--archive", str(folder))
    path = tmp_path / "sources.yaml"
    path.write_text(path.read_text("utf-8").replace("/zwgk/fzzfj/", "/moved/"), "utf-8")
    code, _, err = fazhi(*words)
    assert code == 1
    assert "gone" in err
    assert "trouble at 1 of 1 site: wuhan" in err


def test_json_is_one_outcome_a_line(web: Web, tmp_path: Path, folder: Path, fazhi: Fazhi) -> None:
    _, out, _ = fazhi(*words_of(web, tmp_path, "crawl", "wuhan", "--archive", str(folder), "--json"))
    outcomes = [json.loads(line) for line in out.splitlines()]
    assert {o["ending"] for o in outcomes} == {"listed", "new"}
    assert set(outcomes[0]) == {
        *("ending", "url", "site_id", "detail", "report_id", "version", "at"),
        *("news", "title", "since"),
    }


async def test_sites_at_a_time_are_bounded_by_file_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.crawl.run.max_connections", lambda: 4)
    sites = [replace(SITES["wuhan"], id=f"s{number}") for number in range(8)]
    under_way = highest = 0

    class Counting(Fetcher):
        async def page(self, request: Any, *_: Any, **named: Any) -> Page:
            nonlocal under_way, highest
            under_way += 1
            highest = max(highest, under_way)
            await asyncio.sleep(0)
            under_way -= 1
            raise Gone(request.url, "HTTP 404")

    async with Counting(sink=lambda _: None) as fetcher:
        outcomes = [o async for o in crawl(sites, fetcher=fetcher, archive=None)]
    assert {outcome.site_id for outcome in outcomes} == {site.id for site in sites}
    assert highest == 3  # three quarters of 4 connections
