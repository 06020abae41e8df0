"""Small portals of invented governments for tests of `fazhi source find`: pages by address, requests counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import yaml

from crawler.fetch import Fetcher
from crawler.fetch.browser.render import Browser
from crawler.onboarding.find.job import find_portals
from crawler.onboarding.find.model import FindResult, Options, Target
from crawler.onboarding.find.state import State
from crawler.reading.pages import PageProcess

DAY = "2026-11-29"
HOST = "http://www.wuhan.gov.cn"
TARGET = Target(home=f"{HOST}/", code="420100", name="武汉市")
PARAGRAPH = (
    "<p>一年来,全市深入推进依法行政,完成事项三百七十件,办结率达到百分之九十八,群众满意度持续提高。</p>"
)

Answer = str | tuple[int, str] | Callable[[httpx.Request], str]


def page(*parts: str, title: str = "武汉市人民政府门户网站", code: str = "4201000001") -> str:
    """A page in the manner of such sites, with the footer that names its division."""
    foot = f"<p>主办:{title.split('_')[-1].removesuffix('门户网站')} 网站标识码:{code}</p>" if code else ""
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>{''.join(parts)}{foot}</body></html>"


def links(*pairs: tuple[str, str]) -> str:
    """A list of links, (title, address)."""
    return "<ul>" + "".join(f"<li><a href='{url}'>{title}</a></li>" for title, url in pairs) + "</ul>"


def entries(*rows: tuple[str, str, str]) -> str:
    """The entries of a list, (title, address, date)."""
    return "<ul>" + "".join(f"<li><a href='{u}'>{t}</a><span>{d}</span></li>" for t, u, d in rows) + "</ul>"


def report_title(year: int, name: str = "武汉市人民政府") -> str:
    return f"{name}关于{year}年度法治政府建设情况的报告"


def reports(*years: int, name: str = "武汉市人民政府", folder: str = "/zwgk/fzzf/") -> str:
    """A list of reports."""
    return entries(
        *(
            (
                report_title(year, name),
                f"{folder}{year + 1}03/t{year + 1}0315_{year}.html",
                f"{year + 1}-03-15",
            )
            for year in years
        )
    )


def report(year: int, name: str = "武汉市人民政府", *, above: str = "") -> str:
    """The page of a report."""
    heading = f"<h1>{report_title(year, name)}</h1><p>发布时间:{year + 1}-03-15 来源:{name}</p>"
    return page(
        above,
        heading,
        f"<div class='TRS_Editor'>{PARAGRAPH * 12}</div>",
        title=f"{report_title(year, name)}_{name}",
    )


NOISE = links(
    *(
        (f"要闻动态第{n}条关于城市建设的消息报道", f"/ywdt/202601/t202601{n:02}_{n}.html")
        for n in range(1, 24)
    )
)
"""Links of a home page that lead nowhere."""


@dataclass
class Web(httpx.AsyncBaseTransport):
    """Answers from pages by address; everything else is not found. `asked`: the addresses in the order of requests."""

    pages: Mapping[str, Answer]
    asked: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url)
        parts = urlsplit(url)
        answer = self.pages.get(
            url, self.pages.get(parts.path if parts.netloc == urlsplit(HOST).netloc else url)
        )
        if answer is None:
            return _response(404, "<html><body><h1>404 Not Found</h1></body></html>")
        if isinstance(answer, tuple):
            return _response(*answer)
        return _response(200, answer(request) if callable(answer) else answer)

    def paths(self) -> list[str]:
        """The paths asked for, without robots.txt."""
        return [path for url in self.asked if (path := urlsplit(url).path) != "/robots.txt"]


def _response(status: int, body: str) -> httpx.Response:
    is_html = body.lstrip().startswith("<")
    kind = (
        "text/html" if is_html else "application/json" if body.startswith(("{", "[")) else "text/javascript"
    )
    return httpx.Response(
        status,
        headers=[(b"Content-Type", f"{kind}; charset=utf-8".encode())],
        stream=httpx.ByteStream(body.encode()),
        extensions={"fetched_at": datetime(2026, 11, 29, tzinfo=UTC)},
    )


def find(
    web: Web,
    state: Path,
    *targets: Target,
    options: Options | None = None,
    seen: list[bool] | None = None,
    browser: Browser | None = None,
) -> list[FindResult]:
    """Search portals and return the results in the order in which they came. `seen`: which of them were known."""
    results: list[FindResult] = []

    def take(result: FindResult, known: bool) -> None:
        results.append(result)
        if seen is not None:
            seen.append(known)

    async def run() -> None:
        async with (
            Fetcher(sink=lambda _: None, replay=web, browser=browser) as fetcher,
            PageProcess() as page_process,
        ):
            with State(state, DAY) as opened:
                await find_portals(
                    targets or (TARGET,),
                    options or Options(),
                    fetcher=fetcher,
                    page_process=page_process,
                    state=opened,
                    today=DAY,
                    on_result=take,
                )

    asyncio.run(run())
    return results


def save(pages: Mapping[str, Answer], folder: Path) -> Path:
    """Write pages as a folder of saved exchanges, for --replay."""
    folder.mkdir()
    saved = []
    for number, (url, answer) in enumerate(pages.items()):
        body = answer[1] if isinstance(answer, tuple) else answer
        assert isinstance(body, str)
        name = f"{number}.html"
        (folder / name).write_text(body, "utf-8")
        saved.append(
            {
                "method": "GET",
                "url": url if "://" in url else HOST + url,
                "status": answer[0] if isinstance(answer, tuple) else 200,
                "headers": [["Content-Type", "text/html; charset=utf-8"]],
                "file": name,
            }
        )
    (folder / "exchanges.yaml").write_text(yaml.safe_dump(saved, allow_unicode=True), "utf-8")
    return folder
