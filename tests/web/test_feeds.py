"""Feeds: ids that stay, times that never go back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as Xml

import httpx

from crawler.archive import Archive, rebuild
from tests.conftest import BODY, SITE, Clock, a_report
from tests.web.conftest import keep, with_body

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/changes.atom", "/region/420000.atom", "/search.atom?q=群众满意度")
Told = tuple[Path, dict[str, str], datetime]
Client = Callable[..., httpx.Client]


def read(client: httpx.Client, address: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Id and time of change of a feed, and those of its entries."""
    feed = Xml.fromstring(client.get(address).text)
    entries = [
        (each.findtext(f"{ATOM}id") or "", each.findtext(f"{ATOM}updated") or "")
        for each in feed.iter(f"{ATOM}entry")
    ]
    return feed.findtext(f"{ATOM}id") or "", feed.findtext(f"{ATOM}updated") or "", entries


def test_ids_are_the_same_after_a_rebuild_and_at_another_address(
    client: Client, told: Told, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    shutil.copytree(told[0], folder)
    rebuild(folder, clock=lambda: told[2], notify=lambda _: None)
    ours = client()
    again = client(archive=folder, base_url="https://example.org/fazhi", hosts=("*",))
    for address in FEEDS:
        assert read(ours, address) == read(again, address)
        assert read(ours, address)[2]


def test_ids_are_the_same_after_a_merge(client: Client, told: Told, tmp_path: Path, clock: Clock) -> None:
    folder, other = tmp_path / "archive", tmp_path / "other"
    shutil.copytree(told[0], folder)
    clock.now = told[2] - timedelta(days=1)
    with Archive.create(other, clock=clock, command="crawl", notify=lambda _: None) as archive:
        far = with_body(a_report(year=2019), BODY.replace("第", "远"))
        keep(archive, clock, "https://www.wuhan.gov.cn/far.html", far)
    clock.now = told[2]
    with Archive.create(folder, clock=clock, command="merge", notify=lambda _: None) as archive:
        assert archive.merge(other, lambda _: None) == 1
    ours, merged = client(), client(archive=folder, clock=lambda: told[2] + timedelta(minutes=1))
    for address in ("/changes.atom", "/region/420000.atom"):
        assert set(read(ours, address)[2]) <= set(read(merged, address)[2])


def test_an_entry_of_each_change_in_order_and_a_time_that_never_goes_back(client: Client, told: Told) -> None:
    last = ""
    for days in (0, 1, 10, 31, 40, 400):
        now = told[2] + timedelta(days=days)
        _, updated, entries = read(client(clock=lambda now=now: now), "/changes.atom")
        assert [each for _, each in entries] == sorted((each for _, each in entries), reverse=True)
        assert all(each <= updated for _, each in entries)
        assert updated >= last
        last = updated
    assert last > "2027"


def test_an_overdue_report_has_one_entry_however_often_its_source_is_visited(
    client: Client, tmp_path: Path, clock: Clock
) -> None:
    from dataclasses import replace

    from crawler.model import SiteVisit, VisitState, Years

    folder = tmp_path / "archive"
    site = replace(SITE, years=Years(first=2021))
    clock.now = clock.now.replace(year=2024, month=3, day=1)
    seen: set[tuple[str, str]] = set()
    for days in (0, 34, 3, 3):
        clock.forward(days=days)
        with Archive.create(folder, clock=clock, command="crawl", notify=lambda _: None) as archive:
            begun = SiteVisit(site_id=site.id, began_at=archive.started_at)
            archive.begin_visit(begun, site)
            if not days:
                keep(archive, clock, "https://www.wuhan.gov.cn/a.html", a_report(year=2022))
            archive.end_visit(replace(begun, state=VisitState.COMPLETE, years=(2022,), troubled=False))
        clock.forward(minutes=1)
        now = clock.now
        _, _, entries = read(
            client(archive=folder, clock=lambda now=now: now), "/changes.atom?since=2024-03-01"
        )
        seen |= {each for each in entries if ":overdue:420100:2023:" in each[0]}
    assert len(seen) == 1
