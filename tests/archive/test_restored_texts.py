"""Texts that a kill, a full disk or a power cut took are written again, whoever stored them and whatever the clock says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive
from crawler.archive.loading import reextraction
from crawler.field.fingerprint import text_sha256
from crawler.intake.imports import import_paths
from crawler.model import Report
from tests.archive.crashing import page, store_page
from tests.archive.held import faults, query
from tests.conftest import Clock


def ignore(_: str) -> None:
    """Discard a notice."""


def live(archive: Archive, clock: Clock, base: Path) -> None:
    for number in range(3):
        store_page(archive, number, 0, clock())


def replayed(archive: Archive, clock: Clock, base: Path) -> None:
    """With the times of the saved pages, years ago."""
    for number in range(3):
        store_page(archive, number, 0, datetime(2021, 3, 1, number, tzinfo=clock.now.tzinfo))


def imported(archive: Archive, clock: Clock, base: Path) -> None:
    folder = base / "documents"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.html").write_bytes(page(number, 0))
    list(import_paths([folder], archive))


def merged(archive: Archive, clock: Clock, base: Path) -> None:
    with Archive.create(base / "other", clock=clock, notify=ignore) as other:
        live(other, clock, base)
    archive.merge(base / "other", ignore)


def reextracted(archive: Archive, clock: Clock, base: Path) -> None:
    live(archive, clock, base)
    archive.flush()
    real = reextraction.extract

    def better(*given: Any, **more: Any) -> Report:
        report = real(*given, **more)
        body = report.body.rpartition("\n")[0]
        return replace(report, body=body, text_sha256=text_sha256(body), extractor="fazhi/later")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reextraction, "extract", better)
        archive.reextract(ignore)


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    """As some file systems leave a new file after a power cut."""
    path.write_bytes(b"")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


WAYS = (live, replayed, imported, merged, reextracted)
LOSSES = (missing, empty)


@pytest.mark.parametrize("days", [1, 0, -400], ids=["later", "same second", "clock set back"])
@pytest.mark.parametrize("lost", LOSSES, ids=lambda each: each.__name__)
@pytest.mark.parametrize("store", WAYS, ids=lambda each: each.__name__)
def test_the_next_run_writes_the_texts_that_a_run_lost(
    store: Callable[..., None], lost: Callable[[Path], None], days: int, folder: Path, clock: Clock
) -> None:
    archive = Archive.create(folder, clock=clock, notify=ignore)
    store(archive, clock, folder.parent)
    archive.flush()
    archive.close(finished=False)
    names = [str(name) for (name,) in query(folder, "SELECT text_file FROM versions")]
    texts = {folder / name: (folder / name).read_bytes() for name in names}
    assert len(texts) == 3
    for path in texts:
        lost(path)
    clock.forward(days=days)
    Archive.create(folder, clock=clock, notify=ignore).close()
    assert {path: path.read_bytes() for path in texts} == texts
    assert faults(folder) == []


def test_a_text_written_by_half_is_written_again(folder: Path, clock: Clock) -> None:
    archive = Archive.create(folder, clock=clock, notify=ignore)
    live(archive, clock, folder.parent)
    archive.close(finished=False)
    texts = {path: path.read_bytes() for path in folder.glob("text/*/*/*.txt")}
    for path in texts:
        half(path)
    Archive.create(folder, clock=clock, notify=ignore).close()
    assert {path: path.read_bytes() for path in texts} == texts


@pytest.mark.parametrize("name", ["catalogue.db.new", "catalogue.db.new-wal"])
def test_what_a_killed_rebuild_left_is_removed(name: str, folder: Path, clock: Clock) -> None:
    with Archive.create(folder, clock=clock, notify=ignore) as archive:
        live(archive, clock, folder.parent)
    (text, *_) = folder.glob("text/*/*/*.txt")
    left = [folder / name, text.with_name(f".{text.name}.part"), next(folder.glob("warc/*")) / ".a.cdxj.part"]
    for path in left:
        path.write_bytes(b"half")
    Archive.create(folder, clock=clock, notify=ignore).close()
    assert not any(path.exists() for path in left)
