"""How the visits of addresses and of sites ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model.listing import Link, ListStep


class Ending(StrEnum):
    """How the visit of one address ended."""

    NEW = "new"  # a report that the archive did not have
    REVISED = "revised"  # the text has changed: a new version
    UNCHANGED = "unchanged"  # same text as the last version
    DUPLICATE = "duplicate"  # same text as a report archived from another address
    LISTED = "listed"  # a list page, read for its links
    GONE = "gone"  # 404, 410, or a page that says so
    MOVED = "moved"  # the report is now at another address
    REFUSED = "refused"  # by the server, its robots.txt or our guard
    CHALLENGED = "challenged"  # a script to solve came instead of the page
    FAILED = "failed"  # could not be fetched or read
    SKIPPED = "skipped"  # not requested, or no report
    SHRUNK = "shrunk"  # twice only the beginning of the archived text came: kept as evidence, no new version
    DRIED_UP = "dried_up"  # a site that yields less than expected
    NOT_DUE = "not_due"  # a site whose `every` has not passed: nothing was requested
    LEFT = "left"  # not requested, because the crawl had to end; the next one goes on here
    RECOVERED = "recovered"  # a site whose trouble is over: shown at the end of its visit, and not archived


TROUBLE_ENDINGS = (Ending.FAILED, Ending.REFUSED, Ending.CHALLENGED, Ending.SHRUNK, Ending.DRIED_UP)
"""Endings that somebody must look at."""

ENDED_BEFORE = "the crawl ended before"
"""Begin of the detail of what is `left` because the whole crawl ended. Other details name a budget or a proxy."""

NOT_UNDERSTOOD = "the rest is not understood"
"""Part of the detail of a list that states more than was read of it."""


class News(StrEnum):
    """What an outcome says that an editor did not know. `changes` uses the same words."""

    NEW = "new"  # a report that the archive did not have
    REVISED = "revised"  # its text is another one
    MISSING = "missing"  # its server says for the first time that there is no such page
    GONE = "gone"  # the server said so again, a day or more later
    BACK = "back"  # a page that was missing, gone or moved
    MOVED = "moved"  # the page is gone, and the same text is at another address of the site
    LIST_GONE = "list gone"  # a page of a list, not of a report


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFigures:
    """Figures of the requests of one crawl to one host."""

    host: str
    requests: int = 0  # attempts, robots.txt and redirects among them
    bytes: int = 0  # of bodies, as transferred
    waited: float = 0.0  # seconds that requests waited for the politeness delay
    retries: int = 0
    errors: tuple[tuple[str, int], ...] = ()  # (kind of failure, how often), the most frequent first


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the visit of one address ended. Shown to people and noted in the archive."""

    ending: Ending
    url: str
    site_id: str
    detail: str = ""
    report_id: str | None = None
    version: int | None = None
    at: datetime | None = None
    as_before: bool = False  # told before: trouble that stands, or a page that was gone at the last visit too
    since: datetime | None = None  # when trouble that stands began
    news: News | None = None
    title: str = ""  # of a report that is not held, as its list gives it
    unread: bool = False  # the list states more pages or entries than were read; `detail` says which


class VisitState(StrEnum):
    """How the visit of one site ended."""

    COMPLETE = "complete"  # every address requested, no trouble
    FAILED = "failed"  # every address requested, some with trouble
    LEFT = "left"  # the crawl ended before all was requested


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVisit:
    """The visit of one site, for the summary and for the run that resumes it."""

    site_id: str
    began_at: datetime  # start of the run it began in; kept when a later run resumes it
    state: VisitState | None = None  # None: under way, or killed
    entries: tuple[str, ...] = ()  # the start addresses of the site's entry
    frontier: tuple[Link | ListStep, ...] = ()  # steps still to be done, in order
    found: int = 0  # reports found on its lists
    years: tuple[int, ...] = ()  # of those reports
    troubled: bool = False  # an outcome was trouble
    requests: int = 0  # exchanges of this run
    bytes: int = 0  # of their payloads
    seconds: float = 0.0  # of this run, waiting included
