"""Faults of the connection: servers that break off, hang, send slowly or endlessly, or do not speak HTTP."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli

from crawler.model import Ending
from tests.site.faults.answers import (
    CHUNKED,
    DRIP,
    FLOOD,
    HANG,
    OPEN_ENDED,
    RESET,
    always,
    chunks,
    coded,
    fine,
    first,
    headed,
    http,
    page_of,
)
from tests.site.faults.coding import raw_deflate, zstandard
from tests.site.faults.fault import Fault
from tests.site.faults.server import Act, Call, Parts

BODY_LIMIT = 1_000_000
"""Size limit of the tests' crawl, so that no test must send 30 MB."""

TINY_PIECES = 20_000
"""Pieces of a body that may be of one byte each, in the tests' crawl."""


def _short(call: Call) -> Parts:
    page = page_of(call)
    return [http("200 OK", page, "Content-Type: text/html", length=len(page) + 500)]


def _half(then: Act) -> Callable[[Call], Parts]:
    return lambda call: [
        OPEN_ENDED.replace(b"Connection: close", b"Content-Length: 99999"),
        b"<html>half",
        then,
    ]


def _tiny(body: bytes, extension: bytes = b"") -> bytes:
    """Return a body in chunks of one byte, without the final empty chunk."""
    return b"".join(b"1%b\r\n%c\r\n" % (extension, byte) for byte in body)


def _typed(kind: str) -> Callable[[Call], Parts]:
    return lambda call: [http("200 OK", page_of(call), *([f"Content-Type: {kind}"] if kind else []))]


def _framed(codings: str) -> Callable[[Call], Parts]:
    """Serve the report with a Transfer-Encoding header for each part of `codings` between bars; chunked if they say so."""
    said = "".join(f"Transfer-Encoding: {value}\r\n" for value in codings.split("|"))

    def serve(call: Call) -> Parts:
        body = chunks(call) + b"0\r\n\r\n" if "chunked" in codings else page_of(call)
        length = "" if "chunked" in codings else f"Content-Length: {len(body)}\r\n"
        return [f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{said}{length}\r\n".encode() + body]

    return serve


def page_answer(call: Call) -> bytes:
    """Serve the report with a head that only this answer has."""
    return http("200 OK", page_of(call), "Content-Type: text/html", "X-Last:yes")


_FAILED = Ending.FAILED

ROWS = (
    Fault(name="closed", does="nobody listens", ending=_FAILED, detail=r"cannot connect.*\(tried 3 times\)", closed=True, asked=0),
    Fault(name="nameless", does="its name does not exist", ending=_FAILED, detail=r"no address for .*\(tried 2 times\)",
          addresses=(), asked=0),
    Fault(name="reset", does="breaks the connection instead of answering", ending=_FAILED, detail=r"broke.*\(tried 3 times\)",
          serve=always(RESET), asked=3),
    Fault(name="reset-once", does="the same the first time only", ending=Ending.NEW, serve=first(RESET), asked=2),
    Fault(name="reset-in-body", does="breaks the connection in the middle of the body", ending=_FAILED, detail="broke while reading",
          serve=_half(RESET), asked=3),
    Fault(name="no-answer", does="closes without a word", ending=_FAILED, detail="broke before the answer", serve=always(), asked=3),
    Fault(name="short-body", does="sends less than its Content-Length", ending=_FAILED, detail="ended before it was whole",
          serve=_short, asked=3),
    Fault(name="short-once", does="the same the first time only", ending=Ending.NEW,
          serve=lambda call: _short(call) if call.number == 1 else fine(call), asked=2),
    Fault(name="half-chunked", does="ends in the middle of its chunks", ending=_FAILED, detail="ended before it was whole",
          serve=lambda call: [CHUNKED, chunks(call)], asked=3),
    Fault(name="hangs", slow=True, does="takes the request and says nothing", ending=_FAILED, detail=r"(no answer|not done) .*\(tried 2 times\)",
          serve=always(HANG), asked=2),
    Fault(name="hangs-in-body", slow=True, does="says nothing more after half a body", ending=_FAILED, detail="no answer in time|not done within",
          serve=_half(HANG), asked=2),
    Fault(name="drips", slow=True, does="a byte every 20 ms, without end", ending=_FAILED, detail="not done within",
          serve=always(OPEN_ENDED, DRIP), asked=2),
    Fault(name="drips-head", slow=True, does="the same within its headers", ending=_FAILED, detail="not done within",
          serve=always(b"HTTP/1.1 200 OK\r\nX: ", DRIP), asked=2),
    Fault(name="garbage", does="sends bytes that are no HTTP", ending=_FAILED, detail="the answer is not valid HTTP|forbidden status",
          serve=always(b"\x00\x01\x02 hello\r\n\r\n"), asked=1),
    Fault(name="http-0.9", does="sends the page without any head", ending=_FAILED, detail="lenient|not an answer",
          serve=lambda call: [page_of(call), b"\r\n\r\n"], asked=1),
    Fault(name="ftp-banner", does="speaks FTP at port 80", ending=_FAILED, serve=always(b"220 FTP server ready\r\n\r\n"), asked=1),
    Fault(name="huge", does="a body over the limit", ending=_FAILED, detail="body over 1000000 bytes",
          serve=always(http("200 OK", b" " * (BODY_LIMIT + 1))), asked=1),
    Fault(name="endless", does="a body without end", ending=_FAILED, detail="body over", serve=always(OPEN_ENDED, FLOOD), asked=1),
    Fault(name="endless-head", does="headers without end", ending=_FAILED, detail="headers are over the limit",
          serve=always(b"HTTP/1.1 200 OK\r\nX: ", FLOOD), asked=1),
    Fault(name="gzip-bomb", does="a small gzip body that grows to 50 MB", ending=_FAILED, detail="when uncompressed", asked=1,
          serve=always(http("200 OK", gzip.compress(bytes(50_000_000), 9), "Content-Encoding: gzip"))),
    Fault(name="brotli-bomb", does="the same in Brotli", ending=_FAILED, detail="when uncompressed", asked=1,
          serve=always(http("200 OK", brotli.compress(bytes(50_000_000), quality=1), "Content-Encoding: br"))),
    Fault(name="gzip", does="gzip, though `identity` was asked for", ending=Ending.NEW, serve=coded("gzip", gzip.compress)),
    Fault(name="deflate", does="deflate in zlib's format", ending=Ending.NEW, serve=coded("deflate", zlib.compress)),
    Fault(name="raw-deflate", does="deflate without zlib's format", ending=Ending.NEW, serve=coded("deflate", raw_deflate)),
    Fault(name="brotli", does="Brotli", ending=Ending.NEW, serve=coded("br", brotli.compress)),
    Fault(name="zstd", does="Zstandard", ending=Ending.NEW, serve=coded("zstd", zstandard)),
    Fault(name="no-gzip", does="claims gzip and sends plain text", ending=Ending.NEW, serve=coded("gzip", bytes)),
    Fault(name="chunked", does="chunks, in pieces", ending=Ending.NEW, serve=lambda call: [CHUNKED, chunks(call), b"0\r\n\r\n"]),
    Fault(name="no-length", does="no length: the end of the connection ends the body", ending=Ending.NEW,
          serve=lambda call: [OPEN_ENDED, page_of(call)]),
    Fault(name="type-image", does="the page as image/jpeg", ending=Ending.NEW, serve=_typed("image/jpeg")),
    Fault(name="type-none", does="the page without a Content-Type", ending=Ending.NEW, serve=_typed("")),
    Fault(name="type-lies", does="UTF-8 declared as ISO-8859-1", ending=Ending.NEW, serve=_typed("text/html; charset=iso-8859-1")),
    Fault(name="interim", does="100 Continue and 103 before the answer", ending=Ending.NEW,
          serve=lambda call: [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nLink: </a.css>\r\n\r\n", *fine(call)]),
    Fault(name="no-reason", does="a status line without a reason", ending=Ending.NEW, serve=headed(b"HTTP/1.1 200")),
    Fault(name="tight-headers", does="headers without a space, folded or with spaces too many", ending=Ending.NEW,
          serve=headed(b"HTTP/1.1 200 OK\r\nX-A:1\r\nX-B:   2  \r\nX-C: 3\r\n  and 4")),
    Fault(name="http-1.0", does="HTTP/1.0", ending=Ending.NEW, serve=headed(b"HTTP/1.0 200 OK")),
    Fault(name="bare-lf", does="line ends without CR", ending=Ending.NEW,
          serve=lambda call: [b"HTTP/1.1 200 OK\nContent-Type: text/html\nConnection: close\n\n", page_of(call)]),
    Fault(name="sloppy-header", does="a header line with a space in its name", ending=_FAILED, detail="`headers: lenient` in its entry",
          serve=headed(b"HTTP/1.1 200 OK\r\nBad Name: 1"), asked=1),
    Fault(name="sloppy-header-allowed", does="the same, `headers: lenient` in its entry", ending=Ending.NEW,
          entry={"headers": "lenient"}, serve=headed(b"HTTP/1.1 200 OK\r\nBad Name: 1")),
    Fault(name="no-colon", does="a header line without a colon, `headers: lenient`", ending=Ending.NEW,
          entry={"headers": "lenient"}, serve=headed(b"HTTP/1.1 200 OK\r\nthis is no header")),
    Fault(name="control-bytes", does="control bytes in a header's value, `headers: lenient`", ending=Ending.NEW,
          entry={"headers": "lenient"}, serve=headed(b"HTTP/1.1 200 OK\r\nX-A: a\x00b\x01c")),
    Fault(name="sloppy-status", does="a status line of no version, `headers: lenient`", ending=Ending.NEW,
          entry={"headers": "lenient"}, serve=headed(b"HTTP 200  OK")),
    Fault(name="empty-length", does="a Content-Length without a number, `headers: lenient`", ending=Ending.NEW,
          entry={"headers": "lenient"}, serve=headed(b"HTTP/1.1 200 OK\r\nContent-Length: ")),
    *(
        Fault(name=name, does=does, ending=Ending.NEW, serve=_framed(said))
        for name, does, said in (
            ("chunked-twice", "Transfer-Encoding: chunked in two headers", "chunked|chunked"),
            ("chunked-chunked", "`chunked, chunked` in one", "chunked, chunked"),
            ("identity-chunked", "`identity, chunked`", "identity, chunked"),
            ("identity", "Transfer-Encoding: identity with a Content-Length", "identity"),
        )
    ),
    Fault(name="unknown-transfer", does="a Transfer-Encoding that there is none of", ending=_FAILED, serve=_framed("8bit"), asked=1,
          detail="`headers: lenient` in its entry"),
    Fault(name="unknown-transfer-allowed", does="the same, `headers: lenient` in its entry", ending=Ending.NEW, serve=_framed("8bit"),
          entry={"headers": "lenient"}),
    Fault(name="interim-at-once", does="100 and 103 in one segment with the answer", ending=Ending.NEW,
          serve=lambda call: [b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a.css>\r\n\r\n" + page_answer(call)]),
    Fault(name="interim-endless", does="103 again and again, and no answer", ending=_FAILED, detail="more than 20 interim", asked=1,
          serve=always(b"HTTP/1.1 103 Early\r\n\r\n" * 1000)),
    Fault(name="tiny-chunks", does="the page in chunks of one byte", ending=Ending.NEW,
          serve=lambda call: [CHUNKED, _tiny(page_of(call)), b"0\r\n\r\n"]),
    Fault(name="endless-tiny-chunks", does="chunks of one byte, more than a page has bytes", ending=_FAILED, detail="pieces of 1 bytes",
          serve=always(CHUNKED, _tiny(b"a" * (TINY_PIECES + 10_000)), b"0\r\n\r\n"), asked=1),
    Fault(name="chunk-extensions", does="chunks of one byte, each with an extension", ending=Ending.NEW,
          serve=lambda call: [CHUNKED, _tiny(page_of(call), b";name=value"), b"0\r\n\r\n"]),
    Fault(name="endless-extension", does="an extension of a chunk without end", ending=_FAILED, detail="valid HTTP|over the limit|too long",
          serve=always(CHUNKED, b"1;", FLOOD), asked=1),
    Fault(name="retry-after-overflow", does="503 with a Retry-After that is no date a computer can have", ending=_FAILED, detail="HTTP 503",
          serve=always(http("503 Busy", b"", "Retry-After: Mon, 01 Jan 2026 00:00:00 +99999999999999999999999999"))),
    Fault(name="retry-after-digits", does="503 with a Retry-After of 5,000 digits: the host is left alone", ending=_FAILED, detail="HTTP 503",
          serve=always(http("503 Busy", b"", "Retry-After: " + "9" * 5000)), asked=1),
    Fault(name="lenient-for-nothing", does="nothing wrong, `headers: lenient` and chunks", ending=Ending.NEW,
          entry={"headers": "lenient"}, serve=lambda call: [CHUNKED, chunks(call), b"0\r\n\r\n"]),
)  # fmt: skip
