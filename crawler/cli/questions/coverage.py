"""`fazhi coverage`: who has published for which year, on time or late, and what each status rests on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    the_day,
    the_years,
)
from crawler.cli.output import message, print_json, say, tab_separated
from crawler.errors import ConfigError, CrawlerError
from crawler.field.times import china_day
from crawler.language import translate
from crawler.questions.coverage import CoverageStatus

if TYPE_CHECKING:
    from crawler.cli.output import PlainConsole
    from crawler.questions.coverage import CoverageRow

_COLOURS = {
    CoverageStatus.ON_TIME: "green",
    CoverageStatus.LATE: "yellow",
    CoverageStatus.OVERDUE: "bold red",
    CoverageStatus.WITHDRAWN: "red",
    CoverageStatus.UNKNOWN: "dim",
    CoverageStatus.NOT_YET_DUE: "dim",
}


def coverage_command(
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    region: OneRegionOption = None,
    year: YearsOption = None,
    level: Annotated[
        str | None, typer.Option(help="Only divisions of this level: province, city or county.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also divisions without a source or a report in the archive.")
    ] = False,
    departments: Annotated[
        bool, typer.Option("--departments", help="Departments instead of the governments.")
    ] = False,
    asof: Annotated[
        str | None,
        typer.Option("--asof", metavar="DAY", help="What was known at the end of this day, China time."),
    ] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the matrix as an HTML page, with all evidence.")
    ] = None,
) -> None:
    """Show who has published the report of which year, on time or late, who is overdue, and what that rests on.

    Examples:
        fazhi coverage --year 2022-2024
        fazhi coverage --region 湖北 --level city --year 2023 --csv
        fazhi coverage --year 2023 --html coverage.html

    Exit codes:
        0  done, also if nothing was found
        2  wrong use, or there is no archive
        4  the archive is damaged, or a newer fazhi wrote it
    """
    from crawler.field.region_names import the_level, the_region
    from crawler.questions.coverage import coverage
    from crawler.questions.coverage.matrix_page import coverage_html
    from crawler.questions.coverage.tables import COLUMNS, coverage_json, flat
    from crawler.questions.tables import write_csv

    refuse_together(json=json, csv=csv)
    day = _the_day(asof)
    code = the_region(region).code if region else None
    with archives.Reader.read(archive, database=database) as store:
        rows: Iterable[CoverageRow] = coverage(
            store,
            asof=day,
            years=the_years(year),
            region=code,
            level=the_level(level) if level else None,
            every_division=every,
            departments=departments,
        )
        if html or not csv:
            rows = list(_with_progress(rows))
        if html:
            _write(html, coverage_html(list(rows), day, head=store.head(), scope=_scope(code, level)))
        counted = _Counted(rows)
        if csv:
            write_csv(sys.stdout, COLUMNS, (cells for row in counted for cells in flat(row, day)))
        else:
            rows = list(counted)
            if json:
                print_json(coverage_json(rows, day))
            elif not html:
                _print(rows, day, year is not None)
    if html:
        message(f"{html}: {counted.number} organs as of {day}")
    if not counted.number:
        message(_nothing(archive, code, level, departments, every))


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise CrawlerError(f"{path}: cannot be written: {error.strerror}") from error


class _Counted:
    def __init__(self, rows: Iterable[CoverageRow]) -> None:
        self._rows, self.number = rows, 0

    def __iter__(self) -> Iterator[CoverageRow]:
        for row in self._rows:
            self.number += 1
            yield row


def _with_progress(rows: Iterable[CoverageRow]) -> Iterator[CoverageRow]:
    """Yield the rows, and show on a terminal's stderr which division is reached."""
    from crawler.cli.output import PlainConsole

    if not sys.stderr.isatty():
        yield from rows
        return
    with PlainConsole(sys.stderr).status(translate("reading the catalogue")) as status:
        for row in rows:
            status.update(f"{row.region} {row.division}")
            yield row


def _the_day(text: str | None) -> date:
    today = china_day(datetime.now(UTC))
    if text is None:
        return today
    day = the_day(text, "--asof")
    if day > today:
        raise ConfigError(f"--asof {text}: lies in the future; today is {today} in China")
    return day


def _scope(code: str | None, level: str | None) -> str:
    from crawler.field.regions import region as region_row

    row = region_row(code) if code else None
    words = [f"In {row.name} ({code})." if row else "", f"Level {level}." if level else ""]
    return " ".join(map(translate, filter(None, words)))


def _nothing(archive: Path, code: str | None, level: str | None, departments: bool, every: bool) -> str:
    from crawler.cli.questions.reports import division_name

    organs = "department" if departments else "government"
    place = f" of {division_name(code)}" if code else ""
    of_level = f" of the level {level}" if level else ""
    hint = "" if every or departments else "; --all shows every division"
    return f"{archive}: no source and no report of a {organs}{place}{of_level}{hint}"


def _print(rows: Sequence[CoverageRow], day: date, years_given: bool) -> None:
    from crawler.cli.output import PlainConsole
    from crawler.questions.coverage.tables import flat
    from crawler.questions.coverage.words import LEGEND

    if not sys.stdout.isatty():
        for row in rows:
            for cells in flat(row, day):
                print(tab_separated(cells))
        return
    if not rows:
        return
    years = _years_shown(rows, years_given)
    console = PlainConsole(sys.stdout)
    if len(rows[0].cells) == 1:
        _print_list(console, rows)
    else:
        _print_matrix(console, rows, years)
    print()
    _print_totals(console, rows, years)
    say(f"as of {day}; shares are of the organs whose status is known")
    for report_id, spanned in _spanning(rows).items():
        say(f"on several years, and so for none of them: {report_id} ({spanned})")
    if len(rows[0].cells) > 1:
        print("\n".join(f"{short:>5}  {translate(words)}" for short, words in LEGEND))


def _spanning(rows: Sequence[CoverageRow]) -> dict[str, str]:
    """Return the reports on several years, with the first and the last of the years shown that each has."""
    years: dict[str, list[int]] = {}
    for row in rows:
        for cell in row.cells:
            for report_id in cell.several_years:
                years.setdefault(report_id, []).append(cell.year)
    return {report_id: f"{min(found)}-{max(found)}" for report_id, found in years.items()}


def _years_shown(rows: Sequence[CoverageRow], given: bool) -> list[int]:
    """Return the years of the matrix: unless years were asked for, from the first of which a report is held."""
    years = [cell.year for cell in rows[0].cells]
    held = [cell.year for row in rows for cell in row.cells if cell.is_published]
    return years if given or not held else [year for year in years if year >= min(held)]


def _show(console: PlainConsole, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from crawler.cli.terminal.printing import show_table
    from crawler.cli.terminal.table import columns_of

    columns = [
        replace(column, is_text=column.heading == "status", min_cells=len("on time, claimed"))
        for column in columns_of(headings, aside=("organ",))
    ]
    show_table(console, columns, rows, gap=1)


def _print_matrix(console: PlainConsole, rows: Sequence[CoverageRow], years: Sequence[int]) -> None:
    from rich.text import Text

    from crawler.questions.coverage.words import mark

    cells = (
        (
            row.region,
            row.organ or row.division,
            *(Text(mark(cell), style=_COLOURS[cell.status]) for cell in row.cells if cell.year in years),
        )
        for row in rows
    )
    _show(console, ("code", "organ", *map(str, years)), cells)


def _print_list(console: PlainConsole, rows: Sequence[CoverageRow]) -> None:
    headings = ("code", "organ", "status", "claimed", "witnessed", "report")
    _show(console, headings, map(_list_cells, rows))


def _list_cells(row: CoverageRow) -> tuple[object, ...]:
    from rich.text import Text

    from crawler.questions.coverage.words import status_words

    (cell,) = row.cells
    words = status_words(cell).replace(" days", "").replace(", witnessed", "")  # 80 columns are few
    return (
        row.region,
        row.organ or row.division,
        Text(translate(words), style=_COLOURS[cell.status]),
        (cell.claimed or "")[:10],
        china_day(cell.witnessed) if cell.witnessed else None,
        cell.report_id,
    )


def _print_totals(console: PlainConsole, rows: Sequence[CoverageRow], years: Sequence[int]) -> None:
    from crawler.questions.coverage.words import KNOWN_STATUSES, TOTAL_HEADINGS, share, totals

    cells = []
    for year, total in sorted(totals(rows).items()):
        if year in years:
            count, known = total.counts, total.known
            known_cells = (f"{count[s]} {share(count[s], known)}".strip() for s in KNOWN_STATUSES)
            cells.append((year, total.due, known, *known_cells, count[CoverageStatus.UNKNOWN]))
    _show(console, ("year", *TOTAL_HEADINGS), cells)
