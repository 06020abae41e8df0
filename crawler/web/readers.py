"""The readers of the viewer: a few threads, each with a Reader of its own, and a time limit for each question."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TypeVar

from crawler.archive import MANIFEST, SEARCH_INDEX, Reader
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.errors import ArchiveDamaged, CrawlerError, QueryTooLong
from crawler.regular_files import file_stamp

Result = TypeVar("Result")
Stamp = tuple[object, ...]

_FILES = (SEARCH_INDEX, MANIFEST)
_DATABASE_SECONDS = 1.0
"""How long the state of a catalogue in a database holds, which takes a connection to ask for."""


class TooBusy(CrawlerError):
    """More questions wait than may."""


class Readers:
    """Answer questions to one archive in a bounded number of threads.

    A Reader shows the archive as it was at its first query. So a thread opens a new one once the archive's files have changed.
    """

    def __init__(
        self, archive: Path, *, threads: int, waiting: int, seconds: float, database: str | None = None
    ) -> None:
        self._archive, self._seconds = archive, seconds
        self._catalogue = open_catalogue(archive, database)
        self._known: tuple[float, Stamp] = (0.0, ())  # until when, by time.monotonic; the catalogue's stamp
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="reader")
        self._free = threads + waiting
        self._local = threading.local()

    def state(self) -> Stamp:
        """Return what differs after the archive has changed: times, sizes and inodes of its files."""
        return self._stamp(), *(file_stamp(self._archive / name) for name in _FILES)

    def _stamp(self) -> Stamp:
        if not self._catalogue.is_database:
            return self._catalogue.stamp()
        if monotonic() >= self._known[0]:
            self._known = monotonic() + _DATABASE_SECONDS, self._catalogue.stamp()
        return self._known[1]

    async def ask(self, question: Callable[[Reader], Result]) -> Result:
        """Return a question's answer. Raises QueryTooLong, TooBusy, and what the question raises."""
        if not self._free:
            raise TooBusy(f"{self._archive}: too many questions at once")
        self._free -= 1
        answer = asyncio.get_running_loop().run_in_executor(self._threads, self._answer, question)
        answer.add_done_callback(
            self._done
        )  # and not when the asker has gone: the thread is at work until then
        return await asyncio.shield(answer)

    def _done(self, answer: asyncio.Future[Result]) -> None:
        self._free += 1
        if not answer.cancelled():
            answer.exception()  # of an asker that has gone: seen, told to nobody

    def _answer(self, question: Callable[[Reader], Result]) -> Result:
        reader = self._reader()
        try:
            with reader.time_limit(self._seconds):
                answer = question(reader)
            reader.end_reading()
        except (QueryTooLong, ArchiveDamaged):
            self._close()
            raise
        return answer

    def _reader(self) -> Reader:
        state = self.state()
        if getattr(self._local, "state", None) != state:
            self._close()
            self._local.reader = Reader.of(self._catalogue, notify=lambda _: None)
            self._local.state = state
        return self._local.reader  # type: ignore[no-any-return]

    def _close(self) -> None:
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is not None:
            reader.close()
            self._local.reader, self._local.state = None, None

    def close(self) -> None:
        """End the threads once their questions are answered."""
        self._threads.shutdown(wait=True)
