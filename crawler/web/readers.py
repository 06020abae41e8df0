"""The readers of the viewer: a few threads, each with a Reader of its own, and a time limit for each question."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from crawler.archive import CATALOGUE, SEARCH_INDEX, Reader
from crawler.errors import CrawlerError, QueryTooLong
from crawler.regular_files import file_stamp

Result = TypeVar("Result")
Stamp = tuple[tuple[int, ...], ...]

_FILES = (CATALOGUE, f"{CATALOGUE}-wal", SEARCH_INDEX, "manifest.jsonl")


class TooBusy(CrawlerError):
    """More questions wait than may."""


class Readers:
    """Answer questions to one archive in a bounded number of threads.

    A Reader shows the archive as it was at its first query. So a thread opens a new one once the archive's files have changed.
    """

    def __init__(self, archive: Path, *, threads: int, waiting: int, seconds: float) -> None:
        self._archive, self._seconds = archive, seconds
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="reader")
        self._free = threads + waiting
        self._local = threading.local()

    def state(self) -> Stamp:
        """Return what differs after the archive has changed: times, sizes and inodes of its files."""
        return tuple(file_stamp(self._archive / name) for name in _FILES)

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
                return question(reader)
        except QueryTooLong:
            self._close()
            raise

    def _reader(self) -> Reader:
        state = self.state()
        if getattr(self._local, "state", None) != state:
            self._close()
            self._local.reader = Reader.read(self._archive, notify=lambda _: None)
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
