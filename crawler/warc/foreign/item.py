"""`Fault`: a part of a file that cannot be read; and the limits and patterns that all readers of foreign records share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crawler.warc.record import is_http_url

MAX_HEAD_BYTES = 256 * 1024  # a record's named fields; the HTTP head in a block
HTTP_KINDS = ("response", "revisit")

_PAGE_OR_DOCUMENT = re.compile(
    r"text/html|application/(?:xhtml\+xml|pdf|msword|rtf|ofd|vnd\.ms-works|vnd\.openxmlformats-officedocument\.wordprocessingml\.document)",
    re.I,
)

HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A part of a file that cannot be read. `url` is the record's address, if known."""

    offset: int  # bytes from the file's start; in a compressed file, the member's
    reason: str
    url: str = ""
    is_damage: bool = True  # False: the record is whole, and too large to be a page


def is_web_resource(fields: Mapping[str, str]) -> bool:
    """Whether a record with these fields (names in lower case) has the bytes of a page or document of the web, and no exchange."""
    media_type = fields.get("content-type", "").partition(";")[0].strip()
    return (
        fields.get("warc-type", "").lower() == "resource"
        and is_http_url(fields.get("warc-target-uri", "").strip("<> \t"))
        and _PAGE_OR_DOCUMENT.fullmatch(media_type) is not None
    )
