"""`manifest.jsonl`: a hash chain over the closed WARC files, the runs and the anchors.

Each line is a JSON object. Its `previous` is the SHA-256 of the line before, without the newline. A change of one line
therefore changes the SHA-256 of every later line. The SHA-256 of the last line is the head: it covers the whole archive.
A head that was published elsewhere shows later that nothing before it was changed.

`manifest_lines` has the form of each line.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from crawler.archive.evidence.files import open_to_append
from crawler.archive.evidence.manifest_lines import MAX_LINE_BYTES, Entry, Kind, read_line, written
from crawler.archive.storage.bucket_path import bucket_of
from crawler.archive.storage.named_errors import errors_name
from crawler.errors import ArchiveDamaged
from crawler.warc import parse_warc_date

NAME = "manifest.jsonl"
_RUN_OF_FILE = re.compile(r"/fazhi-([0-9]{14})-")
EMPTY_HEAD = "0" * 64
"""Head of an empty manifest, and `previous` of the first line."""


def entries(archive: Path) -> Iterator[Entry]:
    """Yield the complete lines; none if there is no manifest yet."""
    path = archive / NAME
    if path.is_file():
        with path.open("rb") as file:
            yield from entries_of(file)


def entries_of(file: BinaryIO) -> Iterator[Entry]:
    """Yield the complete lines of a manifest that is open for reading. A last line without newline is left out."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES):
        number += 1
        sha256, whole = hashlib.sha256(line.removesuffix(b"\n")), line.endswith(b"\n")
        if whole:
            yield read_line(number, sha256.hexdigest(), line[:-1])
            continue
        while not whole and (more := file.readline(MAX_LINE_BYTES)):
            sha256.update(more.removesuffix(b"\n"))
            whole = more.endswith(b"\n")
        if whole:
            yield Entry(
                number=number, sha256=sha256.hexdigest(), fault=f"is longer than {MAX_LINE_BYTES} bytes"
            )


def incomplete_bytes(archive: Path) -> int:
    """Return the number of bytes after the last newline: of a line that is being written, or was when a run was killed."""
    path = archive / NAME
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        return _size(file) - _complete_bytes(file)


def head(archive: Path) -> str:
    """Return the SHA-256 of the last line, 64 hex characters; zeros if there is no line."""
    last = EMPTY_HEAD
    for entry in entries(archive):
        last = entry.sha256
    return last


def started_at(facts: Mapping[str, Any]) -> datetime:
    """Return when a run started, from the line of its end or of its begin."""
    return parse_warc_date(facts.get("started") or facts["begun"])


class Manifest:
    """The manifest, opened for appending. The process must hold the archive's lock.

    A half-written last line, left by a kill, is removed with the next append. Where several lines name one file or one
    end of a run, the first one counts: what the chain has said once, no later line changes.
    """

    def __init__(self, archive: Path, *, durable: bool = True) -> None:
        """`durable`: each line is on disk when its method returns."""
        self._archive = archive
        self._durable = durable
        self._path = archive / NAME
        self._head = EMPTY_HEAD
        self._lines = 0
        self._files: dict[str, dict[str, Any]] = {}
        self._digests: set[str] = set()  # of these
        self._packs: dict[str, dict[str, Any]] = {}
        self._begun: dict[int, dict[str, Any]] = {}
        self._ended: dict[int, dict[str, Any]] = {}
        self._ended_by_start: dict[str, int] = {}  # numbers of runs, by the second in which they began
        self.late_runs: set[int] = set()
        """Runs that wrote a file which is listed after their end: another machine told the end of a run that it took for killed."""
        self._files_of_run = 0  # lines of files since the last begin of a run
        self.files_since_anchor = 0
        """Number of lines of WARC files after the last anchor."""
        self.anchors: list[Entry] = []
        """The lines of keys and anchors."""
        for entry in entries(archive):
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        self._head, self._lines = entry.sha256, entry.number
        facts = entry.facts
        match entry.kind:
            case Kind.FILE:
                self._digests.add(self._files.setdefault(facts["file"], facts).get("sha256", ""))
                self._note_late(facts["file"])
                self._files_of_run += 1
                self.files_since_anchor += 1
            case Kind.PACK:
                self._packs.setdefault(facts["pack"], facts)
            case Kind.BEGIN:
                self._begun.setdefault(facts["run"], facts)
                self._files_of_run = 0
            case Kind.END:
                self._ended.setdefault(facts["run"], facts)
                self._ended_by_start[f"{started_at(facts):%Y%m%d%H%M%S}"] = facts["run"]
            case Kind.KEY:
                self.anchors.append(entry)
            case Kind.ANCHOR:
                self.anchors.append(entry)
                self.files_since_anchor = 0

    def _note_late(self, file: str) -> None:
        """Note the ended run that wrote a file, by the time in the file's name."""
        found = _RUN_OF_FILE.search(file)
        if found and (run := self._ended_by_start.get(found[1])) is not None:
            self.late_runs.add(run)

    @property
    def head(self) -> str:
        """SHA-256 of the last line; zeros if there is none."""
        return self._head

    @property
    def lines(self) -> int:
        """Number of lines."""
        return self._lines

    def sha256_of(self, file: str) -> str | None:
        """Return the SHA-256 that the manifest states for a WARC file; None if it does not list the file."""
        facts = self._files.get(file)
        return facts.get("sha256") if facts else None

    def file_sizes(self) -> dict[str, int]:
        """Return the size in bytes that the manifest states for each WARC file, by its name."""
        return {name: facts["size"] for name, facts in self._files.items()}

    def has_digest(self, sha256: str) -> bool:
        """Whether the manifest lists a file with this digest, under any name."""
        return sha256 in self._digests

    def packs(self) -> dict[str, dict[str, Any]]:
        """Return what the manifest states about each pack, by name, in its order."""
        return self._packs

    def run(self, number: int) -> dict[str, Any] | None:
        """Return what the manifest states about a run's end; None if it does not list the run's end."""
        return self._ended.get(number)

    def runs(self) -> dict[int, dict[str, Any]]:
        """Return what the manifest states about each run: its end, or its begin if it has none."""
        return self._begun | self._ended

    def open_runs(self) -> list[int]:
        """Return the numbers of the runs that began and did not end."""
        return sorted(self._begun.keys() - self._ended.keys())

    def add_file(self, file: str, size: int, sha256: str) -> None:
        """Enter a closed WARC file. `file` is its path relative to the archive, `size` is in bytes."""
        self.add_files([(file, size, sha256)])

    def add_files(self, closed: Sequence[tuple[str, int, str]]) -> None:
        """Enter closed WARC files, each with the arguments of `add_file`, and sync the manifest to disk once."""
        listed = [file for file, _, _ in closed]
        for file in listed:
            if file in self._files or listed.count(file) > 1:
                raise ArchiveDamaged(f"{self._path}: lists {file} already; a file is entered once")
        self._append(*({"file": file, "size": size, "sha256": sha256} for file, size, sha256 in closed))

    def add_pack(self, name: str, size: int, sha256: str, parts: Mapping[str, int]) -> None:
        """Enter a pack. `parts`: the byte of it at which each file begins, by the file's name, in their order."""
        if name in self._packs:
            raise ArchiveDamaged(f"{self._path}: lists {name} already; a pack is entered once")
        told = [{"file": file, "offset": offset} for file, offset in parts.items()]
        self._append({"pack": name, "size": size, "sha256": sha256, "parts": told})

    def begin_run(self, number: int, **facts: str) -> None:
        """Enter that a run begins. `facts`: `begun`, `command`, `software`."""
        self._append({"run": number, **facts})

    def add_run(self, number: int, **facts: str) -> None:
        """Enter how a run ended, with the number of its files and of the manifest's lines. `facts` must contain `state`."""
        counts: dict[str, int] = {}
        if self._begun:
            if number not in self._begun:  # killed between its row in the catalogue and its first line here
                begin = {
                    "begun": facts["started"],
                    "command": facts["command"],
                    "software": facts["software"],
                }
                self._append({"run": number, **begin})
            counts = {"files": self._files_of_run, "lines": self._lines + 1}
        self._append({"run": number, **facts, **counts})

    def add_key(self, key: str, public: str, endorsed: str | None) -> None:
        """Enter a public key, with the signature of the key before it, if there is one. All in hex."""
        self._append({"key": key, "public": public} | ({"endorsed": endorsed} if endorsed else {}))

    def add_anchor(self, folder: str, head: str, digests: Mapping[str, str]) -> None:
        """Enter an anchor: its folder, the head that it is for, and the SHA-256 of each file in the folder."""
        self._append({"anchor": folder, "head": head, "digests": dict(digests)})

    def _append(self, *several: dict[str, Any]) -> None:
        lines, made, head = [], [], self._head
        for number, facts in enumerate(several, start=self._lines + 1):
            line = written(facts | {"previous": head})
            head = hashlib.sha256(line).hexdigest()
            entry = read_line(number, head, line)
            if entry.fault:  # no name or value may enter that no reader would take
                raise ArchiveDamaged(f"{self._path}: a line cannot be written: {entry.fault}")
            lines.append(line)
            made.append(entry)
        data = b"\n".join(lines)
        if bucket := bucket_of(self._archive):
            bucket.append_line(NAME, data, self._head)
        else:
            self._append_on_disk(data)
        for entry in made:
            self._take(entry)

    def _append_on_disk(self, lines: bytes) -> None:
        opened = open_to_append(self._archive, NAME)
        with errors_name(self._path), os.fdopen(opened, "r+b", buffering=0) as file:
            file.truncate(_complete_bytes(file))
            rest = memoryview(lines + b"\n")
            while rest:
                rest = rest[file.write(rest) :]
            if self._durable:
                os.fsync(file.fileno())


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _complete_bytes(file: BinaryIO) -> int:
    """Return the number of bytes of the complete lines."""
    end = _size(file)
    while end:
        start = max(0, end - MAX_LINE_BYTES)
        file.seek(start)
        block = file.read(end - start)
        if (found := block.rfind(b"\n")) >= 0:
            return start + found + 1
        end = start
    return 0
