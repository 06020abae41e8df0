"""An archive with a story, and its site: an edited report, one that is gone, one whose words are an attack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Thread
from time import sleep

import httpx
import pytest
import uvicorn

from crawler.archive import Archive
from crawler.field.fingerprint import text_sha256
from crawler.model import Ending, Outcome, Report
from crawler.web import Settings, application
from crawler.web.serving.connections import TimedConnection
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

GONE_URL = "https://www.wuhan.gov.cn/zwgk/fzzfj/202203/t20220301_1.shtml"
ATTACK_URL = "https://www.wuhan.gov.cn/zwgk/fzzfj/202403/t20240301_2.shtml"
ATTACK = "<script>alert(1)</script>\"'&\x1b[31m\u202e"
PAGE = '<html><head><meta charset="gbk"><script>steal()</script></head><body><p>存档网页</p></body></html>'.encode(
    "gbk"
)


def with_body(report: Report, body: str) -> Report:
    return replace(report, body=body, text_sha256=text_sha256(body))


def keep(archive: Archive, clock: Clock, url: str, report: Report, payload: bytes = PAGE) -> str:
    """Record a page and store its report; return the report's id."""
    capture = a_capture(url, payload, at=clock(), Content_Type="text/html; charset=gbk")
    archive.record(capture)
    stored = archive.store(report, capture, SITE)
    archive.note(stored)
    return stored.report_id or ""


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], datetime]:
    """The archive's folder, ids by what happened to the report, and the time after it all."""
    folder, clock, ids = tmp_path_factory.mktemp("web") / "archive", Clock(), {}
    with Archive.create(folder, clock=clock, command="crawl") as archive:
        ids["edited"] = keep(archive, clock, URL, a_report())
        ids["gone"] = keep(archive, clock, GONE_URL, with_body(a_report(year=2021), BODY.replace("第", "另")))
        hostile = with_body(a_report(year=2023), f"{BODY}\n{ATTACK}".replace("第", "某"))
        ids["attack"] = keep(
            archive, clock, ATTACK_URL, replace(hostile, title=f"武汉市2023年法治政府建设情况报告{ATTACK}")
        )
    clock.forward(days=1)
    with Archive.create(folder, clock=clock, command="crawl") as archive:
        edited = with_body(a_report(), BODY.replace("完成事项37件", "完成事项38件"))
        keep(archive, clock, URL, edited, PAGE.replace(b"<p>", b"<p id=2>"))
        archive.note(Outcome(ending=Ending.GONE, url=GONE_URL, site_id="wuhan", detail="HTTP 404"))
    clock.forward(days=2)
    with Archive.create(folder, clock=clock, command="crawl") as archive:
        archive.note(Outcome(ending=Ending.GONE, url=GONE_URL, site_id="wuhan", detail="HTTP 404"))
    clock.forward(hours=1)
    return folder, ids, clock.now


@pytest.fixture
def ids(told: tuple[Path, dict[str, str], datetime]) -> dict[str, str]:
    return told[1]


class Running:
    """The site of some settings on loopback, and a client of it that remembers cookies and follows no redirect."""

    def __init__(self, settings: Settings) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(application(settings), http=TimedConnection, port=0, log_level="critical")
        )
        self._thread = Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            sleep(0.005)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://localhost:{port}"
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=60)

    def close(self) -> None:
        self.client.close()
        self._server.should_exit = True
        self._thread.join()


Client = Callable[..., httpx.Client]


@pytest.fixture
def client(told: tuple[Path, dict[str, str], datetime]) -> Iterator[Client]:
    """Opens a client of the site with some settings changed."""
    running: list[Running] = []

    def make(**changed: object) -> httpx.Client:
        settings = Settings(**({"archive": told[0], "clock": lambda: told[2]} | changed))  # type: ignore[arg-type]
        running.append(Running(settings))
        return running[-1].client

    yield make
    for each in running:
        each.close()


@pytest.fixture(scope="module")
def shared(told: tuple[Path, dict[str, str], datetime]) -> Iterator[Running]:
    running = Running(Settings(archive=told[0], clock=lambda: told[2]))
    yield running
    running.close()


@pytest.fixture
def site(shared: Running) -> httpx.Client:
    shared.client.cookies.clear()
    return shared.client


@pytest.fixture
def base(shared: Running) -> str:
    """Address of the site."""
    return shared.url
