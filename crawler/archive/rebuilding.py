"""`fazhi rebuild`: make the catalogue, the text files and the indexes again from the WARC files alone.

`derivation` enters the runs in their order, `crawler.archive.loading.warc_loader` each file's records. The texts stay as they were
extracted: `Archive.reextract` runs a later extractor. The new catalogue is complete, checked and on disk before it takes the
old one's place: a kill or a full disk leaves the old one or the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.catalogue.engine import upgrade
from crawler.archive.catalogue.models import Base, CaptureRow, ReportRow, VersionRow
from crawler.archive.continuity import has_runs, raise_if_of_another
from crawler.archive.damage import errors_as_damage
from crawler.archive.derivation import Derivation
from crawler.archive.evidence.files import shorten_text_folders, sync_all
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import require_archive
from crawler.archive.fulltext.update import index_of
from crawler.archive.loading import reextraction
from crawler.archive.loading.later_format import later_format
from crawler.archive.merging import remove_parts
from crawler.archive.packs.finishing import finish_packs, write_pack_indexes
from crawler.archive.recovery import add_to_manifest
from crawler.archive.text_renaming import names_in, rename_texts
from crawler.errors import ArchiveError, ArchiveTooNew
from crawler.reading.pool import ReadingPool

_AS_IT_WAS = "; the catalogue is as it was before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """Counts after a rebuild."""

    files: int
    captures: int
    reports: int
    versions: int
    lost: tuple[str, ...] = ()  # what could not be read, a line each: files, records


def rebuild(
    path: Path,
    *,
    clock: Callable[[], datetime],
    notify: Callable[[str], None],
    processes: int | None = None,
    database: str | None = None,
) -> Rebuilt:
    """Make an archive's catalogue, text files and CDXJ indexes again.

    `database`: address of the catalogue's database if it is not in the folder, see `open_catalogue`. The catalogue need not be
    there yet: so an archive moves from one database to another.

    The old catalogue may be missing or corrupt; it is replaced when the new one is complete. A record or a file that cannot
    be read is named to `notify` and in `lost`, and the rest is entered. `processes`: number of child processes that read pages
    (default: one for each processor); the result is the same with any number. Raises ArchiveError if there are no WARC files,
    NoArchive if there is no catalogue either, ArchiveLocked, ArchiveTooNew if the catalogue has a later schema and a later fazhi
    wrote to the archive, ArchiveDamaged if the disk is full or fails: the
    catalogue is as it was then.
    """
    with errors_as_damage(path):
        catalogue = open_catalogue(path, database)
        if not (path / "warc").is_dir() and not has_runs(path):
            require_archive(path)
            raise ArchiveError(f"{path}: no WARC files here to rebuild from")
        _check_schema(catalogue, notify)
    with errors_as_damage(path, _AS_IT_WAS), acquire(path, clock()), catalogue.held():
        _check_owner(catalogue)
        manifest = Manifest(path)
        repair(path, manifest, clock(), notify)
        finish_packs(path, manifest)
        catalogue.remove_new()
        try:
            with ReadingPool(processes, notify) as pool:
                derivation, counts = _derive(catalogue, manifest, clock(), notify, pool)
            sync_all()
            for run in derivation.killed:  # first: what the catalogue calls ended has its end in the manifest
                add_to_manifest(run, manifest)
            catalogue.replace()
        except BaseException:
            with suppress(
                SQLAlchemyError
            ):  # a connection that was lost removes nothing: the next rebuild does
                catalogue.remove_new()
            raise
        shorten_text_folders(path)
        _rename_texts(catalogue, notify)
        remove_parts(path)
        write_pack_indexes(path)
        index_of(catalogue, notify)
        return counts


def _check_owner(catalogue: Catalogue) -> None:
    """Raise ArchiveDamaged if a catalogue outside of the archive's folder is another archive's. One that cannot be read passes."""
    if not catalogue.is_outside or not catalogue.exists():
        return
    with suppress(SQLAlchemyError), _opened(catalogue) as session:
        if session is not None:
            raise_if_of_another(catalogue, session)


def _check_schema(catalogue: Catalogue, notify: Callable[[str], None]) -> None:
    """Raise ArchiveTooNew if a later fazhi has written here: what it wrote would be lost. A later schema alone is no sign of it."""
    try:
        catalogue.raise_if_too_new()
    except ArchiveTooNew as error:
        if found := later_format(catalogue.archive):
            raise ArchiveTooNew(f"{error} ({found})") from error
        notify(
            f"{catalogue.name}: has a schema that this fazhi does not know; nothing in the manifest and the WARC files"
            " was written by a later fazhi, so it is made again from these"
        )


def _derive(
    catalogue: Catalogue, manifest: Manifest, now: datetime, notify: Callable[[str], None], pool: ReadingPool
) -> tuple[Derivation, Rebuilt]:
    """Make the new catalogue beside the old one, complete and in one place."""
    engine = catalogue.new_engine()
    try:
        upgrade(engine)
        with _opened(catalogue) as held, Session(engine, expire_on_commit=False) as session:
            derivation = Derivation(
                path=catalogue.archive,
                session=session,
                manifest=manifest,
                now=now,
                notify=notify,
                held_body=partial(_held_body, held),
                pool=pool,
            )
            derivation.enter_runs()
            counts = _count(session, derivation)
        catalogue.complete_new(engine)
    finally:
        engine.dispose()
    return derivation, counts


@contextmanager
def _opened(catalogue: Catalogue) -> Iterator[Session | None]:
    """Yield a session of the old catalogue; None if it is missing or cannot be read."""
    engine = None
    with suppress(SQLAlchemyError, OSError, ArchiveError):
        engine = catalogue.reading_engine(lambda _: None) if catalogue.exists() else None
    if engine is None:
        yield None
        return
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _held_body(held: Session | None, digest: str) -> str | None:
    """Return the text of the old catalogue that has a digest; None if there is none, or it cannot be read."""
    if held is not None:
        try:
            return reextraction.body_from_catalogue(held, digest)
        except SQLAlchemyError:
            held.rollback()
    return None


def _rename_texts(catalogue: Catalogue, notify: Callable[[str], None]) -> None:
    """Rename text files of earlier versions that the rebuild has not written anew, and remove those that it has."""
    engine = catalogue.reading_engine(notify)
    try:
        with Session(engine) as session:
            rename_texts(catalogue.archive, names_in(session), notify)
    finally:
        engine.dispose()


def _count(session: Session, derivation: Derivation) -> Rebuilt:
    """Count what the new catalogue holds."""

    def count(table: type[Base]) -> int:
        return session.scalar(select(func.count()).select_from(table)) or 0

    return Rebuilt(
        files=derivation.files,
        captures=count(CaptureRow),
        reports=count(ReportRow),
        versions=count(VersionRow),
        lost=tuple(derivation.lost),
    )
