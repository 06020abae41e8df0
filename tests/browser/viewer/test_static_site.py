"""The site as files in a real Chromium: from a disk, and below a folder of a host that only hands out files."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.viewer.test_accessibility import faults_of
from tests.web.conftest import told
from tests.web.test_static_site import Told, made

__all__ = ["told"]


@pytest.fixture(scope="module")
def public(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, in a folder that a host hands out."""
    folder = tmp_path_factory.mktemp("host") / "some" / "project"
    made(told, folder)
    return folder


@pytest.fixture(scope="module")
def ids(told: Told) -> dict[str, str]:
    """Ids of the reports by what happened to them."""
    return told[1]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module", params=["disk", "host"])
def top(request: pytest.FixtureRequest, public: Path) -> Iterator[str]:
    """Address of the site's folder."""
    if request.param == "disk":
        yield public.as_uri()
        return
    handler = partial(_Quiet, directory=str(public.parents[1]))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/some/project"
        server.shutdown()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that fails at the end if it has logged an error, but for texts that a page from a disk cannot load."""
    context = chromium.new_context(locale="zh-CN")
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda told: (
            faults.append(told.text)
            if told.type == "error" and "file:///" not in told.text + told.location["url"]
            else None
        ),
    )
    yield page
    context.close()
    assert not faults


def test_pages_lead_to_each_other_and_have_their_style(page: Page, top: str, ids: dict[str, str]) -> None:
    page.goto(f"{top}/index.html")
    assert page.evaluate("getComputedStyle(document.querySelector('.counts')).display") == "grid"
    page.get_by_role("link", name="湖北省").first.click()
    page.get_by_role("navigation", name="年度").get_by_role("link", name="2022").click()
    assert page.locator("h1").inner_text() == "湖北省 2022"
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator("table a", has_text="2022").first.click()
    assert page.url == f"{top}/en/r/{ids['edited']}.html"
    page.get_by_role("link", name="with version 1").click()
    assert page.url == f"{top}/en/diff/{ids['edited']}/1-2.html"
    assert page.locator(".sides ins").first.inner_text() in "完成事项38件"


@pytest.mark.parametrize("language", ["", "/en"])
def test_search_finds_a_sentence_in_the_browser(
    page: Page, top: str, ids: dict[str, str], language: str
) -> None:
    page.goto(f"{top}{language}/index.html")
    page.locator("#site-search").fill("完成事项38件")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=**")
    page.locator("#results li").first.wait_for()
    assert page.get_by_role("status").inner_text().endswith("3")  # all have its pairs of characters
    assert page.locator("#q").input_value() == "完成事项38件"
    if top.startswith("file:"):
        page.wait_for_function("document.querySelectorAll('#results li').length === 3")
        return
    found = page.locator("#results a.snippet")
    found.wait_for()
    assert page.locator("#results li").count() == 1
    assert found.locator("mark").inner_text() == "完成事项38件"
    found.click()
    assert page.url.partition("#")[0] == f"{top}{language}/r/{ids['edited']}.html"


def test_search_says_what_it_does_not_find(page: Page, top: str) -> None:
    page.goto(f"{top}/search.html?q=%E9%BE%98%E9%BE%98")
    page.get_by_text("没有找到。").wait_for()


def test_search_shows_twenty_reports_at_a_time(page: Page, top: str) -> None:
    page.goto(f"{top}/search.html")
    page.evaluate("loaded.clear(), loads.clear()")
    page.evaluate(
        "() => { fazhi.index('', {reports: 50, in_a_file: 500, shards: (18884 % 256).toString(16).padStart(2, '0')});"
        " const shard = (18884 % 256).toString(16).padStart(2, '0');"
        " loads.set('index.js', Promise.resolve(loaded.get('index')));"
        " loads.set(`terms/${shard}.js`, Promise.resolve({'\u49c4\u49c4': Array(50).fill('1').with(0, '0').join(' ')}));"
        " loads.set('reports/0.js', Promise.resolve(Array.from({length: 50}, (_, at) => [`x${at}`, '\u49c4\u49c4', '', 2020, '']))); }"
    )
    page.evaluate(
        "() => { globalThis.fetch = () => Promise.reject(new Error()); return search('\u49c4\u49c4') }"
    )
    assert page.locator("#results li").count() == 20
    page.get_by_role("button", name="更多").click()
    page.wait_for_function("document.querySelectorAll('#results li').length === 40")


def test_without_script_the_page_says_that_there_is_no_search(chromium: Browser, top: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{top}/search.html")
    assert "检索须启用脚本" in page.locator(".notice").inner_text()
    context.close()


def test_axe_finds_no_fault_on_its_pages(page: Page, top: str, axe: Path, ids: dict[str, str]) -> None:
    found = {}
    for name in (
        "index",
        "en/index",
        "search",
        "coverage",
        "indicators/reconsideration_accepted",
        f"r/{ids['edited']}",
    ):
        page.goto(f"{top}/{name}.html")
        if faults := faults_of(page, axe):
            found[name] = faults
    assert found == {}
