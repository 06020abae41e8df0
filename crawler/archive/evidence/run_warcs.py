"""`RunWarcs`: writes the WARC files of one run, with the journal and the index of each.

It takes captures and acts; it gives files that are synced to disk, entered in the manifest and named. A file is called
`<name>.open` while the run writes to it. `killed_warcs` finishes the files of a run that was killed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from crawler.archive.evidence import files
from crawler.archive.evidence.files import write_all
from crawler.archive.evidence.journal import Journal
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import in_progress, index_of, journal_of
from crawler.archive.storage.bucket_path import bucket_of
from crawler.archive.storage.named_errors import errors_name
from crawler.model import Capture
from crawler.warc import Place, WarcFile
from crawler.warc.cdxj import index_text, line_of

MAX_WARC_BYTES = 1_000_000_000  # the usual size of a WARC file
MAX_BUCKET_WARC_BYTES = 100_000_000  # a put that is bound to a free name has all of the file in memory
MAX_BUCKET_WARC_AGE = timedelta(minutes=10)  # what an open file holds is on this machine alone


class _NamedFile:
    """The writing part of a file, whose errors name it."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path

    def write(self, data: memoryview) -> int:
        """Write bytes; return how many were taken."""
        with errors_name(self._path):
            return self._file.write(data)

    def flush(self) -> None:
        """Do nothing: there is no buffer."""


class RunWarcs:
    """WARC files of one run, named `warc/<year>/fazhi-<start>-<number>.warc.gz`.

    A new file begins when the last one is full and on each new day (UTC); for a bucket every ten minutes too. Closing a file enters it in the manifest
    first and renames and indexes it after. So an `.open` file that the manifest lists is complete.
    """

    def __init__(
        self,
        archive: Path,
        started: datetime,
        info: Mapping[str, str],
        manifest: Manifest,
        clock: Callable[[], datetime],
        put_texts: Callable[[], None] = lambda: None,
        *,
        durable: bool = True,
    ) -> None:
        """`put_texts`: puts what was derived from a file, when that is in its bucket and not listed yet.

        `durable`: whether what `sync` or `close` ends with survives a power cut.
        """
        self._archive = archive
        self._started = started
        self._info = info
        self._manifest = manifest
        self._clock = clock
        self._put_texts = put_texts
        self._durable = durable
        self._number = 0
        self._path: Path | None = None
        self._name = ""
        self._day = started.date()
        self._opened_at = started
        self._file: BinaryIO | None = None
        self._warc: WarcFile | None = None
        self._journal: Journal | None = None
        self._index_lines: list[str] = []
        self._sizes: dict[str, int] = {}  # in bytes, by file; those not yet taken

    def writer(self) -> WarcFile:
        """Return the file to append to. Open a new one if there is none, the last is full or the day (UTC) has changed."""
        if self._warc is not None and self._is_full(self._warc.size):
            self.close()
        if self._warc is None:
            self._open()
        assert self._warc is not None
        return self._warc

    def _is_full(self, size: int) -> bool:
        now = self._clock()
        if size >= MAX_WARC_BYTES or now.date() != self._day:
            return True
        in_bucket = bucket_of(self._archive) is not None
        return in_bucket and (size >= MAX_BUCKET_WARC_BYTES or now - self._opened_at >= MAX_BUCKET_WARC_AGE)

    @property
    def used(self) -> bool:
        """Whether this run has opened a WARC file."""
        return self._number > 0

    @property
    def name(self) -> str:
        """Final name of the file in progress, relative to the archive."""
        return self._name

    def index(self, capture: Capture, place: Place, kind: str, sha256: bytes) -> None:
        """Add a capture that was just written to the file's index."""
        self._index_lines.append(line_of(capture, place, kind, sha256, self.name))

    def journal_act(self, act: bytes) -> None:
        """Append an act, a line of JSON, to the journal, so that a kill cannot lose it. `write_acts` moves it to the WARC."""
        self.writer()
        assert self._journal is not None
        self._journal.add(act)

    def write_acts(self) -> None:
        """Write the journal's acts to the WARC as one record, and empty the journal."""
        if self._warc is None or self._journal is None:
            return
        if pending := self._journal.pending():
            self._warc.metadata(self._clock(), pending.block, pending.record_id)
            self._journal.clear()

    def take_sizes(self) -> dict[str, int]:
        """Return the size in bytes of each file that was written to since the last call, by its name."""
        if self._warc is not None:
            self._sizes[self.name] = self._warc.size
        sizes, self._sizes = self._sizes, {}
        return sizes

    def _open(self) -> None:
        folder = self._archive / "warc" / f"{self._started:%Y}"
        while True:
            self._number += 1
            self._path = folder / f"fazhi-{self._started:%Y%m%d%H%M%S}-{self._number:05}.warc.gz"
            self._name = self._path.relative_to(self._archive).as_posix()
            taken = any(
                files.is_taken(self._archive, each.relative_to(self._archive).as_posix())
                for each in (self._path, in_progress(self._path))
            )
            if not taken and self._manifest.sha256_of(self._name) is None:
                break
        now = self._clock()
        self._day, self._opened_at = now.date(), now
        created = files.create(self._archive, in_progress(Path(self._name)).as_posix())
        self._file = os.fdopen(created, "wb", buffering=0)
        self._warc = WarcFile(_NamedFile(self._file, in_progress(self._path)))
        self._journal = Journal(journal_of(self._path), self._archive)
        self._warc.info(self._path.name, now, self._info)

    def sync(self) -> None:
        """Sync the file in progress to disk, if it is to be durable."""
        if self._durable and self._file is not None and self._path is not None:
            with errors_name(in_progress(self._path)):
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Finish the file in progress: enter it in the manifest, rename it, index it."""
        if self._file is None or self._warc is None or self._path is None or self._journal is None:
            return
        self.write_acts()
        self._journal.remove()
        self.sync()
        self._sizes[self.name] = self._warc.size
        self._file.close()
        files.put_before_listed(self._archive, in_progress(Path(self.name)).as_posix(), self.name)
        self._put_texts()
        self._manifest.add_file(self.name, self._warc.size, self._warc.sha256.hexdigest())
        finish(self._archive, self._path, index_text(self._index_lines), durable=self._durable)
        self._file, self._warc, self._journal, self._index_lines = None, None, None, []

    def abandon(self) -> None:
        """Close the file in progress without finishing it, as a kill would. The next run repairs it."""
        if self._file is not None:
            self._file.close()
        if self._journal is not None:
            self._journal.abandon()
        self._file = self._warc = self._journal = None


def finish(archive: Path, path: Path, index: bytes, *, durable: bool = True) -> None:
    """Give a file that the manifest lists its final name, and write its index."""
    name = path.relative_to(archive)
    files.rename(archive, in_progress(name).as_posix(), name.as_posix())
    write_all(archive, {index_of(path).relative_to(archive).as_posix(): index}, durable=durable)
