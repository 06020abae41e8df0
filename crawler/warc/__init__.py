"""WARC/1.1 (ISO 28500): captures to records and back, on files.

Writing: `write` makes records (`digests`, `fields`), `cdxj` the index of a file. Reading our own files: `members`, `read`, `record`,
`salvage`.
Reading any crawler's files, however faulty: `window` gives the bytes, `foreign` the records (`lenient`), `answers` the
captures (`framing`). Where files are kept, and what they mean, is decided in archive and intake.
"""

from __future__ import annotations

from crawler.warc.answers import Answer, IgnoredRecord, RevisitReference, read_answers, resolve_revisit
from crawler.warc.digests import agrees, hex_sha256
from crawler.warc.fields import field_text
from crawler.warc.foreign import Fault, http_address
from crawler.warc.members import whole_length
from crawler.warc.read import (
    Record,
    exchanges,
    parse_warc_date,
    read_at,
    read_captures,
    read_records,
    to_capture,
)
from crawler.warc.salvage import salvage
from crawler.warc.write import ORIGIN, Earlier, Place, WarcFile, new_record_id, warc_date

__all__ = [
    "ORIGIN",
    "Answer",
    "Earlier",
    "Fault",
    "IgnoredRecord",
    "Place",
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
