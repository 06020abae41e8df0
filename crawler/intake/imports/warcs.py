"""WARC files of other crawlers: all their exchanges are recorded with their origin, reports are stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from crawler.archive import IMPORT_SITE
from crawler.errors import ExtractError, FetchError, PartOnly
from crawler.extract import check_whole, extract
from crawler.fetch.answers.judge import judge, uncompressed
from crawler.intake.imports.job import Job, understood
from crawler.intake.imports.names import shown
from crawler.model import Capture, Ending, Outcome, Site
from crawler.warc import Answer, Fault, IgnoredRecord, read_answers, resolve_revisit

MAX_TOLD = 100
"""Unreadable records of one file that become an outcome each; the further ones become one together."""

MAX_WAITING = 10_000
"""Revisits that wait for their originals in the files that follow."""

_MAX_KINDS = 20  # of records passed over that are told by name
_CLOCKS_DIFFER = timedelta(days=1)
_SITE = Site(id=IMPORT_SITE, name="", region="000000")


def import_warc(file: Path, job: Job) -> Iterator[Outcome]:
    """The outcome of each answer that is not in the archive yet, and of each record that cannot be read."""
    answers, faults, passed = 0, 0, Counter[str]()
    for item in _items(file):
        if isinstance(item, Answer):
            answers += 1
            if outcome := _answer(item, file, job):
                yield outcome
        elif isinstance(item, IgnoredRecord):
            passed[item.kind if len(passed) < _MAX_KINDS else "other"] += 1
        else:
            faults += 1
            if faults <= MAX_TOLD:
                of = f" of {item.url}" if item.url else ""
                yield job.told(Ending.FAILED, file, f"the record at byte {item.offset}{of}: {item.reason}")
    if faults > MAX_TOLD:
        yield job.told(Ending.FAILED, file, f"{faults - MAX_TOLD} further records cannot be read")
    if passed:
        kinds = ", ".join(f"{number} {kind!r}" for kind, number in passed.most_common())
        yield job.told(Ending.SKIPPED, file, f"records that hold no answer of a web server: {kinds}")
    elif not answers and not faults:
        yield job.told(Ending.SKIPPED, file, "no answer of a web server in it")


def _items(file: Path) -> Iterator[Answer | Fault | IgnoredRecord]:
    try:
        yield from read_answers(file)
    except OSError as error:
        yield Fault(offset=0, reason=f"the file cannot be read: {error.strerror or error}")


def import_revisits(job: Job) -> Iterator[Outcome]:
    """Those whose originals came after them, or in no file at all."""
    waiting, job.waiting = job.waiting, []
    for file, answer in waiting:
        if outcome := _answer(answer, file, job, last=True):
            yield outcome


def _answer(answer: Answer, file: Path, job: Job, *, last: bool = False) -> Outcome | None:
    """How an answer ended; None where it is in the archive already, or waits for its original."""
    archive, capture = job.archive, answer.capture
    if capture.fetched_at > archive.started_at + _CLOCKS_DIFFER:
        when = f"{capture.fetched_at:%Y-%m-%d}"
        return job.told(Ending.FAILED, file, f"{capture.url}: its date {when} lies in the future")
    if answer.repeats and capture.status != 304:
        original = archive.find_original(answer.repeats)
        if original is None:
            return _without_original(answer, file, job, last=last)
        capture = resolve_revisit(capture, original)
    if archive.holds(capture):
        return None
    archive.record(capture, origin=f"{shown(file.name)}#{answer.record_id}")
    if answer.short:
        return job.ended(Ending.FAILED, capture.url, f"short: {answer.short}", capture.fetched_at)
    return _not_modified(capture, job) if capture.status == 304 else _captured(capture, job)


def _without_original(answer: Answer, file: Path, job: Job, *, last: bool) -> Outcome | None:
    if not last and len(job.waiting) < MAX_WAITING:
        job.waiting.append((file, answer))
        return None
    assert answer.repeats is not None
    date = f" of {answer.repeats.date:%Y-%m-%d %H:%M:%S}" if answer.repeats.date else ""
    detail = (
        f"{answer.capture.url}: repeats an answer of {answer.repeats.url}{date} that is not in the archive"
    )
    return job.told(Ending.FAILED, file, f"{detail}; import the WARC file that has it")


def _not_modified(capture: Capture, job: Job) -> Outcome:
    """A 304 confirms what was last seen before it. To what was seen after it, it says nothing."""
    seen = job.archive.last_seen(capture.url)
    if seen is None or capture.fetched_at < seen:
        what = "of a page that is not held" if seen is None else "from before the page was last seen"
        return job.ended(Ending.SKIPPED, capture.url, f"an answer 304 {what}", capture.fetched_at)
    return job.archive.confirm(capture.url, capture, _SITE)


def _captured(capture: Capture, job: Job) -> Outcome:
    try:
        body = uncompressed(capture)
        judge(capture, body)
        report = extract(body, capture.headers, capture.url, seen=capture.fetched_at)
        check_whole(report)
    except FetchError as error:
        return job.ended(error.ending, capture.url, error.reason, capture.fetched_at)
    except PartOnly as error:
        return job.ended(Ending.FAILED, capture.url, error.reason, capture.fetched_at)
    except ExtractError as error:
        return job.ended(Ending.SKIPPED, capture.url, error.reason, capture.fetched_at)
    found = understood(report, capture.url)
    if isinstance(found, str):
        return job.ended(Ending.SKIPPED, capture.url, found, capture.fetched_at)
    return job.archive.store(found[0], capture, found[1])
