"""An article that a site has set on several numbered pages is one report, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.extract import extract, join_pages
from crawler.fetch import Exchange, Fetcher, Replay
from crawler.model import Ending, Outcome
from tests.conftest import SITE, Clock

FOLDER = "https://www.wuhan.gov.cn/zwgk/fzzfj/"
FIRST = f"{FOLDER}202303/t20230315_2170174.shtml"
SECOND = f"{FOLDER}202303/t20230315_2170174_1.shtml"
TITLE = "武汉市人民政府关于2022年度推进法治政府建设情况的报告"
HEAD = "一、主要举措和成效\n全市扎实推进法治政府建设,各项工作取得新的成效,群众满意度稳步提高。"
TAIL = "二、存在的问题和不足\n基层执法力量仍显薄弱,有的部门对依法行政重视不够,还需要加以改进。\n武汉市人民政府\n2023年2月20日"


def page(body: str, following: str = "") -> bytes:
    paragraphs = "".join(f"<p>{line}</p>" for line in body.split("\n"))
    link = f'<div class="pages"><a href="{following}">下一页</a></div>' if following else ""
    return (
        f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div>发布日期:2023-03-15 来源:市司法局</div>"
        f'<div class="TRS_Editor">{paragraphs}</div>{link}<div>版权所有 网站标识码:4201000042</div></body></html>'
    ).encode()


def exchange(url: str, body: bytes, status: int = 200) -> Exchange:
    headers = (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"1"'))
    return Exchange(method="GET", url=url, status=status, headers=headers, body=body)


LIST = exchange(FOLDER, f'<ul><li><a href="{FIRST}">{TITLE}</a><span>2023-03-15</span></li></ul>'.encode())


async def crawled(folder: Path, clock: Clock, *saved: Exchange) -> list[Outcome]:
    clock.forward(hours=1)
    replay = Replay((LIST, *saved))
    with Archive.create(folder, clock=clock) as archive:
        async with Fetcher(sink=archive.record, replay=replay, clock=clock) as fetcher:
            return [
                outcome async for outcome in crawl([SITE], fetcher=fetcher, archive=archive, replay=replay)
            ]


async def test_the_pages_of_an_article_are_joined(folder: Path, clock: Clock) -> None:
    first, second = exchange(FIRST, page(HEAD, SECOND)), exchange(SECOND, page(TAIL))
    (_, outcome) = await crawled(folder, clock, first, second)
    assert (outcome.ending, outcome.url) == (Ending.NEW, FIRST)
    with Archive.read(folder) as archive:
        (report,) = archive.reports()
        assert archive.validators(FIRST) is None
    assert report.body == f"{HEAD}\n{TAIL}"
    assert (report.signed, report.parts) == ("2023-02-20", 2)
    assert [report.body[section.start : section.end].split("\n")[0] for section in report.sections] == [
        "一、主要举措和成效",
        "二、存在的问题和不足",
    ]
    (_, again) = await crawled(folder, clock, first, second)
    assert again.ending is Ending.UNCHANGED


async def test_an_article_of_which_a_page_is_missing_is_not_kept_by_half(folder: Path, clock: Clock) -> None:
    first, gone = exchange(FIRST, page(HEAD, SECOND)), exchange(SECOND, b"<html>404</html>", status=404)
    (_, outcome) = await crawled(folder, clock, first, gone)
    detail = f"{SECOND}: a further page of the article: HTTP 404"
    assert (outcome.ending, outcome.url, outcome.detail) == (Ending.FAILED, FIRST, detail)
    with Archive.read(folder) as archive:
        assert archive.reports() == []


async def test_pages_that_lead_back_to_the_first_end_there(folder: Path, clock: Clock) -> None:
    (_, outcome) = await crawled(
        folder, clock, exchange(FIRST, page(HEAD, SECOND)), exchange(SECOND, page(TAIL, FIRST))
    )
    assert outcome.ending is Ending.NEW


@pytest.mark.parametrize(
    "following", ["t20230316_99.shtml", "../index_1.shtml", "http://elsewhere.cn/a_1.shtml", "javascript:;"]
)
def test_a_link_to_another_article_does_not_continue_this_one(following: str) -> None:
    assert extract(page(HEAD, following), (), FIRST).continues is None


def test_one_page_is_itself() -> None:
    report = extract(page(HEAD), (), FIRST)
    assert join_pages([report]) is report
