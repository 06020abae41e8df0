"""The WARC files of one run: opened at the first record, `.open` while in progress; and mending what a kill left."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crawler.archive.evidence import journal
from crawler.archive.evidence.files import sync_folder, write_all
from crawler.archive.evidence.journal import Journal
from crawler.archive.evidence.manifest import Manifest
from crawler.errors import ArchiveDamaged
from crawler.model import Capture
from crawler.warc import Place, WarcFile, read_records, whole_length
from crawler.warc.cdxj import SUFFIX as INDEX
from crawler.warc.cdxj import index_text, line_of, lines_of

IN_PROGRESS = ".open"
TORN = ".torn"
MAX_SIZE = 1_000_000_000  # bytes; the usual size of a WARC file


class RunWarcs:
    """Files of one run, named `warc/<year>/fazhi-<start>-<number>.warc.gz`; a new one when one is full or a day is over.

    A file that is closed goes into the manifest first and gets its name and its index after: an `.open` file whose
    digest the manifest has is whole.
    """

    def __init__(
        self,
        archive: Path,
        started: datetime,
        info: Mapping[str, str],
        manifest: Manifest,
        clock: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._started = started
        self._info = info
        self._manifest = manifest
        self._clock = clock
        self._number = 0
        self._path: Path | None = None
        self._name = ""
        self._day = started.date()
        self._file: BinaryIO | None = None
        self._warc: WarcFile | None = None
        self._journal: Journal | None = None
        self._lines: list[str] = []
        self._sizes: dict[str, int] = {}  # bytes written, by file

    def writer(self) -> WarcFile:
        """The file to append to; a new one at first, when the last is full, and on another day (UTC)."""
        if self._warc is not None and (self._warc.size >= MAX_SIZE or self._clock().date() != self._day):
            self.close()
        if self._warc is None:
            self._open()
        assert self._warc is not None
        return self._warc

    @property
    def used(self) -> bool:
        """Whether this run has written anything."""
        return self._number > 0

    @property
    def name(self) -> str:
        """The final name of the file being written, relative to the archive."""
        return self._name

    def index(self, capture: Capture, place: Place, kind: str, sha256: bytes) -> None:
        """Have a capture just written found by the file's index."""
        self._lines.append(line_of(capture, place, kind, sha256, self.name))

    def say(self, act: bytes) -> None:
        """Have an act, a line of JSON, outlive this process. It comes into the WARC with `tell`."""
        self.writer()
        assert self._journal is not None
        self._journal.add(act)

    def tell(self) -> None:
        """Write what was said to the WARC, as one record."""
        if self._warc is None or self._journal is None:
            return
        if told := self._journal.told():
            self._warc.metadata(self._clock(), told.block, told.record_id)
            self._journal.clear()

    def entered(self) -> dict[str, int]:
        """How much of each file was written since this was asked last, by its name; the one in progress among them."""
        if self._warc is not None:
            self._sizes[self.name] = self._warc.size
        sizes, self._sizes = self._sizes, {}
        return sizes

    def _open(self) -> None:
        folder = self._archive / "warc" / f"{self._started:%Y}"
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            self._number += 1
            self._path = folder / f"fazhi-{self._started:%Y%m%d%H%M%S}-{self._number:05}.warc.gz"
            if not self._path.exists() and not in_progress(self._path).exists():
                break
        self._name = self._path.relative_to(self._archive).as_posix()
        now = self._clock()
        self._day = now.date()
        self._file = in_progress(self._path).open("xb", buffering=0)
        self._warc = WarcFile(self._file)
        self._journal = Journal(journal_of(self._path))
        self._warc.info(self._path.name, now, self._info)

    def sync(self) -> None:
        """What was written is on disk when this returns."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Finish the file in progress: chain it, name it, index it."""
        if self._file is None or self._warc is None or self._path is None or self._journal is None:
            return
        self.tell()
        self._journal.remove()
        self.sync()
        self._sizes[self.name] = self._warc.size
        self._file.close()
        self._manifest.add_file(self.name, self._warc.size, self._warc.sha256.hexdigest())
        finish(self._archive, self._path, index_text(self._lines))
        self._file, self._warc, self._journal, self._lines = None, None, None, []

    def abandon(self) -> None:
        """Let go of the file in progress, as a kill would; the next run mends it."""
        if self._file is not None:
            self._file.close()
        if self._journal is not None:
            self._journal.abandon()
        self._file = self._warc = self._journal = None


def in_progress(path: Path) -> Path:
    """The name that a WARC file has until it is closed."""
    return path.with_name(path.name + IN_PROGRESS)


def journal_of(path: Path) -> Path:
    """The journal of a WARC file in progress, by its final name."""
    return path.with_name(path.name + journal.SUFFIX)


def on_disk(path: Path) -> Path:
    """Where a WARC file is, by its final name: there, or still in progress."""
    return path if path.exists() or not in_progress(path).exists() else in_progress(path)


def index_of(path: Path) -> Path:
    """The index of a WARC file: beside it, by the same name."""
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".warc") + INDEX)


def finish(archive: Path, path: Path, index: bytes) -> None:
    """Give a chained file its final name, and write its index."""
    in_progress(path).rename(path)
    write_all(archive, {index_of(path).relative_to(archive).as_posix(): index}, durable=True)


def mend(archive: Path, manifest: Manifest, now: datetime, notify: Callable[[str], None]) -> None:
    """Finish the files that a killed run left `.open`: what it had said and not yet written comes in.

    A torn tail is moved, as it is, to `<name>.torn` beside the file, and `notify` is told.
    """
    for path in sorted((archive / "warc").glob(f"*/*.warc.gz{IN_PROGRESS}")):
        final = path.with_name(path.name.removesuffix(IN_PROGRESS))
        name = final.relative_to(archive).as_posix()
        whole = path.stat().st_size if manifest.sha256_of(name) else _set_aside(path, final, name, notify)
        if not whole:
            path.unlink()
            journal_of(final).unlink(missing_ok=True)
            sync_folder(path.parent)
            continue
        if not manifest.sha256_of(name):
            whole += _tell_left(path, journal_of(final), now)
            manifest.add_file(name, whole, file_sha256(path))
        journal_of(final).unlink(missing_ok=True)
        finish(archive, final, index_text(lines_of(read_records(path), final.name)))
    for path in closed(archive):
        if not index_of(path).exists():  # killed between the two
            _write_index(archive, path, notify)


def _tell_left(path: Path, acts: Path, now: datetime) -> int:
    """Write what a killed run's journal holds to its WARC file, unless it is there; returns the bytes that came."""
    told = journal.left(acts)
    if told is None or any(record.place.record_id == told.record_id for record in read_records(path)):
        return 0
    with path.open("ab", buffering=0) as file:
        written = WarcFile(file).metadata(now, told.block, told.record_id)
        os.fsync(file.fileno())
    return written.length


def _write_index(archive: Path, path: Path, notify: Callable[[str], None]) -> None:
    try:
        text = index_text(lines_of(read_records(path), path.name))
    except ArchiveDamaged as error:
        notify(f"{error}; it has no index")
        return
    write_all(archive, {index_of(path).relative_to(archive).as_posix(): text}, durable=True)


def _set_aside(path: Path, final: Path, name: str, notify: Callable[[str], None]) -> int:
    whole, size = whole_length(path), path.stat().st_size
    if whole == size:
        return whole
    torn = final.with_name(final.name + TORN)
    with path.open("r+b") as file:
        file.seek(whole)
        write_all(torn.parent, {torn.name: file.read()}, durable=True)
        file.truncate(whole)
        os.fsync(file.fileno())
    notify(
        f"{name}: the last run was cut off while writing;"
        f" its half-written record ({size - whole} bytes) is set aside as {torn.name}"
    )
    return whole


def closed(archive: Path) -> list[Path]:
    """The finished WARC files, by name."""
    return sorted((archive / "warc").glob("*/*.warc.gz"))


def file_sha256(path: Path) -> str:
    """Of a file's bytes as they are, 64 hex characters."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
