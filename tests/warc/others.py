"""What another reader sees in a WARC file: warcio, which shares no code with ours."""

from __future__ import annotations

from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from crawler.warc import read_records

Seen = list[tuple[str, str, int, int, bytes]]
"""Type, id, offset and length in bytes, and block of each record."""


def warcio_sees(path: Path) -> Seen:
    """Return the records of a file as warcio reads them."""
    seen = []
    with path.open("rb") as file:
        records = ArchiveIterator(file, no_record_parse=True)
        for record in records:
            block = record.raw_stream.read()
            named = record.rec_headers
            offset, length = records.get_record_offset(), records.get_record_length()
            seen.append(
                (
                    named.get_header("WARC-Type"),
                    named.get_header("WARC-Record-ID"),
                    offset,
                    length,
                    block,
                )
            )
    return seen


def we_see(path: Path) -> Seen:
    """Return the records of a file as our own reader reads them."""
    return [
        (record.kind, record.place.record_id, record.place.offset, record.place.length, record.block)
        for record in read_records(path)
    ]
