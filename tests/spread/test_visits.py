"""Visits of one worker side by side."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crawler.archive import EMPTY_SLICE
from crawler.crawl.halt import Halt
from crawler.fetch import parse_connect_to
from crawler.sources import load_sites
from crawler.spread.visit import SharedPages, VisitJob, visit
from tests.site import Web
from tests.site.__main__ import sources_of


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
