"""WARC/1.1 (ISO 28500): captures to records and back, on files."""

from __future__ import annotations

from crawler.warc.read import Record, parse_warc_date, read_captures, read_records, to_capture, whole_length
from crawler.warc.write import Earlier, Place, WarcFile, warc_date

__all__ = [
    "Earlier",
    "Place",
    "Record",
    "WarcFile",
    "parse_warc_date",
    "read_captures",
    "read_records",
    "to_capture",
    "warc_date",
    "whole_length",
]
