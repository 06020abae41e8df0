"""A coverage as JSON values and as flat rows for CSV. The keys are stable: new ones come last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from crawler.field.deadline import RULES
from crawler.field.times import iso
from crawler.questions.coverage.cells import REASONS, CoverageCell, CoverageRow
from crawler.questions.coverage.words import YearTotal, totals

COLUMNS = (
    "region", "division", "level", "organ", "year", "status", "days", "rests_on", "claimed", "witnessed",
    "witnessed_by", "report_id", "version", "url", "last_day", "rule", "was", "gone_since", "doubt", "reason", "site",
    "checked", "report_ids", "asof", "redated", "claimed_now", "claimed_version", "witnessed_version",
    "several_years",
)  # fmt: skip
"""Columns of the flat form: one row for each organ and year."""


def cell_json(cell: CoverageCell) -> dict[str, Any]:
    """Return a cell as a value for JSON: ISO dates, times in UTC."""
    value = asdict(cell) | {"last_day": cell.last_day.isoformat() if cell.last_day else None}
    for name in ("witnessed", "gone_since", "doubt", "checked", "redated"):
        value[name] = iso(value[name])
    return value | {"report_ids": list(cell.report_ids), "several_years": list(cell.several_years)}


def row_json(row: CoverageRow) -> dict[str, Any]:
    """Return a row as a value for JSON."""
    return asdict(row) | {"sources": list(row.sources), "cells": list(map(cell_json, row.cells))}


def coverage_json(rows: Sequence[CoverageRow], asof: date) -> dict[str, Any]:
    """Return a whole coverage as one value for JSON, with its rules, its totals and the reasons in words."""
    return {
        "asof": asof.isoformat(),
        "rules": [asdict(rule) | {"in_force": rule.in_force.isoformat()} for rule in RULES],
        "reasons": {reason.value: words for reason, words in REASONS.items()},
        "totals": {str(year): total_json(total) for year, total in totals(rows).items()},
        "rows": list(map(row_json, rows)),
    }


def total_json(total: YearTotal) -> dict[str, int]:
    """Return a year's total with its denominators."""
    return {"due": total.due, "known": total.known} | {
        status.value: number for status, number in total.counts.items()
    }


def flat(row: CoverageRow, asof: date) -> Iterator[list[Any]]:
    """Yield the columns of each cell of a row."""
    return (flat_cell(row, cell, asof) for cell in row.cells)


def flat_cell(row: CoverageRow, cell: CoverageCell, asof: date) -> list[Any]:
    """Return the columns of one cell of a row."""
    values = cell_json(cell) | {"asof": asof.isoformat()}
    values |= {name: " ".join(values[name]) for name in ("report_ids", "several_years")}
    for name in ("region", "division", "level", "organ"):
        values[name] = getattr(row, name)
    return [values[name] for name in COLUMNS]
