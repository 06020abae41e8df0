"""WARC/1.1 (ISO 28500): captures to records and back, on files."""

from __future__ import annotations

from crawler.warc.digests import hex_sha256
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
from crawler.warc.write import ORIGIN, Earlier, Place, WarcFile, new_record_id, warc_date

__all__ = [
    "ORIGIN",
    "Earlier",
    "Place",
    "Record",
    "WarcFile",
    "exchanges",
    "hex_sha256",
    "new_record_id",
    "parse_warc_date",
    "read_at",
    "read_captures",
    "read_records",
    "to_capture",
    "warc_date",
    "whole_length",
]
