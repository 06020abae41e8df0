"""Those who are measured, each in a process of its own: `python -m bench.contender NAME WORLD FOLDER`. Prints its figures."""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bench.site import World
from crawler.archive import Archive
from crawler.crawl import Halt, counted, crawl
from crawler.fetch import Fetcher
from crawler.model import Site

AT_ONCE = 16


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a contender did, and what it cost."""

    pages: int
    seconds: float
    cpu: float  # seconds, of the process and its children


def measured(work: Callable[[World, Path], int], world: World, folder: Path) -> Done:
    """Work from its beginning to its end; what was imported before does not count."""
    cpu, begin = _cpu(), time.monotonic()
    pages = work(world, folder)
    return Done(pages=pages, seconds=time.monotonic() - begin, cpu=_cpu() - cpu)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def bare_httpx(world: World, folder: Path) -> int:
    """A loop that fetches every list page and every report, and throws them away."""

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
    """The hosts of a world as a sources.yaml would have them."""
    return [
        Site(id=f"h{n}", name="武汉市人民政府", region="420100", lists=(world.list_url(n),), delay=delay)
        for n in range(len(world.sizes))
    ]


def connect_to(world: World) -> dict[str, tuple[str, int]]:
    """The host map of a world."""
    return {f"{world.host(n)}:{world.port}": ("127.0.0.1", world.port) for n in range(len(world.sizes))}


def ours(world: World, folder: Path, *, delay: float = 0.0, at_once: int = AT_ONCE) -> int:
    """Lists to archived versions: WARC, catalogue, text files."""

    async def run() -> int:
        halt, pages = Halt(), 0
        with Archive.create(folder, clock=lambda: datetime.now(UTC), batch=64) as archive:
            sink = counted(archive.record, halt)
            async with Fetcher(sink=sink, connect_to=connect_to(world), sleep=halt.sleep) as fetcher:
                async for _ in crawl(
                    sites(world, delay), fetcher=fetcher, archive=archive, halt=halt, at_once=at_once
                ):
                    pages += 1
        return pages

    return asyncio.run(run())


def scrapy(world: World, folder: Path) -> int:
    """The same lists, pages and fields with Scrapy, to JSON Lines and nothing else."""
    from scrapy import Spider
    from scrapy.crawler import CrawlerProcess
    from scrapy.http import Response
    from scrapy.resolver import dnscache

    paging = re.compile(r"createPageHTML\((\d+), *(\d+),")

    class Reports(Spider):
        name = "reports"
        start_urls = [world.list_url(n) for n in range(len(world.sizes))]  # noqa: RUF012

        def parse(self, response: Response) -> Iterator[Any]:
            for link in response.css("a[href*='/t20'], a[href^='./']"):
                title = link.attrib.get("title") or "".join(link.css("::text").getall())
                if re.search("法治政府建设.*报告", title):
                    yield response.follow(link, self.parse_report)
            if found := paging.search(response.text):
                total, current = map(int, found.groups())
                if current + 1 < total:
                    yield response.follow(f"index_{current + 1}.shtml", self.parse)

        def parse_report(self, response: Response) -> Iterator[dict[str, Any]]:
            yield {
                "url": response.url,
                "title": response.css('meta[name="ArticleTitle"]::attr(content)').get(),
                "published": response.css('meta[name="PubDate"]::attr(content)').get(),
                "source": response.css('meta[name="ContentSource"]::attr(content)').get(),
                "body": "\n".join(
                    "".join(p.css("::text").getall()).strip() for p in response.css(".TRS_Editor p")
                ),
            }

    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": AT_ONCE,
            "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
            "DOWNLOAD_DELAY": 0,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
            "FEEDS": {str(folder / "reports.jsonl"): {"format": "jsonlines", "encoding": "utf-8"}},
        }
    )
    crawler = process.create_crawler(Reports)
    process.crawl(crawler)
    for n in range(len(world.sizes)):
        dnscache[world.host(n)] = "127.0.0.1"
    process.start()
    assert crawler.stats is not None
    return int(crawler.stats.get_value("response_received_count", 0))


CONTENDERS: dict[str, Callable[[World, Path], int]] = {
    "httpx": bare_httpx,
    "scrapy": scrapy,
    "ours": ours,
}

if __name__ == "__main__":
    name, given, where = sys.argv[1:]
    described = json.loads(given)
    world = World(**described | {"sizes": tuple(described["sizes"])})
    if name == "scrapy":
        import scrapy.crawler  # noqa: F401 - imports do not count
    print(json.dumps(vars(measured(CONTENDERS[name], world, Path(where)))))
