"""`Fault`: a part of a file that cannot be read; and the limits and patterns that all readers of foreign records share."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_HEAD_BYTES = 256 * 1024  # a record's named fields; the HTTP head in a block
HTTP_KINDS = ("response", "revisit")

HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A part of a file that cannot be read. `url` is the record's address, if known."""

    offset: int  # bytes from the file's start; in a compressed file, the member's
    reason: str
    url: str = ""
    is_damage: bool = True  # False: the record is whole, and too large to be a page
