"""`/coverage`: who has published, as a map, as totals by year, and as a matrix of organs and years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from crawler.field.regions import LEVELS, Level, all_regions
from crawler.field.regions import region as region_row
from crawler.questions.coverage import CoverageCell, CoverageRow, CoverageStatus
from crawler.questions.coverage.tables import COLUMNS, flat, flat_cell, row_json, total_json
from crawler.web.answer import Answer, Table
from crawler.web.drawing import tile_map
from crawler.web.drawing.tile_map import Tile
from crawler.web.format import Format
from crawler.web.page import Page
from crawler.web.pages import statuses
from crawler.web.pages.statuses import Scope
from crawler.web.question import FIRST_YEAR, LAST_YEAR, BadParameter, Cursor, Question

ROWS = 100
PARAMETERS = ("region", "year", "level", "status", "asof", "departments", "after", "limit", "map_year")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTile:
    """A tile with what it says: a division, its own status in one year, and how many in it have published."""

    place: Tile
    code: str
    short: str
    status: str
    mark: str
    words: str
    published: int
    due: int
    linked: bool

    @property
    def filled(self) -> int:
        """Height of the part of the tile that stands for the share of those in it that have published."""
        return self.place.size * self.published // self.due if self.due else 0


def asked_scope(question: Question) -> Scope:
    """Return which organs, years and day the parameters mean."""
    asof = question.day("asof") or question.today
    if asof > question.today:
        raise BadParameter(f"asof={asof}: is in the future")
    return Scope(
        asof=asof,
        region=question.region(),
        years=question.years(),
        level=cast(Level | None, question.choice("level", LEVELS)),
        departments=question.choice("departments", ("0", "1")) == "1",
    )


def coverage(question: Question) -> Answer:
    """Return the coverage."""
    question.only(*PARAMETERS)
    scope = asked_scope(question)
    status = question.choice("status", statuses.STATUSES)
    everything = statuses.rows(question, scope)
    rows = sorted((row for row in everything if _has(row, status)), key=row_key)
    shown, following = question.page_after(rows, row_key, ROWS)
    totals = statuses.year_totals(question, scope)
    years = list(totals)
    map_year = question.number("map_year", latest_due(totals, scope.asof), least=FIRST_YEAR, most=LAST_YEAR)
    tiles = [] if scope.departments else map_tiles(everything, scope.region, map_year, question.language)
    return Answer(
        title=_title(question, scope),
        template="coverage.html",
        context=lambda: {
            "scope": scope,
            "years": years,
            "totals": totals,
            "rows": shown,
            "number": len(everything),
            "tiles": tiles,
            "map_size": tile_map.extent([tile.place for tile in tiles]),
            "map_year": map_year,
            "status": status,
            "statuses": CoverageStatus,
            "levels": LEVELS,
            "mark": statuses.mark,
            "cell_words": lambda cell: statuses.words(cell, question.language),
            "status_words": lambda each: statuses.status_words(each, None, question.language),
        },
        data=lambda: {
            "asof": scope.asof,
            "totals": {str(year): total_json(total) for year, total in totals.items()},
            "rows": [row_json(row) for row in shown],
        },
        table=lambda: Table(columns=COLUMNS, rows=[line for row in shown for line in flat(row, scope.asof)]),
        next_url=following,
    )


def row_key(row: CoverageRow) -> Cursor:
    """Return what rows are in the order of: code and department."""
    return (row.region, row.organ or "")


def _due_key(found: tuple[CoverageRow, CoverageCell]) -> Cursor:
    """Return what overdue reports are in the order of: those due first, whose days grow alike."""
    row, cell = found
    return (cell.last_day.isoformat() if cell.last_day else "", *row_key(row), cell.year)


def _has(row: CoverageRow, status: str | None) -> bool:
    return status is None or any(cell.status.value == status for cell in row.cells)


def latest_due(totals: Mapping[int, Any], asof: date) -> int:
    """Return the latest year on which reports are due."""
    return max((year for year, total in totals.items() if total.due), default=asof.year - 2)


def _title(question: Question, scope: Scope) -> str:
    row = region_row(scope.region) if scope.region else None
    name = row.name if row else ""
    return f"{name}公布情况" if question.language == "zh" else f"Coverage {name}".strip()


def map_tiles(rows: Sequence[CoverageRow], region: str | None, year: int, language: str) -> list[MapTile]:
    """Return the tiles of the provinces, or of the divisions right below a region, each with its status in a year.

    Empty for a region without divisions below it.
    """
    if region is None:
        places = list(tile_map.provinces())
    else:
        below = [each.code for each in all_regions() if each.parent == region]
        places = list(tile_map.in_rows(below))
    own: dict[str, CoverageCell] = {}
    published: dict[str, int] = dict.fromkeys((each.code for each in places), 0)
    due = dict(published)
    for row in rows:
        cell = next((each for each in row.cells if each.year == year), None)
        if cell is None or row.organ is not None:
            continue
        own[row.region] = cell
        for code in _upward(row.region):
            if code in due and cell.status is not CoverageStatus.NOT_YET_DUE:
                due[code] += 1
                published[code] += cell.is_published
    return [
        _tile(place, own.get(place.code), published[place.code], due[place.code], language)
        for place in places
    ]


def _upward(code: str) -> list[str]:
    found = [code]
    while (row := region_row(found[-1])) and row.parent:
        found.append(row.parent)
    return found


def _tile(place: Tile, cell: CoverageCell | None, published: int, due: int, language: str) -> MapTile:
    row = region_row(place.code)
    return MapTile(
        place=place,
        code=place.code,
        short=row.short if row else tile_map.OTHER_NAMES.get(place.code, place.code),
        linked=row is not None,
        status=cell.status.value if cell else "none",
        mark=statuses.mark(cell) if cell else "",
        words=statuses.words(cell, language) if cell else ("未收录" if language == "zh" else "no source"),
        published=published,
        due=due,
    )


def overdue(question: Question) -> Answer:
    """Return the organs and years that are overdue, those for the longest time first."""
    question.only("region", "year", "level", "asof", "departments", "after", "limit")
    scope = asked_scope(question)
    found = [
        (row, cell)
        for row in statuses.rows(question, scope)
        for cell in row.cells
        if cell.status is CoverageStatus.OVERDUE
    ]
    found.sort(key=_due_key)
    shown, following = question.page_after(found, _due_key, ROWS)
    return Answer(
        title="逾期未公布" if question.language == "zh" else "Overdue",
        template="overdue.html",
        context=lambda: {
            "scope": scope,
            "found": shown,
            "number": len(found),
            "levels": LEVELS,
            "cell_words": lambda cell: statuses.words(cell, question.language),
        },
        data=lambda: {
            "asof": scope.asof,
            "total": len(found),
            "rows": [dict(zip(COLUMNS, flat_cell(*each, scope.asof), strict=True)) for each in shown],
        },
        table=lambda: Table(columns=COLUMNS, rows=[flat_cell(*each, scope.asof) for each in shown]),
        next_url=following,
    )


FORMATS = (Format.HTML, Format.JSON, Format.CSV)
PAGES = (
    Page(path="/coverage", answer=coverage, formats=FORMATS),
    Page(path="/overdue", answer=overdue, formats=FORMATS),
)
