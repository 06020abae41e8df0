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

from crawler.archive import Reader
from crawler.web.static_site.making import Wishes, make_site
from tests.browser.viewer.test_accessibility import faults_of
from tests.web.showcase import EDITED, Showcase
from tests.web.test_static_site import broken


@pytest.fixture(scope="module")
def public(shown: Showcase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, in a folder that a host hands out."""
    folder = tmp_path_factory.mktemp("host") / "some" / "project"
    with Reader.read(shown.folder) as reader:
        make_site(reader, folder, Wishes(now=shown.now))
    return folder


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


def test_every_link_of_a_large_site_leads_to_a_file(public: Path) -> None:
    assert broken(public) == []


def test_pages_lead_to_each_other_and_have_their_style(page: Page, top: str, shown: Showcase) -> None:
    page.goto(f"{top}/index.html")
    assert page.evaluate("getComputedStyle(document.querySelector('.counts')).display") == "grid"
    page.get_by_role("link", name="湖北省").first.click()
    page.get_by_role("navigation", name="年度").get_by_role("link", name="2022").click()
    assert page.locator("h1").inner_text() == "湖北省 2022"
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="武汉市人民政府2022年").first.click()
    assert page.url == f"{top}/en/r/{shown.ids[EDITED]}.html"
    page.get_by_text("Figures in this text").first.click()
    page.locator("details.figures td a").first.click()
    assert "/v2.html#p" in page.url
    assert page.evaluate("scrollY") > 0


@pytest.mark.parametrize("language", ["", "/en"])
def test_search_finds_a_sentence_in_the_browser(page: Page, top: str, shown: Showcase, language: str) -> None:
    page.goto(f"{top}{language}/index.html")
    page.locator("#site-search").fill("含上年结转")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=**")
    page.locator("#results li").first.wait_for()
    assert page.get_by_role("status").inner_text().endswith(("：1", ": 1"))
    assert page.locator("#q").input_value() == "含上年结转"
    if top.startswith("http"):
        assert page.locator("#results mark").inner_text() == "含上年结转"
    page.locator("#results a").first.click()
    assert page.url.partition("#")[0] == f"{top}{language}/r/{shown.ids[EDITED]}.html"


def test_search_says_what_it_does_not_find_and_goes_on(page: Page, top: str) -> None:
    page.goto(f"{top}/search.html?q=%E9%BE%98%E9%BE%98")
    page.get_by_text("没有找到。").wait_for()
    page.goto(f"{top}/search.html?q=%E8%A1%8C%E6%94%BF%E5%A4%8D%E8%AE%AE")
    page.get_by_role("button", name="更多").click()
    page.wait_for_function("document.querySelectorAll('#results li').length === 40")


def test_without_script_the_page_says_that_there_is_no_search(chromium: Browser, top: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{top}/search.html")
    assert "检索须启用脚本" in page.locator(".notice").inner_text()
    context.close()


def test_axe_finds_no_fault_on_its_pages(page: Page, top: str, axe: Path, shown: Showcase) -> None:
    found = {}
    for name in (
        "index",
        "en/index",
        "search",
        "coverage",
        "indicators/reconsideration_accepted",
        f"r/{shown.ids[EDITED]}",
    ):
        page.goto(f"{top}/{name}.html")
        if faults := faults_of(page, axe):
            found[name] = faults
    assert found == {}
