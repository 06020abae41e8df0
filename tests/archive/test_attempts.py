"""Failed requests are recorded in the WARC as `attempted` acts."""

from __future__ import annotations

import asyncio
from pathlib import Path

from crawler.archive import Archive, acts_in, rebuild
from crawler.crawl import crawl
from crawler.errors import Unreachable
from crawler.fetch import Fetcher
from crawler.model import Ending, Outcome, Site
from crawler.warc import read_records
from tests.archive.held import dump, faults
from tests.conftest import Clock

URL = "http://www.example.gov.cn/fzzf/index.html"
SITE = Site(id="example", name="某市人民政府", region="420100", lists=(URL,), delay=0.0)


async def nowhere() -> int:
    """Return a port of the loopback address at which no server listens."""
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port: int = server.sockets[0].getsockname()[1]
    return port


async def test_each_attempt_without_an_answer_is_in_the_warc(folder: Path, clock: Clock) -> None:
    hosts = {"www.example.gov.cn:80": ("127.0.0.1", await nowhere())}

    async def at_once(_: float) -> None: ...

    with Archive.create(folder, clock=clock) as archive:
        fetcher = Fetcher(
            sink=archive.record, missed=archive.missed, connect_to=hosts, clock=clock, sleep=at_once
        )
        async with fetcher:
            outcomes = [o async for o in crawl([SITE], fetcher=fetcher, archive=archive)]
    assert [(o.ending, o.url) for o in outcomes] == [(Ending.FAILED, URL)]
    (warc,) = folder.glob("warc/*/*.gz")
    found = [act for record in read_records(warc) for act in acts_in(record) if record.kind == "metadata"]
    missed = [act for act in found if act.content["act"] == "attempted"]
    assert [(act.url, act.content["kind"], act.content["site"]["id"]) for act in missed] == [
        (URL, "connect", "example")
    ] * 3
    assert all("cannot connect" in act.content["reason"] for act in missed)


def test_a_rebuild_skips_attempted_acts(folder: Path, clock: Clock) -> None:
    with Archive.create(folder, clock=clock) as archive:
        archive.missed(URL, SITE, Unreachable(URL, "no answer in time", kind="timeout"))
        archive.note(Outcome(ending=Ending.FAILED, url=URL, site_id=SITE.id, detail="no answer", at=clock()))
    before = dump(folder)
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert dump(folder) == before
    assert not faults(folder)
