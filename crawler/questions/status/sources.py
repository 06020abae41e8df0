"""The state of each source: its last visit and how that ended, since when it fails, when it is due, what it has given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.crawl.schedule import due_at, seconds
from crawler.model import TROUBLE_ENDINGS, Site, VisitState

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.archive.ledger.site_visits import VisitHistory
    from crawler.archive.reader_queries.site_facts import HeldReport, SiteFailure

DEFAULT_INTERVAL = timedelta(days=7)
"""A source without `every` is late if it was not visited for twice this time."""


class SourceResult(StrEnum):
    """How the last visit of a source ended."""

    OK = "ok"
    FAILS = "fails"
    UNFINISHED = "unfinished"  # the crawl ended before all was requested, or was killed, or is under way
    NEVER = "never visited"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """The state of a source. `due_at`: when it may be visited again; None at any time, or where no entry is known."""

    id: str
    name: str
    region: str | None
    result: SourceResult
    configured: bool  # it has an entry in sources.yaml that is enabled; True where no sources.yaml was given
    last_visit: datetime | None = None  # its begin
    failure: SiteFailure | None = None
    is_due: bool | None = None  # None: not configured, or not known
    due_at: datetime | None = None
    is_late: bool = False  # not visited for more than twice its interval
    reports: int = 0
    newest: HeldReport | None = None


def source_statuses(
    store: Reader | None, sites: Sequence[Site] | None, *, now: datetime
) -> tuple[SourceStatus, ...]:
    """Return the state of each source: those of `sites` in their order, then those that only the archive knows, by id.

    `store`: None where there is no archive yet. `sites`: the entries of sources.yaml; None if they are not known. `now`: aware.
    """
    histories = store.visit_histories(now) if store else {}
    failures = store.site_failures(TROUBLE_ENDINGS) if store else {}
    reports = store.reports_by_site() if store else {}
    entries = {entry.site: entry for entry in store.source_entries()} if store else {}
    found = []
    known = {site.id: site for site in sites or ()}
    for site_id in (*known, *sorted({*histories, *entries} - known.keys())):
        site, past, held = known.get(site_id), histories.get(site_id), reports.get(site_id)
        entry = entries.get(site_id)
        is_configured = sites is None or (site is not None and site.enabled)
        due = due_at(site, past, now) if site is not None and site.enabled else None
        found.append(
            SourceStatus(
                id=site_id,
                name=site.name if site else entry.name if entry else "",
                region=(site.region if site else entry.region if entry else None) or None,
                result=_result(past),
                configured=is_configured,
                last_visit=past.last.began_at if past else None,
                failure=failures.get(site_id),
                is_due=None if site is None or not site.enabled else due is None or due <= now,
                due_at=due,
                is_late=is_configured and _is_late(site, past, now),
                reports=held.number if held else 0,
                newest=held.newest if held else None,
            )
        )
    return tuple(found)


def _result(past: VisitHistory | None) -> SourceResult:
    if past is None:
        return SourceResult.NEVER
    if past.unfinished:
        return SourceResult.UNFINISHED
    return SourceResult.FAILS if past.last.state is VisitState.FAILED else SourceResult.OK


def _is_late(site: Site | None, past: VisitHistory | None, now: datetime) -> bool:
    """Whether a source was visited, but not for twice its interval. A visit in the future does not count."""
    if past is None:
        return False
    began_at = past.last_credible_at or past.last.began_at
    interval = timedelta(seconds=seconds(site.every)) if site and site.every else DEFAULT_INTERVAL
    return now - began_at > 2 * interval
