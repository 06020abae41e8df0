"""The journal: acts between two commits survive a kill, and the next run writes them to the WARC exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.archive import CATALOGUE, Archive, acts_in, rebuild
from crawler.archive.evidence.journal import Journal, read_pending
from crawler.extract import extract
from crawler.warc import read_records
from tests.archive.crashing import SITE, page, url_of
from tests.archive.held import dump, faults, query
from tests.conftest import Clock, a_capture

PAGES = 3


def stored(folder: Path, clock: Clock) -> Archive:
    """Return a run that has stored pages and committed nothing."""
    archive = Archive.create(folder, clock=clock, notify=lambda _: None, batch=100)
    for number in range(PAGES):
        capture = a_capture(url_of(number), page(number, 0), at=clock())
        archive.record(capture)
        archive.store(extract(capture.payload, (), capture.url), capture, SITE)
    return archive


def journal(folder: Path) -> Path:
    (found,) = folder.glob("warc/*/*.acts")
    return found


def again(folder: Path, clock: Clock) -> list[str]:
    """Make the next run and return its notices."""
    notices: list[str] = []
    Archive.create(folder, clock=clock, notify=notices.append).close()
    assert not list(folder.glob("warc/*/*.acts"))
    return notices


def outcomes(folder: Path) -> list[tuple[object, ...]]:
    return query(folder, "SELECT url FROM outcomes ORDER BY id")


ALL = [(url_of(number),) for number in range(PAGES)]


def test_acts_between_two_commits_are_one_record(folder: Path, clock: Clock) -> None:
    stored(folder, clock).close()
    (warc,) = folder.glob("warc/*/*.gz")
    records = [record for record in read_records(warc) if record.kind == "metadata"]
    names = [[act.content["act"] for act in acts_in(record)] for record in records]
    assert names == [["stored"] * PAGES, ["run ended"]]
    assert not list(folder.glob("warc/*/*.acts"))


def test_acts_in_the_journal_are_entered_after_a_kill(folder: Path, clock: Clock) -> None:
    stored(folder, clock).close(finished=False)
    assert outcomes(folder) == []
    again(folder, clock)
    assert outcomes(folder) == ALL
    assert faults(folder, deep=True) == []
    before = dump(folder)
    (folder / CATALOGUE).unlink()
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert dump(folder) == before


def test_a_journal_that_the_warc_has_already_is_not_entered_twice(folder: Path, clock: Clock) -> None:
    archive = stored(folder, clock)
    path, content = journal(folder), journal(folder).read_bytes()
    archive.flush()
    archive.close(finished=False)
    path.write_bytes(content)  # as if the kill came before the journal was emptied
    again(folder, clock)
    assert outcomes(folder) == ALL
    assert faults(folder) == []


def test_a_half_written_line_is_dropped(folder: Path, clock: Clock) -> None:
    stored(folder, clock).close(finished=False)
    path = journal(folder)
    path.write_bytes(path.read_bytes()[:-5])
    again(folder, clock)
    assert outcomes(folder) == ALL[:-1]


def test_an_act_whose_capture_a_power_cut_lost_is_skipped_with_a_notice(folder: Path, clock: Clock) -> None:
    stored(folder, clock).close(finished=False)
    (warc,) = folder.glob("warc/*/*.open")
    last = [record for record in read_records(warc) if record.kind == "response"][-1]
    warc.write_bytes(warc.read_bytes()[: last.place.offset])
    (lost,) = (notice for notice in again(folder, clock) if "is lost" in notice)
    assert url_of(PAGES - 1) in lost
    assert outcomes(folder) == ALL[:-1]


def test_after_a_failed_write_the_journal_takes_no_further_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    journal = Journal(tmp_path / "a.acts")
    journal.add(b"{}")
    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        with pytest.raises(OSError, match="No space"):
            journal.add(b"{}")
    with pytest.raises(OSError, match="No space"):
        journal.add(b"{}")
    journal.abandon()
    pending = read_pending(tmp_path / "a.acts")
    assert pending == journal.pending()
    assert pending is not None
    assert pending.block == b"{}"
