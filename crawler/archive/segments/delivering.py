"""Make the files of segments from a worker's scratch archive, when its run has ended."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.engine import CATALOGUE, sqlite_engine
from crawler.archive.catalogue.models import CaptureRow, VersionRow
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import closed_warcs, file_sha256, segment_name
from crawler.archive.ledger.runs import read_run_info
from crawler.archive.segments.texts import append_texts

_DELIVERED = "delivered"


def finish_warcs(scratch: Path, now: datetime) -> None:
    """Finish the WARC files of a scratch archive whose run was killed. Its catalogue is not asked for. Raises ArchiveError, OSError."""
    with errors_as_damage(scratch), acquire(scratch, now):
        repair(scratch, Manifest(scratch), now, lambda _: None)


def finished_segments(scratch: Path) -> dict[str, Path]:
    """Return the segments of a scratch archive, by name and in their order: its WARC files, each with the texts read from it.

    Raises OSError, ArchiveDamaged.
    """
    found: dict[str, Path] = {}
    for number, path in enumerate(closed_warcs(scratch), start=1):
        info = read_run_info(path)
        if info is not None:
            name = segment_name(info.started, number, file_sha256(path))
            found[name] = scratch / _DELIVERED / name
            found[name].parent.mkdir(exist_ok=True)
            shutil.copyfile(path, found[name])
            append_texts(found[name], _texts_of(scratch, path.relative_to(scratch).as_posix()))
    return found


def _texts_of(scratch: Path, file: str) -> list[str]:
    """Return the texts whose pages are in a WARC file; none if the catalogue cannot be read."""
    made = select(VersionRow.body).join(CaptureRow, CaptureRow.id == VersionRow.capture_id)
    here = made.where(CaptureRow.warc_file == file, VersionRow.body != "").order_by(VersionRow.id)
    engine = sqlite_engine(scratch / CATALOGUE, writes=False)
    try:
        with suppress(SQLAlchemyError), Session(engine) as session:
            return list(session.scalars(here))
    finally:
        engine.dispose()
    return []
