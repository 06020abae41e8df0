"""Journal of the acts since the last commit, so that SIGKILL loses none. A commit writes them to the WARC as one record.

The journal is a file beside the WARC file in progress. Its first line is the id of the record that its other lines will
become. After a kill this id shows whether the WARC has that record already.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from crawler.archive.evidence import files
from crawler.archive.storage.named_errors import errors_name
from crawler.warc import new_record_id

SUFFIX = ".acts"


class PendingRecord(NamedTuple):
    """The WARC record that the journal's acts will become."""

    record_id: str
    block: bytes


class Journal:
    """The journal at a path. The file is created with the first act. `archive`: the folder that it must lie in."""

    def __init__(self, path: Path, archive: Path | None = None) -> None:
        self._archive = archive or path.parent
        self._name = path.relative_to(self._archive).as_posix()
        self._file: int | None = None
        self._record_id = ""
        self._lines: list[bytes] = []
        self._failure: OSError | None = None  # of a line that could not be written whole

    def add(self, line: bytes) -> None:
        """Append a line. It survives a kill of this process, but not a power cut. Raises OSError."""
        with errors_name(self._archive / self._name):
            self._add(line)

    def _add(self, line: bytes) -> None:
        if self._failure is not None:
            raise self._failure
        if self._file is None:
            files.remove(self._archive, self._name)  # of a WARC file that was removed: it had no record
            self._file = files.create(self._archive, self._name, append=True)
        data = line + b"\n"
        if not self._lines:
            self._record_id = new_record_id()
            data = self._record_id.encode() + b"\n" + data
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            self._failure = error
            raise
        self._lines.append(line)

    def pending(self) -> PendingRecord | None:
        """Return the acts that were added since the last `clear`; None if there are none."""
        return PendingRecord(self._record_id, b"\n".join(self._lines)) if self._lines else None

    def clear(self) -> None:
        """Empty the journal: its acts are in the WARC now."""
        if self._file is not None and self._lines:
            with errors_name(self._archive / self._name):
                os.ftruncate(self._file, 0)
        self._lines = []

    def remove(self) -> None:
        """Delete the file: all its acts are in the WARC."""
        self.abandon()
        files.remove(self._archive, self._name)

    def abandon(self) -> None:
        """Close the file and leave it on disk, as a kill would."""
        if self._file is not None:
            os.close(self._file)
        self._file = None


def read_pending(path: Path) -> PendingRecord | None:
    """Return the acts that a killed process left in its journal; None if there are none.

    A half-written last line is dropped: its act was never reported as done.
    """
    if not path.is_file():
        return None
    record_id, *lines = path.read_bytes().split(b"\n")[:-1] or [b""]
    return PendingRecord(record_id.decode("ascii", "replace"), b"\n".join(lines)) if lines else None
