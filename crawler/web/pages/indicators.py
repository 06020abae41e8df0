"""`/indicators` and `/indicators/NAME`: the figures that reports state, over years, places compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from crawler.errors import ConfigError
from crawler.field.regions import region as region_row
from crawler.questions.indicators.panel import (
    LONG_COLUMNS,
    ReportFigures,
    indicators,
    plain_value,
    statement_rows,
    the_indicators,
)
from crawler.questions.indicators.rules import Indicator
from crawler.web.answer import Answer, Table
from crawler.web.drawing.plot import HEIGHT, LEFT, RIGHT, WIDTH, plot
from crawler.web.format import Format
from crawler.web.page import Page
from crawler.web.question import BadParameter, NotFound, Question

MAX_REPORTS = 1000
"""Whose texts are read for one answer."""
MAX_PLACES = 8


def names(question: Question) -> Answer:
    """Return all indicators with their definitions."""
    question.only()
    return Answer(
        title="指标" if question.language == "zh" else "Figures",
        template="indicators.html",
        context=lambda: {"indicators": the_indicators()},
        data=lambda: {"rows": [_json(question, each) for each in the_indicators()]},
    )


def _json(question: Question, each: Indicator) -> dict[str, Any]:
    return {
        "id": each.id,
        "label": each.label,
        "unit": each.unit,
        "definition": each.definition,
        "page": question.address(f"/indicators/{each.id}"),
    }


def indicator(question: Question) -> Answer:
    """Return the figures of one indicator in the latest texts of some places: `region` with all in it, or `places`."""
    question.only("region", "places", "year")
    try:
        (wanted,) = the_indicators([question.path["name"]])
    except ConfigError as error:
        raise NotFound(str(error)) from error
    places, region = _places(question), question.region()
    found = list(_figures(question, wanted, places, region))
    rows = [row for each in found for row in statement_rows(each)]
    return Answer(
        title=wanted.label,
        template="indicator.html",
        context=lambda: {
            "indicator": wanted,
            "region": region,
            "places": places,
            "plot": plot(_series(found, wanted)),
            "size": (WIDTH, HEIGHT, LEFT, WIDTH - RIGHT),
            "rows": rows,
            "bodies": {each.report.id: each.report.body for each in found},
            "asked": bool(places or region or question.links.is_static),
        },
        data=lambda: _json(question, wanted) | {"rows": rows},
        table=lambda: Table(columns=LONG_COLUMNS, rows=[list(row.values()) for row in rows]),
    )


def _places(question: Question) -> list[str]:
    """Return the codes that `places` names, separated by commas."""
    named = [each for each in (question.text("places") or "").split(",") if each.strip()]
    if len(named) > MAX_PLACES:
        raise BadParameter(f"places: no more than {MAX_PLACES} can be compared")
    return [question.region_named(each, "places") for each in named]


def _figures(
    question: Question, wanted: Indicator, places: list[str], region: str | None
) -> list[ReportFigures]:
    found: list[ReportFigures] = []
    everywhere: list[str | None] = [None] if question.links.is_static else []
    for place in places or ([region] if region else everywhere):
        for each in _all_figures(question, place):
            if places and each.report.region != place:
                continue
            chosen = tuple(one for one in each.statements if one.indicator.id == wanted.id)
            found.append(replace(each, statements=chosen))
            if len(found) > MAX_REPORTS and not question.links.is_static:
                raise BadParameter(
                    f"more than {MAX_REPORTS} reports are in question: choose a smaller division, or years"
                )
    return found


def _all_figures(question: Question, region: str | None) -> Iterable[ReportFigures]:
    """Return the figures of a division; None: of all. Those of files are kept: they are the same for every indicator."""
    years = question.years()
    if not question.links.is_static:
        return indicators(question.reader, region=region, years=years)
    return question.remembered(
        ("figures", region, years), lambda: list(indicators(question.reader, region=region, years=years))
    )


def _series(found: list[ReportFigures], wanted: Indicator) -> dict[str, dict[int, float]]:
    """Return the values of governments by place and year; places with more years first."""
    values: dict[str, dict[int, float]] = {}
    for each in found:
        best = each.best().get(wanted.id)
        if best is None or each.report.year is None or each.report.kind == "department":
            continue
        row = region_row(each.report.region or "")
        values.setdefault(row.name if row else "?", {})[each.report.year] = float(plain_value(best.value))
    return dict(sorted(values.items(), key=lambda item: -len(item[1])))


PAGES = (
    Page(path="/indicators/{name}", answer=indicator, formats=(Format.HTML, Format.JSON, Format.CSV)),
    Page(path="/indicators", answer=names, formats=(Format.HTML, Format.JSON)),
)
