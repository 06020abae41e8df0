"""Write captures as WARC/1.1 records (ISO 28500) to an open file. Which file, and when, is decided in archive.evidence."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from deflate import gzip_compress

from crawler.model import Capture, http_head
from crawler.warc.digests import labelled
from crawler.warc.fields import ORIGIN, Provenance, field_text, uri_text, warc_date

REVISIT_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
REVISIT_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
STORED_DECODED = "transfer-encoding"
"""Header that is renamed in a record: the body is kept de-chunked, so the header would be wrong."""
ORIGINAL_PREFIX = "X-Archive-Orig-"
TLS_ALLOWED = "Fazhi-TLS-Allowed"
"""Field of a response received over a connection that `tls: strict` would have refused: legacy or unverified."""
PROXY = "Fazhi-Proxy"
"""Field of a response that came through a proxy: its kind (http, https, socks5, http-forward …), neither its name nor its address.
Such a record has no WARC-IP-Address: the proxy resolved the name, and its own address is not the server's."""

COMPRESSION_LEVEL = 4
"""libdeflate's: within 1 % of the size of zlib's level 6, in 0.4 of its time. Level 5 is 2 % smaller and takes 1/6 longer."""

_TRANSFER_ENCODING = re.compile(rb"(\n)(transfer-encoding[ \t]*:)", re.I)
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_RESPONSE = "application/http; msgtype=response"
_REQUEST = "application/http; msgtype=request"

_RANDOM_BITS = (1 << 12) - 1 << 64 | (1 << 62) - 1  # of a UUID of version 7

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The response record that a revisit refers to."""

    record_id: str
    url: str
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A record's place in its file."""

    record_id: str
    offset: int  # bytes from the start of the file
    length: int  # bytes, compressed


def response_head(capture: Capture) -> bytes:
    """Return a response's head for a record: as it was sent, except for the renamed Transfer-Encoding."""
    # a reader finds the body by CRLF CRLF, so a head with other line ends is written anew
    sent = capture.head if _ends_once(capture.head) else capture.plain_head
    return _TRANSFER_ENCODING.sub(rb"\1" + ORIGINAL_PREFIX.encode() + rb"\2", sent)


def _ends_once(head: bytes) -> bool:
    """Return whether every reader finds the end of a head at the same place: its last four bytes."""
    end = _EMPTY_LINE.search(head)
    return end is not None and end.end() == len(head) and head.endswith(b"\r\n\r\n")


def new_record_id() -> str:
    """Return a new unique WARC-Record-ID: a UUID of version 7 (RFC 9562), which sorts by time."""
    bits = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | 7 << 76 | 2 << 62
    digits = f"{bits | int.from_bytes(os.urandom(10)) & _RANDOM_BITS:032x}"
    return f"<urn:uuid:{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}>"


class Output(Protocol):
    """What is needed of an open binary file to append to it."""

    def write(self, data: memoryview, /) -> int:
        """Write bytes; return how many were taken."""

    def flush(self) -> object:
        """Write what is buffered."""


class WarcFile:
    """Append records to an open binary file, each as its own gzip member, flushed once it is whole.

    `sha256` and `size` are those of all bytes written.
    """

    def __init__(self, file: Output) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.size = 0  # bytes
        self._failure: OSError | None = None  # of a record that could not be written whole

    def info(self, name: str, when: datetime, fields: Mapping[str, str]) -> Place:
        """Write the `warcinfo` record that begins a file."""
        block = "".join(f"{key}: {field_text(value)}\r\n" for key, value in fields.items()).encode()
        return self._write("warcinfo", when, [("WARC-Filename", name)], "application/warc-fields", block)

    def capture(
        self,
        capture: Capture,
        earlier: Earlier | None = None,
        *,
        digest: bytes | None = None,
        origin: str | Provenance | None = None,
    ) -> Place:
        """Write `response` and `request` of a capture, or `revisit` and `request` if `earlier` has the same payload.

        Without request headers, as another archive gives a capture, no `request` is written. A 304 with `earlier` is written as a server-not-modified revisit. `digest` is the payload's SHA-256, if known.
        Returns the place of the response or revisit.
        """
        record_id, head, uri = new_record_id(), response_head(capture), uri_text(capture.url)
        fields = [("WARC-Target-URI", uri)]
        if capture.ip:
            fields.append(("WARC-IP-Address", capture.ip))
        fields += _optional_fields(capture, Provenance.of(origin))
        if earlier is None or capture.status != 304:  # a 304 has no payload
            fields.append(
                ("WARC-Payload-Digest", labelled(digest or hashlib.sha256(capture.payload).digest()))
            )
        kind, block = "response", head + capture.payload
        if earlier is not None:
            kind, block = "revisit", head
            fields += _revisit_fields(earlier, capture)
        place = self._write(kind, capture.fetched_at, fields, _RESPONSE, block, record_id)
        if origin is None or capture.request_headers or not isinstance(origin, Provenance):
            self._request(capture, uri, record_id)
        return place

    def _request(self, capture: Capture, uri: str, answer: str) -> None:
        """Write the request of an answer. Without digests: they would be a fifth of it, and the file has its own digest."""
        target = capture.url.split("/", 3)
        line = f"{capture.method} /{target[3] if len(target) > 3 else ''} HTTP/1.1"
        block = http_head(line, capture.request_headers) + capture.request_body
        fields = (("WARC-Target-URI", uri), ("WARC-Concurrent-To", answer))
        self._write("request", capture.fetched_at, fields, _REQUEST, block)

    def resource(
        self, url: str, when: datetime, content_type: str, data: bytes, *, origin: str | None = None
    ) -> Place:
        """Write a `resource` record: a document that did not come by HTTP."""
        fields = [("WARC-Target-URI", uri_text(url)), ("WARC-Payload-Digest", _digest_of(data))]
        fields += [(ORIGIN, origin)] if origin else []
        return self._write("resource", when, fields, content_type, data)

    def conversion(self, refers_to: str, url: str, when: datetime, content_type: str, data: bytes) -> Place:
        """Write a `conversion` record: another form of the record `refers_to`, such as a page as a browser drew it."""
        fields = [
            ("WARC-Target-URI", uri_text(url)),
            ("WARC-Refers-To", refers_to),
            ("WARC-Payload-Digest", _digest_of(data)),
        ]
        return self._write("conversion", when, fields, content_type, data)

    def metadata(self, when: datetime, lines: bytes, record_id: str | None = None) -> Place:
        """Write a `metadata` record of JSON Lines."""
        return self._write("metadata", when, (), "application/jsonl", lines, record_id)

    def _write(
        self,
        kind: str,
        when: datetime,
        fields: Fields,
        content_type: str,
        block: bytes,
        record_id: str | None = None,
    ) -> Place:
        """Write one record. Not with warcio, which re-encodes headers that are not ASCII and makes SHA-1 digests."""
        record_id = record_id or new_record_id()
        named = (
            ("WARC-Type", kind),
            ("WARC-Record-ID", record_id),
            ("WARC-Date", warc_date(when)),
            *fields,
            *([("WARC-Block-Digest", _digest_of(block))] if kind != "request" else ()),
            ("Content-Type", content_type),
            ("Content-Length", str(len(block))),
        )
        lines = "".join(f"{name}: {field_text(value)}\r\n" for name, value in named)
        return self.append(record_id, b"".join((f"WARC/1.1\r\n{lines}\r\n".encode(), block, b"\r\n\r\n")))

    def append(self, record_id: str, record: bytes) -> Place:
        """Write a serialised record as its own gzip member."""
        data = gzip_compress(record, COMPRESSION_LEVEL)
        offset = self.size
        self._put(data)
        self.sha256.update(data)
        self.size += len(data)
        return Place(record_id=record_id, offset=offset, length=len(data))

    def _put(self, data: bytearray) -> None:
        if self._failure is not None:  # nobody could read a record after half of one
            raise self._failure
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            self._file.flush()
        except OSError as error:
            if error.filename is None:
                error.filename = getattr(self._file, "name", None)
            self._failure = error
            raise


def _optional_fields(capture: Capture, origin: Provenance | None) -> list[tuple[str, str]]:
    values = {
        "WARC-Truncated": capture.truncated,
        TLS_ALLOWED: None if capture.tls == "strict" else capture.tls,
        PROXY: capture.proxy,
    }
    fields = [(name, value) for name, value in values.items() if value]
    return fields + (origin.fields() if origin else [])


def _revisit_fields(earlier: Earlier, capture: Capture) -> Fields:
    return [
        ("WARC-Profile", REVISIT_NOT_MODIFIED if capture.status == 304 else REVISIT_SAME_PAYLOAD),
        ("WARC-Refers-To", earlier.record_id),
        ("WARC-Refers-To-Target-URI", uri_text(earlier.url)),
        ("WARC-Refers-To-Date", warc_date(earlier.date)),
    ]


def _digest_of(data: bytes) -> str:
    return labelled(hashlib.sha256(data).digest())
