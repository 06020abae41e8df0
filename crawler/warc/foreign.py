"""Read the records of any WARC file, however faulty: an unreadable record is reported, and reading goes on at the next.

Every length, count and name in such a file is untrusted: each has a bound, and time is proportional to the file's size.
Bytes come from `window`; `answers` turns the records into captures. Our own files are read by `read`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.regular_files import open_regular
from crawler.warc.fields import warc_date
from crawler.warc.lenient import http_address, lenient_date
from crawler.warc.record import Record, is_http_url
from crawler.warc.window import RECORD_START, Window
from crawler.warc.write import Place

MAX_HEAD_BYTES = 256 * 1024  # a record's named fields
MAX_BLOCK_BYTES = 64 * 1024 * 1024  # a record's block; a larger one is not a page
HTTP_KINDS = ("response", "revisit")

HEAD_END = re.compile(rb"\r?\n\r?\n")
_RAW = re.compile("[\udc80-\udcff]")
_LENGTH = re.compile(r"[0-9]{1,15}")
_OTHER_FORMATS = (
    (b"filedesc://", "an ARC file: `warcio recompress` makes a WARC of it"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed: `zstd -d` makes a plain WARC of it"),
    (b"PK\x03\x04", "a zip file: if it is a WACZ, the WARC files in its folder `archive` can be imported"),
    (b"BZh", "bzip2-compressed: `bunzip2` makes a plain WARC of it"),
    (b"\xfd7zXZ", "xz-compressed: `unxz` makes a plain WARC of it"),
)
_START_BYTES = 80  # of a record, to recognise it or another format


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A part of a WARC file that cannot be read. `url` is the record's address, if known."""

    offset: int  # bytes from the file's start; in a gzip file, the member's
    reason: str
    url: str = ""


def foreign_records(path: Path, start: int = 0) -> Iterator[Record | Fault]:
    """Yield every record of a WARC file from a byte on, in its order, and a Fault for each unreadable one. Raises OSError.

    The `warc-date` and `warc-target-uri` of responses and revisits are converted to the form that the archive keeps.
    """
    with open_regular(path) as file:
        window = Window(file, start)
        nothing = True
        while window.next_unit():
            nothing = False
            while window.skip_blank():
                item = _read_record(window)
                if isinstance(item, Fault) and item.reason.startswith("is cut off") and window.damages:
                    window.damages.pop()  # reported with the record that it cuts off
                yield item
            yield from _damages(window)
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
    window.fill(_START_BYTES)
    start = bytes(window.buffer[:_START_BYTES])
    if not start.startswith(RECORD_START):
        window.to_next_record()
        return Fault(offset=place, reason=_why_no_record(start))
    end = window.find(HEAD_END, MAX_HEAD_BYTES)
    if end is None:
        whole = len(window.buffer) >= MAX_HEAD_BYTES
        window.drop(MAX_HEAD_BYTES)  # no blank line, so no other record's head is in these bytes
        window.to_next_record()
        reason = f"its head is over {MAX_HEAD_BYTES} bytes" if whole else "is cut off in its head"
        return Fault(offset=place, reason=reason)
    fields = _fields(bytes(window.buffer[: end.start()]))
    window.drop(end.end())
    block = _block(window, fields)
    if isinstance(block, str):
        return Fault(offset=place, reason=block, url=http_address(fields.get("warc-target-uri", "")) or "")
    return _record(fields, block, place)


def _why_no_record(start: bytes) -> str:
    for magic, name in _OTHER_FORMATS:
        if start.startswith(magic):
            return name
    return f"no WARC record begins here, but {start[:20]!r}"


def _fields(head: bytes) -> dict[str, str]:
    """Return named fields, names in lower case, the first of each name. Bytes that are not UTF-8 become %XX."""
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
    """Return the block behind a head, or the reason why it cannot be read. Moves the window to the next record."""
    length = fields.get("content-length", "")
    if not _LENGTH.fullmatch(length):
        window.to_next_record()
        return f"its Content-Length {length[:20]!r} is not a number" if length else "it has no Content-Length"
    size = int(length)
    if not window.may_hold(size):
        window.to_next_record()
        return f"is cut off, or its Content-Length {size} is wrong"
    if size > MAX_BLOCK_BYTES:
        window.skip(size)
        is_http = fields.get("warc-type", "").lower() in HTTP_KINDS
        return f"its block of {size} bytes is over {MAX_BLOCK_BYTES}" if is_http else b""
    if not window.fill(size):
        there = len(window.buffer)
        window.to_next_record()
        return f"is cut off: {there} of its {size} bytes are there"
    window.fill(size + len(RECORD_START))
    after = bytes(window.buffer[size : size + len(RECORD_START)])
    if after and after[:1] not in (b"\r", b"\n") and after != RECORD_START:
        window.to_next_record()
        return "its Content-Length is not the length of its block"
    block = bytes(window.buffer[:size])
    window.drop(size)
    return block


def _record(fields: dict[str, str], block: bytes, place: int) -> Record | Fault:
    kind, url = fields.get("warc-type", "").lower(), fields.get("warc-target-uri", "").strip("<> \t")
    if kind in HTTP_KINDS and (not url or is_http_url(url)):
        address = http_address(url)
        if address is None:
            reason = (
                f"its address {url[:80]!r} is not valid, or has a password in it"
                if url
                else "it has no address"
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
