"""`Record`: one WARC record as read from a file, and its checks against its own digests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crawler.warc.digests import agrees
from crawler.warc.fields import parse_warc_date
from crawler.warc.write import Place

HEAD_END = b"\r\n\r\n"
_HTTP_URL = re.compile(r"https?:", re.I)
_KINDS_WITH_PAYLOAD = ("response", "resource", "conversion")  # in a revisit, the digest is another record's


def is_http_url(text: str) -> bool:
    """Return whether an address begins with http: or https:, however it goes on."""
    return _HTTP_URL.match(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: its named fields (names in lower case), its block, and its place in the file."""

    kind: str
    fields: Mapping[str, str]
    block: bytes
    place: Place

    @property
    def url(self) -> str:
        """The WARC-Target-URI."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    @property
    def date(self) -> datetime:
        """The WARC-Date, aware, UTC."""
        return parse_warc_date(self.fields["warc-date"])

    @property
    def is_http(self) -> bool:
        """Whether it is the answer of an HTTP exchange, or a revisit of one."""
        return self.kind in ("response", "revisit") and is_http_url(self.url)

    @property
    def block_is_whole(self) -> bool | None:
        """Whether its block matches its digest; None if it has no digest of a known algorithm."""
        return agrees(self.fields.get("warc-block-digest", ""), self.block)

    def faults(self) -> list[str]:
        """Return a message for each digest that does not match."""
        found = []
        if self.block_is_whole is False:
            found.append("its block does not match its WARC-Block-Digest")
        payload = self.fields.get("warc-payload-digest")
        if payload and self.kind in _KINDS_WITH_PAYLOAD and agrees(payload, self.payload) is False:
            found.append("its payload does not match its WARC-Payload-Digest")
        return found

    @property
    def payload(self) -> bytes:
        """The block without its HTTP head, if it has one."""
        if not self.fields.get("content-type", "").startswith("application/http"):
            return self.block
        return self.block.partition(HEAD_END)[2]
