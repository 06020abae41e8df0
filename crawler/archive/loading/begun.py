"""`BegunReadings`: pages and documents whose reading was begun in a child process before their turn came.

Reading is a pure function of a record: it gives the same whenever and wherever it is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from crawler import extract as extraction
from crawler.model import Headers, Report
from crawler.reading.pool import Job, ReadingPool
from crawler.warc import Record, to_capture

_WITHOUT_EXCHANGE = ("resource", "conversion")


class Source(NamedTuple):
    """What of a record is read: the decoded body, and what is known of it."""

    body: bytes
    headers: Headers
    url: str | None
    seen: datetime | None


def url_of(record: Record) -> str | None:
    """Return the URL by which a record is read; None if it has no web address."""
    is_on_web = record.kind not in _WITHOUT_EXCHANGE or record.url.startswith("http")
    return record.url if is_on_web else None


def source_of(record: Record) -> Source:
    """Return what of a record is read. Raises ValueError if its date is none."""
    if record.kind in _WITHOUT_EXCHANGE:
        headers: Headers = ()
        if record.kind == "conversion":
            headers = (("Content-Type", record.fields["content-type"]),)
        return Source(record.block, headers, url_of(record), None)
    capture = to_capture(record)
    body = capture.decoded(extraction.DOCUMENT_LIMIT).body
    return Source(body, capture.headers, capture.url, capture.fetched_at)


class Wanted(NamedTuple):
    """A record to be read: as a page, or with `how` as a document that a page refers to so. `hint`: of the site's entry."""

    record: Record
    hint: str | None
    how: str | None = None


@dataclass(slots=True)
class BegunReadings:
    """Readings that were begun and not taken, by record, hint and how."""

    pool: ReadingPool
    _jobs: dict[tuple[int, str | None, str | None], tuple[Record, Job[Report]]] = field(default_factory=dict)

    def begin(self, wanted: Wanted) -> int:
        """Begin a reading, unless it was. Return how many bytes of memory it takes beside the record."""
        key = (id(wanted.record), wanted.hint, wanted.how)
        if key in self._jobs or wanted.record.kind == "revisit":
            return 0
        try:
            body, headers, url, seen = source_of(wanted.record)
        except (ValueError, LookupError, OverflowError):  # raised again when its turn comes
            return 0
        named: dict[str, Any] = {"hint": wanted.hint, "seen": seen}
        job = (
            self.pool.begin(extraction.extract, body, headers, url, **named)
            if wanted.how is None
            else self.pool.begin(extraction.read_offer, body, headers, url or "", wanted.how, **named)
        )
        self._jobs[key] = (wanted.record, job)
        return len(body)

    def take(self, wanted: Wanted) -> Job[Report] | None:
        """Return the job of a reading that was sent to a child; None if it was not."""
        _, job = self._jobs.pop((id(wanted.record), wanted.hint, wanted.how), (None, None))
        if job is not None and not job.was_sent:
            job.cancel()
            return None
        return job

    def cancel(self, several: Iterable[Wanted]) -> None:
        """Give up those of these readings that nobody has taken."""
        for wanted in several:
            if job := self.take(wanted):
                job.cancel()
