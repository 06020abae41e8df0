"""`fazhi rebuild`: make the catalogue, the text files and the indexes again from the WARC files alone.

It orders the WARC files by run; `crawler.archive.warc_loader` enters each file's records. The texts stay as they were
extracted: `Archive.reextract` runs a later extractor.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.engine import sqlite_engine, upgrade
from crawler.archive.catalogue.models import Base, CaptureRow, ReportRow, RunRow, VersionRow
from crawler.archive.catalogue.read_only import raise_if_too_new
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence import acts
from crawler.archive.evidence.files import shorten_text_folders, sync_all, sync_folder
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import closed_warcs
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.runs import RunInfo, read_run_info, run_row
from crawler.archive.merging import MERGED_FOLDER, enter_merged
from crawler.archive.reader import CATALOGUE
from crawler.archive.recovery import add_to_manifest, end_killed_run
from crawler.archive.warc_loader import WarcLoader, load_file
from crawler.errors import ArchiveError
from crawler.warc import parse_warc_date

_NEW_CATALOGUE = "catalogue.db.new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """Counts after a rebuild."""

    files: int
    captures: int
    reports: int
    versions: int


def rebuild(path: Path, *, clock: Callable[[], datetime], notify: Callable[[str], None]) -> Rebuilt:
    """Make an archive's catalogue, text files and CDXJ indexes again.

    The old catalogue may be missing or corrupt; it is replaced when the new one is complete. Raises ArchiveError if
    there are no WARC files, ArchiveLocked, ArchiveTooNew if a later version wrote the catalogue, ArchiveDamaged if a
    file cannot be read or the disk is full.
    """
    with errors_as_damage(path):
        if not (path / "warc").is_dir():
            raise ArchiveError(f"{path}: no WARC files here to rebuild from")
        raise_if_too_new(path / CATALOGUE)
    with errors_as_damage(path), acquire(path, clock()):
        manifest = Manifest(path)
        repair(path, manifest, clock(), notify)
        for old in path.glob(f"{_NEW_CATALOGUE}*"):
            old.unlink()
        engine = sqlite_engine(path / _NEW_CATALOGUE, writes=True)
        upgrade(engine)
        try:
            with Session(engine, expire_on_commit=False) as session:
                rebuilding = _Rebuilding(path, session, manifest, clock(), notify)
                rebuilding.enter_runs()
                result = rebuilding.counts()
        finally:
            engine.dispose()
        sync_all()
        for run in rebuilding.killed:  # first: what the catalogue calls ended has its end in the manifest
            add_to_manifest(run, manifest)
        _replace(path)
        shorten_text_folders(path)
        return result


def _replace(path: Path) -> None:
    """Replace the old catalogue by the new one. The old one's log is removed: SQLite would apply it to the new one."""
    for log in (path / f"{CATALOGUE}-wal", path / f"{CATALOGUE}-shm"):
        log.unlink(missing_ok=True)
    with (path / _NEW_CATALOGUE).open("rb") as file:
        os.fsync(file.fileno())
    (path / _NEW_CATALOGUE).replace(path / CATALOGUE)
    sync_folder(path)


@dataclass(slots=True)
class _Rebuilding:
    """State of one rebuild."""

    path: Path
    session: Session
    manifest: Manifest
    now: datetime
    notify: Callable[[str], None]
    files: int = 0
    killed: list[RunRow] = field(default_factory=list)
    infos: dict[str, RunInfo] = field(default_factory=dict)  # of the WARC files not entered yet, by name

    def enter_runs(self) -> None:
        """Enter all runs in their order. Notify about each WARC file that belongs to none."""
        found = {
            path.relative_to(self.path).as_posix(): read_run_info(path) for path in closed_warcs(self.path)
        }
        self.infos = {name: info for name, info in found.items() if info is not None}
        runs = self._runs()
        for index, run in enumerate(runs):
            next_start = runs[index + 1].started_at if index + 1 < len(runs) else self.now
            self.session.add(run)
            self.session.commit()
            for name in [name for name, info in self.infos.items() if _is_written_by(run, name, info)]:
                self._enter(name, run)
            if run.finished_at is None:
                end_killed_run(run, self.manifest, next_start)
                self.killed.append(run)
            self.session.commit()
        for name in self.infos:
            self.notify(f"{name}: no run of this archive wrote it; not entered")

    def _runs(self) -> list[RunRow]:
        """Return the runs that the WARC files and the manifest name, by number. Runs of merged files are left out."""
        found: dict[int, RunRow] = {}
        for name, info in self.infos.items():
            if info.run is not None and not name.startswith(MERGED_FOLDER):
                found.setdefault(info.run, run_row(info.run, info))
        for number, facts in self.manifest.runs().items():
            if number not in found:
                row = RunRow(
                    started_at=parse_warc_date(facts.get("started") or facts["begun"]),
                    command=facts["command"],
                    software=facts["software"],
                )
                row.id = number
                if "state" in facts:  # the others were killed before they wrote a WARC file
                    row.state, row.detail = facts["state"], facts["detail"]
                    row.finished_at = parse_warc_date(facts["finished"])
                found[number] = row
        return [found[number] for number in sorted(found)]

    def _enter(self, name: str, run: RunRow) -> None:
        loader = WarcLoader(
            archive=self.path,
            ledger=Ledger(session=self.session, run=run),
            file=name,
            notify=self.notify,
            merged=self._merged,
        )
        load_file(loader, self.infos.pop(name).path)
        self.files += 1

    def _merged(self, content: acts.Content) -> None:
        """Enter another archive's files, at the point where the run that merged them did."""
        names = enter_merged(self.path, self.session, self.manifest, content, self.notify)
        self.files += len(names)
        for name in names:
            self.infos.pop(name, None)

    def counts(self) -> Rebuilt:
        """Count what the new catalogue holds."""

        def count(table: type[Base]) -> int:
            return self.session.scalar(select(func.count()).select_from(table)) or 0

        return Rebuilt(
            files=self.files,
            captures=count(CaptureRow),
            reports=count(ReportRow),
            versions=count(VersionRow),
        )


def _is_written_by(run: RunRow, name: str, info: RunInfo) -> bool:
    return not name.startswith(MERGED_FOLDER) and (info.run, info.started) == (run.id, run.started_at)
