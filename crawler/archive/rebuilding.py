"""Catalogue, text files and indexes once more, from the WARC files alone."""

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
from crawler.archive.damage import damage
from crawler.archive.entering import Entering, enter_file
from crawler.archive.evidence import acts
from crawler.archive.evidence.files import move_uncut, sync_all, sync_folder
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest, entries
from crawler.archive.evidence.run_warcs import closed, mend
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.runs import RunInfo, read_run_info, run_row
from crawler.archive.merging import MERGED, enter_merged
from crawler.archive.reader import CATALOGUE
from crawler.archive.recovery import chain_run, end_killed
from crawler.errors import ArchiveError
from crawler.warc import parse_warc_date

NEW = "catalogue.db.new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild came to."""

    files: int
    captures: int
    reports: int
    versions: int


def rebuild(path: Path, *, clock: Callable[[], datetime], notify: Callable[[str], None]) -> Rebuilt:
    """Make an archive's catalogue, text files and CDXJ indexes again.

    The catalogue that is there is replaced when the new one is whole; it may be missing or corrupt. Raises
    ArchiveError where there are no WARC files, ArchiveLocked, ArchiveTooNew where a later version wrote the catalogue,
    and ArchiveDamaged where a file cannot be read or the disk takes no more.
    """
    with damage(path):
        if not (path / "warc").is_dir():
            raise ArchiveError(f"{path}: no WARC files here to rebuild from")
        raise_if_too_new(path / CATALOGUE)
    with damage(path), acquire(path, clock()):
        manifest = Manifest(path)
        mend(path, manifest, clock(), notify)
        for old in path.glob(f"{NEW}*"):
            old.unlink()
        engine = sqlite_engine(path / NEW, writes=True)
        upgrade(engine)
        try:
            with Session(engine, expire_on_commit=False) as session:
                work = _Rebuilding(path, session, manifest, clock(), notify)
                work.everything()
                result = work.result()
        finally:
            engine.dispose()
        sync_all()
        _replace(path)
        move_uncut(path)
        for run in work.killed:
            chain_run(run, manifest)
        return result


def _replace(path: Path) -> None:
    """Put the new catalogue in the place of the old. The old one's log would be taken for the new one's."""
    for log in (path / f"{CATALOGUE}-wal", path / f"{CATALOGUE}-shm"):
        log.unlink(missing_ok=True)
    with (path / NEW).open("rb") as file:
        os.fsync(file.fileno())
    (path / NEW).replace(path / CATALOGUE)
    sync_folder(path)


@dataclass(slots=True)
class _Rebuilding:
    """One rebuild under way."""

    path: Path
    session: Session
    manifest: Manifest
    now: datetime
    notify: Callable[[str], None]
    files: int = 0
    killed: list[RunRow] = field(default_factory=list)
    infos: dict[str, RunInfo] = field(default_factory=dict)  # by name, those not entered yet

    def everything(self) -> None:
        """All runs, in their order; then what belongs to none."""
        found = {path.relative_to(self.path).as_posix(): read_run_info(path) for path in closed(self.path)}
        self.infos = {name: info for name, info in found.items() if info is not None}
        runs = self._runs()
        for place, run in enumerate(runs):
            following = runs[place + 1].started_at if place + 1 < len(runs) else self.now
            self.session.add(run)
            self.session.commit()
            mine = [name for name, info in self.infos.items() if _is_of(name, info, run)]
            for name in mine:
                self._enter(name, run)
            if run.finished_at is None:
                end_killed(run, self.manifest, following)
                self.killed.append(run)
            self.session.commit()
        for name in self.infos:
            self.notify(f"{name}: no run of this archive wrote it; not entered")

    def _runs(self) -> list[RunRow]:
        """The runs that WARC files or the manifest tell of, by number. Those of merged files are not among them."""
        found: dict[int, RunRow] = {}
        for name, info in self.infos.items():
            if info.run is not None and not name.startswith(MERGED):
                found.setdefault(info.run, run_row(info.run, info))
        for entry in entries(self.path):
            told = entry.facts
            if "state" in told and told["run"] not in found:
                row = RunRow(
                    started_at=parse_warc_date(told["started"]),
                    command=told["command"],
                    software=told["software"],
                )
                row.id = told["run"]
                row.state, row.detail = told["state"], told["detail"]
                row.finished_at = parse_warc_date(told["finished"])
                found[told["run"]] = row
        return [found[number] for number in sorted(found)]

    def _enter(self, name: str, run: RunRow) -> None:
        entering = Entering(
            archive=self.path,
            ledger=Ledger(session=self.session, run=run),
            file=name,
            notify=self.notify,
            merged=self._merged,
        )
        enter_file(entering, self.infos.pop(name).path)
        self.files += 1

    def _merged(self, content: acts.Content) -> None:
        """Files of another archive, where the run that brought them in tells of them."""
        names = enter_merged(self.path, self.session, self.manifest, content, self.notify)
        self.files += len(names)
        for name in names:
            self.infos.pop(name, None)

    def result(self) -> Rebuilt:
        """Counts of what is there now."""

        def count(table: type[Base]) -> int:
            return self.session.scalar(select(func.count()).select_from(table)) or 0

        return Rebuilt(
            files=self.files,
            captures=count(CaptureRow),
            reports=count(ReportRow),
            versions=count(VersionRow),
        )


def _is_of(name: str, info: RunInfo, run: RunRow) -> bool:
    return not name.startswith(MERGED) and (info.run, info.started) == (run.id, run.started_at)
