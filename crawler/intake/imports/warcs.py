"""Import WARC and ARC files of other crawlers: record every exchange with its origin, and store the reports in them.

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
from crawler.field.counting import counted
from crawler.intake.imports.contents import (
    KINDS,
    KNOWN,
    NO_ORIGINAL,
    NOT_A_PAGE,
    PAGE,
    TOO_LARGE,
    Contents,
    is_no_page,
    passed_over,
)
from crawler.intake.imports.job import Job, complete
from crawler.intake.imports.offered import (
    MAX_LATER,
    is_page,
    keys_of,
    waiting_captures,
    with_archived_documents,
)
from crawler.intake.imports.sources import WarcSource
from crawler.model import Capture, Document, Ending, Outcome, Report, Site
from crawler.warc import Answer, Fault, IgnoredRecord, Provenance, read_answers, resolve_revisit

MAX_FAULTS_PER_FILE = 100
"""Unreadable records of one file that become an outcome each; the further ones share one outcome."""

MAX_WAITING = 10_000
MAX_WAITING_BYTES = 16 * 1024 * 1024
"""Revisit records, and bytes of their heads, that can wait for their originals in the files that follow."""

MAX_RECORD_ID_CHARS = 200
"""Of the id of a record that is kept as its origin. A URN of a UUID has 47."""

_MAX_KINDS = 20  # kinds of digests that are named in the outcome
_NO_PAGE_KINDS = ("status", "busy", "server")
"""Kinds of answers that are trouble in a crawl of ours, and that another's crawl consists of: other statuses than 200."""
_MAX_CLOCK_DIFFERENCE = timedelta(hours=1)  # between the clocks of two machines, one of them not set by NTP
_SITE = Site(id=IMPORT_SITE, name="", region="000000")


def import_warc(file: Path, job: Job) -> Iterator[Outcome]:
    """Import a WARC or ARC file, and yield an outcome for each new page and for each record that cannot be read."""
    yield from import_source(WarcSource.of(file), job)


def import_source(source: WarcSource, job: Job, *, unchecked: bool = False) -> Iterator[Outcome]:
    """Import a WARC or ARC file, also one in a package. What it held is told in one line.

    `unchecked`: the package states no digest for it.
    """
    contents, unknown = Contents(), Counter[str]()
    for item in job.ahead.through(_items(source.path), partial(_begin, job)):
        if isinstance(item, Answer):
            if what := item.unknown_digest:
                unknown[what if what in unknown or len(unknown) < _MAX_KINDS else "other"] += 1
            outcome = _answer(item, source, job, contents)
            job.ahead.cancel(item.capture)
            if outcome:
                yield outcome
        elif isinstance(item, IgnoredRecord):
            contents.record(item.kind)
        elif not item.is_damage:
            contents.answers[TOO_LARGE] += 1
        else:
            contents.faults += 1
            if contents.faults <= MAX_FAULTS_PER_FILE:
                yield _not_imported(job, source, item.offset, item.url, item.reason)
    if contents.faults > MAX_FAULTS_PER_FILE:
        detail = f"{contents.faults - MAX_FAULTS_PER_FILE} further records cannot be read"
        yield job.page_not_stored(Ending.FAILED, source.url, detail)
    if unknown:
        fields = ", ".join(f"{number} with {what}" for what, number in unknown.most_common())
        detail = (
            f"records imported whose digests were not checked, since their algorithm is not known: {fields}"
        )
        yield job.page_not_stored(Ending.SKIPPED, source.url, detail)
    _tell(source, contents, job, unchecked=unchecked)


def _tell(source: WarcSource, contents: Contents, job: Job, *, unchecked: bool) -> None:
    """Tell what a file held; note it if that was nothing of use."""
    job.notify(f"{source.name}: {contents.summary()}")
    if unchecked:
        job.notify(f"{source.name}: its package states no digest for it, so only its records were checked")
    job.usable += contents.usable
    if contents.usable or contents.waiting or contents.faults:
        return
    kinds = f": {contents.kinds()}" if contents.records else ""
    what = "holds no answer that can be used" if contents.answers else "contains no answer of a web server"
    job.without_use.append((source, what + kinds))


def tell_without_use(job: Job) -> Iterator[Outcome]:
    """Yield an outcome for each file that held nothing of use: a failure if that is so of all that was imported."""
    for source, detail in job.without_use:
        yield job.page_not_stored(Ending.SKIPPED if job.usable else Ending.FAILED, source.url, detail)


def _begin(job: Job, item: Answer | Fault | IgnoredRecord) -> int:
    """Begin to read the page of an answer that is new. Return the bytes that the item holds in memory until its turn."""
    if not isinstance(item, Answer):
        return 0
    capture = item.capture
    is_whole = capture.status == 200 and not item.repeats and not item.short
    if is_whole and is_page(capture) and not job.archive.holds(capture):
        return job.ahead.begin_capture(capture)
    return len(capture.payload)


def _not_imported(
    job: Job, source: WarcSource, offset: int, url: str, reason: str, ending: Ending = Ending.FAILED
) -> Outcome:
    of = f" of {url}" if url else ""
    return job.page_not_stored(ending, source.url, f"the record at byte {offset}{of}: {reason}")


def _items(file: Path) -> Iterator[Answer | Fault | IgnoredRecord]:
    try:
        yield from read_answers(file)
    except OSError as error:
        yield Fault(offset=0, reason=f"the file cannot be read: {error.strerror or error}")


def import_revisits(job: Job) -> Iterator[Outcome]:
    """Import the revisit records that waited for their originals; tell of each page whose original is missing."""
    waiting, job.waiting, job.waiting_bytes = job.waiting, [], 0
    contents = Contents()
    for source, answer in waiting:
        if outcome := _answer(answer, source, job, contents, last=True):
            yield outcome
    job.usable += contents.usable
    if waiting and not job.usable:
        job.without_use.append((waiting[0][0], "repeats only answers that are in none of the files"))
    if missing := contents.answers[NO_ORIGINAL]:
        what = counted(missing, NOT_A_PAGE, KINDS[NOT_A_PAGE])
        job.notify(f"not imported, since their originals are in none of the files: {what}")


def _answer(
    answer: Answer, source: WarcSource, job: Job, contents: Contents, *, last: bool = False
) -> Outcome | None:
    """Import one answer; return its outcome if it may hold a report and is new. A revisit may wait for its original."""
    archive, capture = job.archive, answer.capture
    if capture.fetched_at > archive.started_at + _MAX_CLOCK_DIFFERENCE:
        contents.faults += 1
        reason = f"its date {capture.fetched_at:%Y-%m-%d %H:%M:%S} is in the future; not imported"
        return _not_imported(job, source, answer.offset, capture.url, reason)
    if answer.repeats and capture.status != 304:
        original = archive.find_original(answer.repeats)
        if original is None:
            return _without_original(answer, source, job, contents, last=last)
        capture = resolve_revisit(capture, original)
    contents.usable += 1
    if archive.holds(capture):
        contents.answers[KNOWN] += 1
        return None
    record_id = answer.record_id[:MAX_RECORD_ID_CHARS] or f"byte {answer.offset}"
    origin = Provenance(origin=f"{source.name}#{record_id}", not_kept=answer.not_kept)
    archive.record(capture, origin=origin if answer.not_kept else origin.origin)
    what = passed_over(capture)
    contents.answers[what or PAGE] += 1
    if what:
        return None
    if answer.short:
        return job.page_not_stored(Ending.FAILED, capture.url, f"short: {answer.short}", capture.fetched_at)
    return _not_modified(capture, job) if capture.status == 304 else _captured(capture, job)


def _without_original(
    answer: Answer, source: WarcSource, job: Job, contents: Contents, *, last: bool
) -> Outcome | None:
    size = len(answer.capture.head or answer.capture.plain_head)
    if not last and len(job.waiting) < MAX_WAITING and job.waiting_bytes + size <= MAX_WAITING_BYTES:
        job.waiting.append((source, answer))
        job.waiting_bytes += size
        contents.waiting += 1
        return None
    contents.answers[NO_ORIGINAL] += 1
    if is_no_page(answer.capture):
        return None
    assert answer.repeats is not None
    date = f" of {answer.repeats.date:%Y-%m-%d %H:%M:%S}" if answer.repeats.date else ""
    reason = f"repeats an answer of {answer.repeats.url}{date} that is not in the archive"
    reason += "; import the WARC file that has it"
    return _not_imported(job, source, answer.offset, answer.capture.url, reason, Ending.SKIPPED)


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
        ending = Ending.SKIPPED if error.kind in _NO_PAGE_KINDS else error.ending
        return job.page_not_stored(ending, capture.url, error.reason, capture.fetched_at)
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
