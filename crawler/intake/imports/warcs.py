"""Import WARC files of other crawlers: record every exchange with its origin, and store the reports in them.

`crawler.warc.foreign` reads the records. Revisit records may come before their originals; they wait until all files are
read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from crawler.address import canonical
from crawler.archive import IMPORT_SITE
from crawler.errors import ExtractError, FetchError, PartOnly, Unread
from crawler.extract import DOCUMENT_LIMIT
from crawler.fetch.answers.judge import judge, uncompressed
from crawler.intake.imports.job import Job, complete
from crawler.intake.imports.names import printable
from crawler.intake.imports.offered import (
    MAX_LATER,
    is_page,
    keys_of,
    waiting_captures,
    with_archived_documents,
)
from crawler.model import Capture, Document, Ending, Outcome, Report, Site
from crawler.warc import Answer, Fault, IgnoredRecord, read_answers, resolve_revisit

MAX_FAULTS_PER_FILE = 100
"""Unreadable records of one file that become an outcome each; the further ones share one outcome."""

MAX_WAITING = 10_000
MAX_WAITING_BYTES = 16 * 1024 * 1024
"""Revisit records, and bytes of their heads, that can wait for their originals in the files that follow."""

MAX_RECORD_ID_CHARS = 200
"""Of the id of a record that is kept as its origin. A URN of a UUID has 47."""

_MAX_KINDS = 20  # kinds of skipped records that are named in the outcome
_MAX_CLOCK_DIFFERENCE = timedelta(hours=1)  # between the clocks of two machines, one of them not set by NTP
_SITE = Site(id=IMPORT_SITE, name="", region="000000")


def import_warc(file: Path, job: Job) -> Iterator[Outcome]:
    """Import a WARC file, and yield an outcome for each new answer and for each record that cannot be read."""
    answers, faults, skipped, unknown = 0, 0, Counter[str](), Counter[str]()
    for item in job.ahead.through(_items(file), partial(_begin, job)):
        if isinstance(item, Answer):
            answers += 1
            if what := item.unknown_digest:
                unknown[what if what in unknown or len(unknown) < _MAX_KINDS else "other"] += 1
            outcome = _answer(item, file, job)
            job.ahead.cancel(item.capture)
            if outcome:
                yield outcome
        elif isinstance(item, IgnoredRecord):
            kind = item.kind
            skipped[kind if kind in skipped or len(skipped) < _MAX_KINDS else "other"] += 1
        else:
            faults += 1
            if faults <= MAX_FAULTS_PER_FILE:
                yield _failed(job, file, item.offset, item.url, item.reason)
    if faults > MAX_FAULTS_PER_FILE:
        number = faults - MAX_FAULTS_PER_FILE
        yield job.not_stored(Ending.FAILED, file, f"{number} further records cannot be read")
    if unknown:
        fields = ", ".join(f"{number} with {what}" for what, number in unknown.most_common())
        detail = (
            f"records imported whose digests were not checked, since their algorithm is not known: {fields}"
        )
        yield job.not_stored(Ending.SKIPPED, file, detail)
    if skipped:
        kinds = ", ".join(f"{number} {kind!r}" for kind, number in skipped.most_common())
        yield job.not_stored(Ending.SKIPPED, file, f"records without an answer of a web server: {kinds}")
    elif not answers and not faults:
        yield job.not_stored(Ending.SKIPPED, file, "contains no answer of a web server")


def _begin(job: Job, item: Answer | Fault | IgnoredRecord) -> int:
    """Begin to read the page of an answer that is new. Return the bytes that the item holds in memory until its turn."""
    if not isinstance(item, Answer):
        return 0
    capture = item.capture
    is_whole = capture.status == 200 and not item.repeats and not item.short
    if is_whole and is_page(capture) and not job.archive.holds(capture):
        return job.ahead.begin_capture(capture)
    return len(capture.payload)


def _failed(job: Job, file: Path, offset: int, url: str, reason: str) -> Outcome:
    of = f" of {url}" if url else ""
    return job.not_stored(Ending.FAILED, file, f"the record at byte {offset}{of}: {reason}")


def _items(file: Path) -> Iterator[Answer | Fault | IgnoredRecord]:
    try:
        yield from read_answers(file)
    except OSError as error:
        yield Fault(offset=0, reason=f"the file cannot be read: {error.strerror or error}")


def import_revisits(job: Job) -> Iterator[Outcome]:
    """Import the revisit records that waited for their originals; yield a failure for each whose original is missing."""
    waiting, job.waiting, job.waiting_bytes = job.waiting, [], 0
    for file, answer in waiting:
        if outcome := _answer(answer, file, job, last=True):
            yield outcome


def _answer(answer: Answer, file: Path, job: Job, *, last: bool = False) -> Outcome | None:
    """Import one answer and return its outcome; None if it is in the archive already, or waits for its original."""
    archive, capture = job.archive, answer.capture
    if capture.fetched_at > archive.started_at + _MAX_CLOCK_DIFFERENCE:
        reason = f"its date {capture.fetched_at:%Y-%m-%d %H:%M:%S} is in the future; not imported"
        return _failed(job, file, answer.offset, capture.url, reason)
    if answer.repeats and capture.status != 304:
        original = archive.find_original(answer.repeats)
        if original is None:
            return _without_original(answer, file, job, last=last)
        capture = resolve_revisit(capture, original)
    if archive.holds(capture):
        return None
    archive.record(capture, origin=f"{printable(file.name)}#{answer.record_id[:MAX_RECORD_ID_CHARS]}")
    if answer.short:
        return job.page_not_stored(Ending.FAILED, capture.url, f"short: {answer.short}", capture.fetched_at)
    return _not_modified(capture, job) if capture.status == 304 else _captured(capture, job)


def _without_original(answer: Answer, file: Path, job: Job, *, last: bool) -> Outcome | None:
    size = len(answer.capture.head or answer.capture.plain_head)
    if not last and len(job.waiting) < MAX_WAITING and job.waiting_bytes + size <= MAX_WAITING_BYTES:
        job.waiting.append((file, answer))
        job.waiting_bytes += size
        return None
    assert answer.repeats is not None
    date = f" of {answer.repeats.date:%Y-%m-%d %H:%M:%S}" if answer.repeats.date else ""
    reason = f"repeats an answer of {answer.repeats.url}{date} that is not in the archive"
    reason += "; import the WARC file that has it"
    return _failed(job, file, answer.offset, answer.capture.url, reason)


def _not_modified(capture: Capture, job: Job) -> Outcome:
    """Import a 304. It confirms what was last seen before it, but not what was seen after it."""
    seen = job.archive.last_seen(capture.url)
    if seen is None or capture.fetched_at < seen:
        what = (
            "for a page that is not archived" if seen is None else "older than the last capture of the page"
        )
        return job.page_not_stored(Ending.SKIPPED, capture.url, f"answer 304 {what}", capture.fetched_at)
    return job.archive.confirm(capture.url, capture, _SITE)


def import_documents(job: Job) -> Iterator[Outcome]:
    """Store the pages that waited for their documents, then those documents that none of them offers."""
    alone: list[tuple[str, datetime]] = []
    offered: set[str] = set()

    def begin_page(capture: Capture) -> int:
        return job.ahead.begin_capture(capture) if is_page(capture) else len(capture.payload)

    for capture in job.ahead.through(waiting_captures(job), begin_page):
        if not is_page(capture):
            alone.append((capture.url, capture.fetched_at))
            continue
        found = _read_report(capture, job)
        offered |= keys_of(found.offers) if isinstance(found, Report) else set()
        yield _stored(capture, found, job)
    job.later = [(url, at) for url, at in alone if canonical(url) not in offered]
    for capture in job.ahead.through(waiting_captures(job), job.ahead.begin_capture):
        yield _stored(capture, _read_report(capture, job), job)


def _captured(capture: Capture, job: Job) -> Outcome | None:
    """Store the report of an exchange and return its outcome; None if it waits until all files are read."""
    has_room = len(job.later) < MAX_LATER
    waits = has_room and capture.status == 200
    found = None if waits and not is_page(capture) else _read_report(capture, job)
    if found is None or (waits and isinstance(found, Report) and found.offers):
        job.later.append((capture.url, capture.fetched_at))
        return None
    return _stored(capture, found, job)


def _read_report(capture: Capture, job: Job) -> Report | Outcome:
    """Return the report in an exchange, or the outcome of one without."""
    try:
        body = uncompressed(capture, DOCUMENT_LIMIT)
        judge(capture, body)
        return job.read(capture, body, capture.headers, capture.url, seen=capture.fetched_at)
    except FetchError as error:
        return job.page_not_stored(error.ending, capture.url, error.reason, capture.fetched_at)
    except (PartOnly, Unread) as error:
        return job.page_not_stored(Ending.FAILED, capture.url, error.reason, capture.fetched_at)
    except ExtractError as error:
        return job.page_not_stored(Ending.SKIPPED, capture.url, error.reason, capture.fetched_at)


def _stored(capture: Capture, read: Report | Outcome, job: Job) -> Outcome:
    """Store the report read in an exchange, with its documents as far as they are archived."""
    if isinstance(read, Outcome):
        return read
    report: Report = read
    documents: tuple[Document, ...] = ()
    if read.offers:
        report, documents = with_archived_documents(read, capture.fetched_at, job)
    found = complete(report, capture.url)
    if isinstance(found, str):
        return job.page_not_stored(Ending.SKIPPED, capture.url, found, capture.fetched_at)
    return job.archive.store(found[0], capture, found[1], documents=documents)
