"""Read the records of any WARC or ARC file, however faulty: an unreadable record is reported, and reading goes on at the next.

Every length, count and name in such a file is untrusted: each has a bound, and time is proportional to the file's size.
`answers` turns the records into captures. Our own files are read by `read`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crawler.regular_files import open_regular
from crawler.warc.fields import warc_date
from crawler.warc.foreign.arc import read_arc
from crawler.warc.foreign.item import HTTP_KINDS, Fault
from crawler.warc.foreign.lenient import http_address, lenient_date
from crawler.warc.foreign.syntax import ARC
from crawler.warc.foreign.warc import read_warc
from crawler.warc.foreign.window import Window
from crawler.warc.record import Record, is_http_url
from crawler.warc.write import Place

_CREDENTIALS = re.compile(r"//[^/?#]{0,4000}@")


def foreign_records(path: Path, start: int = 0, *, own: bool = False) -> Iterator[Record | Fault]:
    """Yield every record of a file from a byte on, in its order, and a Fault for each unreadable one. Raises OSError.

    `own`: the file is an archive's, so it can only be a WARC, plain or gzip; everything else is a Fault. The `warc-date` and `warc-target-uri` of responses and revisits are converted to the form that the archive keeps.
    """
    with open_regular(path) as file:
        window = Window(file, start, own=own)
        nothing = True
        while window.next_unit():
            nothing = False
            while window.skip_blank():
                item = _read_record(window)
                if isinstance(item, Fault) and item.reason.startswith("is cut off") and window.damages:
                    window.damages.pop()  # reported with the record that it cuts off
                yield item
            yield from _damages(window)
        nothing = nothing and not window.damages
        yield from _damages(window)
        if nothing:
            yield Fault(offset=start, reason="the file is empty")


def _damages(window: Window) -> Iterator[Fault]:
    for damage in window.damages:
        yield Fault(offset=damage.offset, reason=damage.reason)
    window.damages.clear()


def _read_record(window: Window) -> Record | Fault:
    """Read the record at the window's start, and move the window behind it."""
    place = window.place
    read = (read_arc if window.syntax is ARC else read_warc)(window)
    return read if isinstance(read, Fault) else _record(*read, place)


def _record(fields: dict[str, str], block: bytes, place: int) -> Record | Fault:
    kind, url = fields.get("warc-type", "").lower(), fields.get("warc-target-uri", "").strip("<> \t")
    if kind in HTTP_KINDS and (not url or is_http_url(url)):
        address = http_address(url)
        if address is None:
            shown = _CREDENTIALS.sub("//", url)[:80]
            reason = (
                f"its address {shown!r} is not valid, or has a password in it" if url else "it has no address"
            )
            return Fault(offset=place, reason=reason)
        try:
            fields["warc-date"] = warc_date(lenient_date(fields.get("warc-date", "")))
        except ValueError as error:
            return Fault(offset=place, reason=str(error), url=address)
        fields["warc-target-uri"] = address
    record = Record(
        kind=kind,
        fields=fields,
        block=block,
        place=Place(record_id=fields.get("warc-record-id", ""), offset=place, length=0),
    )
    if kind in HTTP_KINDS and record.block_is_whole is False:
        return Fault(offset=place, reason="its block does not match its WARC-Block-Digest", url=record.url)
    return record
