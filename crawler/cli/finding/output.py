"""Results of `fazhi source find`: lines of progress, a table, JSON."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from crawler.cli.output import print_table
from crawler.field.counting import counted
from crawler.field.regions import path, region
from crawler.model import Link
from crawler.onboarding.find.model import FindResult, FoundList, Result

HEADINGS = ("code", "division", "result", "reports", "years", "requests", "way", "list or column", "remarks")


_TERMINAL_HEADINGS = ("code", "division", "result", "reports", "years", "list, column or reason")
"""On a terminal the addresses need the room; way and requests are in the notes and in the lines of progress."""


def show(results: Iterable[FindResult]) -> None:
    """Print results by code: as a table on a terminal, else with all that HEADINGS names as tab-separated lines."""
    rows = map(row, sorted(results, key=lambda each: (each.code or "~", each.target.home)))
    if sys.stdout.isatty():
        print_table(
            _TERMINAL_HEADINGS,
            ((*cells[:5], _joined(cells[7:])) for cells in rows),
            text=("years", _TERMINAL_HEADINGS[-1]),
            numbers=("reports",),
        )
    else:
        print_table(HEADINGS, rows)


def _joined(cells: Sequence[object]) -> str:
    return "; ".join(str(cell) for cell in cells if cell)


def place(result: FindResult) -> str:
    """Return the division's full name, or else the portal's address."""
    return path(result.code) if result.code and region(result.code) else result.target.home


def row(result: FindResult) -> tuple[object, ...]:
    """Return the cells of a result, as HEADINGS names them."""
    first = result.lists[0] if result.lists else None
    column = result.column.url if result.column else ""
    return (
        result.code or "",
        place(result),
        result.result.value,
        len(result.reports) or "",
        years_shown(result.years),
        result.requests,
        first.way if first else "",
        first.url if first else result.pages[0][0].url if result.pages else column,
        _remarks(result),
    )


def _remarks(result: FindResult) -> str:
    more = [f"also {found.url}" for found in result.lists[1:]]
    more += ["no report in it"] if result.result is Result.COLUMN else []
    more += ["reports only, their list is not known"] if result.pages else []
    more += [f"lists of departments: {len(result.departments)}"] if result.departments else []
    return "; ".join([*more, *([result.detail] if result.detail else [])])


def years_shown(years: Sequence[int]) -> str:
    """Return years as people write them: 2019-2021, 2023."""
    spans: list[list[int]] = []
    for year in years:
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(f"{span[0]}-{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)


def progress(result: FindResult, number: int, total: int, *, known: bool) -> str:
    """Return the line of progress for a portal that is done."""
    what = f"{result.result.value}"
    if result.reports:
        what += f", {counted(len(result.reports), 'report')} ({years_shown(result.years) or 'no year'})"
    elif result.column:
        what += f" {result.column.title}"
    elif result.detail:
        what += f": {result.detail}"
    how = f"known since {result.day}" if known else counted(result.requests, "request")
    return f"[{number}/{total}] {result.code or ''} {place(result)}: {what}, {how}".replace("]  ", "] ")


def summary(results: Iterable[FindResult], requests: int) -> str:
    """Return the line at the end: how many of each result, and the requests for those that this run searched."""
    results = list(results)
    counts = Counter(result.result for result in results)
    parts = [f"{counts[each]} {each.value}" for each in Result if counts[each]]
    portals = f"{len(results)} portal{'' if len(results) == 1 else 's'}"
    return f"{portals}: {', '.join(parts) or 'none'}; {counted(requests, 'request')}"


def result_json(
    result: FindResult, *, entries: Sequence[Any], written: Sequence[str], known: bool
) -> dict[str, Any]:
    """Return a result as a value for JSON Lines. `written`: file and line of each entry that was written."""
    return {
        "region": result.code,
        "name": result.name,
        "portal": result.target.home,
        "result": result.result.value,
        "years": list(result.years),
        "reports": [_report(*pair) for pair in result.reports],
        "lists": [_list(found) for found in result.lists],
        "departments": [_list(found) for found in result.departments],
        "column": {"url": result.column.url, "title": result.column.title} if result.column else None,
        "checked": result.checked or None,
        "detail": result.detail or None,
        "requests": result.requests,
        "day": result.day,
        "known": known,
        "entries": list(entries),
        "written": list(written),
    }


def _list(found: FoundList) -> dict[str, Any]:
    return {
        "url": found.url,
        "title": found.title,
        "way": found.way,
        "trail": list(found.trail),
        "cms": found.cms,
        "next": found.next,
        "match": found.match,
        "render": found.render,
        "reports": [_report(*pair) for pair in found.reports],
    }


def _report(link: Link, year: int | None) -> dict[str, Any]:
    return {"url": link.url, "title": link.title, "date": link.date, "year": year}
