"""Visits of one worker side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from crawler.archive import EMPTY_SLICE
from crawler.crawl.halt import Halt
from crawler.errors import ArchiveDamaged
from crawler.fetch import parse_connect_to
from crawler.sources import load_sites
from crawler.spread.places import open_place
from crawler.spread.planning import ServerVisit
from crawler.spread.visit import SharedPages, VisitJob, visit
from crawler.spread.worker import Visited, Worker, WorkerSettings
from tests.site import Web
from tests.site.__main__ import sources_of

if TYPE_CHECKING:
    from crawler.spread.leases import Leases


async def test_a_visit_that_must_end_does_not_keep_others_from_reading_their_pages(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no time at all for pages that are hastened."""
    monkeypatch.setattr("crawler.reading.pages.HURRY_SECONDS", 0.0)
    (tmp_path / "sources.yaml").write_text(sources_of(web), "utf-8")
    one, other = load_sites(tmp_path / "sources.yaml")[:2]
    endings: list[str] = []
    async with SharedPages() as pages:

        def job(site: object, halt: Halt) -> VisitJob:
            return VisitJob(
                sites=[site],  # type: ignore[list-item]
                held=EMPTY_SLICE,
                scratch=tmp_path / str(id(halt)),
                evidence=None,
                command="",
                page_process=pages,
                connect_to=parse_connect_to(web.connect_to),
                halt=halt,
            )

        lost = Halt()
        lost.request("its lease has ended")
        await visit(job(one, lost))
        await asyncio.wait_for(
            visit(job(other, Halt()), lambda outcome: endings.append(outcome.ending.value)), 60
        )
    assert endings.count("new") == 4
    assert "left" not in endings


async def test_a_visit_whose_scratch_folder_cannot_be_written_has_failed_and_its_error_names_the_folder(
    web: Web, tmp_path: Path
) -> None:
    (tmp_path / "sources.yaml").write_text(sources_of(web), "utf-8")
    sites = load_sites(tmp_path / "sources.yaml")
    settings = WorkerSettings(
        sites=sites,
        archive=tmp_path / "archive",
        queue="",
        segments=open_place(str(tmp_path / "segments")),
        scratch=tmp_path / "a file",
        sites_at_once=1,
    )
    settings.scratch.write_bytes(b"")
    ended: list[Visited] = []
    worker = Worker(settings, ended.append, lambda _: None)
    worker._leases = cast("Leases", _FreeServers())
    async with SharedPages() as worker._pages:
        with pytest.raises(ArchiveDamaged, match="a file"):
            await worker._visit(7, ServerVisit(server="www.wuhan.gov.cn", sites=("wuhan",)))
        worker._leases = cast("Leases", _FreeServers(are_free=False))
        await worker._visit(8, ServerVisit(server="www.wuhan.gov.cn", sites=("wuhan",)))
    assert [each.state for each in ended] == ["failed", "elsewhere"]


class _FreeServers:
    """Leases of servers that nobody else asks, or that another worker has."""

    def __init__(self, *, are_free: bool = True) -> None:
        self._are_free = are_free

    @asynccontextmanager
    async def visit(self, server: str, number: int, halt: Halt) -> AsyncIterator[object | None]:
        yield self if self._are_free else None
