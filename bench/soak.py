"""Crawl many pages on many hosts, some with faults: every address must end once, and memory must not grow. `make soak`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.contender import connect_to, sites
from bench.site import World, serve
from crawler.archive import Archive
from crawler.crawl import Halt, counting_sink, crawl
from crawler.fetch import Fetcher
from crawler.model import Ending

MAX_MEMORY_GROWTH = 1.2
"""Limit of memory at the end, as a multiple of that after the first tenth."""

_SLEEP_SHARE = 0.01  # share of each wait that is really slept


@dataclass(frozen=True, kw_only=True)
class Soaked:
    """Result of a run: how the addresses ended, and the memory."""

    addresses: int
    endings: Counter[Ending]
    lost: frozenset[str]
    doubled: frozenset[str]
    unkept: int  # outcomes that the archive does not have, or has more than once
    early: int  # resident bytes after the first tenth
    late: int  # resident bytes at the end
    seconds: float

    @property
    def well(self) -> bool:
        """Whether nothing was lost or doubled, and memory did not grow."""
        return not (self.lost or self.doubled or self.unkept) and self.late <= MAX_MEMORY_GROWTH * self.early

    def __str__(self) -> str:
        endings = ", ".join(f"{number} {ending.value}" for ending, number in self.endings.most_common())
        return (
            f"{self.addresses} addresses in {self.seconds:.0f} s: {endings}\n"
            f"lost {len(self.lost)}, doubled {len(self.doubled)}, missing in the archive {self.unkept}\n"
            f"memory {self.early / 2**20:.0f} MiB after the first tenth, {self.late / 2**20:.0f} MiB at the end:"
            f" {self.late / self.early:.2f} times (at most {MAX_MEMORY_GROWTH})"
        )


async def soak(world: World, folder: Path, *, at_once: int = 64) -> Soaked:
    """Crawl a running world, and compare the outcomes with its addresses and with the archive."""
    expected = {url for n in range(len(world.sizes)) for url in (*world.list_pages(n), *world.report_urls(n))}
    met = Counter(
        dict.fromkeys(expected, 0)
    )  # complete from the start, so that only the crawl's memory grows
    outcomes = 0
    endings: Counter[Ending] = Counter()
    early, begin, halt = 0, time.monotonic(), Halt()
    with Archive.create(folder, clock=lambda: datetime.now(UTC), batch=64) as archive:
        sink = counting_sink(archive.record, halt)
        async with Fetcher(sink=sink, connect_to=connect_to(world), sleep=_hurry) as fetcher:
            async for outcome in crawl(
                sites(world), fetcher=fetcher, archive=archive, halt=halt, at_once=at_once
            ):
                met[outcome.url] += 1
                outcomes += 1
                endings[outcome.ending] += 1
                if outcomes == len(expected) // 10:
                    early = resident()
        archive.flush()
        kept = archive.endings()
    return Soaked(
        addresses=len(expected),
        endings=endings,
        lost=frozenset(url for url, number in met.items() if number == 0),
        doubled=frozenset(url for url, number in met.items() if number > 1 or url not in expected),
        unkept=sum(abs(endings[e] - kept.get(e, 0)) for e in {*endings, *kept}),
        early=early,
        late=resident(),
        seconds=time.monotonic() - begin,
    )


async def _hurry(seconds: float) -> None:
    await asyncio.sleep(seconds * _SLEEP_SHARE)


def resident() -> int:
    """Return the resident memory of this process in bytes (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Run, print the result, and return the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hosts", type=int, default=200)
    options.add_argument("--pages", type=int, default=20_000, help="pages of all hosts together")
    options.add_argument("--faults", type=float, default=0.05, help="share of answers that are faulty")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    sizes = (given.pages // given.hosts,) * given.hosts
    world = World(sizes=sizes, light=True, faults=given.faults, seed=given.seed)
    with serve(world) as served, tempfile.TemporaryDirectory() as scratch:
        soaked = asyncio.run(soak(served.world, Path(scratch)))
    print(soaked)
    return 0 if soaked.well else 1


if __name__ == "__main__":
    sys.exit(main())
