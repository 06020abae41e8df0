"""Every page, in every format and language, over an archive with a story."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as Xml

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.model.document import Document
from crawler.model.report import Offer
from crawler.web.format import Format
from crawler.web.pages import PAGES
from tests.conftest import Fazhi
from tests.web.conftest import ATTACK

ATOM = "{http://www.w3.org/2005/Atom}"


def addresses(ids: dict[str, str]) -> dict[str, str]:
    """An address of every page, by its path."""
    return {
        "/": "/",
        "/r/{report}/v{number}": f"/r/{ids['edited']}/v1",
        "/r/{report}": f"/r/{ids['edited']}",
        "/diff/{old}..{new}": f"/diff/{ids['edited']}:1..{ids['edited']}:2",
        "/region/{code}/{year}": "/region/420100/2022",
        "/region/{code}": "/region/420000",
        "/coverage": "/coverage",
        "/overdue": "/overdue",
        "/changes": "/changes",
        "/search": "/search?q=群众满意度",
        "/indicators/{name}": "/indicators/reconsideration_accepted?region=420000",
        "/indicators": "/indicators",
        "/sources": "/sources",
        "/about": "/about",
    }


def in_format(address: str, kind: Format) -> str:
    path, mark, query = address.partition("?")
    return f"{'/index' if path == '/' else path}.{kind.value}{mark}{query}"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_is_html_with_its_parts(
    site: httpx.Client, ids: dict[str, str], page: object, language: str
) -> None:
    address = addresses(ids)[page.path]  # type: ignore[attr-defined]
    answer = site.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    tree = LexborHTMLParser(answer.text)
    assert tree.css_first("html").attributes["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    assert len(tree.css("h1")) == 1
    assert tree.css_first("main#content")
    assert not tree.css("script:not([src])")
    assert not tree.css("[style], [onclick], style")
    for table in tree.css("table"):
        assert table.css_first("caption")
        assert all("scope" in head.attributes for head in table.css("th"))
    labelled = {label.attributes["for"] for label in tree.css("label")}
    assert {field.attributes["id"] for field in tree.css("input, select")} <= labelled


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_is_had_as_data(site: httpx.Client, ids: dict[str, str], page: object) -> None:
    for kind in page.formats:  # type: ignore[attr-defined]
        if kind is Format.HTML:
            continue
        answer = site.get(in_format(addresses(ids)[page.path], kind))  # type: ignore[attr-defined]
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind.media_type
        if kind is Format.JSON:
            assert isinstance(answer.json(), dict)
            assert "next_url" in answer.json() or "rows" not in answer.json()
        if kind is Format.CSV:
            rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
            assert answer.text.startswith("\ufeff")
            assert len({len(row) for row in rows}) == 1
        if kind is Format.ATOM:
            feed = Xml.fromstring(answer.text)
            assert feed.tag == f"{ATOM}feed"
            assert all(feed.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated"))


def test_words_from_an_archive_stay_words(site: httpx.Client, ids: dict[str, str]) -> None:
    for address in (
        f"/r/{ids['attack']}",
        "/",
        "/changes",
        "/region/420000",
        "/search?q=某",
        f"/diff/{ids['attack']}..{ids['edited']}",
    ):
        text = site.get(address).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text
    for address in ("/changes.atom", "/region/420000.atom", f"/r/{ids['attack']}.json"):
        answer = site.get(address)
        assert answer.status_code == 200
        assert "\x1b" not in answer.text
    assert site.get(f"/r/{ids['attack']}.json").json()["title"].endswith(ATTACK)


def test_a_report_that_is_gone_shows_its_last_text_and_says_so(
    site: httpx.Client, ids: dict[str, str]
) -> None:
    answer = site.get(f"/r/{ids['gone']}", headers={"Accept-Language": "en"})
    notice = LexborHTMLParser(answer.text).css_first(".notice").text()
    assert "Withdrawn" in notice
    assert "另1项工作" in answer.text
    assert site.get(f"/r/{ids['gone']}.json").json()["history"][-1]["gone"] is True


def test_a_search_lands_on_the_words(site: httpx.Client) -> None:
    found = LexborHTMLParser(site.get("/search", params={"q": "完成事项38件"}).text)
    link = found.css_first("a.snippet").attributes["href"]
    assert link is not None
    page = LexborHTMLParser(site.get(link.partition("#")[0]).text)
    assert page.css_first("mark#mark").text() == "完成事项38件"


def test_a_difference_marks_what_changed(site: httpx.Client, ids: dict[str, str]) -> None:
    tree = LexborHTMLParser(site.get(f"/diff/{ids['edited']}:1..2").text)
    assert [each.text() for each in tree.css(".sides del")] == ["37"] or tree.css_first(
        ".sides del"
    ).text() in "完成事项37件"
    assert "38"[-1] in tree.css_first(".sides ins").text()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nix", 404),
        ("/r/nix", 404),
        ("/r/420100-2022/v99", 404),
        ("/r/420100-2022/v%F0%9F%92%A9", 404),
        ("/region/999999", 404),
        ("/region/420000/99999", 404),
        ("/indicators/nix", 404),
        ("/coverage?year=nix", 400),
        ("/coverage?asof=2030-01-01", 400),
        ("/coverage?misspelt=1", 400),
        ("/changes?since=yesterday", 400),
        ("/search?q=(", 400),
        ("/search?q=x&limit=999999999999999999", 400),
        ("/search?q=x&offset=-1", 400),
        ("/diff/nix..nix", 404),
        ("/web/https://nix.gov.cn/", 404),
        ("/web/notanaddress", 404),
        ("/timemap/xml/https://nix.gov.cn/", 404),
        ("/static/0000/style.css", 404),
        ("/static/../settings.py", 404),
    ],
)
def test_errors_have_one_shape(site: httpx.Client, address: str, status: int) -> None:
    answer = site.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert {"type", "title", "status", "detail"} == set(answer.json())
    page = site.get(address, headers={"Accept": "text/html"})
    assert page.status_code == status
    assert LexborHTMLParser(page.text).css_first("main p").text()


def test_lists_go_on_by_absolute_addresses(site: httpx.Client, base: str) -> None:
    address: str | None = "/region/420000.json?limit=1"
    seen = []
    while address:
        value = site.get(address).json()
        assert len(value["rows"]) == 1
        seen.append(value["rows"][0]["id"])
        address = value["next_url"]
        assert address is None or re.match(rf"{base}/region/420000\.json\?", address)
    assert len(seen) == len(set(seen)) == 3


def test_a_report_has_the_keys_that_show_has(
    site: httpx.Client, ids: dict[str, str], told: tuple[Path, dict[str, str], datetime], fazhi: Fazhi
) -> None:
    for name in ("edited", "attack"):
        shown = json.loads(fazhi("show", ids[name], "--json", "--archive", str(told[0]))[1])
        served = site.get(f"/r/{ids[name]}.json").json()
        for row in served["history"]:
            assert row.pop("page").endswith(f"/r/{ids[name]}/v{row['version']}")
        assert served.pop("page").endswith(f"/r/{ids[name]}")
        assert served == shown


def test_a_report_names_the_documents_that_its_page_offered(
    site: httpx.Client, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = Document(
        offer=Offer(title="", url="https://www.wuhan.gov.cn/zwgk/report.pdf", how="link"), format="pdf"
    )
    monkeypatch.setattr("crawler.archive.Reader.documents", lambda *_: (offered,))
    for address in (f"/r/{ids['edited']}?mark=1-2", f"/r/{ids['edited']}/v2?mark=1-2"):
        answer = site.get(address)
        assert answer.status_code == 200
        assert offered.offer.url in answer.text
