"""`/sources`: the sites that were visited: how their visits ended, and what is held of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.archive.reader_queries.site_facts import SiteFailure
from crawler.field.regions import code_prefix
from crawler.field.regions import region as region_row
from crawler.field.times import iso
from crawler.model import TROUBLE_ENDINGS
from crawler.questions.coverage.sources import Source, sources_as_of
from crawler.web.answer import Answer, Table
from crawler.web.format import Format
from crawler.web.page import Page
from crawler.web.question import Cursor, Question

COLUMNS = (
    "site", "name", "region", "division", "department", "health", "last_visit", "last_complete", "last_failed", "newest_year", "years",
    "failing_since", "failed_visits", "why", "failed_url",
)  # fmt: skip
HEALTH = ("failing", "well", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source as the page shows it."""

    site: str
    name: str
    region: str
    division: str
    department: str | None
    health: str
    last_visit: datetime | None
    last_complete: datetime | None
    last_failed: datetime | None
    newest_year: int | None
    years: tuple[int, ...]
    failing_since: datetime | None = None
    """Begin of the first failed visit since the last complete one."""
    failed_visits: int = 0
    why: str | None = None
    failed_url: str | None = None


def sources(question: Question) -> Answer:
    """Return the sources; for people those that fail first, for programs in an order that no visit changes."""
    question.only("region", "health", "after", "limit")
    region, health = question.region(), question.choice("health", HEALTH)
    for_people = (
        question.format is Format.HTML or question.links.is_static
    )  # files change with the whole site
    order = _failing_first if for_people else _place
    everything = question.remembered("sources", lambda: _lines(question))
    found = sorted(
        (
            each
            for each in everything
            if health in (None, each.health)
            and (region is None or each.region.startswith(code_prefix(region)))
        ),
        key=order,
    )
    shown, following = question.page_after(found, order)
    return Answer(
        title="来源" if question.language == "zh" else "Sources",
        template="sources.html",
        context=lambda: {
            "shown": shown,
            "number": len(found),
            "health": health,
            "healths": HEALTH,
            "region": region,
        },
        data=lambda: {
            "total": len(found),
            "rows": [_values(each) for each in shown],
        },
        table=lambda: Table(columns=COLUMNS, rows=[_cells(each) for each in shown]),
        next_url=following,
    )


def _place(line: SourceLine) -> Cursor:
    return (line.region, line.site)


def _failing_first(line: SourceLine) -> Cursor:
    return (HEALTH.index(line.health), *_place(line))


def _lines(question: Question) -> tuple[SourceLine, ...]:
    failures = question.reader.site_failures(TROUBLE_ENDINGS)
    known = sources_as_of(question.reader, question.now)
    return tuple(_line(source, failures.get(site)) for site, source in known.items())


def _line(source: Source, failure: SiteFailure | None) -> SourceLine:
    row = region_row(source.entry.region or "")
    failed, complete = source.last_failed, source.last_complete
    health = "unknown" if source.last_visit is None else "failing" if failed == source.last_visit else "well"
    return SourceLine(
        site=source.entry.site,
        name=source.entry.name or source.entry.site,
        region=source.entry.region or "",
        division=row.name if row else "",
        department=source.department,
        health=health,
        last_visit=source.last_visit,
        last_complete=complete,
        last_failed=failed,
        newest_year=max(source.held, default=None),
        years=tuple(sorted(source.held)),
        failing_since=failure.since if failure else None,
        failed_visits=failure.visits if failure else 0,
        why=failure.why or failure.ending if failure else None,
        failed_url=failure.url if failure else None,
    )


def _values(line: SourceLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in COLUMNS}


def _cells(line: SourceLine) -> list[object]:
    """Return a line for CSV: times in UTC, years in one cell."""
    values = {
        name: iso(value) if isinstance(value, datetime) else value for name, value in _values(line).items()
    }
    return list((values | {"years": " ".join(map(str, line.years))}).values())


PAGES = (Page(path="/sources", answer=sources, formats=(Format.HTML, Format.JSON, Format.CSV)),)
