"""Acts said since the last commit: each is safe from a kill at once, and all go into the WARC as one record.

A file beside the WARC file in progress. Its first line is the id of the record that the others will be, so that after a
kill it can be told whether they have become it.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NamedTuple

from crawler.warc import new_record_id

SUFFIX = ".acts"


class Told(NamedTuple):
    """A record to be: its id, and its block."""

    record_id: str
    block: bytes


class Journal:
    """The journal of a WARC file, by its path; there is no file while nothing has been said."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._record_id = ""
        self._lines: list[bytes] = []
        self._torn = False

    def add(self, line: bytes) -> None:
        """Have a line outlive this process."""
        if self._torn:
            raise OSError(errno.EIO, "the line before could not be written whole")
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)
        data = line + b"\n"
        if not self._lines:
            self._record_id = new_record_id()
            data = self._record_id.encode() + b"\n" + data
        self._torn = True
        while data:
            data = data[os.write(self._file, data) :]
        self._torn = False
        self._lines.append(line)

    def told(self) -> Told | None:
        """What was said since it was last cleared."""
        return Told(self._record_id, b"\n".join(self._lines)) if self._lines else None

    def clear(self) -> None:
        """Forget what was said: the WARC has it."""
        if self._file is not None and self._lines:
            os.ftruncate(self._file, 0)
        self._lines = []

    def remove(self) -> None:
        """Be done with it: all that was said is in the WARC."""
        self.abandon()
        self._path.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Let go of the file, as a kill would."""
        if self._file is not None:
            os.close(self._file)
        self._file = None


def left(path: Path) -> Told | None:
    """What a killed process left in a journal: its whole lines; a half-written last one was never said."""
    if not path.is_file():
        return None
    record_id, *lines = path.read_bytes().split(b"\n")[:-1] or [b""]
    return Told(record_id.decode("ascii", "replace"), b"\n".join(lines)) if lines else None
