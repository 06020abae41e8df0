"""Measure recall and precision of discovery, and the list pages that a second crawl reads.

`python -m bench.discover [GOVERNMENTS]` serves that many invented governments (200) on loopback, in all systems, with 30
list pages each, where one entry in twenty is a report. Then four in ten publish something new, and all are crawled again.
The smallest possible number of list pages includes the first page with a known entry.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.fetch import Fetcher
from crawler.fetch.client import utc_now
from crawler.model import Ending, Outcome, Site
from tests.site import Government
from tests.site.invented import SYSTEMS, grown, invent
from tests.site.pick import Picker
from tests.site.web import Web

GOVERNMENTS, PAGES = 200, 30  # list pages of each government
FOUND = (Ending.NEW, Ending.REVISED, Ending.UNCHANGED, Ending.DUPLICATE)
MIN_RECALL, MIN_PRECISION, MAX_PAGES_RATIO = 0.99, 0.99, 1.1


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else GOVERNMENTS
    systems = list(SYSTEMS)
    before = [invent(n, systems[n % len(systems)], pages=PAGES) for n in range(number)]
    pickers = {government.id: Picker("news of", government.id) for government in before}
    new = {name: max(picker.between(-60, 40), 0) for name, picker in pickers.items()}
    after = [grown(g, new[g.id], reports=min(new[g.id], 2)) for g in before]
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch)
        first, took = _run(before, archive)
        second, took_again = _run(after, archive)
    recall, precision = _links(before, first)
    recall_again, precision_again = _links(after, second)
    pages = Counter(outcome.ending for outcome in second)[Ending.LISTED]
    least = sum(_least(government, new[government.id]) for government in before)
    print(f"{number} governments, {len(systems)} systems, {sum(len(g.documents) for g in before)} reports")
    print(
        f"first crawl   {_listed(first)} list pages, recall {recall:.4f}, precision {precision:.4f}, {took:.0f} s"
    )
    print(
        f"second crawl  {pages} list pages, {pages / least:.3f} times the least ({least}),"
        f" recall {recall_again:.4f}, precision {precision_again:.4f}, {took_again:.0f} s"
    )
    good = min(recall, recall_again) >= MIN_RECALL and min(precision, precision_again) >= MIN_PRECISION
    raise SystemExit(not (good and pages <= MAX_PAGES_RATIO * least))


def _run(governments: list[Government], folder: Path) -> tuple[list[Outcome], float]:
    start = time.monotonic()
    sites = [Site(id=g.id, name=g.name, region=g.region, lists=g.lists, delay=0.0) for g in governments]
    with Web(tuple(governments)) as web:
        outcomes = asyncio.run(_crawl(sites, web, folder))
    return outcomes, time.monotonic() - start


async def _crawl(sites: list[Site], web: Web, folder: Path) -> list[Outcome]:
    with Archive.create(folder, clock=utc_now, batch=64) as archive:
        async with Fetcher(sink=archive.record, connect_to=web.hosts, sleep=_no_sleep) as fetcher:
            return [outcome async for outcome in crawl(sites, fetcher=fetcher, archive=archive)]


async def _no_sleep(_: float) -> None:
    """Do not wait: the server is our own."""


def _links(governments: list[Government], outcomes: list[Outcome]) -> tuple[float, float]:
    """Return recall of the reports found, and precision of the addresses visited as reports."""
    reports = {document.url for government in governments for document in government.documents}
    visited = {outcome.url for outcome in outcomes if outcome.ending is not Ending.LISTED}
    found = {outcome.url for outcome in outcomes if outcome.ending in FOUND}
    return len(found & reports) / len(reports), len(visited & reports) / max(len(visited), 1)


def _listed(outcomes: list[Outcome]) -> int:
    return sum(outcome.ending is Ending.LISTED for outcome in outcomes)


def _least(government: Government, new: int) -> int:
    """Return the number of list pages up to the first with a known entry; gkmlpt has a script page before the list."""
    return new // government.columns[0].per_page + 1 + (government.template == "gkmlpt")


if __name__ == "__main__":
    main()
