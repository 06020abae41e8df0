"""How the visits of addresses and of sites ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model.ending import Ending
from crawler.model.listing import Link, ListStep

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
