"""Captures to WARC/1.1 records (ISO 28500), on an open file. Knows no archive and no run."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO
from uuid import uuid4

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.model import Capture, Headers

REVISIT_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
REVISIT_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
STORED_DECODED = (
    "transfer-encoding"  # a response's body is kept de-chunked, so this header must not claim otherwise
)
ORIGINAL = "X-Archive-Orig-"
TLS_ALLOWED = "Fazhi-TLS-Allowed"
"""Field of a response got over a connection that the default would have refused: legacy or unverified."""

_TRANSFER_ENCODING = re.compile(rb"(\n)(transfer-encoding[ \t]*:)", re.I)
LEVEL = 4
"""Of gzip. Warcio's own 9 takes twice the time for 3 % less, which is most of what a page costs to keep."""

_RESPONSE = "application/http; msgtype=response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The response record that a revisit refers to."""

    record_id: str
    url: str
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record came to stand."""

    record_id: str
    offset: int  # bytes from the start of the file
    length: int  # bytes, compressed


class _RawBlock:
    """An HTTP header block that warcio writes byte for byte (its own way re-encodes non-ASCII headers)."""

    def __init__(self, block: bytes) -> None:
        self.headers_buff = block

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Nothing to compute: the bytes are there."""


def http_block(start_line: str, headers: Headers) -> bytes:
    """Start line and headers as bytes, ended by an empty line; header text is ISO-8859-1, so bytes come back as they were."""
    lines = [start_line, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def response_head(capture: Capture) -> bytes:
    """A response's head for a record: as it was sent, but for the header that its stored body belies."""
    # by no other end than this would a reader find where the body begins
    sent = capture.head if capture.head.endswith(b"\r\n\r\n") else capture.plain_head
    return _TRANSFER_ENCODING.sub(rb"\1" + ORIGINAL.encode() + rb"\2", sent)


def warc_date(when: datetime) -> str:
    """WARC-Date (W3C-DTF, UTC) with as many decimals as the time has: 2026-11-24T09:30:00.123Z."""
    when = when.astimezone(UTC)
    text = when.strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{when.microsecond:06}".rstrip("0") if when.microsecond else "") + "Z"


class WarcFile:
    """Appends records to an open binary file, each a gzip member of its own, flushed when it is whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._record = io.BytesIO()  # the one being written, before compression
        self._writer = WARCWriter(self._record, gzip=False, warc_version="WARC/1.1")

    def info(self, name: str, when: datetime, fields: Mapping[str, str]) -> Place:
        """The `warcinfo` record that heads a file."""
        block = "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()
        return self._write("warcinfo", when, {"WARC-Filename": name}, "application/warc-fields", block)

    def capture(self, capture: Capture, earlier: Earlier | None = None) -> Place:
        """`response` and `request` of a capture, or `revisit` and `request` where `earlier` has the same payload.

        A 304 with `earlier` is a server-not-modified revisit. Returns the place of the response or revisit.
        """
        record_id = _new_id()
        common = {"WARC-Target-URI": capture.url} | ({"WARC-IP-Address": capture.ip} if capture.ip else {})
        fields = dict(common)
        if capture.truncated:
            fields["WARC-Truncated"] = capture.truncated
        if capture.tls not in (None, "strict"):
            fields[TLS_ALLOWED] = str(capture.tls)
        head = response_head(capture)
        if earlier is None:
            place = self._write(
                "response",
                capture.fetched_at,
                fields,
                _RESPONSE,
                capture.payload,
                head=head,
                record_id=record_id,
            )
        else:
            fields |= {
                "WARC-Profile": REVISIT_NOT_MODIFIED if capture.status == 304 else REVISIT_SAME_PAYLOAD,
                "WARC-Refers-To": earlier.record_id,
                "WARC-Refers-To-Target-URI": earlier.url,
                "WARC-Refers-To-Date": warc_date(earlier.date),
            }
            if capture.status != 304:  # a 304 has no payload whose digest could be told
                fields["WARC-Payload-Digest"] = _sha256(capture.payload)
            place = self._write(
                "revisit", capture.fetched_at, fields, _RESPONSE, b"", head=head, record_id=record_id
            )
        target = capture.url.split("/", 3)
        request_line = f"{capture.method} /{target[3] if len(target) > 3 else ''} HTTP/1.1"
        self._write(
            "request",
            capture.fetched_at,
            common | {"WARC-Concurrent-To": record_id},
            "application/http; msgtype=request",
            capture.request_body,
            head=http_block(request_line, capture.request_headers),
        )
        return place

    def resource(self, url: str, when: datetime, content_type: str, data: bytes) -> Place:
        """A `resource` record: a document that no HTTP exchange brought."""
        return self._write("resource", when, {"WARC-Target-URI": url}, content_type, data)

    def conversion(self, refers_to: str, url: str, when: datetime, content_type: str, data: bytes) -> Place:
        """A `conversion` record: another form of what the record `refers_to` holds, such as a page as a browser drew it."""
        fields = {"WARC-Target-URI": url, "WARC-Refers-To": refers_to}
        return self._write("conversion", when, fields, content_type, data)

    def metadata(self, refers_to: str, url: str, when: datetime, content: Mapping[str, Any]) -> Place:
        """A `metadata` record of JSON about the record `refers_to`."""
        fields = {"WARC-Target-URI": url, "WARC-Refers-To": refers_to}
        block = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
        return self._write("metadata", when, fields, "application/json", block)

    def _write(
        self,
        kind: str,
        when: datetime,
        fields: Mapping[str, str],
        content_type: str,
        payload: bytes,
        *,
        head: bytes = b"",
        record_id: str | None = None,
    ) -> Place:
        """One record. Its digests are given here, since warcio's own would be SHA-1."""
        record_id = record_id or _new_id()
        block = head + payload
        digests = {"WARC-Block-Digest": _sha256(block)}
        if kind not in ("warcinfo", "revisit"):
            digests["WARC-Payload-Digest"] = _sha256(payload)
        headers = StatusAndHeaders(
            "",
            [
                ("WARC-Type", kind),
                ("WARC-Record-ID", record_id),
                ("WARC-Date", warc_date(when)),
                *fields.items(),
                *digests.items(),
            ],
            protocol="WARC/1.1",
        )
        record = ArcWarcRecord(
            "warc",
            kind,
            headers,
            io.BytesIO(block),
            None,
            content_type,
            len(block),
            payload_length=len(block),
        )
        offset = self._file.tell()
        # a revisit's block is its HTTP header, which warcio writes only by way of http_headers
        if kind == "revisit":
            record.http_headers = _RawBlock(block)
            record.raw_stream = io.BytesIO(b"")
            record.payload_length = 0
        self._record.seek(0)
        self._record.truncate()
        self._writer.write_record(record)
        member = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        self._file.write(member.compress(self._record.getbuffer()) + member.flush())
        self._file.flush()
        return Place(record_id=record_id, offset=offset, length=self._file.tell() - offset)


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _sha256(data: bytes) -> str:
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode("ascii")
