"""`/sources`: the sites that were visited: how their visits ended, and what is held of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.field.regions import region as region_row
from crawler.questions.coverage.sources import Source, sources_as_of
from crawler.web.answer import Answer, Table
from crawler.web.format import Format
from crawler.web.page import Page
from crawler.web.question import Question

COLUMNS = (
    "site", "name", "region", "division", "department", "health", "last_visit", "last_complete", "last_failed", "newest_year", "years",
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


def sources(question: Question) -> Answer:
    """Return the sources, those that fail first."""
    question.only("region", "health", "limit", "offset")
    region, health = question.region(), question.choice("health", HEALTH)
    everything = question.remembered(
        "sources", lambda: tuple(map(_line, sources_as_of(question.reader, question.now).values()))
    )
    found = sorted(
        (
            each
            for each in everything
            if health in (None, each.health) and (region is None or each.region.startswith(_prefix(region)))
        ),
        key=lambda each: (HEALTH.index(each.health), each.region, each.site),
    )
    offset, limit = question.number("offset", 0, least=0, most=10**6), question.rows()
    shown = found[offset : offset + limit]
    return Answer(
        title="来源" if question.language == "zh" else "Sources",
        template="sources.html",
        context={"shown": shown, "number": len(found), "health": health, "healths": HEALTH, "region": region},
        data=lambda: {
            "total": len(found),
            "rows": [dict(zip(COLUMNS, _cells(each), strict=True)) for each in shown],
        },
        table=lambda: Table(columns=COLUMNS, rows=[_cells(each) for each in shown]),
        next_url=question.following(offset=offset + limit) if offset + limit < len(found) else None,
    )


def _prefix(code: str) -> str:
    return code.removesuffix("00").removesuffix("00") if code.endswith("00") else code


def _line(source: Source) -> SourceLine:
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
    )


def _cells(line: SourceLine) -> list[object]:
    values = {name: getattr(line, name) for name in COLUMNS}
    for name in ("last_visit", "last_complete", "last_failed"):
        values[name] = values[name] and values[name].isoformat()
    return list((values | {"years": " ".join(map(str, line.years))}).values())


PAGES = (Page(path="/sources", answer=sources, formats=(Format.HTML, Format.JSON, Format.CSV)),)
