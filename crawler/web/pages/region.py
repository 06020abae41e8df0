"""`/region/CODE` and `/region/CODE/YEAR`: the reports of a division and of those in it, and its coverage."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from crawler.field.regions import path as full_name
from crawler.field.regions import region as region_row
from crawler.model import Report, Years
from crawler.web.answer import Answer, Table
from crawler.web.drawing import tile_map
from crawler.web.format import Format
from crawler.web.page import Page
from crawler.web.pages import statuses
from crawler.web.pages.changes import changes_since, feed_of
from crawler.web.pages.coverage import latest_due, map_tiles
from crawler.web.pages.rows import REPORT_COLUMNS, report_cells, report_row
from crawler.web.pages.statuses import Scope
from crawler.web.question import FIRST_YEAR, LAST_YEAR, NotFound, Question


def region(question: Question) -> Answer:
    """Return a division, all years."""
    return _region(question, None)


def region_year(question: Question) -> Answer:
    """Return a division in one year."""
    year = question.path["year"]
    if not (len(year) == 4 and year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR):
        raise NotFound(f"{year}: is no year")
    return _region(question, int(year))


def _region(question: Question, year: int | None) -> Answer:
    question.only("kind", "after", "limit", "since")
    code = question.path["code"]
    row = region_row(code)
    if row is None:
        raise NotFound(f"{code}: no division has this code of GB/T 2260")
    title = f"{full_name(code)} {year}" if year else full_name(code)
    kind = question.choice("kind", ("government", "party_government", "department"))
    if question.format is Format.ATOM:
        found_changes = changes_since(question, question.start("since"), region=code)
        wanted = [
            each
            for each in found_changes.changes
            if year in (None, each.year) and kind in (None, each.report_kind)
        ]
        return feed_of(question, title, found_changes, wanted)
    years = Years(first=year, last=year) if year else None
    limit = question.rows()
    found = question.reader.iter_reports(
        region=code,
        years=years,
        spans=True,
        kind=kind,
        after=question.text("after"),
    )
    reports = list(islice(found, limit + 1))
    more, reports = len(reports) > limit, reports[:limit]
    scope = Scope(asof=question.today, region=code, years=years)
    map_year = year or latest_due(statuses.year_totals(question, scope), question.today)
    tiles = map_tiles(statuses.rows(question, scope), code, map_year, question.language)
    return Answer(
        title=title,
        template="region.html",
        context=lambda: {
            "row": row,
            "year": year,
            "years": list(statuses.year_totals(question, replace(scope, years=None))),
            "reports": reports,
            "cells": _cells(question, scope),
            "tiles": tiles,
            "map_size": tile_map.extent([tile.place for tile in tiles]),
            "map_year": map_year,
            "mark": statuses.mark,
            "cell_words": lambda cell: statuses.words(cell, question.language),
        },
        data=lambda: {
            "region": code,
            "name": row.name,
            "year": year,
            "rows": [report_row(question, each) for each in reports],
        },
        table=lambda: Table(columns=REPORT_COLUMNS, rows=_cells_of(question, reports)),
        next_url=question.following(after=reports[-1].id) if more else None,
    )


def _cells(question: Question, scope: Scope) -> list[object]:
    """Return the cells of the division itself."""
    return [
        cell
        for row in statuses.rows(question, scope)
        if row.region == scope.region and not row.organ
        for cell in row.cells
    ]


def _cells_of(question: Question, reports: list[Report]) -> list[list[object]]:
    held = question.reader.holdings(reports)
    return [report_cells(question, report, each) for report, each in zip(reports, held, strict=True)]


FORMATS = (Format.HTML, Format.JSON, Format.CSV, Format.ATOM)
PAGES = (
    Page(path="/region/{code}/{year}", answer=region_year, formats=FORMATS),
    Page(path="/region/{code}", answer=region, formats=FORMATS),
)
