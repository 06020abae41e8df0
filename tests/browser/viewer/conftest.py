"""The viewer in a real Chromium, over an archive with everything that it can show."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from crawler.web import Settings
from tests.web.conftest import Running
from tests.web.showcase import EDITED, GONE, Showcase, make

CHROMIUM = next(
    filter(
        None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"))
    ),
    None,
)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
)
AXE = os.environ.get("FAZHI_AXE")
"""Path of axe.min.js; `make test-browser` sets it."""


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Showcase:
    return make(tmp_path_factory.mktemp("viewer") / "archive")


@pytest.fixture(scope="session")
def site(shown: Showcase) -> Iterator[str]:
    """Address of the site."""
    running = Running(Settings(archive=shown.folder, clock=lambda: shown.now))
    yield running.url
    running.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Open]:
    """Opens an address of the site in a new context; words are those of `new_context`.

    Fails at the end if a page has logged an error (the Content-Security-Policy reports there), or has asked another host.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(address: str, **how: object) -> Page:
        settings = {"locale": "zh-CN", "base_url": site, "accept_downloads": True} | how
        contexts.append(chromium.new_context(**settings))  # type: ignore[arg-type]
        page = contexts[-1].new_page()

        def note(told: ConsoleMessage) -> None:
            is_of_address = (
                told.text.startswith("Failed to load resource") and told.location["url"] == page.url
            )
            if told.type == "error" and not is_of_address:
                faults.append(told.text)

        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda asked: faults.append(asked.url) if not asked.url.startswith(site) else None,
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


def addresses(ids: dict[tuple[str, int], str]) -> tuple[str, ...]:
    """One of every page, and of every state that looks different."""
    edited, gone = ids[EDITED], ids[GONE]
    return (
        "/",
        f"/r/{edited}",
        f"/r/{edited}/v1",
        f"/r/{edited}/v2?mark=20-60",
        f"/r/{gone}",
        "/r/420300-2021",
        "/r/420500-2024",
        "/r/420600-2020?punctuation=page",
        f"/diff/{edited}:1..2",
        "/region/420000",
        "/region/420000/2022",
        "/coverage",
        "/coverage?region=420000&departments=1",
        "/overdue",
        "/changes",
        "/search",
        "/search?q=行政复议",
        "/search?q=(行政复议",
        "/indicators",
        "/indicators/reconsideration_accepted?places=420100,420300,420600",
        "/sources",
        "/about",
        "/nix",
    )


@pytest.fixture(scope="session")
def axe() -> Path:
    if not AXE:
        pytest.skip("FAZHI_AXE is not set: make test-browser fetches axe-core")
    return Path(AXE)
