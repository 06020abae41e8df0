"""An archived page in a real Chromium: its scripts never run, it asks for nothing, and nothing of the site is its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from crawler.archive import Archive
from crawler.web import Settings
from tests.conftest import URL, Clock, a_report
from tests.web.conftest import Running, keep

HOSTILE = b"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>archived</title>
<meta http-equiv="refresh" content="1; url=/about">
<script>document.title = "ran"; fetch("/about"); document.cookie = "lang=en"</script>
<script src="/static/x/script.js"></script><link rel="stylesheet" href="/style.css"></head>
<body onload="document.title = 'loaded'"><h1>archived</h1><img src="/pixel.png" onerror="document.title = 'failed'">
<a id="link" href="javascript:document.title='clicked'">link</a><svg onload="document.title='svg'"></svg>
<form id="form" action="/search"><input name="q" value="x"><button id="send">send</button></form>
<iframe src="/about"></iframe><iframe srcdoc="<script>parent.document.title='frame'</script>"></iframe></body></html>"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    clock = Clock()
    folder = tmp_path / "archive"
    with Archive.create(folder, clock=clock, command="crawl", notify=lambda _: None) as archive:
        keep(archive, clock, URL, a_report(), HOSTILE)
    site = Running(Settings(archive=folder, clock=clock))
    yield site
    site.close()


def test_scripts_of_an_archived_page_never_run_and_it_asks_for_nothing(
    chromium: Browser, running: Running
) -> None:
    context = chromium.new_context(base_url=running.url)
    page = context.new_page()
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))  # what is blocked never is
    page.goto(f"/web/20261125030000/{URL}")
    page.locator("#link").click()
    page.locator("#send").click(no_wait_after=True)
    page.wait_for_timeout(1500)  # longer than its refresh
    assert page.locator("h1").inner_text() == "archived"
    assert page.title() == "archived"
    assert page.evaluate("origin") == "null"
    assert asked[0].startswith(f"{running.url}/web/20261125030000/")
    assert [each for each in asked[1:] if not each.startswith(("about:", "data:"))] == []
    assert context.cookies() == []
    context.close()
