"""A lone surrogate, which JSON and markup can write and no file can hold, stops nothing and leaves nothing half done."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive
from crawler.discover import discover
from crawler.errors import CrawlerError
from crawler.extract import extract
from crawler.intake.imports import import_paths
from crawler.model import Ending
from tests.archive.held import faults, query
from tests.conftest import SITE, Clock, a_capture, a_report
from tests.warc.written import HTML, a_record, zipped

Opener = Callable[[], Archive]
LONE = ["\ud800", "\udfff", "\udc80", "\ud800x", "\udfff\ud800"]
TITLE = "武汉市人民政府关于2022年度法治政府建设情况的报告"
BODY = "".join(f"<p>第{n}项工作取得成效，完成事项{n * 37}件。</p>" for n in range(40))


def encodable(value: Any) -> bool:
    json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    return True


def reference(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


def in_script(text: str) -> str:
    return json.dumps(text)[1:-1]


PAGES: dict[str, Callable[[str], bytes]] = {
    "references": lambda x: (
        f"<title>{TITLE}{reference(x)}</title><h1>{TITLE}{reference(x)}</h1>{BODY}<p>{reference(x)}末"
        f"</p><a href='/{reference(x)}.pdf'>附件{reference(x)}</a>".encode()
    ),
    "UTF-8": lambda x: (
        f"<meta charset=utf-8><title>{TITLE}{x}</title><h1>{TITLE}</h1>{BODY}<p>{x}</p>".encode(
            "utf-8", "surrogatepass"
        )
    ),
    "UTF-16": lambda x: f"\ufeff<title>{TITLE}{x}</title><h1>{TITLE}{x}</h1>{BODY}<p>{x}</p>".encode(
        "utf-16-le", "surrogatepass"
    ),
    "meta": lambda x: (
        f"<meta name=ArticleTitle content='{TITLE}{reference(x)}'><meta name=ContentSource content='"
        f"{reference(x)}局'><meta name=PubDate content='2023-01-0{reference(x)}'><h1>{TITLE}</h1>{BODY}".encode()
    ),
    "script": lambda x: (
        f"<title>{TITLE}</title><script>var d={{'content':'{in_script(x)}'}}</script>{BODY}".encode()
    ),
    "text": lambda x: f"{TITLE}{x}\n\n{BODY}{x}".encode("utf-8", "surrogatepass"),
}


@pytest.mark.parametrize("lone", LONE, ids=map(repr, LONE))
@pytest.mark.parametrize("made", PAGES.values(), ids=PAGES.keys())
def test_no_field_of_a_report_has_one(made: Callable[[str], bytes], lone: str) -> None:
    report = extract(made(lone), (("Content-Type", "text/html"),), "http://a.example/a.html")
    assert encodable(asdict(report))


def items(lone: str) -> dict[str, Any]:
    return {
        "total": 1,
        lone: lone,
        "next": f"/{lone}",
        "list": [
            {"title": f"{lone}{TITLE}", "url": f"/a{lone}.html", "date": f"2023-01-0{lone}", "source": lone},
            {"title": lone, "url": "/b.html"},
            {"title": TITLE, "url": f"http://{lone}.example/"},
            {f"name{lone}": lone, "url": lone},
        ],
    }


LISTS: dict[str, Callable[[str], bytes]] = {
    "JSON": lambda x: json.dumps(items(x)).encode(),
    "JSON, as bytes": lambda x: json.dumps(items(x), ensure_ascii=False).encode("utf-8", "surrogatepass"),
    "JSONP": lambda x: b"f(" + json.dumps(items(x)).encode() + b");",
    "links": lambda x: (
        f"<ul><li><a href='/a{reference(x)}.html' title='{reference(x)}{TITLE}'>{TITLE}{reference(x)}</a>"
        f"<span>2023-01-0{reference(x)}</span></ul><a href='/{reference(x)}'>下一页</a>".encode()
    ),
    "sitemap": lambda x: (
        f"<urlset><url><loc>http://a.example/{reference(x)}</loc><title>{TITLE}{reference(x)}</title>"
        "</url></urlset>".encode()
    ),
}


@pytest.mark.parametrize("lone", LONE, ids=map(repr, LONE))
@pytest.mark.parametrize("made", LISTS.values(), ids=LISTS.keys())
def test_no_link_of_a_list_has_one(made: Callable[[str], bytes], lone: str) -> None:
    listing = discover(made(lone), (("Content-Type", "application/json"),), "http://a.example/list")
    assert encodable(asdict(listing))


@pytest.mark.parametrize("lone", LONE, ids=map(repr, LONE))
@pytest.mark.parametrize("made", PAGES.values(), ids=PAGES.keys())
def test_an_import_of_such_a_page_is_whole(
    made: Callable[[str], bytes], lone: str, opened: Opener, folder: Path, tmp_path: Path
) -> None:
    page = HTML.replace(b"; charset=utf-8", b"") + b"\r\n" + made(lone)
    (tmp_path / "a.warc.gz").write_bytes(zipped(a_record(page)))
    with opened() as archive:
        (outcome,) = import_paths([tmp_path / "a.warc.gz"], archive)
    assert outcome.ending in (Ending.NEW, Ending.SKIPPED)
    assert faults(folder, deep=True) == []


FIELDS = ["title", "issuer", "body", "source", "published", "signed", "index", "kind", "url"]


@pytest.mark.parametrize("field", FIELDS)
def test_a_report_that_has_one_all_the_same_leaves_nothing_half(
    field: str, opened: Opener, folder: Path, clock: Clock
) -> None:
    """As from a reader that does not know the rule: the report is stored whole, or not at all."""
    value: Any = {"\ud800": "\udfff"} if field == "index" else "\ud800"
    with opened() as archive:
        capture = a_capture(at=clock())
        archive.record(capture)
        with suppress(CrawlerError, UnicodeError):
            archive.store(replace(a_report(), **{field: value}), capture, SITE)
        clock.forward(days=1)
        other = a_capture("http://www.wuhan.gov.cn/b.html", b"b", at=clock())
        archive.record(other)
        assert archive.store(a_report("另一篇正文。\n第二段。"), other, SITE).ending is Ending.NEW
    assert query(folder, "SELECT count(*) FROM reports") == query(
        folder, "SELECT count(DISTINCT report_id) FROM versions"
    )
    assert faults(folder, deep=False) == []
