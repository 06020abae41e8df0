"""Records of WARC and ARC files of any crawler: plain, gzip or zstd, however faulty.

`window` gives the bytes; `compressed` inflates them, with `gzip` and `zstd`. `syntax` tells WARC from ARC. `records` reads the
records, with `warc` and `arc` for their heads, `blocks` for what follows these, and `lenient` for dates and addresses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.warc.foreign.gzip import GZIP_WINDOW_BITS
    from crawler.warc.foreign.item import HEAD_END, HTTP_KINDS, MAX_HEAD_BYTES, Fault, is_web_resource
    from crawler.warc.foreign.lenient import http_address, lenient_date
    from crawler.warc.foreign.records import foreign_records
    from crawler.warc.foreign.syntax import is_web_archive
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".gzip": ("GZIP_WINDOW_BITS",),
            ".item": ("HEAD_END", "HTTP_KINDS", "MAX_HEAD_BYTES", "Fault", "is_web_resource"),
            ".lenient": ("http_address", "lenient_date"),
            ".records": ("foreign_records",),
            ".syntax": ("is_web_archive",),
        },
    )

__all__ = [
    "GZIP_WINDOW_BITS",
    "HEAD_END",
    "HTTP_KINDS",
    "MAX_HEAD_BYTES",
    "Fault",
    "foreign_records",
    "http_address",
    "is_web_archive",
    "is_web_resource",
    "lenient_date",
]
