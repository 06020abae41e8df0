"""What a page says, and the versions of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One piece of evidence for one field of a report."""

    field: str
    value: str
    weight: float  # 0 to 1
    where: str  # for people: "meta PubDate", "info line", …


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One of the statutory sections, with its place in the body (character offsets, end excluded)."""

    kind: str  # achievements, problems, responsibility, plans, other
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file the page offers with the report."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a page says, stripped of boilerplate. Field names are the keys of every JSON output."""

    id: str | None = None  # given by the archive
    title: str
    issuer: str | None = None
    region: str | None = None  # GB/T 2260, six digits
    year: int | None = None  # the year reported on
    kind: str | None = None  # government, party_government, department; None: not such a report
    published: str | None = None  # ISO date or date-time at the page's precision, China time
    source: str | None = None  # 来源
    signed: str | None = None  # 落款日期, ISO date
    index: Mapping[str, str] | None = None  # 政府信息公开 index table
    url: str | None = None
    version: int | None = None  # given by the archive
    text_sha256: str
    body: str  # paragraphs joined by one newline
    sections: tuple[Section, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    author: str | None = None
    signer: str | None = None
    undecodable: int = 0  # bytes that no encoding could make sense of
    continues: str | None = None  # address of the article's next page
    parts: int = 1  # pages of the article that were joined
    number: int = 1  # which page of the article the first one is
    total: int = 1  # pages that the article is set on, at least, as they say themselves
    extractor: str = ""
    clues: tuple[Clue, ...] = field(default=(), repr=False)

    def text(self) -> str:
        """The report in the form of the seed documents: title, one line of metadata, paragraphs, blank lines between."""
        meta = " ".join(
            f"{label}:{value}"
            for label, value in (
                ("发布日期", (self.published or "").replace("T", " ")),
                ("来源", self.source),
            )
            if value
        )
        blocks = [self.title, *([meta] if meta else []), *self.body.split("\n")]
        return "\n\n".join(blocks) + "\n"


JSON_KEYS = (
    "id", "title", "issuer", "region", "year", "kind", "published", "source", "signed", "index",
    "url", "version", "text_sha256", "body", "sections", "attachments",
)  # fmt: skip
"""The keys of a report in JSON output, in order: the contract at the door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One text of a report, as first and last seen."""

    report_id: str
    number: int  # from 1
    text_sha256: str
    simhash: str  # 16 hex characters
    first_seen: datetime
    last_seen: datetime
    published: str | None = None
