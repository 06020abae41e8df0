"""An article on several numbered pages is one report, archived whole or not at all."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.crawl import crawl
from crawler.crawl.reports import MAX_FURTHER_PAGES
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


async def crawled(folder: Path, clock: Clock, *saved: Exchange, listing: Exchange = LIST) -> list[Outcome]:
    clock.forward(hours=1)
    replay = Replay((listing, *saved))
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


async def test_an_article_without_one_of_its_pages_is_not_archived(folder: Path, clock: Clock) -> None:
    first, gone = exchange(FIRST, page(HEAD, SECOND)), exchange(SECOND, b"<html>404</html>", status=404)
    (_, outcome) = await crawled(folder, clock, first, gone)
    detail = f"{SECOND}: a further page of the article: HTTP 404"
    assert (outcome.ending, outcome.url, outcome.detail) == (Ending.FAILED, FIRST, detail)
    with Archive.read(folder) as archive:
        assert archive.reports() == []


PAGERS = {
    "numbers": ("[1] <a href='{second}'>[2]</a>", "<a href='{first}'>[1]</a> [2]"),
    "an arrow": ("<a href='{second}'>&gt;</a>", "<a href='{first}'>&lt;</a>"),
    "Next": ("<a href='{second}'>Next</a>", "<a href='{first}'>Prev</a>"),
    "下页": ("<a href='{second}'>下页</a>", "<a href='{first}'>上页</a>"),
    "counted": ("第1页 共2页 <a href='{second}'>下一页</a>", "第2页 共2页 <a href='{first}'>上一页</a>"),
    "a script": (
        "<script>var currentPage = 0; var countPage = 2;</script>",
        "<script>var currentPage = 1; var countPage = 2;</script>",
    ),
}


@pytest.mark.parametrize("name", ["t20230315_2170174", "con"])
@pytest.mark.parametrize("pager", PAGERS.values(), ids=PAGERS)
async def test_an_article_is_joined_whatever_its_pager_states(
    pager: tuple[str, str], name: str, folder: Path, clock: Clock
) -> None:
    names = {"first": f"{name}.shtml", "second": f"{name}_1.shtml"}
    pages = [
        exchange(FOLDER + names[place], page(body).replace(b"</body>", f"<p>{links.format(**names)}</p></body>".encode()))
        for place, body, links in zip(names, (HEAD, TAIL), pager, strict=True)
    ]  # fmt: skip
    listed = f"<ul><li><a href='{names['first']}'>{TITLE}</a></li></ul>".encode()
    (_, outcome) = await crawled(folder, clock, *pages, listing=exchange(FOLDER, listed))
    assert outcome.ending is Ending.NEW
    with Archive.read(folder) as archive:
        (report,) = archive.reports()
    assert (report.body, report.parts) == (f"{HEAD}\n{TAIL}", 2)


@pytest.mark.parametrize(
    "links",
    [
        "第1页 共2页",
        "<a href='javascript:goPage(2)'>下一页</a>",
        "[1] <a href='/other/77.html'>[2]</a>",
        "<script>createPageHTML(3, 0, 't20230315_2170174', 'shtml')</script>",
    ],
)
async def test_a_page_of_several_is_not_archived_without_the_others(
    links: str, folder: Path, clock: Clock
) -> None:
    body = page(HEAD).replace(b"</body>", f"<p>{links}</p></body>".encode())
    further = exchange(SECOND, page(TAIL))  # one of three, and does not name a third
    (_, outcome) = await crawled(folder, clock, exchange(FIRST, body), further)
    assert outcome.ending is Ending.FAILED
    assert outcome.detail.startswith("short: ")
    with Archive.read(folder) as archive:
        assert archive.reports() == []


async def test_an_article_on_more_pages_than_the_limit_is_not_archived(folder: Path, clock: Clock) -> None:
    stem = FIRST.removesuffix(".shtml")
    addresses = [FIRST, *(f"{stem}_{number}.shtml" for number in range(1, MAX_FURTHER_PAGES + 3))]
    saved = [
        exchange(here, page(f"{HEAD}\n第{n}页上的文字。", there))
        for n, (here, there) in enumerate(itertools.pairwise(addresses))
    ]
    (_, outcome) = await crawled(folder, clock, *saved)
    assert (outcome.ending, outcome.detail[:6]) == (Ending.FAILED, "short:")


async def test_a_last_page_that_leads_back_to_the_first_is_the_end(folder: Path, clock: Clock) -> None:
    (_, outcome) = await crawled(
        folder, clock, exchange(FIRST, page(HEAD, SECOND)), exchange(SECOND, page(TAIL, FIRST))
    )
    assert outcome.ending is Ending.NEW


@pytest.mark.parametrize(
    "following", ["t20230316_99.shtml", "../index_1.shtml", "http://elsewhere.cn/a_1.shtml", "javascript:;"]
)
def test_a_link_to_another_article_does_not_continue_this_one(following: str) -> None:
    assert extract(page(HEAD, following), (), FIRST).continues is None


def test_joining_one_page_changes_nothing() -> None:
    report = extract(page(HEAD), (), FIRST)
    assert join_pages([report]) is report


@pytest.mark.parametrize("pager", ["[1] <a href='?page=2'>[2]</a>", "<a href='?page=2'>下一页</a>"])
async def test_pages_of_comments_at_the_articles_own_address_are_none_of_the_article(
    pager: str, folder: Path, clock: Clock
) -> None:
    first = exchange(FIRST, page(HEAD).replace(b"<div>\xe7\x89\x88", f"<div>{pager}</div><div>版".encode()))
    again = exchange(f"{FIRST}?page=2", page(HEAD))
    (_, outcome) = await crawled(folder, clock, first, again)
    assert outcome.ending is Ending.NEW, outcome.detail
    with Archive.read(folder) as archive:
        (report,) = archive.reports()
    assert (report.body, report.parts) == (HEAD, 1)


async def test_a_further_page_that_shows_the_first_again_makes_no_text_twice(
    folder: Path, clock: Clock
) -> None:
    first, second = exchange(FIRST, page(HEAD, SECOND)), exchange(SECOND, page(HEAD))
    (_, outcome) = await crawled(folder, clock, first, second)
    assert outcome.ending is Ending.FAILED
    assert outcome.detail == f"short: {SECOND} should go on, and shows text of an earlier page again"
