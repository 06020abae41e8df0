"""The WARC files of one run: opened at the first record, `.open` while in progress; and mending what a kill left."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crawler.archive.files import sync_folder
from crawler.warc import WarcFile, whole_length

IN_PROGRESS = ".open"
TORN = ".torn"
MAX_SIZE = 1_000_000_000  # bytes; the usual size of a WARC file


class RunWarcs:
    """Files of one run, named `warc/<year>/fazhi-<start>-<number>.warc.gz`."""

    def __init__(self, archive: Path, started: datetime, info: Mapping[str, str]) -> None:
        self._archive = archive
        self._started = started
        self._info = info
        self._number = 0
        self._path: Path | None = None
        self._file: BinaryIO | None = None
        self._warc: WarcFile | None = None

    def writer(self) -> WarcFile:
        """The file to append to; a new one at first, and when the last is full."""
        if self._file is not None and self._file.tell() >= MAX_SIZE:
            self.close()
        if self._warc is None:
            self._open()
        assert self._warc is not None
        return self._warc

    @property
    def name(self) -> str:
        """The final name of the file being written, relative to the archive."""
        assert self._path is not None
        return self._path.relative_to(self._archive).as_posix()

    def _open(self) -> None:
        folder = self._archive / "warc" / f"{self._started:%Y}"
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            self._number += 1
            self._path = folder / f"fazhi-{self._started:%Y%m%d%H%M%S}-{self._number:05}.warc.gz"
            if not self._path.exists():
                break
        self._file = self._path.with_name(self._path.name + IN_PROGRESS).open("xb")
        self._warc = WarcFile(self._file)
        self._warc.info(self._path.name, self._started, self._info)

    def sync(self) -> None:
        """What was written is on disk when this returns."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Finish the file in progress and give it its final name."""
        if self._file is None or self._path is None:
            return
        self.sync()
        self._file.close()
        Path(self._file.name).rename(self._path)
        sync_folder(self._path.parent)
        self._file = self._warc = None

    def abandon(self) -> None:
        """Let go of the file in progress, as a kill would; the next run mends it."""
        if self._file is not None:
            self._file.close()
        self._file = self._warc = None


def mend(archive: Path, notify: Callable[[str], None]) -> list[Path]:
    """Finish the files that a killed run left `.open`; returns those that hold whole records.

    A torn tail is moved, as it is, to `<name>.torn` beside the file, and `notify` is told.
    """
    finished = []
    for path in sorted((archive / "warc").glob(f"*/*.warc.gz{IN_PROGRESS}")):
        whole, size = whole_length(path), path.stat().st_size
        final = path.with_name(path.name.removesuffix(IN_PROGRESS))
        if whole < size:
            torn = final.with_name(final.name + TORN)
            with path.open("r+b") as file:
                file.seek(whole)
                torn.write_bytes(file.read())
                file.truncate(whole)
                os.fsync(file.fileno())
            notify(
                f"{final.relative_to(archive)}: the last run was cut off while writing;"
                f" its half-written record ({size - whole} bytes) is set aside as {torn.name}"
            )
        if whole:
            path.rename(final)
            finished.append(final)
        else:
            path.unlink()
        sync_folder(path.parent)
    return finished
