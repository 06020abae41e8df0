"""What an archive knows of publication: the texts seen of each report, the entries of its sources, and their visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

MIN_EDITS_OF_A_VARYING_FIELD = 4
"""A title or date that a page has changed so often is made by a program: a time of generation, a random choice of servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenText:
    """One version of a report without its text; or a tombstone: the report is gone since `first_seen`, as `known_at` showed."""

    number: int
    kind: str | None
    issuer: str | None
    published: str | None  # as the page claims: ISO date, date-time, or only year or month; China time
    url: str
    first_seen: datetime
    known_at: datetime  # when the archive learnt of it
    seen_by: str  # own, merged, imported or memento: who saw the text first
    tombstone: bool = False
    older: bool = False  # added after a newer text, by an import or a merge
    claims: str | None = None  # the division that it claims to be of, if its site may not speak for that


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One report on one year, with all that was seen of it."""

    report_id: str
    region: str
    year: int
    site: str
    texts: tuple[
        SeenText, ...
    ]  # by number; twice where somebody else saw a text before this archive's own crawls did
    redated: tuple[
        tuple[datetime, str | None], ...
    ] = ()  # by time: other dates that a page gave over an unchanged text


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanningReport:
    """A report on several years, which its title names. It is none on any of them: the duty is for each year."""

    report_id: str
    region: str
    first_year: int
    last_year: int
    kind: str | None
    issuer: str | None
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """The entry of a source in sources.yaml, as the visits from `since` on had it.

    `since` None: no visit told; name and division come from a stored text. Then `lists` is None too.
    """

    site: str
    name: str
    region: str | None
    since: datetime | None = None
    lists: int | None = None  # lists, sitemaps and searches: where a report would be found that nobody named
    first_year: int = 0
    last_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSpan:
    """The ended visits of a source with one state, and with one set of years that its lists showed."""

    site: str
    state: str  # complete, failed, left
    years: tuple[int, ...]
    first_began: datetime
    last_began: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataEdit:
    """What a page gave beside the text of a version from `at` on, and what of it the page has edited.

    `was` has the edited fields with their values before, of title, issuer, source, published and signed. It is empty where a
    further address of the report gave other values when it was found, or where another reading of the page did.
    """

    report_id: str
    version: int
    url: str
    own: bool  # a page of the report's publisher
    at: datetime
    shown: Mapping[str, str | None]
    was: Mapping[str, str | None]
    captured_at: datetime | None
    record_id: str | None  # of the WARC record with the page as edited
    captured_before: datetime | None
    record_before: str | None  # of the WARC record with the page before
