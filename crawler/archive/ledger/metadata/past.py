"""Edits beside the text that earlier captures show: earlier versions of this program kept the captures and compared no titles.

Both captures of an edit are read by today's extractor, so that none is an extractor's. Captures are those whose texts the archive
has entered at their page: an error page or a challenge is never compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue import queries
from crawler.archive.catalogue.metadata.queries import FIELDS, add_metadata
from crawler.archive.catalogue.models import (
    CaptureRow,
    OutcomeRow,
    PageMetadataRow,
    PageRow,
    VersionRow,
)
from crawler.archive.catalogue.rows import MERGED_FOLDER, CaptureRef
from crawler.archive.ledger import page_states
from crawler.archive.ledger.metadata.edits import same_value
from crawler.archive.ledger.observation import Metadata, PageMetadata, ReadMetadata
from crawler.archive.ledger.varying_urls import page_key
from crawler.model import Ending

_SHOWN = tuple(each.value for each in (Ending.NEW, Ending.REVISED, Ending.UNCHANGED, Ending.DUPLICATE))


class PastEdit(NamedTuple):
    """An edit that a capture shows, against the one before it at the same page and of the same version."""

    url: str
    report_id: str
    version: int
    capture: CaptureRef
    found: PageMetadata


class _Shown(NamedTuple):
    """One capture in which a page showed a version."""

    version: int
    capture: int


def past_edits(session: Session, read: ReadMetadata) -> Iterator[PastEdit]:
    """Yield the edits that this archive's captures show and that are not entered yet, page by page, in order."""
    found = session.execute(
        select(PageRow.id, OutcomeRow.version, CaptureRow.id)
        .join(CaptureRow, CaptureRow.url_key == PageRow.url_key)
        .join(
            OutcomeRow,
            (OutcomeRow.capture_id == CaptureRow.id) & (OutcomeRow.report_id == PageRow.report_id),
        )
        .where(
            PageRow.own.is_(True),
            OutcomeRow.ending.in_(_SHOWN),
            OutcomeRow.version.is_not(None),
            CaptureRow.warc_file.not_like(f"{MERGED_FOLDER}%"),
            or_(
                (CaptureRow.status == 200) & (CaptureRow.record_type == "response"),
                CaptureRow.record_type == "conversion",
            ),
        )
        .order_by(PageRow.id, CaptureRow.id)
    ).all()
    for page_id, rows in groupby(found, key=lambda row: row[0]):
        shown = [_Shown(version or 0, capture) for _, version, capture in rows]
        if len(shown) > 1:
            yield from _of_page(session, session.get_one(PageRow, page_id), shown, read)


def _of_page(
    session: Session, page: PageRow, shown: Sequence[_Shown], read: ReadMetadata
) -> Iterator[PastEdit]:
    known = set(session.scalars(select(PageMetadataRow.capture_id).where(PageMetadataRow.page_id == page.id)))
    for version, captures in groupby(shown, key=lambda each: each.version):
        values = _values_of(session, page.report_id, version)
        before: tuple[int, Metadata] | None = None
        for _, capture in captures:
            now = read(capture)
            if now is None or values is None:
                continue
            if before is not None and capture not in known:
                then = before[1]
                was = {name: then[name] for name in FIELDS if not same_value(name, now[name], then[name])}
                if was:
                    values |= {name: now[name] for name in was}
                    record = session.get_one(CaptureRow, before[0]).record_id
                    edit = PageMetadata(shown=dict(values), was=was, before=record)
                    row = queries.capture_ref(session, capture)
                    assert row is not None
                    yield PastEdit(page.url, page.report_id, version, row, edit)
            before = (capture, now)


def _values_of(session: Session, report_id: str, number: int) -> dict[str, str | None] | None:
    """Return the metadata of a version; None if there is none."""
    query = select(VersionRow).where(VersionRow.report_id == report_id, VersionRow.number == number)
    version = session.scalars(query).first()
    return None if version is None else {name: getattr(version, name) for name in FIELDS}


def enter_past_edit(
    session: Session, url: str, report_id: str, version: int, capture: CaptureRef, found: PageMetadata
) -> None:
    """Enter an edit that an earlier capture shows. Nothing is entered if its page or version is not there."""
    page = page_states.find_page(session, page_key(session, url))
    if page is None or page.report_id != report_id or _values_of(session, report_id, version) is None:
        return
    earlier = session.scalar(select(CaptureRow.id).where(CaptureRow.record_id == found.before))
    add_metadata(
        session,
        {
            "page_id": page.id,
            "report_id": report_id,
            "version": version,
            "at": session.get_one(CaptureRow, capture.id).fetched_at,
            "capture_id": capture.id,
            "before_id": earlier,
            "shown": dict(found.shown),
            "was": dict(found.was),
        },
    )
