"""The catalogue of an archive in a bucket: derived on each machine that uses it, in its working folder, from the WARC files.

Whoever opens the archive calls `bring_up_to_date`. The catalogue that this machine's own runs have kept is used as it is; one that is missing,
or that lacks what another machine has put into the bucket, is made again. The bucket is only read for that, one file at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.engine import CATALOGUE, NEW_CATALOGUE, sqlite_engine, wal_files
from crawler.archive.catalogue.models import RunRow, WarcRow
from crawler.archive.catalogue.read_only import raise_if_too_new, read_only_engine
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence import files
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.lock import acquire_folder
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import closed_warcs, open_warcs
from crawler.archive.recovery import add_to_manifest, restore_lost_texts
from crawler.archive.storage.bucket import Bucket
from crawler.archive.storage.bucket_path import bucket_of
from crawler.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, ArchiveTooNew

if TYPE_CHECKING:
    from crawler.archive.derivation import Unended

_STATE = ".derived"
"""File of the working folder: the head of the chain for which the catalogue was derived last."""


def bring_up_to_date(
    archive: Path, now: datetime, notify: Callable[[str], None], *, writes: bool = False
) -> None:
    """Make the working catalogue of an archive in a bucket again, if it is missing or behind the bucket. `notify` is told so.

    `writes`: the caller holds the archive's lock; what a killed run of this machine left is put into the bucket first. Of an archive
    in a folder nothing is done. Raises ArchiveDamaged, ArchiveTooNew.
    """
    if (bucket := bucket_of(archive)) is None:
        return
    with errors_as_damage(archive):
        if not writes:
            bucket.refresh()
        manifest = Manifest(archive)
        if not manifest.lines and not closed_warcs(archive):
            return
        why = _lack(archive, manifest, bucket)
        if why is None:
            return
        raise_if_too_new(archive / CATALOGUE)
        if writes:
            _derive_with_left(archive, bucket, manifest, why, now, notify)
            return
        try:
            with acquire_folder(archive, now):
                _derive(archive, bucket, why, now, notify)
        except ArchiveLocked:
            if not (archive / CATALOGUE).is_file():
                raise
            # a run of this machine is about to enter what it has put into the bucket


def _derive_with_left(
    archive: Path, bucket: Bucket, manifest: Manifest, why: str, now: datetime, notify: Callable[[str], None]
) -> None:
    """Derive the catalogue with what killed runs left: files of this machine are put into the bucket, then their texts.

    A run whose last file says how it ended, and which was killed before it told the chain, is ended there.
    """
    killed = bool(open_warcs(archive) or manifest.open_runs())
    repair(archive, manifest, now, notify)
    _derive(archive, bucket, why, now, notify)
    engine = read_only_engine(archive / CATALOGUE, notify)
    try:
        with Session(engine) as session:
            if killed:
                restore_lost_texts(archive, session)
            for number in manifest.open_runs():
                run = session.get(RunRow, number)
                if run is not None and run.finished_at is not None:
                    add_to_manifest(run, manifest)
    finally:
        engine.dispose()


def _lack(archive: Path, manifest: Manifest, bucket: Bucket) -> str | None:
    """Return what the working catalogue lacks; None if it has all that the chain says."""
    catalogue = archive / CATALOGUE
    if not catalogue.is_file():
        return "there is no catalogue on this machine yet"
    state = bucket.folder / _STATE
    if state.is_file() and state.read_text("ascii", "replace") == manifest.head:
        return None  # it has what could be derived; a file that is damaged is never in it
    try:
        engine = read_only_engine(catalogue, lambda _: None)
        try:
            with Session(engine) as session:
                runs = {row.id: row for row in session.scalars(select(RunRow))}
                entered = {
                    row.file: row.entered for row in session.execute(select(WarcRow.file, WarcRow.entered))
                }
        finally:
            engine.dispose()
    except ArchiveTooNew:
        raise
    except (SQLAlchemyError, ArchiveError, OSError, ValueError):
        return "the catalogue on this machine cannot be read"
    for number, facts in manifest.runs().items():
        held = runs.get(number)
        if held is None:
            return f"the catalogue on this machine lacks run {number}"
        if "state" in facts and (held.finished_at is None or held.state != facts["state"]):
            return f"the catalogue on this machine lacks the end of run {number}"
    unended = tuple(
        f"fazhi-{run.started_at:%Y%m%d%H%M%S}-" for run in runs.values() if run.finished_at is None
    )
    for name, size in manifest.file_sizes().items():
        # what a run that has not ended has put into the bucket, it enters itself, or the next run does
        if entered.get(name, 0) < size and not name.rpartition("/")[2].startswith(unended or "/"):
            return f"the catalogue on this machine lacks {name}"
    return None


def _derive(archive: Path, bucket: Bucket, why: str, now: datetime, notify: Callable[[str], None]) -> None:
    """Derive the catalogue and the search index. What cannot be read is told by `notify`."""
    from crawler.archive.derivation import derive_for_comparison
    from crawler.archive.fulltext import index_catalogue
    from crawler.reading.pool import ReadingPool

    notify(f"{archive}: {why}: it is made from the WARC files in the bucket, in {bucket.folder}")
    _remove_new(archive)
    new = bucket.folder / NEW_CATALOGUE
    head = Manifest(archive).head
    with ReadingPool(None, notify) as pool:
        derive_for_comparison(
            archive,
            new,
            unended=_unended(archive),
            held_body=lambda _: None,
            now=now,
            notify=notify,
            pool=pool,
        )
    _close_log(new)
    for log in wal_files(bucket.folder / CATALOGUE):
        files.remove(archive, log.name)
    files.rename(archive, NEW_CATALOGUE, CATALOGUE)
    index_catalogue(archive, notify=notify)
    files.write_all(archive, {_STATE: head.encode()}, compare=True)


def _unended(archive: Path) -> Unended | None:
    """Return the last run, if the chain does not say how it ended: it is in progress, or was killed."""
    from crawler.archive.derivation import Unended

    manifest = Manifest(archive)
    if not (runs := manifest.open_runs()) or runs[-1] != max(manifest.runs()):
        return None
    sizes = {path.relative_to(archive).as_posix(): path.stat().st_size for path in closed_warcs(archive)}
    return Unended(run=runs[-1], entered=sizes)


def _close_log(catalogue: Path) -> None:
    """Copy the write-ahead log of a catalogue into it, so that it can be renamed alone."""
    engine = sqlite_engine(catalogue, writes=True)
    try:
        with engine.connect() as connection:
            connection.rollback()
            driver = connection.connection.driver_connection
            assert driver is not None
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise ArchiveDamaged(f"{catalogue}: is in use by another program; close that, and try again")
    finally:
        engine.dispose()


def _remove_new(archive: Path) -> None:
    for path in archive.glob(f"{NEW_CATALOGUE}*"):
        files.remove(archive, path.name)
