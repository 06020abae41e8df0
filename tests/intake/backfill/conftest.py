"""Fixtures: web archives on loopback, and a backfill from them into an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crawler.fetch import ConnectTo
from crawler.fetch.archive_client import Part
from crawler.intake.backfill.archives import cdx, commoncrawl, memento, wayback
from crawler.intake.backfill.choice import archives_of
from crawler.intake.backfill.job import Filled, Job, backfill, count
from crawler.model import Ending, Outcome, Site
from tests.conftest import SITE, Clock
from tests.intake.backfill.web_archives import Kept, WebArchives, serving

LIST = "http://www.wuhan.gov.cn/zwgk/fzzfj/"
OLD = f"{LIST}201803/t20180312_1.shtml"


def page(year: int = 2017, text: str = "", lines: int = 40) -> bytes:
    """A page with a report."""
    title = f"武汉市人民政府关于{year}年度法治政府建设情况的报告"
    body = "".join(f"<p>第{n}项工作取得成效，完成事项{n * 37 + year}件。</p>" for n in range(lines))
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body><h1>{title}</h1>{body}<p>{text}</p></body></html>"
    ).encode()


def list_page(*links: tuple[str, str], following: str = "") -> bytes:
    """A page of a list: addresses and titles."""
    items = "".join(
        f'<li><a href="{url}" title="{title}">{title}</a><span>2018-03-12</span></li>' for url, title in links
    )
    more = f'<a href="{following}">下一页</a>' if following else ""
    return f"<html><head><meta charset=utf-8></head><body><ul>{items}</ul>{more}</body></html>".encode()


def title(year: int) -> str:
    return f"武汉市人民政府关于{year}年度法治政府建设情况的报告"


@dataclass(slots=True)
class Seen:
    """What a backfill told."""

    outcomes: list[Outcome] = field(default_factory=list)
    filled_: list[Filled] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def begin(self, site: Site, archive: str) -> None:
        pass

    def show(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def filled(self, filled: Filled) -> None:
        self.filled_.append(filled)

    def message(self, text: str) -> None:
        self.messages.append(text)

    def endings(self) -> list[Ending]:
        return [each.ending for each in self.outcomes]

    def of(self, ending: Ending) -> list[Outcome]:
        return [each for each in self.outcomes if each.ending is ending]


@pytest.fixture
def archives() -> Iterator[WebArchives]:
    with serving(WebArchives()) as found:
        yield found


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No gap between requests: the rates have tests of their own."""
    for module, names in (
        (wayback, ("_INDEX", "_CAPTURES")),
        (commoncrawl, ("_INDEX", "_RECORDS")),
        (cdx, ("_INDEX", "_CAPTURES")),
        (memento, ("_INDEX", "_CAPTURES")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, Part(name=name, gap=0.0))


Fill = Callable[..., Seen]


def fills(
    folder: Path,
    clock: Clock,
    site: Site,
    words: Sequence[str],
    connect_to: ConnectTo,
    *,
    dry: bool = False,
    **settings: Any,
) -> Seen:
    """Run a backfill, or its count, and return what it told."""
    job = Job(sites=[site], archives=archives_of(words), connect_to=connect_to, clock=clock, **settings)
    seen = Seen()
    if dry:
        count(folder, job, seen, around=nullcontext)
    else:
        backfill(folder, job, seen, command="backfill", around=nullcontext)
    return seen


@pytest.fixture
def fill(archives: WebArchives, folder: Path, clock: Clock, unhurried: None) -> Fill:
    """Runs a backfill of SITE, by default from Wayback."""

    def run(*words: str, site: Site = SITE, **settings: Any) -> Seen:
        clock.forward(minutes=1)
        chosen = words or (f"wayback {archives.base}",)
        return fills(folder, clock, site, chosen, archives.connect_to, **settings)

    return run


def kept(
    url: str = OLD, timestamp: str = "20180401000000", payload: bytes | None = None, **named: Any
) -> Kept:
    return Kept(url=url, timestamp=timestamp, payload=page() if payload is None else payload, **named)
