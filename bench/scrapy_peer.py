"""Contender: Scrapy on the same lists, pages and fields, writing JSON Lines only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.resolver import dnscache

from bench.site import World

AT_ONCE = 16
_PAGING = re.compile(r"createPageHTML\((\d+), *(\d+),")


def scrapy(world: World, folder: Path) -> int:
    """Crawl the world, and return the number of responses."""

    class Reports(Spider):  # type: ignore[misc]  # not installed where types are checked
        name = "reports"
        start_urls = [world.list_url(n) for n in range(len(world.sizes))]  # noqa: RUF012

        def parse(self, response: Response) -> Iterator[Any]:
            for link in response.css("a[href*='/t20'], a[href^='./']"):
                title = link.attrib.get("title") or "".join(link.css("::text").getall())
                if re.search("法治政府建设.*报告", title):
                    yield response.follow(link, self.parse_report)
            if found := _PAGING.search(response.text):
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
