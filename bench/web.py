"""Measure the viewer over a made archive: a request against the library call alone, many at once, memory. `make bench-web`.

The server is `fazhi serve` in a process of its own. Single requests are compared by processor time, so that other work of the
machine does not count; those at 16 at a time by the clock. The archive is made in a temporary folder: 100,000 reports take
an hour and 5 GB.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.search import queries
from bench.web_archive import make
from crawler.archive import Reader
from crawler.field.times import china_day, start_of
from crawler.questions.changes import changes
from crawler.questions.coverage import coverage
from crawler.questions.search import search

MOST_OF_LIBRARY = 1.5
MOST_OF_MEMORY = 1.2
AT_A_TIME, MIXED, FOR_MEMORY = 16, 1000, 10_000
SEARCHES = 20
REGIONS = ("420000", "330000", "440000", "510000", "110000", "420100", "330100")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Limit:
    """A measured ratio and the most that it may be."""

    name: str
    ratio: float
    most: float
    told: str = ""

    @property
    def kept(self) -> bool:
        """Whether it is."""
        return self.ratio <= self.most


class Server:
    """A running `fazhi serve`."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.pid, self.url = process.pid, url
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=600)

    def get(self, path: str) -> None:
        """Ask for a page."""
        answer = self._client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"

    def processor_seconds(self) -> float:
        """Return the processor time that it has taken."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> int:
        """Return its resident memory in bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def taken(self, paths: Sequence[str]) -> float:
        """Return the processor time of some requests, one after the other."""
        before = self.processor_seconds()
        for path in paths:
            self.get(path)
        return self.processor_seconds() - before


@contextmanager
def serving(archive: Path) -> Iterator[Server]:
    """Run `fazhi serve` on a free port, with its templates and modules loaded."""
    words = [
        sys.executable,
        "-m",
        "crawler",
        "serve",
        "--archive",
        str(archive),
        "--port",
        "0",
        "--seconds",
        "600",
    ]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = process.stderr.readline()
    address = re.search(r"http://[^ /]+", told)
    assert address, told
    try:
        server = Server(process, address[0])
        for path in ("/about", "/search", "/indicators"):
            server.get(path)
        yield server
    finally:
        process.terminate()
        process.wait()


def processor_time(call: Callable[[], object]) -> float:
    """Return the processor time of a call in this process."""
    began = time.process_time()
    call()
    return time.process_time() - began


def main() -> int:
    """Make the archive, measure, print. Return 1 if a limit is not kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=100_000)
    options.add_argument("--requests", type=int, default=FOR_MEMORY)
    options.add_argument("--keep", type=Path, help="make the archive in this folder, or use the one there")
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="fazhi-web-") as folder:
        place = chosen.keep or Path(folder) / "archive"
        writer = make(place, chosen.reports)
        words = queries(place, writer, chosen.reports)
        limits = [*single(place, words), *many(place, words, chosen.requests)]
    print(f"\n{chosen.reports} reports")
    for each in limits:
        print(f"{each.name}: {each.ratio:.2f} (<= {each.most}){each.told}{'' if each.kept else '  NOT KEPT'}")
    return int(not all(each.kept for each in limits))


def single(archive: Path, words: Sequence[str]) -> Iterator[Limit]:
    """Compare the first answer of a server, for which nothing is kept yet, with the library call alone."""
    now = datetime.now(UTC)
    today = china_day(now)

    def matrix(reader: Reader) -> None:
        list(coverage(reader, asof=today))

    def first_page(reader: Reader) -> None:
        matrix(reader)
        changes(reader, since=start_of(today - timedelta(days=30)), today=today)

    for name, path, call in (("first page", "/", first_page), ("matrix", "/coverage", matrix)):
        with serving(archive) as server, Reader.read(archive) as reader:
            asked = server.taken([path])
            alone = processor_time(lambda call=call, reader=reader: call(reader))  # type: ignore[misc]
            again = server.taken([path] * 10) / 10
        yield Limit(
            f"{name}, first time / library call", asked / alone, MOST_OF_LIBRARY, f"; {alone:.2f} s alone"
        )
        yield Limit(
            f"{name}, again / library call", again / alone, MOST_OF_LIBRARY, f"; {again * 1000:.0f} ms"
        )
    chosen = words[:: max(1, len(words) // SEARCHES)]
    with serving(archive) as server, Reader.read(archive) as reader:
        search(reader, chosen[0])
        asked = server.taken([f"/search?q={word}" for word in chosen])
        alone = processor_time(lambda: [search(reader, word, limit=20, facets=True) for word in chosen])
    yield Limit(
        "searches / library calls",
        asked / alone,
        MOST_OF_LIBRARY,
        f"; {alone / len(chosen) * 1000:.0f} ms alone",
    )


def mixed(words: Sequence[str], ids: Sequence[str], number: int) -> list[str]:
    """Return addresses as people and programs ask for them, always the same ones."""
    chance = random.Random(1)
    made: list[Callable[[], str]] = [
        lambda: "/",
        lambda: f"/search?q={chance.choice(words)}",
        lambda: f"/r/{chance.choice(ids)}",
        lambda: f"/r/{chance.choice(ids)}.json",
        lambda: f"/region/{chance.choice(REGIONS)}",
        lambda: f"/region/{chance.choice(REGIONS)}.csv",
        lambda: f"/coverage?region={chance.choice(REGIONS)}",
        lambda: "/coverage",
        lambda: "/overdue",
        lambda: "/changes",
    ]
    return [chance.choice(made)() for _ in range(number)]


def many(archive: Path, words: Sequence[str], requests: int) -> Iterator[Limit]:
    """Ask at AT_A_TIME at a time: compare the p95 with that of single library calls, and the memory at the end with that before."""
    with Reader.read(archive) as reader:
        ids = [each.id or "" for _, each in zip(range(2000), reader.iter_reports(), strict=False)]
        today = china_day(datetime.now(UTC))
        alone = []
        for word in words[:: max(1, len(words) // SEARCHES)]:
            alone.append(_clock(lambda word=word: search(reader, word, limit=20, facets=True)))  # type: ignore[misc]
        for call in (
            lambda: list(coverage(reader, asof=today)),
            lambda: list(coverage(reader, asof=today, region="420000")),
        ):
            alone += [_clock(call)] * (SEARCHES // 4)
    with serving(archive) as server:
        server.get("/")
        took = asyncio.run(_ask(server.url, mixed(words, ids, MIXED)))
        yield Limit(
            f"p95 of {MIXED} mixed requests, {AT_A_TIME} at a time / p95 of library calls, each alone",
            _p95(took) / _p95(alone),
            MOST_OF_LIBRARY,
            f"; {_p95(took) * 1000:.0f} ms",
        )
        before = server.memory()
        asyncio.run(_ask(server.url, mixed(words, ids, requests)))
        yield Limit(
            f"memory after {requests} further requests / before", server.memory() / before, MOST_OF_MEMORY,
            f"; {before / 1e6:.0f} MB before",
        )  # fmt: skip


def _clock(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


async def _ask(url: str, paths: Sequence[str]) -> list[float]:
    """Ask for all, AT_A_TIME at a time; return the seconds of each."""
    waiting, took = list(reversed(paths)), []
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=600) as client:

        async def work() -> None:
            while waiting:
                path = waiting.pop()
                began = time.monotonic()
                answer = await client.get(path)
                assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
                took.append(time.monotonic() - began)

        await asyncio.gather(*(work() for _ in range(AT_A_TIME)))
    return took


if __name__ == "__main__":
    sys.exit(main())
