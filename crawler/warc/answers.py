"""Read the HTTP answers of any WARC or ARC file as captures: marks incomplete ones, and reports records that hold no answer.

Takes records from `foreign`. What an answer means is not decided here: see fetch.answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from crawler.model import Capture
from crawler.warc.digests import agrees_with_any, parse_digest
from crawler.warc.fields import field_text
from crawler.warc.foreign import (
    HEAD_END,
    HTTP_KINDS,
    MAX_HEAD_BYTES,
    Fault,
    foreign_records,
    http_address,
    is_web_resource,
    lenient_date,
)
from crawler.warc.foreign.arc import CHECKSUM
from crawler.warc.framing import Framing, dechunked
from crawler.warc.read import to_capture
from crawler.warc.record import Record

MAX_IP_CHARS = 45  # an IPv6 address that ends in an IPv4 one
MAX_INTERIM_HEADS = 5  # answers of 1xx before the final one

_CHUNKED = re.compile(rb"\ntransfer-encoding[ \t]*:[^\r\n]*\bchunked\b", re.I)
_METHOD = re.compile(r"[A-Z]{1,8}")
_TRUNCATION_REASON = re.compile(r"[a-z-]{1,20}")
_INTERIM = re.compile(rb"HTTP/[\d.]+[ \t]+(?:1\d\d\b|200[ \t]+connection established)", re.I)
_UNSPECIFIED = "unspecified"  # a reason of ISO 28500 for WARC-Truncated
_NOT_OF_A_RESOURCE = "request, IP address, status line and headers: its record is a resource, which has none"


class RevisitReference(NamedTuple):
    """Reference of a revisit to the answer it repeats: address, date and payload digest, as far as the record has them."""

    url: str
    date: datetime | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer of any crawler's WARC. `short`: why its record or its chunks are incomplete, else empty.

    The capture of a short answer is marked `truncated`. Its Content-Length is not checked here: see fetch.answers.judge.
    """

    capture: Capture
    record_id: str
    offset: int = 0  # of its record, as in a Fault
    unknown_digest: str = (
        ""  # a digest field of its record that could not be checked: its algorithm is not known
    )
    digest: str = ""  # WARC-Payload-Digest, of any algorithm
    short: str = ""
    repeats: RevisitReference | None = None  # of a revisit: the answer that has its payload
    not_kept: str = ""  # what of the exchange its record cannot have


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredRecord:
    """A record that holds no HTTP answer, and is no request."""

    kind: str


def read_answers(path: Path) -> Iterator[Answer | Fault | IgnoredRecord]:
    """Yield the answers, faults and ignored records of a WARC or ARC file in its order. Raises OSError.

    A page or document of a web address in a `resource` record, as programs write them that pack a folder of saved files,
    becomes an answer too. `not_kept` says what it lacks.
    """
    for item in _paired(foreign_records(path)):
        if isinstance(item, Fault):
            yield item
            continue
        record, request = item
        if record.is_http and record.kind != "revisit" and not record.block.strip():
            yield IgnoredRecord(kind="empty answer")
        elif record.is_http:
            yield _answer(record, request)
        elif is_web_resource(record.fields):
            yield _resource(record)
        elif record.kind != "request":
            yield IgnoredRecord(kind=_kind(record))


def _kind(record: Record) -> str:
    scheme = record.url.partition(":")[0]
    return f"{scheme[:20]}: {record.kind}" if record.kind in HTTP_KINDS else record.kind[:20] or "no type"


def _paired(items: Iterable[Record | Fault]) -> Iterator[tuple[Record, Record | None] | Fault]:
    """Yield every record but the requests, each with its request next to it, before or after: crawlers differ in this."""
    waiting: Record | None = None
    before: Record | None = None
    for item in items:
        if isinstance(item, Record) and item.kind == "request":
            if waiting and _belongs(item, waiting):
                yield waiting, item
                waiting = None
            else:
                before = item
            continue
        if waiting:
            yield waiting, None
            waiting = None
        if isinstance(item, Fault):
            yield item
        elif not item.is_http:
            yield item, None
        elif before and _belongs(before, item):
            yield item, before
        else:
            waiting = item
    if waiting:
        yield waiting, None


def _belongs(request: Record, response: Record) -> bool:
    one, other = request.place.record_id, response.place.record_id
    named = request.fields.get("warc-concurrent-to"), response.fields.get("warc-concurrent-to")
    return bool((other and named[0] == other) or (one and named[1] == one))


def _answer(record: Record, request: Record | None) -> Answer | Fault:
    head, payload = sent = _split(record.block)
    if record.kind != "revisit" and not head.startswith(b"HTTP/"):
        return Fault(offset=record.place.offset, reason="its block is no HTTP answer", url=record.url)
    if len(head) > MAX_HEAD_BYTES:
        reason = f"its HTTP head is over {MAX_HEAD_BYTES} bytes"
        return Fault(offset=record.place.offset, reason=reason, url=record.url)
    chunks = dechunked(payload) if _CHUNKED.search(head) else Framing.NONE
    if isinstance(chunks, bytes):
        payload = chunks
    capture = to_capture(replace(record, block=_crlf(head) + payload), _request(request))
    if not _METHOD.fullmatch(capture.method):
        capture = replace(capture, method="GET")
    digest = record.fields.get("warc-payload-digest", "")
    answer = Answer(
        capture=replace(capture, ip=_ip(capture.ip)),
        record_id=record.place.record_id,
        offset=record.place.offset,
        digest=digest,
    )
    if record.kind == "revisit":  # without a payload, and some crawlers mark it truncated for that
        capture = replace(answer.capture, truncated=None, payload=b"")
        return replace(answer, capture=capture, repeats=_reference(record))
    if short := _marked_incomplete(record) or (chunks.value if chunks is Framing.BROKEN else ""):
        reason = capture.truncated or ""
        truncated = reason if _TRUNCATION_REASON.fullmatch(reason) else _UNSPECIFIED
        return replace(answer, capture=replace(answer.capture, truncated=truncated), short=short)
    if digest and agrees_with_any(digest, _payload_forms(record, sent[1], answer.capture)) is False:
        reason = "its payload does not match its WARC-Payload-Digest"
        return Fault(offset=record.place.offset, reason=reason, url=record.url)
    return replace(answer, unknown_digest=_unknown_digest(record))


def _resource(record: Record) -> Answer | Fault:
    """Return a `resource` record as the answer that its bytes once were, as far as they tell."""
    offset, url = record.place.offset, http_address(record.url)
    if url is None:
        return Fault(offset=offset, reason="its address is not valid, or has a password in it")
    if faults := record.faults():
        return Fault(offset=offset, reason=faults[0], url=url)
    try:
        at = lenient_date(record.fields.get("warc-date", ""))
    except ValueError as error:
        return Fault(offset=offset, reason=str(error), url=url)
    short = _marked_incomplete(record)
    capture = Capture(
        url=url,
        status=200,
        reason="OK",
        headers=(("Content-Type", field_text(record.fields["content-type"])),),
        payload=record.block,
        fetched_at=at,
        truncated=_UNSPECIFIED if short else None,
    )
    return Answer(
        capture=capture,
        record_id=record.place.record_id,
        offset=offset,
        unknown_digest=_unknown_digest(record),
        digest=record.fields.get("warc-payload-digest", ""),
        short=short,
        not_kept=_NOT_OF_A_RESOURCE,
    )


def _payload_forms(record: Record, payload: bytes, capture: Capture) -> Iterator[bytes]:
    """Yield the bytes that crawlers take for the payload: as sent, after the first head, de-chunked, uncompressed."""
    yield payload
    yield capture.payload
    if end := HEAD_END.search(record.block, 0, MAX_HEAD_BYTES):
        yield record.block[end.end() :]
    decoded = capture.decoded()
    if decoded.short is None:
        yield decoded.body


def _unknown_digest(record: Record) -> str:
    """Return the algorithm and field of the first digest that cannot be checked, else an empty text."""
    for name in ("warc-block-digest", "warc-payload-digest", CHECKSUM):
        value = record.fields.get(name)
        if value and parse_digest(value) is None:
            return f"{name} {value.partition(':')[0][:20]!r}"
    return ""


def _ip(text: str | None) -> str | None:
    """Return an IP address in its usual form; None for anything else, also for one with a zone, which may be any text."""
    if not text or len(text) > MAX_IP_CHARS or "%" in text:
        return None
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _split(block: bytes) -> tuple[bytes, bytes]:
    """Return the final head without its empty line, and the body. Lines may end in CRLF or LF."""
    for _ in range(MAX_INTERIM_HEADS + 1):
        end = HEAD_END.search(block, 0, MAX_HEAD_BYTES)
        head, payload = (block[: end.start()], block[end.end() :]) if end else (block, b"")
        if not (_INTERIM.match(head) and payload.startswith(b"HTTP/")):
            break
        block = payload
    return head, payload


def _crlf(head: bytes) -> bytes:
    """Return a head with the line ends of HTTP, CRLF, by which our own reader finds the head's end."""
    return re.sub(rb"\r?\n", b"\r\n", head) + b"\r\n\r\n" if head.strip() else b""


def _request(request: Record | None) -> Record | None:
    if request is None:
        return None
    head, body = _split(request.block)
    if len(head) > MAX_HEAD_BYTES:
        return None
    return replace(request, block=_crlf(head) + body)


def _marked_incomplete(record: Record) -> str:
    """Return how a record itself says that it is incomplete, else an empty text."""
    if (reason := record.fields.get("warc-truncated")) is not None:
        return f"WARC-Truncated says {reason[:20]!r}"
    if (number := record.fields.get("warc-segment-number")) is not None:
        return f"it is segment {number[:20]} of a longer record"
    return ""


def _reference(record: Record) -> RevisitReference:
    text = record.fields.get("warc-refers-to-date", "")
    try:
        date = lenient_date(text) if text else None
    except ValueError:
        date = None
    url = http_address(record.fields.get("warc-refers-to-target-uri", "")) or record.url
    return RevisitReference(url, date, record.fields.get("warc-payload-digest", ""))


def resolve_revisit(revisit: Capture, original: Capture) -> Capture:
    """Return the capture that a revisit stands for: its own time, and head if it has one, with the original's payload."""
    if revisit.status == 0:  # a record without a block
        return replace(original, url=revisit.url, fetched_at=revisit.fetched_at, ip=revisit.ip)
    return replace(revisit, payload=original.payload, truncated=original.truncated)
