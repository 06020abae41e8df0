"""A server that answers 304 for a changed page: a visit without validators finds the change."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.model import Ending
from tests.conftest import Clock
from tests.site.faults import Fault, FaultSite
from tests.site.faults.answers import html, report
from tests.site.faults.server import Call, Parts
from tests.site.faults.site import entry


def lying(call: Call) -> Parts:
    if "if-none-match" in call.headers:
        return [b'HTTP/1.1 304 Not Modified\r\nETag: "same"\r\n\r\n']
    edited = "本段为补充内容。" if call.number > 1 else ""
    return [html(report(call.host, more=edited), "200 OK", 'ETag: "same"')]


LIAR = Fault(name="liar", does="answers 304 whatever has changed", ending=Ending.NEW, serve=lying)


@pytest.mark.parametrize("full", [False, True])
async def test_a_changed_page_is_found_out_by_itself_or_by_a_full_crawl(
    full: bool, folder: Path, clock: Clock
) -> None:
    endings = []
    with FaultSite((LIAR,)) as site:
        for visit in range(11):
            clock.forward(days=1)
            with Archive.create(folder, clock=clock) as archive:
                async with Fetcher(sink=archive.record, connect_to=site.hosts, clock=clock) as fetcher:
                    outcomes = crawl(
                        [entry(LIAR)], fetcher=fetcher, archive=archive, full=full and visit == 3
                    )
                    endings += [outcome.ending async for outcome in outcomes]
    changed = 3 if full else 10
    assert endings[:changed] == [Ending.NEW] + [Ending.UNCHANGED] * (changed - 1)
    assert endings[changed] is Ending.REVISED
