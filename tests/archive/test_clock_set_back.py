"""A clock that is set back in the middle of a run: what the run fetches is the latest observation all the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.extract import extract
from crawler.model import Ending, Outcome
from tests.archive.crashing import SITE, page, store_page, url_of
from tests.archive.held import dump, faults, query
from tests.conftest import Clock, a_capture

BACK = {"a second": 1, "an hour": 3600, "a month": 30 * 86400, "ten years": 3650 * 86400}
MOMENTS = ("before the request", "before the record", "before the act")


def ignore(_: str) -> None:
    """Discard a notice."""


def fetch_edited(archive: Archive, clock: Clock, seconds: int, moment: str) -> None:
    """Archive an edited page. The clock is set back at one moment of it."""
    capture = None
    for step in MOMENTS:
        if step == moment:
            clock.forward(seconds=-seconds)
        clock.forward(milliseconds=20)
        if step == "before the request":
            capture = a_capture(url_of(1), page(1, 1), at=clock())
        elif step == "before the record":
            assert capture is not None
            archive.record(capture)
    assert capture is not None
    archive.store(extract(capture.payload, (), capture.url), capture, SITE)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("seconds", BACK.values(), ids=BACK)
@pytest.mark.parametrize(("batch", "killed"), [(1, False), (100, False), (3, True)])
def test_an_edit_seen_after_it_is_the_latest_text(
    seconds: int, moment: str, batch: int, killed: bool, folder: Path, clock: Clock
) -> None:
    with Archive.create(folder, clock=clock, notify=ignore) as archive:
        store_page(archive, 1, 0, clock())
        store_page(archive, 2, 0, clock())
    clock.forward(milliseconds=500)
    archive = Archive.create(folder, clock=clock, notify=ignore, batch=batch)
    store_page(archive, 3, 0, clock())
    fetch_edited(archive, clock, seconds, moment)
    clock.forward(milliseconds=1)
    archive.note(Outcome(ending=Ending.GONE, url=url_of(2), site_id=SITE.id, detail="404", at=clock()))
    archive.close(finished=not killed)
    Archive.create(folder, clock=clock, notify=ignore).close()
    newest = query(folder, "SELECT older FROM versions WHERE number = 2")
    states = query(folder, f"SELECT state FROM pages WHERE url = '{url_of(2)}'")
    assert (newest, states) == ([(0,)], [("missing",)])
    assert len(list(folder.glob("text/*/*/*.txt"))) == 4
    assert faults(folder, deep=True) == []
    rows = dump(folder)
    rebuild(folder, clock=clock, notify=ignore)
    assert dump(folder) == rows


def test_a_saved_page_replayed_then_is_as_old_as_it_says(folder: Path, clock: Clock) -> None:
    with Archive.create(folder, clock=clock, notify=ignore) as archive:
        store_page(archive, 1, 0, clock())
        clock.forward(days=-3)
        store_page(archive, 1, 1, clock() - timedelta(days=30))
    assert query(folder, "SELECT older FROM versions ORDER BY number") == [(0,), (1,)]


def test_an_unused_run_writes_nothing_about_it(folder: Path, clock: Clock) -> None:
    with Archive.create(folder, clock=clock, notify=ignore):
        clock.forward(days=-3)
    assert not list(folder.glob("warc/*/*"))
