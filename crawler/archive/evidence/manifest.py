"""`manifest.jsonl`: a chain of hashes over the closed WARC files and the runs. Who changes one must change all after it.

Each line is a JSON object whose `previous` is the SHA-256 of the line before, without its newline. So the last line's
own SHA-256, the head, stands for the whole archive: published elsewhere, it shows later that nothing was changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "manifest.jsonl"
BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line, read back."""

    number: int  # of the line, from 1
    sha256: str  # of the line
    facts: dict[str, Any]  # empty for a line that is no JSON object

    @property
    def previous(self) -> str | None:
        """The hash that it says the line before has."""
        return self.facts.get("previous")


def entries(archive: Path) -> Iterator[Entry]:
    """The lines that are whole; none where there is no manifest yet."""
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
    """The SHA-256 of the last line, 64 hex characters; zeros for an archive that has none."""
    last = BEGINNING
    for entry in entries(archive):
        last = entry.sha256
    return last


class Manifest:
    """The manifest of an archive that this process has the lock of. A line cut off by a kill is taken away."""

    def __init__(self, archive: Path) -> None:
        self._path = archive / NAME
        self._known = list(entries(archive))
        self._head = self._known[-1].sha256 if self._known else BEGINNING
        self._files = {entry.facts.get("file"): entry.facts for entry in self._known if "file" in entry.facts}
        self._runs = {entry.facts["run"]: entry.facts for entry in self._known if "state" in entry.facts}

    def sha256_of(self, file: str) -> str | None:
        """What the chain says a WARC file has; None for one that is not in it."""
        facts = self._files.get(file)
        return facts["sha256"] if facts else None

    def has_digest(self, sha256: str) -> bool:
        """Whether a file with this digest is in the chain, by whatever name."""
        return any(facts["sha256"] == sha256 for facts in self._files.values())

    def run(self, number: int) -> dict[str, Any] | None:
        """What the chain says of a run's end."""
        return self._runs.get(number)

    def add_file(self, file: str, size: int, sha256: str) -> None:
        """Enter a WARC file that will not change any more; `file` is relative to the archive."""
        self._files[file] = self._append({"file": file, "size": size, "sha256": sha256})

    def add_run(self, number: int, **facts: str) -> None:
        """Enter how a run ended; `facts` have `state`."""
        self._runs[number] = self._append({"run": number, **facts})

    def _append(self, facts: dict[str, Any]) -> dict[str, Any]:
        line = json.dumps(facts | {"previous": self._head}, ensure_ascii=False).encode()
        with self._path.open("ab") as file:
            file.truncate(self._whole(file.tell()))
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._head = hashlib.sha256(line).hexdigest()
        return facts

    def _whole(self, size: int) -> int:
        """Bytes of the lines that are whole."""
        return self._path.read_bytes().rfind(b"\n") + 1 if size else 0
