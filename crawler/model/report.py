"""A report as read from a page, and the versions of it in the archive."""

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
    where: str  # place on the page, for people: "meta PubDate", "info line", …


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One of the statutory sections; `start` and `end` (excluded) are character offsets in the body."""

    kind: str  # achievements, problems, responsibility, plans, other
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that the page offers with the report."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A document or a frame that a page offers as the text of its report."""

    title: str  # words of the link; empty for a frame
    url: str  # absolute
    how: str  # frame, object, embed, viewer, script, link: how the page refers to it


@dataclass(frozen=True, slots=True, kw_only=True)
class AsPublished:
    """Title and body of a report with the full-width forms of its page (，：（）), where the archive's text has ASCII (,:()).

    Each character stands at the offset that it has in the report's own title and body.
    """

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report without the boilerplate of its page. Field names are the keys of every JSON output."""

    id: str | None = None  # set by the archive
    title: str
    issuer: str | None = None
    region: str | None = None  # GB/T 2260, six digits
    year: int | None = None  # the year reported on
    kind: str | None = (
        None  # government, party_government, department; None: title and text are of no such report
    )
    published: str | None = None  # ISO date or date-time at the page's precision, China time
    source: str | None = None  # 来源
    signed: str | None = None  # 落款日期, ISO date
    index: Mapping[str, str] | None = None  # 政府信息公开 index table
    url: str | None = None
    version: int | None = None  # set by the archive
    text_sha256: str
    body: str  # paragraphs joined by one newline
    sections: tuple[Section, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    text_from: str = (
        "page"  # what the body was read from: page, or the format of a document: pdf, docx, …, ocr
    )
    text_url: str | None = None  # address of that document; None: the page itself
    reader: str | None = None  # of a document: library and version
    pages: int | None = None  # of a document that has pages
    confidence: float | None = None  # of a text from OCR, 0 to 1: the mean of its characters
    unread: str | None = (
        None  # why the text of a document could not be read: needs_ocr, encrypted, damaged, …
    )
    difference: str | None = None  # page and document both have a text: how they differ; None: they do not
    offers: tuple[Offer, ...] = ()  # documents and frames that may hold the text, most likely first
    author: str | None = None
    signer: str | None = None
    undecodable: int = 0  # bytes that could not be decoded
    continues: str | None = None  # address of the article's next page
    parts: int = 1  # pages of the article that were joined
    number: int = 1  # number of the first page read
    total: int = 1  # least number of pages of the article, as they state it
    extractor: str = ""
    clues: tuple[Clue, ...] = field(default=(), repr=False)
    # set by extraction; None in a report that comes from the catalogue, see `Reader.as_published`
    as_published: AsPublished | None = field(default=None, repr=False, compare=False)

    def text(self, *, as_published: bool = False) -> str:
        """Return the report in the form of the seed documents: title, a line of metadata, paragraphs, with blank lines.

        `as_published`: with the full-width forms of the page, if the report has them.
        """
        shown = self.as_published if as_published else None
        title, body = (shown.title, shown.body) if shown else (self.title, self.body)
        meta = " ".join(
            f"{label}:{value}"
            for label, value in (
                ("发布日期", (self.published or "").replace("T", " ")),
                ("来源", self.source),
            )
            if value
        )
        blocks = [title, *([meta] if meta else []), *body.split("\n")]
        return "\n\n".join(blocks) + "\n"


JSON_KEYS = (
    "id", "title", "issuer", "region", "year", "kind", "published", "source", "signed", "index",
    "url", "version", "text_sha256", "body", "sections", "attachments",
    "text_from", "text_url", "reader", "pages", "confidence", "unread", "difference",
)  # fmt: skip
"""Keys of a report in JSON output, in order. They are public and stable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What the archive knows of one version of a report beside its text. Field names are keys of the JSON output."""

    site: str  # id of the site that publishes the report; "import" if no crawl has seen it
    published_by: str | None  # name of that site; compare `Report.issuer`, which is what the text says
    claims: (
        str | None
    )  # division that the text names but its site may not speak for (GB/T 2260); None: no such claim
    state: str | None  # live, unreachable, missing, moved, gone: the best one of the publisher's pages
    first_seen: datetime
    last_seen: datetime
    versions: int  # number of the report's versions, tombstones included
    text_file: str | None  # relative to the archive; None for a tombstone
    origin: str  # who saw this version: own (this archive's crawls), imported, merged (another archive)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One text of a report, with the times of its first and last capture."""

    report_id: str
    number: int  # from 1
    text_sha256: str
    simhash: str  # 16 hex characters
    first_seen: datetime
    last_seen: datetime
    published: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlace:
    """A capture's place in the WARC files. The payload of a `revisit` is in the record of the earlier response."""

    url: str
    captured_at: datetime  # aware, UTC
    record_id: str  # <urn:uuid:…>
    warc_file: str  # relative to the archive
    warc_offset: int  # bytes
    payload_sha256: str
    payload_record_id: str
    payload_warc_file: str
    payload_warc_offset: int
    imported_from: str | None = None  # file of another crawler that the capture comes from
