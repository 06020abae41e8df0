"""Validators (ETag, Last-Modified) for conditional requests, from what earlier captures of a page brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import GONE, MOVED, CaptureRow, PageRow, RunRow, VersionRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.queries import EarlierResponse
from crawler.model import Validators

MAX_NOT_MODIFIED_IN_A_ROW = 9
"""After so many 304 responses the page is requested without validators, since some servers answer 304 for a changed page."""


class Answer(NamedTuple):
    """Status and validators of one earlier answer."""

    status: int
    etag: str | None
    last_modified: str | None


_LAST_SEEN_CAPTURE = Prepared(
    select(PageRow.seen_in, VersionRow.parts)
    .join(
        VersionRow,
        (VersionRow.report_id == PageRow.report_id) & (VersionRow.text_sha256 == PageRow.text_sha256),
    )
    .join(CaptureRow, CaptureRow.id == PageRow.seen_in)
    .join(RunRow, RunRow.id == CaptureRow.run_id)
    .where(
        PageRow.url_key == bindparam("key"),
        # the ETag of an imported or merged capture may be forged: a 304 for it would confirm a forged text
        CaptureRow.origin.is_(None),
        CaptureRow.record_type != literal_column("'resource'"),
        RunRow.state != literal_column("'merged'"),
        PageRow.state != GONE,
        PageRow.state != MOVED,
    )
    .order_by(VersionRow.number.desc())
    .limit(1)
)
_LAST_ANSWERS = Prepared(
    select(CaptureRow.status, CaptureRow.etag, CaptureRow.last_modified)
    .where(
        CaptureRow.url_key == bindparam("key"),
        or_(CaptureRow.status == 200, CaptureRow.status == 304),
        # later captures had no text of the report: a challenge, another page, a shrunk text
        CaptureRow.id <= bindparam("seen_in"),
    )
    .order_by(CaptureRow.id.desc())
    .limit(MAX_NOT_MODIFIED_IN_A_ROW)
)


def validators(session: Session, key: str) -> Validators | None:
    """Return ETag and Last-Modified for a conditional request, from the last good capture of a page of a report.

    None if that capture came from outside. None for an article on several pages: a 304 for the first says nothing of the others. None after
    MAX_NOT_MODIFIED_IN_A_ROW 304 responses. None for a page that is gone or moved: when it is back, its text is a new version.
    """
    last_capture = _LAST_SEEN_CAPTURE.first(session, {"key": key})
    if last_capture is None:
        return None
    seen_in, parts = last_capture
    if parts > 1 or seen_in is None:
        return None
    answers = [Answer(*row) for row in _LAST_ANSWERS.all(session, {"key": key, "seen_in": seen_in})]
    only_304 = all(answer.status == 304 for answer in answers)
    if not answers or (len(answers) == MAX_NOT_MODIFIED_IN_A_ROW and only_304):
        return None
    return Validators(etag=answers[0].etag, last_modified=answers[0].last_modified)


def confirmed_validators(values: Mapping[str, Any], known: EarlierResponse | None) -> dict[str, Any]:
    """Return the validators of a 304; those that it leaves out come from the response it confirms (RFC 9110, 15.4.5)."""
    if known is None or values["status"] != 304:
        return {}
    return {name: values[name] or getattr(known, name) for name in ("etag", "last_modified")}
