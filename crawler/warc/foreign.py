"""Records of WARC files that anybody wrote, however badly: one that cannot be read is told, and the next one is read.

Every length, count and name in such a file is untrusted: each has a bound, and time grows with the file's size only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.warc.lenient import http_address, lenient_date, tells_http
from crawler.warc.record import Record
from crawler.warc.window import RECORD_START, Window
from crawler.warc.write import Place, warc_date

MAX_HEAD_BYTES = 256 * 1024  # of a record's named fields
MAX_BLOCK_BYTES = 64 * 1024 * 1024  # of a record that is kept; a larger one is no page
EXCHANGED = ("response", "revisit")

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_RAW = re.compile("[\udc80-\udcff]")
_LENGTH = re.compile(r"[0-9]{1,15}")
_OTHER_FORMATS = (
    (b"filedesc://", "an ARC file: `warcio recompress` makes a WARC of it"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed: `zstd -d` makes a plain WARC of it"),
    (b"PK\x03\x04", "a zip file: if it is a WACZ, the WARC files in its folder `archive` can be imported"),
    (b"BZh", "bzip2-compressed: `bunzip2` makes a plain WARC of it"),
    (b"\xfd7zXZ", "xz-compressed: `unxz` makes a plain WARC of it"),
)
_START_BYTES = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something in a WARC file that cannot be read. `url` is the address it is of, where that is known."""

    offset: int  # bytes from the file's start; in a gzip file, of the member
    reason: str
    url: str = ""


def foreign_records(path: Path, start: int = 0) -> Iterator[Record | Fault]:
    """Every record of a WARC file from a byte on, in its order, and a Fault for each that cannot be read. Raises OSError.

    The `warc-date` and `warc-target-uri` of responses and revisits are in the form that the archive keeps.
    """
    with path.open("rb") as file:
        window = Window(file, start)
        nothing = True
        while window.next_unit():
            nothing = False
            while window.skip_blank():
                item = _one(window)
                if isinstance(item, Fault) and item.reason.startswith("is cut off") and window.damages:
                    window.damages.pop()  # it is told with the record that it cuts
                yield item
            yield from _damages(window)
        yield from _damages(window)
        if nothing:
            yield Fault(offset=start, reason="the file holds nothing")


def _damages(window: Window) -> Iterator[Fault]:
    for damage in window.damages:
        yield Fault(offset=damage.offset, reason=damage.reason)
    window.damages.clear()


def _one(window: Window) -> Record | Fault:
    """The record that the window begins with; the window is behind it then."""
    place = window.place
    window.fill(_START_BYTES)
    start = bytes(window.buffer[:_START_BYTES])
    if not start.startswith(RECORD_START):
        window.to_next_record()
        return Fault(offset=place, reason=_named(start))
    end = window.find(_HEAD_END, MAX_HEAD_BYTES)
    if end is None:
        whole = len(window.buffer) >= MAX_HEAD_BYTES
        window.drop(MAX_HEAD_BYTES)  # without a blank line, no other record's head is in there
        window.to_next_record()
        reason = f"its head is over {MAX_HEAD_BYTES} bytes" if whole else "is cut off in its head"
        return Fault(offset=place, reason=reason)
    fields = _fields(bytes(window.buffer[: end.start()]))
    window.drop(end.end())
    block = _block(window, fields)
    if isinstance(block, str):
        return Fault(offset=place, reason=block, url=http_address(fields.get("warc-target-uri", "")) or "")
    return _record(fields, block, place)


def _named(start: bytes) -> str:
    for magic, name in _OTHER_FORMATS:
        if start.startswith(magic):
            return name
    return f"no WARC record begins here, but {start[:20]!r}"


def _fields(head: bytes) -> dict[str, str]:
    """Named fields, names in small letters, the first of each name. Bytes that are no UTF-8 become %XX."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = _RAW.sub(
            lambda found: f"%{ord(found[0]) - 0xDC00:02X}", head.decode("utf-8", "surrogateescape")
        )
    fields: dict[str, str] = {}
    name = ""
    for line in re.split(r"\r?\n", text)[1:]:
        if line[:1] in (" ", "\t") and name:
            fields[name] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon and name not in fields:
            fields[name] = value.strip()
        else:
            name = ""
    return fields


def _block(window: Window, fields: dict[str, str]) -> bytes | str:
    """The block behind a head, or why there is none. The window is before the next record then."""
    told = fields.get("content-length", "")
    if not _LENGTH.fullmatch(told):
        window.to_next_record()
        return f"its Content-Length {told[:20]!r} is none" if told else "it has no Content-Length"
    size = int(told)
    if not window.may_hold(size):
        window.to_next_record()
        return f"is cut off, or its Content-Length {size} is not that of its block"
    if size > MAX_BLOCK_BYTES:
        window.skip(size)
        of_web = fields.get("warc-type", "").lower() in EXCHANGED
        return f"its block of {size} bytes is over {MAX_BLOCK_BYTES}" if of_web else b""
    if not window.fill(size):
        there = len(window.buffer)
        window.to_next_record()
        return f"is cut off: {there} of its {size} bytes are there"
    window.fill(size + len(RECORD_START))
    after = bytes(window.buffer[size : size + len(RECORD_START)])
    if after and after[:1] not in (b"\r", b"\n") and after != RECORD_START:
        window.to_next_record()
        return "its Content-Length is not that of its block"
    block = bytes(window.buffer[:size])
    window.drop(size)
    return block


def _record(fields: dict[str, str], block: bytes, place: int) -> Record | Fault:
    kind, url = fields.get("warc-type", "").lower(), fields.get("warc-target-uri", "").strip("<> \t")
    if kind in EXCHANGED and (not url or tells_http(url)):
        address = http_address(url)
        if address is None:
            what = f"its address {url[:80]!r} is none that can be kept" if url else "it has no address"
            return Fault(offset=place, reason=what)
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
    if kind in EXCHANGED and record.block_is_whole is False:
        return Fault(offset=place, reason="its block does not have the digest that it tells", url=record.url)
    return record
