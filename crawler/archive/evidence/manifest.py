"""`manifest.jsonl`: a hash chain over the closed WARC files and the runs.

Each line is a JSON object. Its `previous` is the SHA-256 of the line before, without the newline. A change of one line
therefore changes the SHA-256 of every later line. The SHA-256 of the last line is the head: it covers the whole archive.
A head that was published elsewhere shows later that nothing before it was changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.archive.evidence.files import open_to_append
from crawler.archive.evidence.named_errors import errors_name

NAME = "manifest.jsonl"
EMPTY_HEAD = "0" * 64
"""Head of an empty manifest, and `previous` of the first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the manifest."""

    number: int  # line number, from 1
    sha256: str  # of the line
    facts: dict[str, Any]  # empty for a line that is no JSON object

    @property
    def previous(self) -> str | None:
        """The SHA-256 that this line states for the line before."""
        return self.facts.get("previous")


def entries(archive: Path) -> Iterator[Entry]:
    """Yield the complete lines; none if there is no manifest yet."""
    path = archive / NAME
    if not path.is_file():
        return
    lines = path.read_bytes().split(b"\n")[:-1]
    for number, line in enumerate(lines, start=1):
        yield Entry(number=number, sha256=hashlib.sha256(line).hexdigest(), facts=_facts(line))


def _facts(line: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(line)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def head(archive: Path) -> str:
    """Return the SHA-256 of the last line, 64 hex characters; zeros if there is no line."""
    last = EMPTY_HEAD
    for entry in entries(archive):
        last = entry.sha256
    return last


class Manifest:
    """The manifest, opened for appending. The process must hold the archive's lock.

    A half-written last line, left by a kill, is removed with the next append.
    """

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._path = archive / NAME
        known = list(entries(archive))
        self._head = known[-1].sha256 if known else EMPTY_HEAD
        self._files = {entry.facts.get("file"): entry.facts for entry in known if "file" in entry.facts}
        self._runs = {
            entry.facts["run"]: entry.facts for entry in known if {"state", "run"} <= entry.facts.keys()
        }

    def sha256_of(self, file: str) -> str | None:
        """Return the SHA-256 that the manifest states for a WARC file; None if it does not list the file."""
        facts = self._files.get(file)
        return facts.get("sha256") if facts else None

    def has_digest(self, sha256: str) -> bool:
        """Whether the manifest lists a file with this digest, under any name."""
        return any(facts.get("sha256") == sha256 for facts in self._files.values())

    def run(self, number: int) -> dict[str, Any] | None:
        """Return what the manifest states about a run's end; None if it does not list the run."""
        return self._runs.get(number)

    @property
    def last_run(self) -> int:
        """The greatest number of a run in the manifest; 0 if there is none."""
        return max((number for number in self._runs if isinstance(number, int)), default=0)

    def add_file(self, file: str, size: int, sha256: str) -> None:
        """Enter a closed WARC file. `file` is its path relative to the archive, `size` is in bytes."""
        self._files[file] = self._append({"file": file, "size": size, "sha256": sha256})

    def add_run(self, number: int, **facts: str) -> None:
        """Enter how a run ended. `facts` must contain `state`."""
        self._runs[number] = self._append({"run": number, **facts})

    def _append(self, facts: dict[str, Any]) -> dict[str, Any]:
        line = json.dumps(facts | {"previous": self._head}, ensure_ascii=False).encode()
        with errors_name(self._path), os.fdopen(open_to_append(self._archive, NAME), "ab") as file:
            file.truncate(self._complete_bytes(file.tell()))
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._head = hashlib.sha256(line).hexdigest()
        return facts

    def _complete_bytes(self, size: int) -> int:
        """Return the number of bytes of the complete lines."""
        return self._path.read_bytes().rfind(b"\n") + 1 if size else 0
