"""The crawl against its peers, in one run on one machine: `make bench-crawl`. The ratios are the figures.

(a) throughput without delay: lists, 70 KB pages, 16 at a time; ours writes WARC, catalogue and text files. (b) the same
again, by conditional requests. (c) how near politeness comes to the least time that the delays allow.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench.contender import Done, measured, ours
from bench.site import Served, World, serve
from bench.table import RATIO_HEAD, Ratio

HOSTS = 16
ROUNDS = 3  # of which the median counts; the contenders take turns, so that a busy minute meets all of them
DELAY = 1.0  # seconds, in (c)
SERVICE = 0.02  # seconds an answer takes, in (c)


def main() -> None:
    """Print one table of ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=75, help="of each of the 16 hosts, in (a) and (b)")
    options.add_argument("--hosts", type=int, default=300, help="in (c)")
    given = options.parse_args()
    print(RATIO_HEAD)
    for row in (*throughput(given.reports), makespan(given.hosts)):
        print(row, flush=True)


def throughput(reports: int) -> Iterator[Ratio]:
    """(a) and (b)."""
    done: dict[str, list[Done]] = {"httpx": [], "scrapy": [], "ours": [], "again": []}
    with serve(World(sizes=(reports,) * HOSTS)) as served:
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as scratch:
                for name in ("httpx", "scrapy", "ours", "again"):
                    done[name].append(run("ours" if name == "again" else name, served, Path(scratch)))
    least = done["httpx"][0].pages
    short = {each.pages for name in ("ours", "scrapy") for each in done[name] if each.pages < least}
    if short:
        raise SystemExit(f"not all of the {least} pages were fetched: {short}")
    speed = {
        name: statistics.median(each.pages / each.seconds for each in runs) for name, runs in done.items()
    }
    cost = {
        name: statistics.median(1000 * each.cpu / each.pages for each in runs) for name, runs in done.items()
    }
    yield Ratio(
        what="(a) against Scrapy", ours=speed["ours"], peer=speed["scrapy"], unit="pages/s", aim="≥ 1.30"
    )
    yield Ratio(
        what="    ", ours=cost["ours"], peer=cost["scrapy"], unit="CPU-s per 1,000 pages", aim="< 1.00"
    )
    yield Ratio(
        what="    against httpx that only fetches",
        ours=speed["ours"],
        peer=speed["httpx"],
        unit="pages/s",
        aim="",
    )
    yield Ratio(what="    ", ours=cost["ours"], peer=cost["httpx"], unit="CPU-s per 1,000 pages", aim="")
    yield Ratio(
        what="(b) unchanged, against httpx that only fetches",
        ours=speed["again"],
        peer=speed["httpx"],
        unit="requests/s",
        aim="≥ 0.80",
    )


def run(name: str, served: Served, folder: Path) -> Done:
    """A contender in a process of its own."""
    words = [sys.executable, "-m", "bench.contender", name, json.dumps(asdict(served.world)), str(folder)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return Done(**json.loads(said.splitlines()[-1]))


def makespan(hosts: int) -> Ratio:
    """(c): hosts of unequal size, most of them small, and the time that the largest one must take."""
    sizes = tuple(1 + 36 * n**8 // hosts**8 for n in range(1, hosts + 1))
    world = World(sizes=sizes, light=True, service=SERVICE)
    with serve(world) as served, tempfile.TemporaryDirectory() as scratch:
        measured(partial(ours, delay=DELAY, at_once=2 * hosts), served.world, Path(scratch))
        figures = served.figures()
    requests = max(figures["hosts"].values())
    ideal = (requests - 1) * DELAY + SERVICE
    return Ratio(
        what=f"(c) {hosts} hosts, {figures['requests']} requests, {DELAY} s delay",
        ours=figures["seconds"] + SERVICE,
        peer=ideal,
        unit="s, against the ideal",
        aim="≤ 1.05",
    )


if __name__ == "__main__":
    main()
