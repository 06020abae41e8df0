"""`fazhi indicators`: figures in the reports as panel data, each with the words it stands in."""

from __future__ import annotations

import json as json_library
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler import archive as archives
from crawler.cli.options import (
    ArchiveOption,
    CsvOption,
    DatabaseOption,
    JsonOption,
    OneRegionOption,
    YearsOption,
    refuse_together,
    the_years,
)
from crawler.cli.output import message, print_table
from crawler.cli.program.completion import report_ids
from crawler.errors import ConfigError
from crawler.field.counting import counted
from crawler.field.text import json_escaped

if TYPE_CHECKING:
    from crawler.questions.indicators.panel import ReportFigures
    from crawler.questions.indicators.rules import Indicator

_WORDS_AROUND = 14
"""Characters of the sentence before the number that a terminal shows."""
_PERIODS = {"year": "", "part_of_year": " (part of the year)", "several_years": " (several years)"}
_MAX_ON_TERMINAL = 5
"""Indicators side by side on a terminal."""
_REPORTS_PER_NOTE = 2000


def indicators(
    report_id: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]", help="Only this report: its id, or an address of it.", autocompletion=report_ids
        ),
    ] = None,
    indicator: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Only this indicator, English or Chinese name. May be repeated; see --names."
        ),
    ] = None,
    region: OneRegionOption = None,
    year: YearsOption = None,
    kind: Annotated[str | None, typer.Option(help="Only government, party_government or department.")] = None,
    wide: Annotated[
        bool, typer.Option("--wide", help="One row a report, with a column an indicator.")
    ] = False,
    names: Annotated[
        bool, typer.Option("--names", help="List the indicators with unit and definition.")
    ] = False,
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """Print the figures in the reports: cases, rates, documents … with the words they stand in.

    What is not certain is left out: a figure that is missing here may well be in the report.

    Examples:
        fazhi indicators --names
        fazhi indicators 420100-2022
        fazhi indicators --year 2022- --wide --csv

    Exit codes:
        0  done
        2  wrong use, there is no archive, or no such report
        4  the archive is damaged, or a newer fazhi wrote it
    """
    from crawler.cli.questions.reports import division_name, the_kind
    from crawler.field.region_names import the_region
    from crawler.questions.indicators import panel

    refuse_together(json=json, csv=csv)
    chosen = panel.the_indicators(indicator or ())
    if names:
        _print_names(chosen, json=json, csv=csv)
        return
    code = the_region(region).code if region else None
    with archives.Reader.read(archive, database=database) as store:
        found = panel.indicators(
            store, report_id, names=indicator or (), region=code, years=the_years(year), kind=the_kind(kind)
        )
        counted = _Counted(found)
        if wide:
            _print_wide(counted, chosen, json=json, csv=csv)
        else:
            _print_long(counted, json=json, csv=csv)
    place = f" of {division_name(code)}" if code else ""
    if not counted.reports:
        message(f"{archive}: no report{place} passes these filters")
    else:
        message(f"figures: {counted.statements}; reports read{place}: {counted.reports}")


class _Counted:
    """The figures, counted, with a line on stderr now and then where there are many reports."""

    def __init__(self, found: Iterable[ReportFigures]) -> None:
        self._found = found
        self.reports = self.statements = 0

    def __iter__(self) -> Iterator[ReportFigures]:
        for figures in self._found:
            self.reports += 1
            self.statements += len(figures.statements)
            if self.reports % _REPORTS_PER_NOTE == 0:
                message(f"{counted(self.reports, 'report')} read, {counted(self.statements, 'figure')} found")
            yield figures


def _print_names(chosen: Iterable[Indicator], *, json: bool, csv: bool) -> None:
    from crawler.questions.tables import write_csv

    columns = ("indicator", "label", "unit", "definition")
    rows = [(each.id, each.label, each.unit, each.definition) for each in chosen]
    if json:
        _print_items(dict(zip(columns, row, strict=True)) for row in rows)
    elif csv:
        write_csv(sys.stdout, columns, rows)
    else:
        print_table(columns, rows, text=("definition",))


def _print_long(found: Iterable[ReportFigures], *, json: bool, csv: bool) -> None:
    from crawler.questions.indicators.panel import LONG_COLUMNS, statement_rows
    from crawler.questions.tables import write_csv

    rows = (row for figures in found for row in statement_rows(figures))
    if json:
        _print_items(rows)
    elif csv:
        write_csv(sys.stdout, LONG_COLUMNS, (_cells(row) for row in rows))
    elif sys.stdout.isatty():
        lines = ((row["report_id"], row["label"], _shown(row), _around(row)) for row in rows)
        print_table(("report", "indicator", "value", "words"), lines, text=("words",), numbers=("value",))
    else:
        print_table(LONG_COLUMNS, (_cells(row) for row in rows))


def _print_wide(
    found: Iterable[ReportFigures], chosen: tuple[Indicator, ...], *, json: bool, csv: bool
) -> None:
    from crawler.questions.indicators.panel import WIDE_COLUMNS, wide_row
    from crawler.questions.tables import write_csv

    if sys.stdout.isatty() and not (json or csv) and len(chosen) > _MAX_ON_TERMINAL:
        raise ConfigError(
            f"{counted(len(chosen), 'column')} are too many for a terminal: choose up to {_MAX_ON_TERMINAL} with --indicator, "
            "or use --csv or --json"
        )
    rows = (wide_row(figures, chosen) for figures in found)
    columns = (*WIDE_COLUMNS, *(each.id for each in chosen), "approximate")
    if json:
        _print_items(rows)
    elif csv:
        write_csv(sys.stdout, columns, (_cells(row, columns) for row in rows))
    elif sys.stdout.isatty():
        headings = ("report", *(each.label for each in chosen))
        lines = ([row["report_id"], *(row[each.id] for each in chosen)] for row in rows)
        print_table(headings, lines, numbers=headings[1:])
    else:
        print_table(columns, (_cells(row, columns) for row in rows))


def _cells(row: dict[str, Any], columns: Iterable[str] | None = None) -> list[object]:
    """Return a row's cells for a table: yes and no for flags, a list as words."""
    return [_cell(row[name]) for name in (columns or row)]


def _cell(value: Any) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else value


def _shown(row: dict[str, Any]) -> str:
    about = "≈" if row["approximate"] else ""
    return f"{about}{row['value']:,} {row['unit']}{_PERIODS[row['period']]}"


def _around(row: dict[str, Any]) -> str:
    """Return the number with a few words before it."""
    at = row["offset"] - row["words_offset"]
    start = max(0, at - _WORDS_AROUND)
    return f"{'…' if start else ''}{row['words'][start : at + len(row['number'])]}"


def _print_items(items: Iterable[dict[str, Any]]) -> None:
    """Print a JSON list item by item, one a line, so that a long one needs no memory."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    before = "[\n"
    for item in items:
        sys.stdout.write(before + json_escaped(json_library.dumps(item, ensure_ascii=not unicode)))
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")
    sys.stdout.flush()
