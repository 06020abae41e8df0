"""Earlier answers of a page: the response that a revisit repeats, and the validators of the next conditional request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import has_one_of
from crawler.archive.catalogue.databases.session_memory import memory
from crawler.archive.catalogue.models import (
    GONE,
    MOVED,
    CaptureRow,
    DocumentRow,
    PageRow,
    RunRow,
    VersionRow,
)
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import MERGED_FOLDER
from crawler.model import Capture, Validators

_AHEAD = "responses_ahead"


class EarlierResponse(NamedTuple):
    """A response record that has the payload already."""

    record_id: str
    url: str
    fetched_at: datetime
    etag: str | None
    last_modified: str | None


_RESPONSE_COLUMNS = (
    CaptureRow.record_id,
    CaptureRow.url,
    CaptureRow.fetched_at,
    CaptureRow.etag,
    CaptureRow.last_modified,
)
_NOT_MERGED = CaptureRow.warc_file.not_like(f"{MERGED_FOLDER}%")  # another archive's response may be invented
_RESPONSES = (
    select(*_RESPONSE_COLUMNS)
    .where(
        _NOT_MERGED,
        CaptureRow.url_key == bindparam("key"),
        CaptureRow.record_type == literal_column("'response'"),  # as in the index captures_by_payload
        CaptureRow.method == bindparam("method"),
        CaptureRow.status == bindparam("status"),
    )
    .order_by(CaptureRow.id.desc())
    .limit(1)
)
# the condition on the payload makes SQLite use captures_by_payload instead of reading all revisits
_LAST_RESPONSE = Prepared(_RESPONSES.where(CaptureRow.payload_sha256 > ""))
_LAST_OWN_RESPONSE = Prepared(_RESPONSES.where(CaptureRow.payload_sha256 > "", CaptureRow.origin.is_(None)))
_SEEN_IN = select(PageRow.seen_in).where(PageRow.url_key == bindparam("key")).scalar_subquery()
_MADE_A_VERSION = (
    select(VersionRow.capture_id)
    .join(PageRow, PageRow.report_id == VersionRow.report_id)
    .where(PageRow.url_key == bindparam("key"))
)
_CONFIRMED_RESPONSE = Prepared(
    select(*_RESPONSE_COLUMNS)
    .where(
        _NOT_MERGED,
        CaptureRow.url_key == bindparam("key"),
        CaptureRow.record_type == literal_column("'response'"),
        CaptureRow.payload_sha256 > "",
        CaptureRow.method == bindparam("method"),
        CaptureRow.status == 200,
        CaptureRow.id <= _SEEN_IN,  # validators are sent of no later one, see `validators`
        func.coalesce(CaptureRow.etag, "") == bindparam("etag"),
        func.coalesce(CaptureRow.last_modified, "") == bindparam("last_modified"),
    )
    # a part of a page can have the same validators: it is never what was seen last, and makes no version
    .order_by(
        (CaptureRow.id == _SEEN_IN).desc(), CaptureRow.id.in_(_MADE_A_VERSION).desc(), CaptureRow.id.desc()
    )
    .limit(1)
)
_RESPONSE_BY_RECORD = Prepared(
    select(*_RESPONSE_COLUMNS).where(
        CaptureRow.record_id == bindparam("record_id"), CaptureRow.url_key == bindparam("key")
    )
)
_SAME_PAYLOAD = Prepared(_RESPONSES.where(CaptureRow.payload_sha256 == bindparam("digest")))


def find_earlier_response(
    session: Session, key: str, capture: Capture, sha256: str, *, own: bool
) -> EarlierResponse | None:
    """Return the earlier response with a capture's payload: by digest, or for a 304 the one whose validators were sent.

    If none has these validators (another crawler's 304, validators of an earlier 304): the last one with status 200.
    `own`: the capture is of this archive's own crawl. A 304 to it confirms a response of such a crawl.
    """
    where = {"key": key, "method": capture.method}
    if capture.status == 304:
        sent = {name.lower(): value for name, value in capture.request_headers}
        validators = {
            "etag": sent.get("if-none-match", ""),
            "last_modified": sent.get("if-modified-since", ""),
        }
        found = _CONFIRMED_RESPONSE.first(session, where | validators) if any(validators.values()) else None
        found = found or (_LAST_OWN_RESPONSE if own else _LAST_RESPONSE).first(
            session, where | {"status": 200}
        )
    elif not capture.payload or capture.truncated or capture.method != "GET":
        return None
    else:
        digest = {"status": capture.status, "digest": sha256}
        found = _SAME_PAYLOAD.first(session, where | digest)
    return EarlierResponse(*found) if found else None


def find_response(session: Session, key: str, record_id: str) -> EarlierResponse | None:
    """Return the response in a record, if it is one of this canonical URL."""
    ahead: dict[tuple[str, str], EarlierResponse] = memory(session).get(_AHEAD, {})
    if known := ahead.get((key, record_id)):
        return known
    found = _RESPONSE_BY_RECORD.first(session, {"key": key, "record_id": record_id})
    return EarlierResponse(*found) if found else None


def read_responses_ahead(session: Session, record_ids: Iterable[str]) -> None:
    """Read the responses in these records, so that `find_response` need not, for as long as the session remembers."""
    ahead: dict[tuple[str, str], EarlierResponse] = memory(session).setdefault(_AHEAD, {})
    for named in has_one_of(CaptureRow.record_id, list(record_ids)):
        for row in session.execute(select(*_RESPONSE_COLUMNS, CaptureRow.url_key).where(named)):
            found = EarlierResponse(*row[:-1])
            ahead[row.url_key, found.record_id] = found


def confirmed_validators(values: Mapping[str, Any], known: EarlierResponse | None) -> dict[str, Any]:
    """Return the validators of a 304; those that it leaves out come from the response it confirms (RFC 9110, 15.4.5)."""
    if known is None or values["status"] != 304:
        return {}
    return {name: values[name] or getattr(known, name) for name in ("etag", "last_modified")}


MAX_NOT_MODIFIED_IN_A_ROW = 9
"""After so many 304 responses the page is requested without validators, since some servers answer 304 for a changed page."""


class Answer(NamedTuple):
    """Status and validators of one earlier answer."""

    status: int
    etag: str | None
    last_modified: str | None


_MAX_STUB_CHARS = 300
"""A shorter text may be a stub, from which earlier versions of this program did not go on to the document."""

_HAS_DOCUMENTS = Prepared(
    select(DocumentRow.id).where(DocumentRow.version_id == bindparam("version")).limit(1)
)
_LAST_SEEN_CAPTURE = Prepared(
    select(
        PageRow.seen_in,
        VersionRow.parts,
        VersionRow.id,
        func.length(VersionRow.body),
        VersionRow.attachments,
        VersionRow.unread,
    )
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
        # nor is what came from elsewhere
        CaptureRow.origin.is_(None),
        CaptureRow.warc_file.not_like(f"{MERGED_FOLDER}%"),
    )
    .order_by(CaptureRow.id.desc())
    .limit(MAX_NOT_MODIFIED_IN_A_ROW)
)


def validators(session: Session, key: str) -> Validators | None:
    """Return ETag and Last-Modified for a conditional request, from the last good capture of a page of a report.

    None if that capture came from outside. None for an article on several pages, and for one that may stand in a document: a
    304 for the page says nothing of the others. None after
    MAX_NOT_MODIFIED_IN_A_ROW 304 responses. None for a page that is gone or moved: when it is back, its text is a new version.
    """
    last_capture = _LAST_SEEN_CAPTURE.first(session, {"key": key})
    if last_capture is None:
        return None
    seen_in, parts, version_id, size, attachments, unread = last_capture
    if parts > 1 or seen_in is None:
        return None
    may_be_stub = attachments or (size < _MAX_STUB_CHARS and unread is None)
    if may_be_stub or _HAS_DOCUMENTS.first(session, {"version": version_id}):
        return None
    answers = [Answer(*row) for row in _LAST_ANSWERS.all(session, {"key": key, "seen_in": seen_in})]
    only_304 = all(answer.status == 304 for answer in answers)
    if not answers or (len(answers) == MAX_NOT_MODIFIED_IN_A_ROW and only_304):
        return None
    return Validators(etag=answers[0].etag, last_modified=answers[0].last_modified)
