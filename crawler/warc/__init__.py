"""WARC/1.1 (ISO 28500): captures to records and back, on files.

Writing: `write` makes records (`digests`, `fields`), `cdxj` the index of a file. Reading our own files: `members`, `read`, `record`,
`salvaging`.
Reading any crawler's files, however faulty: `window` gives the bytes, `foreign` the records (`lenient`), `answers` the
captures (`framing`). Where files are kept, and what they mean, is decided in archive and intake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.warc.answers import Answer, IgnoredRecord, RevisitReference, read_answers, resolve_revisit
    from crawler.warc.digests import agrees, hex_sha256
    from crawler.warc.fields import ORIGIN, Provenance, field_text, parse_warc_date, warc_date
    from crawler.warc.foreign import Fault, http_address
    from crawler.warc.members import whole_length
    from crawler.warc.read import (
        Record,
        exchanges,
        read_at,
        read_captures,
        read_records,
        to_capture,
    )
    from crawler.warc.salvaging import salvage
    from crawler.warc.write import Earlier, Place, WarcFile, new_record_id
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".answers": (
                "Answer",
                "IgnoredRecord",
                "RevisitReference",
                "read_answers",
                "resolve_revisit",
            ),
            ".digests": (
                "agrees",
                "hex_sha256",
            ),
            ".fields": ("ORIGIN", "Provenance", "field_text", "parse_warc_date", "warc_date"),
            ".foreign": ("Fault", "http_address"),
            ".members": ("whole_length",),
            ".read": (
                "Record",
                "exchanges",
                "read_at",
                "read_captures",
                "read_records",
                "to_capture",
            ),
            ".salvaging": ("salvage",),
            ".write": (
                "Earlier",
                "Place",
                "WarcFile",
                "new_record_id",
            ),
        },
    )

__all__ = [
    "ORIGIN",
    "Answer",
    "Earlier",
    "Fault",
    "IgnoredRecord",
    "Place",
    "Provenance",
    "Record",
    "RevisitReference",
    "WarcFile",
    "agrees",
    "exchanges",
    "field_text",
    "hex_sha256",
    "http_address",
    "new_record_id",
    "parse_warc_date",
    "read_answers",
    "read_at",
    "read_captures",
    "read_records",
    "resolve_revisit",
    "salvage",
    "to_capture",
    "warc_date",
    "whole_length",
]
