"""Faults of content codings: parts of a page that look complete, and wrongly named codings. Read completely, or failed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli

from crawler.model import Ending
from tests.site.faults.answers import coded, fine, http, page_of
from tests.site.faults.coding import raw_deflate, zstandard
from tests.site.faults.fault import Fault, Serve
from tests.site.faults.server import Call, Parts

Compress = Callable[[bytes], bytes]


def _members(compress: Compress) -> Compress:
    """Return the page as three gzip members, the second of which is empty."""
    return lambda page: compress(page[:999]) + compress(b"") + compress(page[999:])


def _cut(compress: Compress, part: float) -> Compress:
    """Return the beginning of the compressed page."""
    return lambda page: compress(page)[: int(len(compress(page)) * part)]


def _partial(*headers: str) -> Serve:
    def serve(call: Call) -> Parts:
        page = page_of(call)
        return [http("206 Partial Content", page[: len(page) // 2], "Content-Type: text/html", *headers)]

    return serve


def _once(serve: Serve) -> Serve:
    return lambda call: serve(call) if call.number == 1 else fine(call)


def _two_headers(call: Call) -> Parts:
    twice = gzip.compress(gzip.compress(page_of(call)))
    return [http("200 OK", twice, "Content-Encoding: gzip", "Content-Encoding: gzip")]


_STREAMS: tuple[tuple[str, str, Compress], ...] = (
    ("gzip", "gzip", gzip.compress),
    ("deflate", "deflate", zlib.compress),
    ("raw-deflate", "deflate", raw_deflate),
    ("brotli", "br", brotli.compress),
    ("zstd", "zstd", zstandard),
)
_SHORT = r"^short: .* stream has no end \(tried 3 times\)$"

ROWS = (
    *(
        Fault(name=f"{name}-cut", does=f"{name} without its end, with a Content-Length that fits", ending=Ending.FAILED,
              detail=_SHORT, serve=coded(coding, _cut(compress, 0.6)), asked=3)
        for name, coding, compress in _STREAMS
    ),
    *(
        Fault(name=f"{name}-tail", does=f"{name} and then bytes that are none of it", ending=Ending.NEW,
              serve=coded(coding, lambda page, compress=compress: compress(page) + b"\r\n<!-- cached -->"))  # type: ignore[misc]
        for name, coding, compress in _STREAMS
    ),
    Fault(name="gzip-last-byte", does="gzip without its last byte", ending=Ending.FAILED, detail=_SHORT, asked=3,
          serve=coded("gzip", lambda page: gzip.compress(page)[:-1])),
    Fault(name="gzip-cut-once", does="gzip without its end, the first time only", ending=Ending.NEW, asked=2,
          serve=_once(coded("gzip", _cut(gzip.compress, 0.6)))),
    Fault(name="gzip-damaged", does="gzip with a wrong checksum", ending=Ending.FAILED, detail="^short: .* is damaged",
          serve=coded("gzip", lambda page: gzip.compress(page)[:-8] + b"\1\2\3\4" + gzip.compress(page)[-4:]), asked=3),
    Fault(name="gzip-members", does="gzip of three members", ending=Ending.NEW, serve=coded("gzip", _members(gzip.compress))),
    Fault(name="gzip-members-cut", does="gzip of three members, the last without its end", ending=Ending.FAILED, detail=_SHORT,
          serve=coded("gzip", _cut(_members(gzip.compress), 0.8)), asked=3),
    Fault(name="zstd-frames", does="Zstandard of three frames", ending=Ending.NEW, serve=coded("zstd", _members(zstandard))),
    Fault(name="gzip-as-deflate", does="gzip that is called deflate", ending=Ending.NEW, serve=coded("deflate", gzip.compress)),
    Fault(name="deflate-as-gzip", does="deflate that is called gzip", ending=Ending.NEW, serve=coded("gzip", zlib.compress)),
    Fault(name="gzip-twice", does="gzip in gzip, in two headers", ending=Ending.NEW, serve=_two_headers),
    Fault(name="gzip-said-twice", does="gzip once, called `gzip, gzip`", ending=Ending.NEW, serve=coded("gzip, gzip", gzip.compress)),
    Fault(name="partial", does="206 with half of the page, though no range was asked for", ending=Ending.FAILED,
          detail=r"^short: HTTP 206, a part \(bytes 0-1/9\)", serve=_partial("Content-Range: bytes 0-1/9"), asked=3),
    Fault(name="partial-untold", does="the same without a Content-Range", ending=Ending.FAILED, detail="^short: HTTP 206", serve=_partial(), asked=3),
    Fault(name="partial-once", does="the same the first time only", ending=Ending.NEW, serve=_once(_partial()), asked=2),
    Fault(name="robots-cut", does="robots.txt is gzip without its end", ending=Ending.FAILED, detail=r"robots\.txt is short", asked=0,
          robots=lambda call: [http("200 OK", gzip.compress(b"User-agent: *\nDisallow: /a\n")[:-9], "Content-Encoding: gzip")]),
)  # fmt: skip
