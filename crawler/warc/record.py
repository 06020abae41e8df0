"""One WARC record as it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.warc.digests import agrees
from crawler.warc.write import Place

_END = b"\r\n\r\n"
_WHOLE_PAYLOAD = ("response", "resource", "conversion")  # kinds whose payload digest is of what they hold


def parse_warc_date(text: str) -> datetime:
    """The time of a WARC-Date, aware, UTC. One without a zone is UTC (ISO 28500, 5.4)."""
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as read back: its named fields (names in lower case), its block, and where it stands."""

    kind: str
    fields: Mapping[str, str]
    block: bytes
    place: Place

    @property
    def url(self) -> str:
        """WARC-Target-URI."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    @property
    def date(self) -> datetime:
        """WARC-Date."""
        return parse_warc_date(self.fields["warc-date"])

    @property
    def is_http(self) -> bool:
        """Whether it is the answer, or the repeated answer, of an HTTP exchange."""
        return self.kind in ("response", "revisit") and self.url.startswith("http")

    @property
    def block_is_whole(self) -> bool | None:
        """Whether its block has the digest that it tells; None where it tells none that is known."""
        return agrees(self.fields.get("warc-block-digest", ""), self.block)

    def faults(self) -> list[str]:
        """The digests that its bytes do not have."""
        found = []
        if self.block_is_whole is False:
            found.append("its block has not the digest that it tells")
        payload = self.fields.get("warc-payload-digest")
        if payload and self.kind in _WHOLE_PAYLOAD and agrees(payload, self.payload) is False:
            found.append("its payload has not the digest that it tells")
        return found

    @property
    def payload(self) -> bytes:
        """The block without the HTTP head that it may begin with."""
        if not self.fields.get("content-type", "").startswith("application/http"):
            return self.block
        return self.block.partition(_END)[2]
