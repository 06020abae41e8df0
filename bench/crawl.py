"""Compare a crawl with its peers, in one run on one machine: `make bench-crawl`. Prints ratios.

(a) throughput without delay: lists and 70 KB pages, 16 at a time; ours writes WARC, catalogue and text files. (b) the same
again, with conditional requests. (c) the duration of a polite crawl, relative to the shortest that the delays allow.
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
ROUNDS = 3  # the median counts; contenders take turns, so that other work of the machine slows all of them
DELAY_SECONDS = 1.0  # in (c)
ANSWER_SECONDS = 0.02  # duration of an answer, in (c)


def main() -> None:
    """Print one table of ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--reports", type=int, default=75, help="reports of each of the 16 hosts, in (a) and (b)"
    )
    options.add_argument("--hosts", type=int, default=300, help="hosts in (c)")
    given = options.parse_args()
    print(RATIO_HEAD)
    for row in (*throughput(given.reports), makespan(given.hosts)):
        print(row, flush=True)


def throughput(reports: int) -> Iterator[Ratio]:
    """Yield the rows of (a) and (b)."""
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
    """Run a contender in a process of its own."""
    words = [sys.executable, "-m", "bench.contender", name, json.dumps(asdict(served.world)), str(folder)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return Done(**json.loads(said.splitlines()[-1]))


def makespan(hosts: int) -> Ratio:
    """Return the row of (c): hosts of unequal size, most of them small; the ideal is the time of the largest one."""
    sizes = tuple(1 + 36 * n**8 // hosts**8 for n in range(1, hosts + 1))
    world = World(sizes=sizes, light=True, service=ANSWER_SECONDS)
    with serve(world) as served, tempfile.TemporaryDirectory() as scratch:
        measured(partial(ours, delay=DELAY_SECONDS, at_once=2 * hosts), served.world, Path(scratch))
        figures = served.figures()
    requests = max(figures["hosts"].values())
    ideal = (requests - 1) * DELAY_SECONDS + ANSWER_SECONDS
    return Ratio(
        what=f"(c) {hosts} hosts, {figures['requests']} requests, {DELAY_SECONDS} s delay",
        ours=figures["seconds"] + ANSWER_SECONDS,
        peer=ideal,
        unit="s, against the ideal",
        aim="≤ 1.05",
    )


if __name__ == "__main__":
    main()
