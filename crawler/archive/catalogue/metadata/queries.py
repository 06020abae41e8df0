"""Queries on what pages showed over an unchanged text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session, aliased

from crawler.archive.catalogue.databases.session_memory import next_number
from crawler.archive.catalogue.metadata.model import PageMetadataRow
from crawler.archive.catalogue.models import CaptureRow, PageRow, VersionRow
from crawler.archive.catalogue.prepared import Prepared

FIELDS = ("title", "issuer", "source", "published", "signed")
"""Fields of a report that a page may change while its text stays."""

_EARLIER = aliased(PageMetadataRow)
_LAST_ROW = (
    select(_EARLIER.id)
    .where(
        _EARLIER.page_id == PageRow.id,
        _EARLIER.report_id == PageRow.report_id,
        _EARLIER.version == VersionRow.number,
    )
    .order_by(_EARLIER.at.desc(), _EARLIER.id.desc())
    .limit(1)
    .scalar_subquery()
)
_KNOWN = Prepared(
    select(
        *(getattr(VersionRow, name) for name in FIELDS),
        VersionRow.url,
        VersionRow.capture_id,
        PageMetadataRow.shown,
        PageMetadataRow.capture_id,
    )
    .select_from(PageRow)
    .join(
        VersionRow,
        (VersionRow.report_id == PageRow.report_id) & (VersionRow.text_sha256 == PageRow.text_sha256),
    )
    .join(PageMetadataRow, PageMetadataRow.id == _LAST_ROW, isouter=True)
    .where(PageRow.id == bindparam("page"))
    .order_by(VersionRow.number.desc())
    .limit(1)
)
_INSERT = Prepared(insert(PageMetadataRow))


class KnownMetadata(NamedTuple):
    """What a page was last known to show, and the capture that gave it.

    `capture` is None if no capture of this page is known to have given it: the version was read from another address.
    """

    values: Mapping[str, str | None]
    version_url: str
    capture: int | None
    is_of_page: bool  # a row of this page has it, not the version


def known_metadata(session: Session, page_id: int) -> KnownMetadata | None:
    """Return what a page was last known to show over its text; None if it has no version."""
    found = _KNOWN.first(session, {"page": page_id})
    if found is None:
        return None
    *version, url, made_from, shown, shown_in = found
    if shown is not None:
        return KnownMetadata({name: shown.get(name) for name in FIELDS}, url, shown_in, is_of_page=True)
    return KnownMetadata(dict(zip(FIELDS, version, strict=True)), url, made_from, is_of_page=False)


def add_metadata(session: Session, values: Mapping[str, Any]) -> None:
    """Insert a row. Its number has the order of the observations."""
    _INSERT.post(session, {"id": next_number(session, PageMetadataRow), **values})


def move_metadata(session: Session, keep: int, others: Sequence[int]) -> None:
    """Give the rows of pages that are joined with another one to that, by the pages' row ids."""
    session.execute(update(PageMetadataRow).where(PageMetadataRow.page_id.in_(others)).values(page_id=keep))


def last_answer(session: Session, capture: int) -> int:
    """Return the capture with the page that a 304 confirmed: the last one with a page before it. Any other stays."""
    row = session.get_one(CaptureRow, capture)
    if row.status != 304:
        return capture
    before = (CaptureRow.url_key == row.url_key, CaptureRow.id < row.id, CaptureRow.status == 200)
    found = session.scalars(select(CaptureRow.id).where(*before).order_by(CaptureRow.id.desc()).limit(1))
    return found.first() or capture
