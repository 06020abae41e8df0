"""What an archive knows of publication: the texts seen of each report, the entries of its sources, and their visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
    seen_by: str  # own, merged or imported: who saw the text first
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
    texts: tuple[SeenText, ...]  # by number
    redated: tuple[
        tuple[datetime, str | None], ...
    ] = ()  # by time: other dates that a page gave over an unchanged text


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
