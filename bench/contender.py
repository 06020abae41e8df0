"""Run one contender of `bench.crawl` and print its figures as JSON: `python -m bench.contender NAME WORLD FOLDER`.

Each runs in a process of its own: our crawler, a bare httpx loop, or Scrapy (`scrapy_peer`).
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench.site import World
from crawler.archive import Archive
from crawler.crawl import Halt, counting_sink, crawl
from crawler.fetch import Fetcher
from crawler.model import Site
from crawler.reading.pages import PageProcess
from crawler.reading.process import end_idle

AT_ONCE = 16


@dataclass(frozen=True, kw_only=True)
class Done:
    """Figures of a contender's run."""

    pages: int
    seconds: float
    cpu: float  # seconds, of the process and its children


def measured(work: Callable[[World, Path], int], world: World, folder: Path) -> Done:
    """Measure a run; imports made before do not count."""
    cpu, begin = _cpu(), time.monotonic()
    pages = work(world, folder)
    seconds = time.monotonic() - begin
    end_idle()  # a child's processor time counts when it has ended
    return Done(pages=pages, seconds=seconds, cpu=_cpu() - cpu)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def bare_httpx(world: World, folder: Path) -> int:
    """Fetch every list page and every report, and discard them."""

    async def fetch() -> int:
        urls = [
            (world.host(n), url.partition(f":{world.port}")[2])
            for n in range(len(world.sizes))
            for url in (*world.list_pages(n), *world.report_urls(n))
        ]
        waiting = iter(urls)
        async with httpx.AsyncClient(trust_env=False) as client:

            async def work() -> None:
                for host, path in waiting:
                    answer = await client.get(
                        f"http://127.0.0.1:{world.port}{path}", headers={"Host": f"{host}:{world.port}"}
                    )
                    answer.raise_for_status()

            await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return len(urls)

    return asyncio.run(fetch())


def sites(world: World, delay: float = 0.0) -> list[Site]:
    """Return the hosts of a world as sites."""
    return [
        Site(id=f"h{n}", name="武汉市人民政府", region="420100", lists=(world.list_url(n),), delay=delay)
        for n in range(len(world.sizes))
    ]


def connect_to(world: World) -> dict[str, tuple[str, int]]:
    """Return the `connect_to` mapping of a world's hosts."""
    return {f"{world.host(n)}:{world.port}": ("127.0.0.1", world.port) for n in range(len(world.sizes))}


def ours(world: World, folder: Path, *, delay: float = 0.0, at_once: int = AT_ONCE) -> int:
    """Crawl the sites into an archive: WARC, catalogue, text files."""

    async def run() -> int:
        halt, pages = Halt(), 0
        with Archive.create(folder, clock=lambda: datetime.now(UTC), batch=64) as archive:
            sink = counting_sink(archive.record, halt)
            fetcher = Fetcher(sink=sink, connect_to=connect_to(world), sleep=halt.sleep)
            async with fetcher, PageProcess() as page_process:
                async for _ in crawl(
                    sites(world, delay),
                    fetcher=fetcher,
                    archive=archive,
                    halt=halt,
                    at_once=at_once,
                    page_process=page_process,
                ):
                    pages += 1
        return pages

    return asyncio.run(run())


CONTENDERS: dict[str, Callable[[World, Path], int]] = {
    "httpx": bare_httpx,
    "ours": ours,
}

if __name__ == "__main__":
    name, given, where = sys.argv[1:]
    if name == "scrapy":
        from bench.scrapy_peer import scrapy

        CONTENDERS[name] = scrapy
    described = json.loads(given)
    world = World(**described | {"sizes": tuple(described["sizes"])})
    print(json.dumps(vars(measured(CONTENDERS[name], world, Path(where)))))
