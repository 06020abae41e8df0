"""The state of an archive as JSON and as rows. Their keys are documented in docs/operating.md and are stable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.field.times import china_day, iso
from crawler.questions.status.sources import SourceResult, SourceStatus

if TYPE_CHECKING:
    from crawler.archive.reader_queries.site_facts import HeldReport, SiteFailure
    from crawler.questions.status.answer import RunStatus, Status

SOURCE_COLUMNS = ("id", "region", "name", "last visit", "result", "reports", "newest")
"""Columns of a table of sources. Days are those in China; `newest` is the year that the newest report is on."""


def status_json(found: Status) -> dict[str, Any]:
    """Return the state of an archive as a value for JSON: times in UTC, sizes in bytes, years as strings ("none": no single year)."""
    return {
        "archive": str(found.archive),
        "at": iso(found.at),
        "last_run": _run_json(found.last_run),
        "last_ended_run": _run_json(found.last_ended_run),
        "results": {result.value: number for result, number in found.results().items()},
        "due": found.due if found.sources_known else None,
        "next_due_at": iso(found.next_due_at),
        "failing": [source.id for source in found.failing],
        "reports": found.reports,
        "reports_by_year": {
            "none" if year is None else str(year): number for year, number in found.reports_by_year.items()
        },
        "newest": _report_json(found.newest),
        "sizes": dict(found.sizes),
        "size": found.size,
        "free": found.free,
        "head": found.head,
        "lines": found.lines,
        "alerts": [asdict(alert) for alert in found.alerts],
        "sources": [source_json(source) for source in found.sources],
    }


def source_json(source: SourceStatus) -> dict[str, Any]:
    """Return the state of a source as a value for JSON."""
    return {
        "id": source.id,
        "name": source.name,
        "region": source.region,
        "configured": source.configured,
        **visits_json(source),
    }


def visits_json(source: SourceStatus) -> dict[str, Any]:
    """Return what the archive knows of a source as a value for JSON."""
    return {
        "result": source.result.value,
        "last_visit": iso(source.last_visit),
        "failure": _failure_json(source.failure),
        "due": source.is_due,
        "due_at": iso(source.due_at),
        "late": source.is_late,
        "reports": source.reports,
        "newest": _report_json(source.newest),
    }


def source_cells(source: SourceStatus) -> tuple[object, ...]:
    """Return a source's cells, as SOURCE_COLUMNS names them."""
    held = source.newest
    return (
        source.id,
        source.region,
        source.name,
        china_day(source.last_visit) if source.last_visit else SourceResult.NEVER.value,
        result_words(source),
        source.reports,
        None if held is None else held.year or held.published,
    )


def result_words(source: SourceStatus) -> str:
    """Return how the last visit ended in a few words; empty for a source that was never visited."""
    if source.result is SourceResult.NEVER:
        return ""
    if source.failure:
        return f"fails since {china_day(source.failure.since)}"
    return source.result.value


def failure_words(failure: SiteFailure, shown: Callable[[str], str]) -> str:
    """Return why the last visit of a source failed. `shown`: returns the word of an ending as it is shown."""
    if failure.why is None:
        return "its trouble is in an earlier run, whose visit the last one resumed"
    more = f" (and {failure.troubles - 1} further troubles)" if failure.troubles > 1 else ""
    return f"{shown(failure.ending or '')}: {failure.url}: {failure.why}{more}"


def _run_json(run: RunStatus | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return asdict(run) | {"started_at": iso(run.started_at), "finished_at": iso(run.finished_at)}


def _failure_json(failure: SiteFailure | None) -> dict[str, Any] | None:
    return None if failure is None else asdict(failure) | {"since": iso(failure.since)}


def _report_json(report: HeldReport | None) -> dict[str, Any] | None:
    return None if report is None else asdict(report) | {"first_seen": iso(report.first_seen)}
