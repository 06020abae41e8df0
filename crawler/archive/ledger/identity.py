"""Decide what a text is to the archive, and store it: unchanged, a new version, a known report at another URL, or a new one.

Takes an Observation; gives a StoreResult. "The same text" means: the same `text_sha256`. This module has the rules for a
URL where a page is known already, that is for a text that comes a second time. `new_reports` has those for a new URL,
`shrunk_texts` those for a shrunk text, `page_states` those for a page that answers without a text.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from unicodedata import normalize

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import LIVE, MERGED, PageRow, VersionRow
from crawler.archive.catalogue.queries import to_report
from crawler.archive.catalogue.version_choice import (
    newest_version,
    newest_version_or_tombstone,
    version_with_digest,
)
from crawler.archive.ledger import page_states, shrunk_texts
from crawler.archive.ledger.current_page import (
    CurrentPage,
    SeenAgain,
    extend_seen,
    find_current_page,
    record_page_seen,
    record_seen_again,
)
from crawler.archive.ledger.documents import unread
from crawler.archive.ledger.documents.recognised import is_same_scan, payloads_of
from crawler.archive.ledger.metadata.edits import note_metadata
from crawler.archive.ledger.new_reports import (
    add_report,
    find_text,
    rest_if_own,
    store_at_new_url,
    store_departed_text,
)
from crawler.archive.ledger.observation import Observation, StoreResult, outcome_of, result_of
from crawler.archive.ledger.ownership import outside, sites
from crawler.archive.ledger.ownership.publisher import mark_own_pages, pass_if_due
from crawler.archive.ledger.page_makers import is_own
from crawler.archive.ledger.varying_urls import observation_key, page_key
from crawler.archive.ledger.versions import add_version, replace_text, rest_capture_on
from crawler.extract.documents.ocr.record import OCR
from crawler.extract.meaning.recognised import NEEDS_OCR
from crawler.model import Ending, News, Outcome, Report

OnlyExtractorChanged = Callable[[VersionRow], bool]
"""Whether today's extractor reads the text just seen out of the page that a version was made from.

If so, the page is the same, and the text differs only because the extractor has changed.
"""


def store_text(
    session: Session,
    observation: Observation,
    only_extractor_changed: OnlyExtractorChanged,
    savepoint: Callable[[], AbstractContextManager[object]],
) -> StoreResult:
    """Enter an observation in the catalogue (without a commit), and return what it was.

    `savepoint`: undoes what is done within it, if that fails.
    """
    current = find_current_page(session, observation_key(session, observation))
    if current is not None and _is_unchanged(current, observation):
        result = _store_unchanged(session, observation, current)
    else:
        with savepoint():
            result = _store_change(session, current, observation, only_extractor_changed)
        result = _with_news(session, result, current)
    metadata = note_metadata(session, current, observation, result)
    return replace(result, metadata=metadata) if metadata else result


_NEWS = {Ending.NEW: News.NEW, Ending.REVISED: News.REVISED}


def _with_news(session: Session, result: StoreResult, current: CurrentPage | None) -> StoreResult:
    """Return a result with what it says that was not known: a new text, or that the page is back, be its text the old one or not."""
    outcome = result.outcome
    news = _NEWS.get(outcome.ending) if result.is_new_text else None
    if news is not News.NEW and _is_back(session, current):
        news = News.BACK
    return replace(result, outcome=replace(outcome, news=news)) if news else result


def _is_back(session: Session, before: CurrentPage | None) -> bool:
    """Whether a page was missing, gone or moved before a text was entered, and is live now."""
    if before is None or not page_states.is_away(before.state, before.missing_since):
        return False
    return session.get_one(PageRow, before.page_id).state == LIVE


def _is_unchanged(current: CurrentPage, observation: Observation) -> bool:
    """Whether this archive sees the newest text again on a live page: the usual case."""
    same_text = current.text_sha256 == observation.report.text_sha256
    as_before = current.is_seen_as_before(observation.site.id, observation.origin)
    return same_text and as_before and current.is_live_and_newest and observation.origin != MERGED


def _store_change(
    session: Session,
    current: CurrentPage | None,
    observation: Observation,
    only_extractor_changed: OnlyExtractorChanged,
) -> StoreResult:
    tells_site = sites.remember(session, observation)
    if current is None:
        result = store_at_new_url(session, observation)
    else:
        page = session.get_one(PageRow, current.page_id)
        if observation.origin == MERGED and is_own(session, page):
            result = _store_beside_own(session, page, observation)
        else:
            result = _store_at_page(session, page, observation, only_extractor_changed)
    return replace(result, tells_site=result.tells_site or tells_site)


def _store_at_page(
    session: Session, page: PageRow, observation: Observation, only_extractor_changed: OnlyExtractorChanged
) -> StoreResult:
    """Store a text at a URL where a page is known, unless it is the usual case of `_store_unchanged`."""
    mark_own_pages(session, page.report)
    if outside.is_outdated(session, page, observation):
        return _store_earlier_observation(session, page, observation)
    passed = pass_if_due(session, page.report, observation)
    if page.text_sha256 == observation.report.text_sha256:
        result = _store_same_text(session, page, observation)
    else:
        result = _store_other_text(session, page, observation, only_extractor_changed)
    return replace(result, tells_site=result.tells_site or passed)


def confirm_not_modified(session: Session, url: str, seen: SeenAgain) -> StoreResult:
    """Enter a 304: the text last seen at this URL is there unchanged. FAILED if no text is held from it."""
    current = find_current_page(session, page_key(session, url))
    outcome = Outcome(
        ending=Ending.FAILED,
        url=url,
        site_id=seen.site_id,
        at=seen.seen_at,
        detail="304 for a page never held",
    )
    if current is None or current.version_id is None:
        return StoreResult(outcome=outcome)
    if current.state != LIVE or current.shrunk_sha256 is not None:
        page = session.get_one(PageRow, current.page_id)
        if not page_states.is_outdated(page, seen.seen_at, live=seen.live):
            page_states.mark_live(session, page, seen.seen_at, live=seen.live)
            shrunk_texts.forget(page)
    news = News.BACK if _is_back(session, current) else None
    record_seen_again(session, current, seen)
    return StoreResult(
        outcome=replace(
            outcome,
            news=news,
            ending=Ending.UNCHANGED,
            report_id=current.report_id,
            version=current.version_number,
            detail="not modified (304)",
        )
    )


def describe_shrunk(session: Session, url: str, report: Report) -> str:
    """Return by how much a text is shorter, if it is only a beginning of the text held from a URL; else an empty string."""
    current = find_current_page(session, page_key(session, url))
    if current is None or current.version_id is None or current.text_sha256 == report.text_sha256:
        return ""
    held = session.get_one(VersionRow, current.version_id)
    if not shrunk_texts.is_shrunk(report.body, held.body):
        return ""
    return shrunk_texts.describe(report.body, held.body)


def _store_beside_own(session: Session, page: PageRow, observation: Observation) -> StoreResult:
    """Store what another archive saw at a page of this one: a text that is not held makes a version, all else no change.

    A page that was found gone or moved stays so. At a page that is only a location of its report, it makes a report of its own.
    """
    report = observation.report
    if report.unread is not None:
        return unread.pass_over(page, observation)
    held = [
        row
        for row in page.report.versions
        if row.text_sha256 == report.text_sha256 or _same_characters(row.body, report.body)
    ]
    if held:
        return result_of(Ending.UNCHANGED, observation, held[-1], "seen by another archive too")
    mark_own_pages(session, page.report)
    if page.state not in page_states.AWAY and not outside.is_outdated(session, page, observation):
        return _store_other_text(session, page, observation, lambda _: False)
    if not page.own:
        return add_report(session, observation, page=None, departed_from=page.report_id)
    version = add_version(session, page.report, observation, older=True)
    detail = "a text that another archive saw"
    return result_of(Ending.REVISED, observation, version, detail, is_new_text=True)


def _store_unchanged(session: Session, observation: Observation, current: CurrentPage) -> StoreResult:
    """Store the usual case: a live page shows the newest version again."""
    seen = SeenAgain(
        observation.seen_at,
        observation.run_id,
        observation.live,
        observation.site.id,
        observation.capture,
    )
    record_seen_again(session, current, seen)
    outcome = outcome_of(Ending.UNCHANGED, observation, current.report_id, current.version_number)
    return StoreResult(outcome=outcome, existing_text_file=current.text_file)


def _store_same_text(session: Session, page: PageRow, observation: Observation) -> StoreResult:
    """Store the text last seen at this URL, after the state of the page or its report's versions have changed."""
    digest, report = page.text_sha256, page.report
    record_page_seen(session, page, observation)
    mark_own_pages(session, report)
    tombstone = newest_version_or_tombstone(report)
    if tombstone.tombstone and page.own:
        return _store_returned_text(session, page, observation, tombstone)
    held = version_with_digest(report, digest)
    rests_here = rest_if_own(page, held, observation)
    if page.own:
        extend_seen(held, observation)
    return replace(result_of(Ending.UNCHANGED, observation, held), rests_here=rests_here)


def _store_other_text(
    session: Session, page: PageRow, observation: Observation, only_extractor_changed: OnlyExtractorChanged
) -> StoreResult:
    """Store another text than the one last seen at this URL.

    On a page of another site than the report's publisher it makes no version: see `departures`.
    """
    report, latest = observation.report, newest_version_or_tombstone(page.report)
    held = version_with_digest(page.report, page.text_sha256)
    if report.unread == NEEDS_OCR and held.text_from == OCR and not latest.tombstone and page.own:
        if _is_same_scan(session, held, observation):
            return unread.see_same_scan(session, page, observation, held)
    elif report.unread is not None and held.unread is None and not latest.tombstone:
        return unread.keep_held_text(session, page, observation, held)
    may_be_reread = not latest.tombstone and _is_read_otherwise(held, report)
    reextracted = may_be_reread and only_extractor_changed(held)
    if not reextracted and _is_cut_short(page, observation, held):
        return _record_shrunk(session, page, observation, held)
    shrunk_since = page.shrunk_since if page.shrunk_sha256 == report.text_sha256 else None
    record_page_seen(session, page, observation)
    mark_own_pages(session, page.report)
    if latest.tombstone and page.own:
        return _store_returned_text(session, page, observation, latest)
    if reextracted:
        if held.unread is not None:
            rest_capture_on(held, observation)
        replace_text(held, report)
        extend_seen(held, observation)
        detail = f"the same page; its text as {report.extractor} reads it"
        return result_of(Ending.UNCHANGED, observation, held, detail, is_new_text=True, reextracted=True)
    if not page.own and not _same_characters(held.body, report.body):
        return store_departed_text(session, page, observation)
    may_be_unchanged = observation.recorded_ending in (None, Ending.UNCHANGED)
    if may_be_unchanged and _same_characters(held.body, report.body):
        if page.own:
            extend_seen(held, observation)
        detail = "the same text in other code points (Unicode NFC)"
        return result_of(Ending.UNCHANGED, observation, held, detail)
    return _store_changed_text(session, page, observation, shrunk_since)


def _is_same_scan(session: Session, held: VersionRow, observation: Observation) -> bool:
    """Whether a scan is the one that the text held was recognised in. A rebuild keeps what the live run decided."""
    if observation.recorded_ending is not None:
        return observation.recorded_ending is Ending.UNCHANGED
    return is_same_scan(session, held, payloads_of(observation))


def _is_read_otherwise(held: VersionRow, report: Report) -> bool:
    """Whether a text was read by another extractor or reader than the one held; or none could be read then."""
    return held.unread is not None or (held.extractor, held.reader) != (report.extractor, report.reader)


def _store_changed_text(
    session: Session, page: PageRow, observation: Observation, shrunk_since: datetime | None
) -> StoreResult:
    """Store a text that makes a new version, unless another page of the report has shown it already.

    `shrunk_since`: when the text was first seen, if it was then taken for a shrunk one.
    """
    report, latest = observation.report, newest_version(page.report)
    if latest.text_sha256 == report.text_sha256:  # the report's other page showed the change first
        page.text_sha256 = report.text_sha256
        extend_seen(latest, observation)
        page_states.add_event(session, page, observation.seen_at, page_states.CHANGED, version=latest.number)
        return result_of(Ending.REVISED, observation, latest, "same change as at its other address")
    before = "none" if latest.unread is not None else page.text_sha256[:8]
    detail = f"text {before} is now {report.text_sha256[:8]}"
    if shrunk_since is not None:
        detail += f", shorter since {shrunk_since:%Y-%m-%d}"
    older = outside.is_older(observation, latest)
    return _add_next_version(session, page, observation, detail, older=older)


def _store_returned_text(
    session: Session, page: PageRow, observation: Observation, tombstone: VersionRow
) -> StoreResult:
    """Store a text of a report that was gone: always a new version, even if the text is an old one."""
    detail = f"back again, gone since {tombstone.first_seen:%Y-%m-%d}"
    return _add_next_version(session, page, observation, detail)


def _add_next_version(
    session: Session, page: PageRow, observation: Observation, detail: str, *, older: bool = False
) -> StoreResult:
    page.text_sha256 = observation.report.text_sha256
    version = add_version(session, page.report, _with_metadata(session, observation), older=older)
    page_states.add_event(
        session, page, observation.seen_at, page_states.CHANGED, version=version.number, detail=detail
    )
    return result_of(Ending.REVISED, observation, version, detail, is_new_text=True)


def _with_metadata(session: Session, observation: Observation) -> Observation:
    """Return the observation with the metadata of its text.

    Earlier versions did not record them for a text that another page of the report had shown. That page may have been
    another site's, and have a report of its own now.
    """
    if observation.report.title:
        return observation
    held = find_text(session, observation)
    if held is None:
        return observation
    report = replace(to_report(held), id=None, version=None, url=observation.report.url)
    return replace(observation, report=report)


def _store_earlier_observation(session: Session, page: PageRow, observation: Observation) -> StoreResult:
    """Store an observation earlier than the last one of this page. The page's current state does not change."""
    digest = observation.report.text_sha256
    if observation.report.unread is not None:
        return unread.pass_over(page, observation)
    held = [row for row in page.report.versions if row.text_sha256 == digest]
    page.first_seen = min(page.first_seen, observation.seen_at)
    if held:
        if page.own:
            extend_seen(held[-1], observation)
        return result_of(Ending.UNCHANGED, observation, held[-1], "an earlier capture of it")
    if not page.own:
        return add_report(session, observation, page=None, departed_from=page.report_id)
    version = add_version(session, page.report, observation, older=True)
    return result_of(
        Ending.REVISED, observation, version, "an earlier text than the one held", is_new_text=True
    )


def _same_characters(one: str, other: str) -> bool:
    """Whether two texts differ only in code points that Unicode calls canonically equivalent (UAX 15)."""
    return normalize("NFC", one) == normalize("NFC", other)


def _is_cut_short(page: PageRow, observation: Observation, held: VersionRow) -> bool:
    """Whether a text is a shrunk one that is not believed yet. A rebuild keeps what the live run decided."""
    if observation.recorded_ending is not None:
        return observation.recorded_ending is Ending.SHRUNK
    if observation.url.startswith("urn:"):  # an imported file was not cut short by a connection
        return False
    report = observation.report
    return shrunk_texts.is_shrunk(report.body, held.body) and not shrunk_texts.is_believed(
        page, report.text_sha256, observation.seen_at
    )


def _record_shrunk(
    session: Session, page: PageRow, observation: Observation, held: VersionRow
) -> StoreResult:
    """Record a beginning of the text held. It makes no version until it is seen again a day or more later."""
    if page.state not in page_states.AWAY:
        page_states.mark_live(session, page, observation.seen_at, live=observation.live)
        page.answered_in = observation.run_id if observation.live else page.answered_in
    shrunk_texts.remember(page, observation.report.text_sha256, observation.seen_at)
    detail = shrunk_texts.describe(observation.report.body, held.body)
    return StoreResult(outcome=outcome_of(Ending.SHRUNK, observation, page.report_id, detail=detail))
