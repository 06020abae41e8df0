"""The catalogue's tables. All rows are derived: a rebuild makes them again from the WARC files.

`ledger` writes them, `queries` reads them. docs/archive.md has a diagram.
"""

# no `from __future__ import annotations`: SQLAlchemy evaluates each annotation that is a string, at every start

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crawler.archive.catalogue.base import Base as Base
from crawler.archive.catalogue.documents.model import DocumentRow as DocumentRow
from crawler.archive.catalogue.metadata.model import PageMetadataRow as PageMetadataRow
from crawler.archive.catalogue.rows import OUTSIDE_SITES
from crawler.archive.catalogue.troubles.model import TroubleRow as TroubleRow

LIVE, MISSING, GONE, MOVED, UNREACHABLE = "live", "missing", "gone", "moved", "unreachable"
"""Values of `PageRow.state`. `ledger.page_states` sets them."""

OWN, IMPORTED, MERGED, MEMENTO = "own", "imported", "merged", "memento"
"""Values of `VersionRow.origin`: this archive's own crawls saw the text, an import brought it (a WARC record of another crawler), a
merged archive, or a memento: a page as another archive plays it back."""


class RunRow(Base, kw_only=True):
    """One crawl, import, merge or other run that writes. `finished_at` is empty while it runs and after it was killed.

    `state`: running, finished, stopped (in order but not complete; `detail` says why), failed, killed, or merged (another
    archive's run).
    """

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    command: Mapped[str] = mapped_column(default="")
    software: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(16), default="running")
    detail: Mapped[str] = mapped_column(Text, default="")


class VisitRow(Base, kw_only=True):
    """One site's visit in one run. `state` is empty while it runs and after it was killed.

    `frontier` has the requests that were left; a later run goes on with them, and its row keeps the first `began_at`.
    """

    __tablename__ = "visits"
    __table_args__ = (Index("visits_by_site", "site_id", "state"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    site_id: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    state: Mapped[str | None] = mapped_column(String(16), default=None)
    left: Mapped[int] = mapped_column("left_over", default=0)  # number of requests in `frontier`
    requests: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    found: Mapped[int] = mapped_column(default=0)
    troubled: Mapped[bool] = mapped_column(default=False)
    years: Mapped[list[Any]] = mapped_column(default_factory=list)
    entries: Mapped[list[Any]] = mapped_column(default_factory=list)
    frontier: Mapped[list[Any]] = mapped_column(default_factory=list)


class SourceRow(Base, kw_only=True):
    """A source's entry in sources.yaml as its visits had it, from the one on that began at `since`: one row a state of it.

    `lists`: number of lists, sitemaps and searches, where a report would be found that nobody named. Visits of earlier versions
    told nothing of entries.
    """

    __tablename__ = "sources"
    __table_args__ = (Index("sources_by_site", "site_id"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    site_id: Mapped[str]
    since: Mapped[datetime]
    name: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(String(6))
    lists: Mapped[int]
    first_year: Mapped[int]
    last_year: Mapped[int | None]


class MemoryRow(Base, kw_only=True):
    """What a site's lists have shown, so that the next visit can stop early. Without it the visit walks them to their ends."""

    __tablename__ = "memories"

    site_id: Mapped[str] = mapped_column(primary_key=True)
    walked_at: Mapped[datetime]
    rules: Mapped[str] = mapped_column(String(16))
    lists: Mapped[dict[str, Any]]
    owed: Mapped[list[Any]]
    gone: Mapped[list[Any]]
    not_reports: Mapped[dict[str, Any]]


class SiteRow(Base, kw_only=True):
    """What is known of a site's entry in sources.yaml: the last state of it that a stored text came with.

    `merged`: only another archive has told of it. After an upgrade from an earlier schema name and division are empty
    until a text of the site is stored.
    """

    __tablename__ = "sites"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    region: Mapped[str | None] = mapped_column(String(6), default=None)
    merged: Mapped[bool] = mapped_column(default=False)


class SiteHostRow(Base, kw_only=True):
    """One host of a site. `named`: the entry names it; otherwise the site has shown pages there, see `ledger.sites`."""

    __tablename__ = "site_hosts"

    host: Mapped[str] = mapped_column(Text, primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True, index=True)
    named: Mapped[bool] = mapped_column(default=True)


class WarcRow(Base, kw_only=True):
    """One WARC file, and how many of its bytes are in this catalogue. The next run enters the rest."""

    __tablename__ = "warcs"

    file: Mapped[str] = mapped_column(primary_key=True)  # relative to the archive
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    entered: Mapped[int] = mapped_column(BigInteger)  # bytes


class CaptureRow(Base, kw_only=True):
    """One HTTP exchange or imported document, and the place of its WARC record."""

    __tablename__ = "captures"
    __table_args__ = (
        Index("captures_by_address", "url_key"),
        # without revisits: an unchanged page has one response, and a revisit for each further visit
        Index(
            "captures_by_payload",
            "url_key",
            "payload_sha256",
            sqlite_where=sql("record_type = 'response'"),
        ),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"), default=None)
    url: Mapped[str] = mapped_column(Text)
    url_key: Mapped[str] = mapped_column(Text)  # canonical URL
    method: Mapped[str] = mapped_column(String(8), default="GET")
    fetched_at: Mapped[datetime]
    status: Mapped[int]
    payload_sha256: Mapped[str] = mapped_column(String(64))
    record_type: Mapped[str] = mapped_column(String(16))  # response, revisit, conversion, resource
    record_id: Mapped[str] = mapped_column(String(64), unique=True)
    warc_file: Mapped[str]  # relative to the archive
    warc_offset: Mapped[int]
    warc_length: Mapped[int]
    etag: Mapped[str | None] = mapped_column(Text, default=None)
    last_modified: Mapped[str | None] = mapped_column(default=None)
    # the file of another crawler that it was imported from
    origin: Mapped[str | None] = mapped_column(Text, default=None)


class ReportRow(Base, kw_only=True):
    """One report, at however many URLs it was found.

    `site_id`: the site that publishes it; only its pages make versions, see `ledger.owners`. `region`: the division of the
    organ that the text names if the site may speak for it, otherwise the site's.
    """

    __tablename__ = "reports"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    site_id: Mapped[str] = mapped_column(index=True)
    region: Mapped[str | None] = mapped_column(String(6), index=True, default=None)
    year: Mapped[int | None] = mapped_column(index=True, default=None)
    # the report whose text its first page showed before, at a site that does not publish that report
    departed_from: Mapped[str | None] = mapped_column(String(40), index=True, default=None)
    versions: Mapped[list["VersionRow"]] = relationship(
        init=False, back_populates="report", order_by="VersionRow.number"
    )
    pages: Mapped[list["PageRow"]] = relationship(init=False, back_populates="report", order_by="PageRow.id")


class FormerIdRow(Base, kw_only=True):
    """A version of a report under the id and number that it had in another archive, which was merged into this one.

    Only for ids that no report has here. Whoever cited that archive finds the text by them.
    """

    __tablename__ = "former_ids"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"))
    number: Mapped[int]


class VersionRow(Base, kw_only=True):
    """One text of a report with its metadata; or a tombstone, which says since when the report is gone.

    `former`: texts that earlier extractors read from the same page, as `{"text_sha256", "text_file", "extractor"}`, oldest
    first.
    """

    __tablename__ = "versions"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        Index("versions_by_band_0", "band_0"),
        Index("versions_by_band_1", "band_1"),
        Index("versions_by_band_2", "band_2"),
        Index("versions_by_band_3", "band_3"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), init=False)
    report: Mapped["ReportRow"] = relationship(back_populates="versions")
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None]
    published: Mapped[str | None] = mapped_column(String(16))
    source: Mapped[str | None] = mapped_column(Text)
    signed: Mapped[str | None] = mapped_column(String(10))
    index: Mapped[dict[str, Any] | None] = mapped_column("page_index")
    body: Mapped[str] = mapped_column(Text)
    sections: Mapped[list[Any]]
    attachments: Mapped[list[Any]]
    url: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(String(64), index=True)
    simhash: Mapped[str] = mapped_column(String(16))
    band_0: Mapped[int]
    band_1: Mapped[int]
    band_2: Mapped[int]
    band_3: Mapped[int]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id"))
    parts: Mapped[int] = mapped_column(default=1)  # number of pages that the article is spread over
    text_file: Mapped[str]  # relative to the archive
    extractor: Mapped[str]
    tombstone: Mapped[bool] = mapped_column(default=False)
    older: Mapped[bool] = mapped_column(default=False)  # added after a newer text, by an import or a merge
    origin: Mapped[str] = mapped_column(String(16), default="own")  # own, imported, merged, memento
    # the division that the text claims to be of, if its site may not speak for that, see field.claims
    claims: Mapped[str | None] = mapped_column(String(6), default=None)
    # CSS selector of the body, from sources.yaml
    hint: Mapped[str | None] = mapped_column(Text, default=None)
    text_from: Mapped[str] = mapped_column(String(16), default="page")  # page, or the format of a document
    text_url: Mapped[str | None] = mapped_column(Text, default=None)  # of that document
    reader: Mapped[str | None] = mapped_column(Text, default=None)  # library and version
    pages: Mapped[int | None] = mapped_column(default=None)  # of that document
    confidence: Mapped[float | None] = mapped_column(default=None)  # of a text from OCR, 0 to 1
    # why the text of a document could not be read: the version has no text, and no text file
    unread: Mapped[str | None] = mapped_column(String(32), default=None)
    difference: Mapped[str | None] = mapped_column(
        Text, default=None
    )  # of the page's text and the document's
    # captures.id of the article's pages after the first
    further: Mapped[list[Any]] = mapped_column(default_factory=list)
    former: Mapped[list[Any]] = mapped_column(default_factory=list)


class PageRow(Base, kw_only=True):
    """One URL of a report, the text last seen there, and whether the page is still there.

    `state`: live; missing (its server said so in one crawl); gone (in two crawls, a day or more apart); moved; unreachable.
    `own`: it belongs to the site that publishes the report, so its text makes versions; another page is only a location.
    `last_seen` is the time of the last observation by the order of runs. After a run with a wrong clock it may not be the
    latest time.
    """

    __tablename__ = "pages"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    url_key: Mapped[str] = mapped_column(Text, unique=True)
    url: Mapped[str] = mapped_column(Text)
    site_id: Mapped[str] = mapped_column(index=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), init=False, index=True)
    report: Mapped["ReportRow"] = relationship(back_populates="pages")
    text_sha256: Mapped[str] = mapped_column(String(64))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="live")
    own: Mapped[bool] = mapped_column(default=True)
    missing_since: Mapped[datetime | None] = mapped_column(default=None)
    moved_to: Mapped[str | None] = mapped_column(Text, default=None)
    # the last run in which the server said whether the page exists
    answered_in: Mapped[int | None] = mapped_column(ForeignKey("runs.id"), default=None)
    # the capture of the last observation
    seen_in: Mapped[int | None] = mapped_column(ForeignKey("captures.id"), default=None)
    # digest of a shrunk text that is not believed yet, see ledger.shrunk_texts
    shrunk_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    shrunk_since: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def shown_state(self) -> str | None:
        """The state; None if only others have seen the page, which says nothing of whether it is there now."""
        return None if self.state == LIVE and self.site_id in OUTSIDE_SITES else self.state


class PageEventRow(Base, kw_only=True):
    """A change of a page's state or text: live, changed, missing, gone, back, moved, unreachable."""

    __tablename__ = "page_events"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int | None] = mapped_column(default=None)
    detail: Mapped[str] = mapped_column(Text, default="")


class OutcomeRow(Base, kw_only=True):
    """How the visit of one URL ended. `capture_id` is set if the page showed a report, or a 304 confirmed one."""

    __tablename__ = "outcomes"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    at: Mapped[datetime]
    site_id: Mapped[str]
    url: Mapped[str] = mapped_column(Text)
    ending: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Text)
    report_id: Mapped[str | None] = mapped_column(ForeignKey("reports.id"))
    version: Mapped[int | None]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id"), default=None)
