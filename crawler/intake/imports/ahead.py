"""`PagesAhead`: read the pages that files hold in child processes before their turn. Outcomes stay in the files' order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from crawler.errors import FetchError
from crawler.extract import DOCUMENT_LIMIT, extract
from crawler.fetch.answers.judge import judge, uncompressed
from crawler.model import Capture, Report
from crawler.reading.look_ahead import look_ahead
from crawler.reading.pool import Job, ReadingPool

T = TypeVar("T")


@dataclass(slots=True)
class PagesAhead:
    """Pages whose reading was begun, by the object that holds the page: an exchange, or the bytes of a file."""

    pool: ReadingPool
    _jobs: dict[int, tuple[object, Job[Report]]] = field(default_factory=dict)

    def through(self, items: Iterable[T], begin: Callable[[T], int]) -> Iterator[T]:
        """Yield the items, and call `begin` with those that follow: see `look_ahead`."""
        return look_ahead(items, begin) if self.pool.reads_ahead else iter(items)

    def begin(self, page: object, *args: Any, **named: Any) -> None:
        """Begin to read a page with these arguments of `extract`."""
        self._jobs[id(page)] = (page, self.pool.begin(extract, *args, **named))

    def begin_capture(self, capture: Capture) -> int:
        """Begin to read the page of an exchange, unless the answer is none. Return how many bytes both take in memory."""
        try:
            body = uncompressed(capture, DOCUMENT_LIMIT)
            judge(capture, body)
        except FetchError:
            return len(capture.payload)
        self.begin(capture, body, capture.headers, capture.url, seen=capture.fetched_at)
        return len(capture.payload) + len(body)

    def take(self, page: object) -> Job[Report] | None:
        """Return the job of a page that was begun and sent to a child; None if there is none."""
        _, job = self._jobs.pop(id(page), (None, None))
        if job is not None and not job.was_sent:
            job.cancel()
            return None
        return job

    def cancel(self, page: object) -> None:
        """Give up the reading of a page, if nobody has taken it."""
        if job := self.take(page):
            job.cancel()
