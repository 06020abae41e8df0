"""Read a record of an ARC file as if it were one of a WARC file: its line gives address, IP address and time.

What the line says beyond these is not kept: the content type, which the HTTP head has too, and in version 2 a status,
a checksum of unknown algorithm, and the record's place.
"""

from __future__ import annotations

import re

from crawler.warc.foreign.blocks import NoBlock, read_block
from crawler.warc.foreign.item import HTTP_KINDS, Fault
from crawler.warc.foreign.lenient import http_address
from crawler.warc.foreign.line import MAX_LINE_BYTES, VERSION_BLOCK, parse_line
from crawler.warc.foreign.window import Window
from crawler.warc.record import is_http_url

CHECKSUM = "arc-checksum"
"""Field for the checksum of a line of version 2: the format does not say of what, or how it is made."""

_LINE_END = re.compile(rb"\r?\n")
_DATE_DIGITS = 14  # longer ones go on with fractions of a second, in no form that is described
_UNKNOWN_IPS = (b"0", b"-", b"0.0.0.0")
_HTTP = "application/http"


def read_arc(window: Window) -> tuple[dict[str, str], bytes] | Fault:
    """Return fields of a WARC record and the block of the record at the window's start, and move the window behind it."""
    place = window.place
    end = window.find(_LINE_END, MAX_LINE_BYTES)
    raw = bytes(window.buffer[: end.start() if end else MAX_LINE_BYTES])
    line = parse_line(raw) if end else None
    if line is None or end is None:
        window.to_next_record()
        return Fault(offset=place, reason=f"no ARC record begins here, but {raw[:20]!r}")
    window.drop(end.end())
    url = line.url.decode("utf-8", "backslashreplace")
    is_http = is_http_url(url)
    length = line.length.decode("ascii", "backslashreplace")
    block = read_block(window, length, name="Archive-length", is_answer=is_http)
    is_version = raw.startswith(VERSION_BLOCK)
    if isinstance(block, NoBlock) and is_version:
        block = b""  # some writers count it wrong, and no capture is in it
    if isinstance(block, NoBlock):
        address = (http_address(url) or "") if is_http else ""
        return Fault(offset=place, reason=block.reason, url=address, is_damage=block.is_damage)
    fields = {
        "warc-type": "warcinfo" if is_version else HTTP_KINDS[0],
        "warc-target-uri": url,
        "warc-date": line.date[:_DATE_DIGITS].decode(),
        "content-type": _HTTP if is_http else "",
    }
    if line.ip not in _UNKNOWN_IPS:
        fields["warc-ip-address"] = line.ip.decode()
    if line.checksum != b"-":
        fields[CHECKSUM] = line.checksum.decode("ascii", "backslashreplace")
    return fields, block
