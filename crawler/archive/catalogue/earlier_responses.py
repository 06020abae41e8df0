"""Find the response of which a capture is a revisit: it has the same payload, or the server said that it is not modified."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import CaptureRow, PageRow, VersionRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import MERGED_FOLDER
from crawler.model import Capture


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
    session: Session, key: str, capture: Capture, sha256: str
) -> EarlierResponse | None:
    """Return the earlier response with a capture's payload: by digest, or for a 304 the one whose validators were sent.

    If none has these validators (another crawler's 304, validators of an earlier 304): the last one with status 200.
    """
    where = {"key": key, "method": capture.method}
    if capture.status == 304:
        sent = {name.lower(): value for name, value in capture.request_headers}
        validators = {
            "etag": sent.get("if-none-match", ""),
            "last_modified": sent.get("if-modified-since", ""),
        }
        found = _CONFIRMED_RESPONSE.first(session, where | validators) if any(validators.values()) else None
        found = found or _LAST_RESPONSE.first(session, where | {"status": 200})
    elif not capture.payload or capture.truncated or capture.method != "GET":
        return None
    else:
        digest = {"status": capture.status, "digest": sha256}
        found = _SAME_PAYLOAD.first(session, where | digest)
    return EarlierResponse(*found) if found else None


def find_response(session: Session, key: str, record_id: str) -> EarlierResponse | None:
    """Return the response in a record, if it is one of this canonical URL."""
    found = _RESPONSE_BY_RECORD.first(session, {"key": key, "record_id": record_id})
    return EarlierResponse(*found) if found else None


def confirmed_validators(values: Mapping[str, Any], known: EarlierResponse | None) -> dict[str, Any]:
    """Return the validators of a 304; those that it leaves out come from the response it confirms (RFC 9110, 15.4.5)."""
    if known is None or values["status"] != 304:
        return {}
    return {name: values[name] or getattr(known, name) for name in ("etag", "last_modified")}
