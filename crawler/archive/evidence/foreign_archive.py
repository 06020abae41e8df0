"""Checks of another archive's WARC files before `fazhi merge` copies one. Reads only.

Everything in that archive is untrusted: its files' kinds and names, its manifest, its records and its acts. The first
fault raises NotMerged, which names the file, the record and the act.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from io import BufferedReader
from pathlib import Path

from crawler.address import normal
from crawler.archive.catalogue.rows import DOCUMENT_KINDS
from crawler.archive.evidence import manifest
from crawler.archive.evidence.act_schema import ACTS, unknown_keys
from crawler.archive.evidence.acts import Act, ActFault, read_acts
from crawler.archive.evidence.warc_paths import require_warcs
from crawler.archive.ledger.runs import RunInfo, read_run_info
from crawler.archive.storage.bucket_path import bucket_of
from crawler.errors import ArchiveDamaged, NotMerged
from crawler.regular_files import holder_of, open_range, open_regular
from crawler.warc import Record, agrees, read_records

MAX_FILES = 10_000
"""Files that one merge copies, the oldest first. The next one goes on with the rest."""
MAX_CLOCK_ERROR = timedelta(days=1)
"""A time of another archive may be so far in the future: its clock was ahead, or ours is behind."""
_MAX_MANIFEST_BYTES = 256 * 1024 * 1024
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,200}\.warc\.gz", re.A)
_RECORD_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,200}>")
_NO_CONTROL = re.compile(r"[^\x00-\x1f\x7f]*")
_READ_STRICTLY = partial(read_acts, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFile:
    """A WARC file of another archive. `origin`: its path there, relative to that archive."""

    path: Path
    origin: str
    sha256: str
    info: RunInfo
    is_listed_otherwise: bool  # that archive's manifest has another digest of it


@dataclass(slots=True, kw_only=True)
class ForeignArchive:
    """Another archive. `held_block`: returns the block of a record of this archive by its id; None if it has no such record."""

    path: Path
    now: datetime
    held_block: Callable[[str], bytes | None]
    notify: Callable[[str], None]
    blocks: dict[str, bytes] = field(default_factory=dict)  # digests of the blocks read so far, by record id
    _reports: dict[tuple[str | None, str | None], str] = field(
        default_factory=dict
    )  # by record id and ending
    _told: dict[str, str] = field(default_factory=dict)  # digests that its manifest states, by name
    _unknown: Counter[str] = field(default_factory=Counter)

    def files(self) -> list[ForeignFile]:
        """Return the WARC files by the start of their runs.

        Raises NoArchive if there are none, NotMerged for a link, a device, a pipe, a name that no file of an archive
        has, or a manifest with a fault.
        """
        paths = self._paths()
        told, found = dict(self._told), []
        for path in paths:
            origin = path.relative_to(self.path).as_posix()
            sha256 = self._digest(path)
            try:
                info = read_run_info(path)
            except (ArchiveDamaged, OSError) as error:
                raise NotMerged(str(error)) from error
            if info is None:
                raise self._fault(path, "does not begin with a warcinfo record: no archive wrote it")
            if not _NO_CONTROL.fullmatch(info.command + info.software):
                raise self._fault(path, "its warcinfo has control characters")
            self._check_time(info.started, path, "its warcinfo")
            differs = told.pop(origin, sha256) != sha256
            found.append(
                ForeignFile(path=path, origin=origin, sha256=sha256, info=info, is_listed_otherwise=differs)
            )
        for name in sorted(told):
            self.notify(f"{self.path}: its manifest lists {name!a}, which is not there")
        return sorted(found, key=lambda each: (each.info.started, each.path.name))

    def digests(self) -> Iterator[str]:
        """Yield the SHA-256 of each WARC file. Raises ArchiveError and NotMerged as `files` does for names and kinds."""
        return map(self._digest, self._paths())

    def _paths(self) -> list[Path]:
        self._told = self._manifest()  # first: it says what is in packs
        return require_warcs(self.path)

    def _digest(self, path: Path) -> str:
        if not _NAME.fullmatch(path.name):
            raise self._fault(path, "has a name that no file of an archive has")
        with self.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def open(self, path: Path) -> BufferedReader:
        """Open one of its files, or its range of a pack. Raises NotMerged if it is no regular file inside that archive."""
        if (holder := holder_of(path)) is not path:
            return open_range(self.open(holder), path)
        if bucket_of(path) is not None:
            return open_regular(path)
        if not path.resolve().is_relative_to(self.path.resolve()) or path.is_symlink():
            raise self._fault(path, "is a symbolic link: copy the archive with its files, as `cp -RL` does")
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise self._fault(path, f"cannot be read: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise self._fault(path, "is a device or a pipe, not a file")
        return os.fdopen(descriptor, "rb")

    def check(
        self,
        file: ForeignFile,
        read: Callable[[Path], Iterable[Record]] = read_records,
        read_acts: Callable[[Record], Iterable[Act | ActFault]] = _READ_STRICTLY,
    ) -> None:
        """Check every record and every act of a file, and its digest in the manifest. Raises NotMerged at the first fault.

        `read`, `read_acts`: how records and acts are read; a key that stands twice in an act must be a fault.
        """
        try:
            for record in read(file.path):
                where = f"the record at byte {record.place.offset}"
                for fault in record.faults():
                    raise self._fault(file.path, f"{where}: {fault}")
                if record.is_http or record.kind in DOCUMENT_KINDS:
                    self._check_capture(record, file.path, where)
                for number, act in enumerate(read_acts(record), start=1):
                    self._check_act(
                        act, file.path, where if isinstance(act, ActFault) else f"{where}, act {number}"
                    )
        except NotMerged:
            raise
        except (ArchiveDamaged, OSError) as error:
            raise NotMerged(str(error)) from error
        if file.is_listed_otherwise:
            raise self._fault(file.path, "is not the file that its archive's manifest.jsonl lists")

    def tell_unknown(self) -> None:
        """Notify which acts and keys of the files checked are of a later format, and how many."""
        for what, number in sorted(self._unknown.items()):
            self.notify(
                f"{self.path}: {number} times {what}, which a later fazhi may have written: not entered"
            )

    def _check_capture(self, record: Record, path: Path, where: str) -> None:
        record_id, url = record.place.record_id, record.url
        if not _RECORD_ID.fullmatch(record_id):
            raise self._fault(path, f"{where}: its WARC-Record-ID is {ascii(record_id)[:80]}")
        if not _NO_CONTROL.fullmatch(url) or (normal(url) is None and not url.startswith("urn:")):
            raise self._fault(path, f"{where}: {ascii(url)[:80]} is no address")
        try:
            when = record.date
        except (ValueError, OverflowError, KeyError):
            raise self._fault(path, f"{where}: its WARC-Date is no time") from None
        self._check_time(when, path, where)
        digest = record.fields.get("warc-payload-digest")
        if digest is not None and agrees(digest, b"") is None:
            raise self._fault(path, f"{where}: its WARC-Payload-Digest is of no known kind")
        block = hashlib.sha256(record.block).digest()
        held = self.held_block(record_id)
        if self.blocks.setdefault(record_id, block) != block or (held is not None and held != record.block):
            raise self._fault(path, f"{where}: another record has its id {record_id}, with other bytes")

    def _check_act(self, act: Act | ActFault, path: Path, where: str) -> None:
        if isinstance(act, ActFault):
            raise self._fault(path, f"{where}, {act}")
        if act.name not in ACTS:
            self._unknown[f"the act {ascii(act.name)[:80]}"] += 1
            return
        self._check_time(act.at, path, where)
        if act.name == "stored" and "title" in act.content["report"]:
            named = (act.about, act.content.get("ending"))
            report = repr(sorted(act.content["report"].items()))
            if self._reports.setdefault(named, _digest(report)) != _digest(report):
                raise self._fault(path, f"{where}: another act makes another report of that record")
        for key in unknown_keys(act.name, act.content):
            self._unknown[f"the key {ascii(key)[:80]} of the act '{act.name}'"] += 1

    def _check_time(self, when: datetime, path: Path, where: str) -> None:
        if when > self.now + MAX_CLOCK_ERROR:
            raise self._fault(path, f"{where}: its time {when:%Y-%m-%dT%H:%M:%SZ} is in the future")

    def _manifest(self) -> dict[str, str]:
        """Return the digests of the files that the manifest lists, by name. Raises NotMerged if it is no chain."""
        path = self.path / manifest.NAME
        if not (os.path.lexists(path) or path.exists()):
            self.notify(
                f"{self.path}: has no {manifest.NAME}: whether its files are as they were written is not known"
            )
            return {}
        with self.open(path) as file:
            if file.seek(0, os.SEEK_END) > _MAX_MANIFEST_BYTES:
                raise self._fault(path, f"is over {_MAX_MANIFEST_BYTES} bytes")
        found: dict[str, str] = {}
        previous = manifest.EMPTY_HEAD
        for entry in manifest.entries(self.path):
            if entry.previous != previous:
                raise self._fault(path, f"line {entry.number} does not follow from the line before")
            previous = entry.sha256
            name, sha256 = entry.facts.get("file"), entry.facts.get("sha256")
            if not isinstance(name, str) or not isinstance(sha256, str):
                continue
            if found.setdefault(name, sha256) != sha256:
                raise self._fault(
                    path, f"line {entry.number} lists a file that another line lists with other bytes"
                )
        return found

    def _fault(self, path: Path, reason: str) -> NotMerged:
        name = ascii(path.relative_to(self.path).as_posix())[1:-1]
        return NotMerged(f"{self.path}/{name}: {reason}; nothing was merged")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
