"""Build WARC records as other crawlers write them, valid or faulty."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

URL = "http://www.example.gov.cn/a.html"
OTHER = "http://www.example.gov.cn/b.html"
DATE = "2023-03-16T01:02:03Z"
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def a_record(
    block: bytes = HTML + b"\r\n<p>page</p>",
    *,
    kind: str | None = "response",
    url: str | bytes | None = URL,
    date: str | None = DATE,
    record_id: str = "<urn:uuid:1>",
    version: str = "WARC/1.0",
    more: Iterable[str] = (),
    length: str | int | None = -1,
    content_type: str = "application/http; msgtype=response",
    eol: bytes = b"\r\n",
    end: bytes | None = None,
) -> bytes:
    """Return one record. `length` -1: the block's length; None: without Content-Length."""
    address = url.encode() if isinstance(url, str) else url
    fields = [
        version.encode(),
        f"WARC-Type: {kind}".encode() if kind is not None else None,
        f"WARC-Record-ID: {record_id}".encode(),
        f"WARC-Date: {date}".encode() if date is not None else None,
        b"WARC-Target-URI: " + address if address is not None else None,
        *(field.encode() for field in more),
        f"Content-Type: {content_type}".encode(),
        f"Content-Length: {len(block) if length == -1 else length}".encode() if length is not None else None,
    ]
    head = eol.join(field for field in fields if field is not None)
    return head + eol * 2 + block + (eol * 2 if end is None else end)


def zipped(*records: bytes) -> bytes:
    """Return records compressed with one gzip member each, as the standard recommends."""
    return b"".join(map(gzip.compress, records))


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + end
