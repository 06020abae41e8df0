"""Derive the catalogue's rows from the WARC files and the manifest alone, run by run.

`rebuilding` puts the result in the place of the catalogue; `derive_for_comparison` makes one outside the archive, with
which `crawler.questions.verify` compares the catalogue row by row. What cannot be read is named, and the rest is entered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from crawler.archive.catalogue.engine import sqlite_engine, upgrade
from crawler.archive.catalogue.models import RunRow
from crawler.archive.catalogue.rows import ENTERED_FOLDERS, MERGED_FOLDER, SEGMENTS_FOLDER
from crawler.archive.evidence import acts
from crawler.archive.evidence.manifest import NAME as MANIFEST
from crawler.archive.evidence.manifest import Manifest, entries, started_at
from crawler.archive.evidence.warc_paths import IN_PROGRESS, closed_warcs, known_offsets, on_disk
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.runs import RunInfo, read_run_info, run_row
from crawler.archive.loading.acts_ahead import ActsAhead
from crawler.archive.loading.copied_files import part_of
from crawler.archive.loading.foreign_loader import ForeignLoader
from crawler.archive.loading.warc_loader import WarcLoader, load_file
from crawler.archive.merging import enter_merged
from crawler.archive.recovery import end_killed_run
from crawler.archive.segments.entering import enter_segment
from crawler.archive.segments.loader import SegmentLoader
from crawler.errors import ArchiveDamaged
from crawler.reading.pool import ReadingPool
from crawler.warc import Fault, Record, parse_warc_date, salvage

_STARTED = re.compile(r"-fazhi-([0-9]{14})-")
_RUN_FACTS = ("run", "started", "finished", "state", "detail", "command", "software")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unended:
    """The last run, as a catalogue has it that does not know how it ended: the run is in progress, or was killed."""

    run: int
    entered: Mapping[str, int]  # by WARC file: the bytes that the catalogue covers


@dataclass(slots=True, kw_only=True)
class Derivation:
    """One derivation. `keeps`: whether text files and indexes are written; if not, nothing in the archive is changed."""

    path: Path
    session: Session
    manifest: Manifest
    now: datetime
    notify: Callable[[str], None]
    held_body: Callable[
        [str], str | None
    ]  # a text's body by its digest, where neither page nor text file gives it
    pool: ReadingPool  # reads pages ahead
    keeps: bool = True
    unended: Unended | None = None
    files: int = 0
    killed: list[RunRow] = field(default_factory=list)  # also a run killed before the manifest had its end
    lost: list[str] = field(default_factory=list)  # what could not be read, a line each
    numbers: frozenset[int] = frozenset()  # of this archive's own runs
    untold: dict[str, acts.Content] = field(default_factory=dict)  # of texts whose captures are lost
    infos: dict[str, RunInfo] = field(default_factory=dict)  # of the WARC files not entered yet, by name
    ahead: dict[str, ActsAhead] = field(
        default_factory=dict
    )  # by folder of the files: a merge's, a segment's; empty for the own runs' files

    def enter_runs(self) -> None:
        """Enter all runs in their order. Name each WARC file that is missing or belongs to no run."""
        self._read_infos()
        runs = self._runs()
        self.numbers = frozenset(run.id for run in runs)
        files = self._files_by_run()
        self._look_ahead([name for run in runs for name in files.get((run.id, run.started_at), ())])
        for index, run in enumerate(runs):
            next_start = runs[index + 1].started_at if index + 1 < len(runs) else self.now
            self.session.add(run)
            self.session.commit()
            for name in files.get((run.id, run.started_at), ()):
                self._enter(name, run)
            if (
                run.id in self.manifest.late_runs
            ):  # what its late file says of its end, the chain knew otherwise
                run.finished_at = None
            if not self._is_unended(run) and (run.finished_at is None or run.id in self.manifest.open_runs()):
                end_killed_run(run, self.manifest, next_start)
                self.killed.append(run)
            self.session.commit()
        for name in self.infos:
            self.notify(f"{name}: no run of this archive wrote it; not entered")

    def _name(self, path: Path) -> str:
        return path.relative_to(self.path).as_posix()

    def _lose(self, what: str) -> None:
        self.lost.append(what)
        self.notify(what)

    # -- which files, of which runs -----------------------------------------------------------------------

    def _read_infos(self) -> None:
        for name in self._warcs():
            info = self._info(on_disk(self.path / name))
            if info is not None:
                self.infos[name] = info
        for entry in entries(self.path):
            if entry.fault:
                self._lose(f"{MANIFEST}:{entry.number}: {entry.fault}")
            file = entry.facts.get("file")
            if isinstance(file, str) and not on_disk(self.path / file).is_file():
                self._lose(f"{file}: is in the manifest, but does not exist; put it back, and rebuild again")

    def _warcs(self) -> list[str]:
        """Return the names of the WARC files, sorted: the closed ones, and of a run without an end those in progress."""
        closed = [self._name(path) for path in closed_warcs(self.path)]
        if self.unended is None:
            return closed
        return sorted(
            {*closed, *(name for name in self.unended.entered if on_disk(self.path / name).is_file())}
        )

    def _info(self, path: Path) -> RunInfo | None:
        """Read a WARC file's `warcinfo`; if that is damaged, find the file's run by the time in the file's name."""
        try:
            info = read_run_info(path)
            if info is not None:
                return info
        except (ArchiveDamaged, ValueError):
            pass
        name = self._name(path)
        if found := name.startswith(MERGED_FOLDER) and _STARTED.search(path.name):
            started = datetime.strptime(f"{found[1]}+0000", "%Y%m%d%H%M%S%z")
            return RunInfo(path=path, run=None, started=started, command="", software="")
        for number, facts in self.manifest.runs().items():
            started = started_at(facts)
            if path.name.startswith(f"fazhi-{started:%Y%m%d%H%M%S}-"):
                return RunInfo(
                    path=path,
                    run=number,
                    started=started,
                    command=facts["command"],
                    software=facts["software"],
                )
        self._lose(f"{name}: its `warcinfo` cannot be read; not entered")
        return None

    def _runs(self) -> list[RunRow]:
        """Return the runs that the WARC files and the manifest name, by number. Runs of merged files and of segments are left out."""
        found: dict[int, RunRow] = {}
        for name, info in self.infos.items():
            if info.run is not None and not name.startswith(ENTERED_FOLDERS):
                found.setdefault(info.run, run_row(info.run, info))
        for number, facts in self.manifest.runs().items():
            if number not in found:
                row = RunRow(
                    started_at=started_at(facts),
                    command=facts["command"],
                    software=facts["software"],
                )
                row.id = number
                if "state" in facts:  # the others were killed before they wrote a WARC file
                    row.state, row.detail = facts["state"], facts["detail"]
                    row.finished_at = parse_warc_date(facts["finished"])
                found[number] = row
        return [found[number] for number in sorted(found)]

    def _files_by_run(self) -> dict[tuple[int | None, datetime], list[str]]:
        """Return the names of this archive's own files, by number and start of the run that wrote them."""
        found: dict[tuple[int | None, datetime], list[str]] = {}
        for name, info in self.infos.items():
            if not name.startswith(ENTERED_FOLDERS):
                found.setdefault((info.run, info.started), []).append(name)
        return found

    def _look_ahead(self, names: Iterable[str], folder: str = "") -> ActsAhead:
        """Look ahead in files that will be entered in this order."""
        files = {name: partial(self._salvage, on_disk(self.path / name)) for name in names}
        self.ahead[folder] = ActsAhead.of(self.pool, files, reads_held_texts=folder == MERGED_FOLDER)
        return self.ahead[folder]

    def _is_unended(self, run: RunRow) -> bool:
        return self.unended is not None and run.id == self.unended.run

    # -- the records of a file ----------------------------------------------------------------------------

    def _enter(self, name: str, run: RunRow) -> None:
        info = self.infos.pop(name)
        if self._is_unended(run) and self.unended is not None and name not in self.unended.entered:
            return
        load_file(
            self._loader(
                archive=self.path,
                ledger=Ledger(session=self.session, run=run, savepoints=False),
                file=name,
                notify=self.notify,
                merged=partial(self._merged, run),
                entered=partial(self._entered_segment, run),
            ),
            info.path,
            keep=self.keeps,
            size=self._entered(name, info.path) if self._is_unended(run) else None,
        )
        self.files += 1

    def _loader(self, **values: Any) -> WarcLoader:
        begun = self.ahead[""].begun
        return WarcLoader(
            **values,
            read=self._read,
            held_body=self.held_body,
            faults=self.lost,
            untold=self.untold,
            begun=begun,
        )

    def _entered(self, name: str, path: Path) -> int:
        """Return how many bytes of a file the catalogue covers."""
        assert self.unended is not None
        return min(self.unended.entered.get(name, 0), path.stat().st_size)

    def _read(self, path: Path, start: int) -> Iterator[Record]:
        """Yield the whole records of a file; name what cannot be read, or does not have the digest that it states."""
        name = self._name(path)
        name, end = name.removesuffix(IN_PROGRESS), None
        if self.unended is not None and name in self.unended.entered:
            end = self._entered(name, path)
        opened = partial(self._salvage, path, start)
        for item in self.ahead[_folder_of(name)].items(name, opened):
            if isinstance(item, Fault):
                self._lose(f"{name} at byte {item.offset}: {item.reason}")
            elif end is not None and item.place.offset >= end:
                return
            elif faults := item.faults():
                self._lose(f"{name} at byte {item.place.offset}: {faults[0]}; not entered")
            else:
                yield item

    def _salvage(self, path: Path, start: int = 0) -> Iterator[Record | Fault]:
        name = self._name(path).removesuffix(IN_PROGRESS)
        return salvage(path, start, lambda: known_offsets(on_disk(self.path / name)))

    def _merged(self, run: RunRow, content: acts.Content) -> None:
        """Enter another archive's files, at the point where the run that merged them did."""
        there = [entry for entry in content["files"] if self._is_there(entry["file"], run)]
        names = [entry["file"] for entry in there]
        ahead = self._look_ahead(
            (name for name in names if on_disk(self.path / name).is_file()), MERGED_FOLDER
        )
        names = enter_merged(
            self.path,
            self.session,
            self.manifest,
            {**content, "files": there},
            self.notify,
            self.lost,
            self.numbers,
            info_of=lambda path: self.infos.get(self._name(path)) or self._info(path),
            loader=partial(ForeignLoader, read=self._read, begun=ahead.begun),
            load=partial(load_file, keep=self.keeps),
        )
        self.files += len(names)
        for name in names:
            self.infos.pop(name, None)

    def _entered_segment(self, run: RunRow, content: acts.Content, at: datetime) -> None:
        """Enter the segment of a worker, at the point where the run that entered it did."""
        name = content["file"]
        if not self._is_there(name, run):
            return
        ahead = self._look_ahead([name] if on_disk(self.path / name).is_file() else [], SEGMENTS_FOLDER)
        entered = enter_segment(
            self.path,
            self.session,
            self.manifest,
            content,
            at,
            self.notify,
            self.lost,
            self.numbers,
            info_of=lambda path: self.infos.get(self._name(path)) or self._info(path),
            loader=partial(SegmentLoader, read=self._read, held_body=self.held_body, begun=ahead.begun),
            load=partial(load_file, keep=self.keeps),
        )
        if entered is not None:
            self.files += 1
            self.infos.pop(name, None)

    def _is_there(self, name: str, run: RunRow) -> bool:
        if self._is_unended(run) and self.unended is not None and name not in self.unended.entered:
            return False  # not entered yet
        if name in self.infos or (self.keeps and (self.path / part_of(name)).is_file()):
            return True
        if not (self.path / name).is_file() and self.manifest.sha256_of(name) is None:
            self._lose(
                f"{name}: was merged into this archive, but does not exist; put it back, and rebuild again"
            )
        return False


def _folder_of(name: str) -> str:
    return next((folder for folder in ENTERED_FOLDERS if name.startswith(folder)), "")


class _UnchangedManifest(Manifest):
    """A manifest that is read only: what would be entered in it is not."""

    def _append(self, *several: dict[str, Any]) -> None: ...


def derive_for_comparison(
    archive: Path,
    catalogue: Path,
    *,
    unended: Unended | None,
    held_body: Callable[[str], str | None],
    now: datetime,
    notify: Callable[[str], None],
    pool: ReadingPool,
) -> list[str]:
    """Make the catalogue of an archive at a path outside of it. Return what could not be read. The archive is not changed.

    `unended`: the run that the archive's catalogue does not know the end of; no more of its files is entered than there.
    Raises SQLAlchemyError if there is no room at the path.
    """
    engine = sqlite_engine(catalogue, writes=True)
    try:
        upgrade(engine)
        with Session(engine, expire_on_commit=False) as session:
            derivation = Derivation(
                path=archive,
                session=session,
                manifest=_UnchangedManifest(archive),
                now=now,
                notify=notify,
                held_body=held_body,
                pool=pool,
                keeps=False,
                unended=unended,
            )
            derivation.enter_runs()
            return derivation.lost
    finally:
        engine.dispose()
