"""How the visits of addresses and of sites ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model.listing import Link, ListStep


class Ending(StrEnum):
    """How the visit of one address ended."""

    NEW = "new"  # a report not held before
    REVISED = "revised"  # the page's text has changed: a further version
    UNCHANGED = "unchanged"  # same text as the last version
    DUPLICATE = "duplicate"  # same text as a report held from another address
    LISTED = "listed"  # a list page, read for its links
    GONE = "gone"
    MOVED = "moved"
    REFUSED = "refused"
    CHALLENGED = "challenged"
    FAILED = "failed"
    SKIPPED = "skipped"
    SHRUNK = "shrunk"  # only the beginning of the text held, twice: kept as evidence, not yet believed
    DRIED_UP = "dried_up"
    NOT_DUE = "not_due"  # a site whose `every` has not passed: nothing was asked of it
    LEFT = "left"  # not asked for, since the crawl was told to end; the next one goes on there


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFigures:
    """What one crawl asked of one host."""

    host: str
    requests: int = 0  # attempts, robots.txt and redirects among them
    bytes: int = 0  # of bodies, as transferred
    waited: float = 0.0  # seconds that politeness held requests back
    retries: int = 0
    errors: tuple[tuple[str, int], ...] = ()  # (kind of failure, how often), the most frequent first


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the visit of one address ended, for people and for the record."""

    ending: Ending
    url: str
    site_id: str
    detail: str = ""
    report_id: str | None = None
    version: int | None = None
    at: datetime | None = None
    as_before: bool = False  # a report that was gone at the last visit too: no news


class VisitState(StrEnum):
    """How the visit of one site ended."""

    COMPLETE = "complete"  # everything asked for, nothing wrong
    FAILED = "failed"  # everything asked for, but not everything could be had
    LEFT = "left"  # the crawl ended before the site did


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVisit:
    """One site's visit, for the summary and for the run that goes on."""

    site_id: str
    began_at: datetime  # of the run it began in; a visit that goes on keeps the first one's
    state: VisitState | None = None  # None: under way, or killed
    entries: tuple[str, ...] = ()  # the addresses that the site's entry gave
    frontier: tuple[Link | ListStep, ...] = ()  # what is left to ask for, in order
    found: int = 0  # reports found on its lists
    years: tuple[int, ...] = ()  # of those reports
    troubled: bool = False  # something could not be had
    requests: int = 0  # exchanges of this run
    bytes: int = 0  # of their bodies, as sent
    seconds: float = 0.0  # of this run, waiting included
