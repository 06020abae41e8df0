"""Check the segments of workers and copy them to their `.part` files, each read once.

What was read is kept for entering, up to MAX_HELD_BYTES of all segments that are staged together; the rest is read again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

from crawler.archive.catalogue.rows import SEGMENTS_FOLDER
from crawler.archive.evidence import acts, files
from crawler.archive.evidence.acts import Act, ActFault
from crawler.archive.evidence.files import sync_folder
from crawler.archive.evidence.foreign_archive import ForeignArchive, ForeignFile
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.ledger.runs import RunInfo
from crawler.archive.loading.copied_files import (
    copy_to_part,
    held_block,
    held_records,
    part_of,
    sync_and_close,
)
from crawler.archive.segments.texts import take_texts
from crawler.archive.storage.named_errors import errors_name
from crawler.errors import NotMerged
from crawler.warc import Record, read_records

MAX_HELD_BYTES = 128 * 1024 * 1024
_SYNCS_AT_ONCE = 8  # a file system puts those of one moment on disk together
_NAME = re.compile(r"[0-9]{20}-[0-9]{5}-([0-9a-f]{64})\.warc\.gz")


def digest_in(name: str) -> str | None:
    """Return the SHA-256 in a segment's name, of its WARC file; None for any other name."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


@dataclass(slots=True, kw_only=True)
class Contents:
    """What was read of a segment. `records`: all of them, if they are few enough; else None."""

    records: list[Record] | None = field(default_factory=list)
    held_bytes: int = 0  # of their blocks
    read: dict[str, list[Act | ActFault]] = field(default_factory=dict)  # acts, by id of their record
    texts: Mapping[str, str] = field(default_factory=dict)  # by digest
    held_block: Callable[[str], bytes | None]  # of a record of this archive, by its id
    known: set[str] | None = None  # ids of its records that others have, here or in what is entered before it

    def read_acts(self, record: Record) -> Iterable[Act | ActFault]:
        """Return the acts of a record, which are read once. A key that stands twice is a fault."""
        found = self.read.get(record.place.record_id)
        if found is None:
            found = list(acts.read_acts(record, strict=True))
            if self.records is not None:
                self.read[record.place.record_id] = found
        return found

    def hold(self, path: Path, room: int) -> None:
        """Read the records of a file, unless their blocks have more than `room` bytes. Raises ArchiveDamaged, OSError."""
        if self.records is None:
            return
        for record in read_records(path):
            self.held_bytes += len(record.block)
            if self.held_bytes > room:
                self.records, self.held_bytes = None, 0
                return
            self.records.append(record)

    def records_of(self, path: Path, start: int = 0) -> Iterator[Record]:
        """Yield the records of a file from a byte on, as `read_records` does."""
        if self.records is None:
            return read_records(path, start)
        return (record for record in self.records if record.place.offset >= start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A segment that was checked and copied. `act`: enters it."""

    act: acts.Content
    info: RunInfo
    size: int  # of the WARC file, in bytes
    contents: Contents

    @property
    def name(self) -> str:
        """The name of its file here."""
        return str(self.act["file"])


class Staging:
    """The segments that are entered together. A context manager: within it their copies are put on disk in threads."""

    def __init__(self, archive: Path, session: Session, manifest: Manifest, now: datetime) -> None:
        self._archive, self._session, self._manifest, self._now = archive, session, manifest, now
        self._threads = ThreadPoolExecutor(_SYNCS_AT_ONCE, thread_name_prefix="sync")
        self._syncs: list[Future[None]] = []
        self._blocks: dict[str, bytes] = {}  # digests of the blocks of all of them, by record id
        self._held_bytes = 0
        self.staged: list[Staged] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    def stage(self, folder: Path, name: str) -> Staged | None:
        """Check a segment and copy it to its `.part`. None if it is here already.

        `folder`: where it lies as `warc/segments/<name>`, and nothing else; the texts behind it are cut off there. Raises
        NotMerged if it is not what its name says, or has a record or an act without its form; OSError.
        """
        digest = digest_in(name)
        if digest is None:
            raise NotMerged(f"{name!a}: is no name of a segment; nothing was entered")
        if self._manifest.has_digest(digest):
            return None
        path = folder / SEGMENTS_FOLDER / name
        contents = Contents(
            texts=_texts_behind(path), held_block=partial(held_block, self._archive, self._session)
        )
        foreign = ForeignArchive(
            path=folder,
            now=self._now,
            notify=lambda _: None,
            held_block=lambda record_id: contents.held_block(record_id),
            blocks=dict(self._blocks),
        )
        file = _only_file(foreign, path)
        if file.sha256 != digest:
            raise NotMerged(f"{name}: its bytes have the digest {file.sha256}; nothing was entered")
        foreign.check(file, partial(self._read, contents), contents.read_acts)
        target = SEGMENTS_FOLDER + name
        finish = partial(self._sync_later, self._archive / part_of(target))
        if not copy_to_part(self._archive, foreign, file, target, finish=finish):
            raise NotMerged(f"{file.path}: changed while it was read; nothing was entered")
        self._blocks, self._held_bytes = foreign.blocks, self._held_bytes + contents.held_bytes
        info = replace(file.info, path=self._archive / target)
        staged = Staged(
            act=acts.entered(target, digest), info=info, size=path.stat().st_size, contents=contents
        )
        self.staged.append(staged)
        return staged

    def _read(self, contents: Contents, path: Path) -> Iterator[Record]:
        contents.hold(path, MAX_HELD_BYTES - self._held_bytes)
        if contents.records is not None:
            ids = {record.place.record_id for record in contents.records}
            held, read_block = held_records(self._session, ids), contents.held_block
            contents.known = held | (ids & self._blocks.keys())
            contents.held_block = lambda record_id: read_block(record_id) if record_id in held else None
        return contents.records_of(path)

    def _sync_later(self, part: Path, descriptor: int) -> None:
        def sync() -> None:
            with errors_name(part):
                sync_and_close(descriptor)

        self._syncs.append(self._threads.submit(sync))

    def wait(self) -> None:
        """Wait until all copies are on disk. Raises OSError."""
        for each in self._syncs:
            each.result()

    def give_names(self) -> None:
        """Give the copies their names and their lines of the chain, when the acts that enter them are on disk. Raises OSError."""
        for each in self.staged:
            files.rename(self._archive, part_of(each.name), each.name)
        sync_folder(self._archive / SEGMENTS_FOLDER)
        self._manifest.add_files([(each.name, each.size, each.act["sha256"]) for each in self.staged])


def _texts_behind(path: Path) -> Mapping[str, str]:
    """Return the texts behind a segment; none if it cannot be opened: the check says what is wrong with it."""
    try:
        return take_texts(path)
    except OSError:
        return {}


def _only_file(foreign: ForeignArchive, path: Path) -> ForeignFile:
    found = [file for file in foreign.files() if file.path == path]
    if not found:
        raise NotMerged(f"{path}: is not there; nothing was entered")
    return found[0]
