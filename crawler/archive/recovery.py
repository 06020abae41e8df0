"""What a run finds that the one before left when it was killed, and how it is put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive import reading
from crawler.archive.catalogue import CaptureRow, RunRow, VersionRow
from crawler.archive.files import write_all
from crawler.archive.warcs import mend
from crawler.warc import read_records


def recover(archive: Path, session: Session, now: datetime, notify: Callable[[str], None]) -> None:
    """Finish the WARC files of killed runs, enter what they hold, write the texts that are missing."""
    for warc in mend(archive, notify):
        _index(archive, session, warc)
    _restore_texts(archive, session, now)


def _index(archive: Path, session: Session, warc: Path) -> None:
    """Enter the captures of a mended WARC that the killed run had no time to enter."""
    name = warc.relative_to(archive).as_posix()
    known = set(session.scalars(select(CaptureRow.record_id).where(CaptureRow.warc_file == name)))
    for row in reading.rows_of(read_records(warc), name):
        if row.record_id not in known:
            session.add(row)
    session.commit()


def _restore_texts(archive: Path, session: Session, now: datetime) -> None:
    """Write the text files that a run killed after its catalogue commit could not write."""
    killed = session.scalars(
        select(RunRow).where(RunRow.finished_at.is_(None)).order_by(RunRow.started_at)
    ).all()
    if not killed:
        return
    versions = session.scalars(select(VersionRow).where(VersionRow.last_seen >= killed[0].started_at))
    write_all(archive, {row.text_file: reading.to_report(row).text().encode() for row in versions})
    for run in killed:
        run.finished_at, run.state = now, "killed"
    session.commit()
