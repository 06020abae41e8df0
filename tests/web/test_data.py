"""The grammar of data that docs/viewer.md promises: formats, keys, paging, errors, caching."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import httpx
import pytest

from crawler.archive import Archive, index_catalogue
from crawler.web import Settings, memory
from crawler.web.format import Format
from crawler.web.headers import Freshness
from crawler.web.pages import PAGES
from tests.conftest import BODY, Clock, a_report
from tests.web.conftest import Running, keep, with_body
from tests.web.showcase import EDITED, Showcase, make
from tests.web.test_pages import addresses, in_format

DOCUMENT = (Path(__file__).parents[2] / "docs/viewer.md").read_text()
ATOM = "{http://www.w3.org/2005/Atom}"


def table(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of the document, without its head."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[1:]]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


PROMISED = {words(row[0])[0]: row for row in table("Data")}
"""Rows of the table, by the path of the page."""


def documented(path: str) -> str:
    """The path of a page as the document has it: /r/ID/vN."""
    names = {"{report}": "ID", "{number}": "N", "{old}": "A", "{new}": "B", "{code}": "CODE", "{year}": "YEAR", "{name}": "NAME"}  # fmt: skip
    for given, shown in names.items():
        path = path.replace(given, shown)
    return path


def test_the_document_names_every_page() -> None:
    assert PROMISED.keys() == {documented(page.path) for page in PAGES}


@pytest.fixture(scope="module")
def showcase(tmp_path_factory: pytest.TempPathFactory) -> Showcase:
    return make(tmp_path_factory.mktemp("data") / "archive")


@pytest.fixture(scope="module")
def full(showcase: Showcase) -> Iterator[httpx.Client]:
    """A client of the showcase's site."""
    running = Running(Settings(archive=showcase.folder, clock=lambda: showcase.now))
    yield running.client
    running.close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_has_the_formats_and_keys_that_are_promised(
    full: httpx.Client, showcase: Showcase, page: Any
) -> None:
    site, ids = full, {"edited": showcase.ids[EDITED]}
    _, formats, keys, row_keys = PROMISED[documented(page.path)]
    assert set(words(formats)) == {kind.value for kind in page.formats if kind is not Format.HTML}
    address = addresses(ids)[page.path].replace("群众满意度", "行政复议")
    value = site.get(in_format(address, Format.JSON)).json()
    assert sorted(value) == sorted(words(keys))
    if "rows" in value:
        assert value["rows"], "a list without rows shows nothing"
        assert sorted(value["rows"][0]) == sorted(words(row_keys))
        assert value["next_url"] is None or value["next_url"].startswith(str(site.base_url))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_format_is_kept_and_asked_again_as_is_promised(
    site: httpx.Client, ids: dict[str, str], page: Any
) -> None:
    for kind in page.formats:
        address = addresses(ids)[page.path]
        answer = site.get(address if kind is Format.HTML else in_format(address, kind))
        assert answer.headers["cache-control"] == page.freshness.value
        assert (page.freshness is Freshness.IMMUTABLE) == ("/v{number}" in page.path)
        assert answer.headers["vary"] == "Accept-Language, Cookie"
        again = site.get(str(answer.url), headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_parameter_that_is_none_is_a_problem_in_every_format(
    site: httpx.Client, ids: dict[str, str], page: Any
) -> None:
    for kind in page.formats:
        if kind is not Format.HTML:
            address = in_format(addresses(ids)[page.path], kind)
            answer = site.get(address + ("&" if "?" in address else "?") + "misspelt=1")
            assert answer.status_code == 400
            assert answer.headers["content-type"] == "application/problem+json"
            assert set(answer.json()) == {"type", "title", "status", "detail"}
            assert answer.json()["status"] == 400


@pytest.mark.parametrize(
    "after", ["x", "{}", "[1.5]", "[null]", '["x",[1]]', "[[", "[" * 390, '[1,"x"]', '["x",1,1]']
)
@pytest.mark.parametrize("list_", ["/changes", "/coverage", "/overdue", "/sources"])
def test_a_place_that_no_next_url_names_is_refused_or_leads_nowhere(
    site: httpx.Client, list_: str, after: str
) -> None:
    answer = site.get(f"{list_}.json", params={"after": after})
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.json()["detail"] == "after: must be as next_url has it"


@pytest.mark.parametrize(
    "query", ["order=newest&offset=1", "order=best&after=1", "after=1", "order=other", "order=newest&after=x"]
)
def test_a_search_takes_the_paging_of_its_order_alone(site: httpx.Client, query: str) -> None:
    assert site.get(f"/search.json?q=满意度&{query}").status_code == 400


@pytest.fixture
def growing(
    showcase: Showcase, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[httpx.Client, Callable[[], None]]]:
    """A client of the showcase's site, which keeps no answer; and what adds a report, and an edit of it, to the archive."""
    monkeypatch.setattr(memory, "SHORT_SECONDS", 0)
    clock = Clock()
    clock.now = showcase.now
    running = Running(Settings(archive=showcase.folder, clock=lambda: clock.now))
    number = 0

    def grow() -> None:
        nonlocal number
        number += 1
        clock.forward(seconds=30)
        with Archive.create(showcase.folder, clock=clock, command="crawl", notify=lambda _: None) as archive:
            url = f"https://www.s420000.gov.cn/fzzf/more_{clock.now:%H%M%S}.html"
            body = BODY.replace("第", f"满意度{number}的第")
            for each in (body, body.replace("完成", "基本完成")):
                payload = f"<p>{each[:80]}</p>".encode()
                keep(archive, clock, url, with_body(a_report(year=2012), each), payload)
                clock.forward(seconds=1)
        index_catalogue(showcase.folder, notify=lambda _: None)
        showcase.now = clock.now

    yield running.client, grow
    running.close()


LISTS = (
    "/changes.json?since=2026-01-01",
    "/overdue.json",
    "/coverage.json?region=420000",
    "/sources.json",
    "/region/420000.json",
    "/search.json?q=行政复议&order=newest",
)


def row_id(row: dict[str, Any]) -> str:
    """What tells a row from every other one of its list."""
    names = (
        "change",
        "report_id",
        "id",
        "version",
        "region",
        "organ",
        "department",
        "site",
        "year",
        "url",
        "seen_at",
        "issuer",
    )
    return json.dumps([row.get(name) for name in names], ensure_ascii=False)


def pages(client: httpx.Client, address: str | None, between: Callable[[], None]) -> Iterator[httpx.Response]:
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        yield answer
        address = (
            answer.json()["next_url"]
            if answer.headers["content-type"] == "application/json"
            else next(
                (
                    link.attrib["href"]
                    for link in Xml.fromstring(answer.text).iter(f"{ATOM}link")
                    if link.attrib["rel"] == "next"
                ),
                None,
            )
        )
        between()


@pytest.mark.parametrize("address", LISTS)
def test_paging_to_the_end_gives_every_row_once_while_rows_are_added(
    growing: tuple[httpx.Client, Callable[[], None]], address: str
) -> None:
    client, grow = growing
    joint = "&" if "?" in address else "?"
    whole = client.get(f"{address}{joint}limit={200 if 'search' in address else 1000}").json()
    assert whole["next_url"] is None or "search" in address
    before = [row_id(row) for row in whole["rows"]]
    found = list(pages(client, f"{address}{joint}limit={len(before) // 3}", grow))
    assert len(found) > 2
    rows = [row_id(row) for answer in found for row in answer.json()["rows"]]
    assert len(rows) == len(set(rows))
    assert set(before) <= set(rows)
    assert [each for each in rows if each in set(before)] == before[: len(rows)] or "search" in address


def test_a_feed_goes_on_to_its_end_with_every_entry_once(
    growing: tuple[httpx.Client, Callable[[], None]],
) -> None:
    client, grow = growing
    for address in ("/changes.atom?since=2026-01-01", "/search.atom?q=行政复议"):
        whole = entries(client.get(f"{address}&limit=200"))
        found = [entry for answer in pages(client, f"{address}&limit=40", grow) for entry in entries(answer)]
        assert len(found) == len(set(found)) > 40
        assert set(whole) <= set(found)


def entries(answer: httpx.Response) -> list[str]:
    return [each.findtext(f"{ATOM}id") or "" for each in Xml.fromstring(answer.text).iter(f"{ATOM}entry")]


def test_rows_of_csv_are_those_of_json(growing: tuple[httpx.Client, Callable[[], None]]) -> None:
    client, _ = growing
    for path in ("/region/420000", "/changes", "/overdue", "/sources"):
        rows = list(csv.DictReader(StringIO(client.get(f"{path}.csv?limit=20").text.removeprefix("\ufeff"))))
        value = client.get(f"{path}.json?limit=20").json()
        assert len(rows) == len(value["rows"]) > 2
        for name in ({"id", "site", "report_id", "region"} & set(rows[0])) & set(value["rows"][0]):
            assert [each[name] for each in rows] == [each[name] or "" for each in value["rows"]]
