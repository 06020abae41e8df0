"""Records tests/fixtures/ from the loopback web, under the sites' real host names: `python -m tests.site.record`."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.fixtures import found, save, write_expected
from crawler.model import Capture, Site
from crawler.sources import load_sites
from tests.site import Web

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
WHEN = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def main() -> None:
    """Crawl each government of the loopback web with its entry in sources.yaml, and save every exchange."""
    entries = {site.id: site for site in load_sites(ROOT / "sources.yaml")}
    with Web() as web:
        os.environ["SSL_CERT_FILE"] = str(web.ca_file)
        for government in web.governments:
            site = entries[government.id]
            captures = asyncio.run(_captures(site, web))
            folder = FIXTURES / site.id
            shutil.rmtree(folder, ignore_errors=True)
            number = save(captures, folder)
            with (
                tempfile.TemporaryDirectory() as scratch,
                Archive.create(Path(scratch), clock=_clock) as archive,
            ):
                write_expected(asyncio.run(found(site, folder, archive)), folder)
            print(f"{site.id}: {number} exchanges")


def _clock() -> datetime:
    return WHEN


async def _captures(site: Site, web: Web) -> list[Capture]:
    captures: list[Capture] = []
    hosts = {urlsplit(url).hostname for url in (*site.lists, *site.pages)}
    with tempfile.TemporaryDirectory() as scratch, Archive.create(Path(scratch), clock=_clock) as archive:

        def sink(capture: Capture) -> None:
            archive.record(capture)
            if urlsplit(capture.url).hostname in hosts:
                captures.append(capture)

        async with Fetcher(sink=sink, connect_to=web.hosts, clock=_clock, sleep=_at_once) as fetcher:
            async for outcome in crawl([site], fetcher=fetcher, archive=archive):
                print(f"  {outcome.ending.value:10} {outcome.url} {outcome.detail}")
    return captures


async def _at_once(_: float) -> None:
    """No politeness is owed to ourselves."""


if __name__ == "__main__":
    main()
