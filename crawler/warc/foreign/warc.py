"""Read a record of a WARC file: its named fields and its block."""

from __future__ import annotations

import re

from crawler.warc.foreign.blocks import NoBlock, read_block
from crawler.warc.foreign.item import HEAD_END, HTTP_KINDS, MAX_HEAD_BYTES, Fault, is_web_resource
from crawler.warc.foreign.lenient import http_address
from crawler.warc.foreign.window import Window

_RAW = re.compile("[\udc80-\udcff]")
_OTHER_FORMATS = (
    (b"filedesc://", "an ARC file: `warcio recompress` makes a WARC of it"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed: `zstd -d` makes a plain WARC of it"),
    (b"PK\x03\x04", "a zip file: if it is a WACZ, `fazhi import` reads it"),
    (b"BZh", "bzip2-compressed: `bunzip2` makes a plain WARC of it"),
    (b"\xfd7zXZ", "xz-compressed: `unxz` makes a plain WARC of it"),
)
_START_BYTES = 80  # of a record, to recognise another format


def read_warc(window: Window) -> tuple[dict[str, str], bytes] | Fault:
    """Return the fields and the block of the record at the window's start, and move the window behind it."""
    place = window.place
    window.fill(_START_BYTES)
    if not window.syntax.begins(window.buffer):
        start = bytes(window.buffer[:_START_BYTES])
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
    is_answer = fields.get("warc-type", "").lower() in HTTP_KINDS or is_web_resource(fields)
    block = read_block(window, fields.get("content-length", ""), name="Content-Length", is_answer=is_answer)
    if isinstance(block, NoBlock):
        url = http_address(fields.get("warc-target-uri", "")) or ""
        return Fault(offset=place, reason=block.reason, url=url, is_damage=block.is_damage)
    return fields, block


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
            fields[name] = f"{fields[name]} {line.strip()}".strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon and name not in fields:
            fields[name] = value.strip()
        else:
            name = ""
    return fields
