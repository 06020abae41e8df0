"""What a text is to the archive: a new report, a further version, the same again, or one report at another address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from unicodedata import normalize

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import LIVE, PageRow, VersionRow
from crawler.archive.catalogue.queries import to_report
from crawler.archive.catalogue.version_choice import last, newest, version_of
from crawler.archive.ledger import page_states, shrunk_texts
from crawler.archive.ledger.current_page import Seen, Standing, seen_again, standing
from crawler.archive.ledger.new_reports import held_elsewhere, new_report, page_values
from crawler.archive.ledger.observation import Change, Sight, outcome_of
from crawler.archive.ledger.varying_urls import former_pages, join_varying, key_of, key_of_sight
from crawler.archive.ledger.versions import add_version, reextract
from crawler.model import Ending, Outcome, Report

Reread = Callable[[VersionRow], bool]
"""Whether today's extractor reads the text just seen out of the page that a version was made from."""


def settle(session: Session, sight: Sight, reread: Reread) -> Change:
    """Place a text in the catalogue (not committed) and say what it was. Same means: same `text_sha256`."""
    stands = standing(session, key_of_sight(session, sight))
    if stands is None:
        return _first_visit(session, sight)
    if stands.is_plain and stands.text_sha256 == sight.report.text_sha256:
        return _unchanged(session, sight, stands)
    page = session.get_one(PageRow, stands.page)
    if page_states.is_past(page, sight.now, live=sight.live):
        return _older(session, page, sight)
    if page.text_sha256 == sight.report.text_sha256:
        return _same(session, page, sight)
    return _other(session, page, sight, reread)


def cut_short(session: Session, url: str, report: Report) -> str:
    """What is told of a text that is only a beginning of the one held from an address; nothing of any other."""
    stands = standing(session, key_of(session, url))
    if stands is None or stands.version is None or stands.text_sha256 == report.text_sha256:
        return ""
    held = session.get_one(VersionRow, stands.version)
    return (
        shrunk_texts.words(report.body, held.body) if shrunk_texts.is_shrunk(report.body, held.body) else ""
    )


def _unchanged(session: Session, sight: Sight, stands: Standing) -> Change:
    """What most visits come to."""
    seen_again(session, stands, Seen(sight.now, sight.run, sight.live, sight.site.id, sight.capture))
    outcome = outcome_of(Ending.UNCHANGED, sight, stands.report_id, stands.number)
    return Change(outcome=outcome, stands=stands.text_file)


def _same(session: Session, page: PageRow, sight: Sight) -> Change:
    """The text last seen at this address, after something has happened to the page or to its report."""
    _page_seen(session, page, sight)
    if (stone := last(page.report)).tombstone:
        return _back(session, page, sight, stone)
    held = version_of(page.report, page.text_sha256)
    _seen(held, sight)
    return _change(Ending.UNCHANGED, sight, held)


def _other(session: Session, page: PageRow, sight: Sight, reread: Reread) -> Change:
    """Another text than the one last seen at this address."""
    report, stone = sight.report, last(page.report)
    held = version_of(page.report, page.text_sha256)
    read_anew = not stone.tombstone and held.extractor != report.extractor and reread(held)
    if not read_anew and _is_cut_short(page, sight, held):
        return _shrunk(session, page, sight, held)
    believed = page.shrunk_since if page.shrunk_sha256 == report.text_sha256 else None
    _page_seen(session, page, sight)
    if stone.tombstone:
        return _back(session, page, sight, stone)
    if read_anew:
        reextract(held, report)
        _seen(held, sight)
        detail = f"the same page; its text as {report.extractor} reads it"
        return _change(Ending.UNCHANGED, sight, held, detail, whole=True, reextracted=True)
    if sight.told in (None, Ending.UNCHANGED) and _same_characters(held.body, report.body):
        _seen(held, sight)
        return _change(Ending.UNCHANGED, sight, held, "the same text in other code points (Unicode NFC)")
    return _changed(session, page, sight, believed)


def _changed(session: Session, page: PageRow, sight: Sight, believed: datetime | None) -> Change:
    """`believed`: when the text was first seen, where it was not believed then."""
    report, latest = sight.report, newest(page.report)
    if latest.text_sha256 == report.text_sha256:  # the change was already seen at the report's other address
        page.text_sha256 = report.text_sha256
        _seen(latest, sight)
        page_states.event(session, page, sight.now, page_states.CHANGED, version=latest.number)
        return _change(Ending.REVISED, sight, latest, "same change as at its other address")
    detail = f"text {page.text_sha256[:8]} is now {report.text_sha256[:8]}"
    if believed is not None:
        detail += f", shorter since {believed:%Y-%m-%d}"
    older = not sight.live and sight.now < min(latest.first_seen, latest.last_seen)
    return _further(session, page, sight, detail, older=older)


def _back(session: Session, page: PageRow, sight: Sight, stone: VersionRow) -> Change:
    """A text after the tombstone of its report."""
    return _further(session, page, sight, f"back again, gone since {stone.first_seen:%Y-%m-%d}")


def _further(session: Session, page: PageRow, sight: Sight, detail: str, *, older: bool = False) -> Change:
    page.text_sha256 = sight.report.text_sha256
    version = add_version(session, page.report, sight, older=older)
    page_states.event(session, page, sight.now, page_states.CHANGED, version=version.number, detail=detail)
    return _change(Ending.REVISED, sight, version, detail, whole=True)


def _older(session: Session, page: PageRow, sight: Sight) -> Change:
    """A sight of a page as it was before the last one: its text is kept, and nothing else changes."""
    held = [row for row in page.report.versions if row.text_sha256 == sight.report.text_sha256]
    page.first_seen = min(page.first_seen, sight.now)
    if held:
        _seen(held[-1], sight)
        return _change(Ending.UNCHANGED, sight, held[-1], "an older sight of it")
    version = add_version(session, page.report, sight, older=True)
    return _change(Ending.REVISED, sight, version, "an older text than the one held", whole=True)


def _same_characters(one: str, other: str) -> bool:
    """Whether two texts differ only in code points that Unicode calls canonically equivalent (UAX 15)."""
    return normalize("NFC", one) == normalize("NFC", other)


def _is_cut_short(page: PageRow, sight: Sight, held: VersionRow) -> bool:
    """Whether a text is not yet to be believed. What was told when it was seen stands."""
    if sight.told is not None:
        return sight.told is Ending.SHRUNK
    if sight.url.startswith("urn:"):  # a file that was brought in came over no wire
        return False
    digest = sight.report.text_sha256
    return shrunk_texts.is_shrunk(sight.report.body, held.body) and not shrunk_texts.is_believed(
        page, digest, sight.now
    )


def _shrunk(session: Session, page: PageRow, sight: Sight, held: VersionRow) -> Change:
    """A beginning of the text held: evidence, and no version until it is seen again a day later."""
    if page.state not in page_states.AWAY:
        page_states.seen(session, page, sight.now, live=sight.live)
        page.answered_in = sight.run if sight.live else page.answered_in
    shrunk_texts.remember(page, sight.report.text_sha256, sight.now)
    detail = shrunk_texts.words(sight.report.body, held.body)
    return Change(outcome=outcome_of(Ending.SHRUNK, sight, page.report_id, detail=detail))


def confirm(session: Session, url: str, seen: Seen) -> Change:
    """What a 304 says: the text last seen at this address stands."""
    stands = standing(session, key_of(session, url))
    outcome = Outcome(
        ending=Ending.FAILED, url=url, site_id=seen.site_id, at=seen.when, detail="304 for a page never held"
    )
    if stands is None or stands.version is None:
        return Change(outcome=outcome)
    if stands.state != LIVE or stands.shrunk is not None:
        page = session.get_one(PageRow, stands.page)
        if not page_states.is_past(page, seen.when, live=seen.live):
            page_states.seen(session, page, seen.when, live=seen.live)
            shrunk_texts.forget(page)
    seen_again(session, stands, seen)
    return Change(
        outcome=replace(
            outcome,
            ending=Ending.UNCHANGED,
            report_id=stands.report_id,
            version=stands.number,
            detail="not modified (304)",
        )
    )


def _first_visit(session: Session, sight: Sight) -> Change:
    if sight.told is Ending.SHRUNK:
        return Change(
            outcome=outcome_of(Ending.SHRUNK, sight, detail="the text that it is a part of is lost")
        )
    same = held_elsewhere(session, sight)
    if same is None:
        return new_report(session, sight)
    if former := former_pages(same, sight):
        return _varies(session, sight, same, former)
    first = same.report.pages[0].url if same.report.pages else same.url
    page = PageRow(report=same.report, **page_values(sight))
    session.add(page)
    session.flush()
    page_states.event(session, page, sight.now, LIVE)
    _seen(same, sight)
    if same.url.startswith("urn:") and not sight.url.startswith("urn:"):  # an import now has its address
        same.url = sight.url
    return _change(Ending.DUPLICATE, sight, same, f"same text as {first}")


def _varies(session: Session, sight: Sight, same: VersionRow, former: Sequence[PageRow]) -> Change:
    keys, was = [page.url_key for page in former], former[0].url
    page = join_varying(session, former, sight)
    _page_seen(session, page, sight)
    _seen(same, sight)
    detail = f"same text as at {was}: its address changes from visit to visit"
    return replace(_change(Ending.UNCHANGED, sight, same, detail), varies=keys)


def _seen(row: PageRow | VersionRow, sight: Sight) -> None:
    """Widen the time in which a row was seen; a replay may bring an older sight of it. A live one is the last."""
    row.first_seen = min(row.first_seen, sight.now)
    row.last_seen = sight.now if sight.live else max(row.last_seen, sight.now)


def _page_seen(session: Session, page: PageRow, sight: Sight) -> None:
    """The page stands there; as `seen_again`, where more is to be done than that."""
    page_states.seen(session, page, sight.now, live=sight.live)
    _seen(page, sight)
    shrunk_texts.forget(page)
    if sight.capture is not None:
        page.seen_in = sight.capture.id
    if sight.live:
        page.answered_in, page.site_id = sight.run, sight.site.id


def _change(
    ending: Ending,
    sight: Sight,
    version: VersionRow,
    detail: str = "",
    *,
    whole: bool = False,
    reextracted: bool = False,
) -> Change:
    outcome = outcome_of(ending, sight, version.report_id, version.number, detail)
    text = {version.text_file: to_report(version).text().encode()}
    return Change(outcome=outcome, text=text, whole=whole, reextracted=reextracted)
