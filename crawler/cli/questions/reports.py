"""`fazhi reports`: list the archived reports."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from crawler import archive as archives
from crawler.cli.options import (
    ArchiveOption,
    CsvOption,
    DatabaseOption,
    JsonOption,
    OneRegionOption,
    SinceOption,
    YearsOption,
    refuse_together,
    tell_of_a_future_day,
    the_start,
    the_years,
)
from crawler.cli.output import message, print_json, print_table
from crawler.errors import ConfigError

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.model import Holding, Report

REPORTS_PER_PORTION = 200

COLUMNS = (
    "id", "region", "division", "year", "kind", "published_date", "published_time", "version", "title", "issuer",
    "published_by", "state", "origin", "first_seen", "last_seen", "url", "remarks",
)  # fmt: skip
"""Columns of --csv and of the lines without a terminal. Stable: new ones come last, before `remarks`."""

_ON_TERMINAL = ("id", "year", "division", "published_date", "title", "remarks")


class _Row(NamedTuple):
    report: Report
    held: Holding


def reports(
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    region: OneRegionOption = None,
    year: YearsOption = None,
    kind: Annotated[str | None, typer.Option(help="Only government, party_government or department.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Only live, unreachable, missing, moved or gone reports.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Only reports of this source (its id).")] = None,
    since: SinceOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Print no more than this many reports.")] = None,
    after: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on behind this report, the last one printed.")
    ] = None,
    similar: Annotated[
        bool,
        typer.Option(
            "--similar",
            help="List pairs of near copies: edited, shortened, copied; with the paragraphs they share.",
        ),
    ] = False,
    json: JsonOption = False,
    csv: CsvOption = False,
) -> None:
    """List the archived reports, each in its latest version.

    --year also finds reports on several years, such as 2016-2020, with a remark. With --since: those whose latest text was first seen since that day.

    Examples:
        fazhi reports
        fazhi reports --region 湖北 --year 2022-
        fazhi reports --state gone --csv
        fazhi reports --similar --year 2023

    Exit codes:
        0  done, also if nothing was found
        2  wrong use, or there is no archive
        4  the archive is damaged, or a newer fazhi wrote it
    """

    from crawler.field.region_names import the_region

    refuse_together(json=json, csv=csv)
    code = the_region(region).code if region else None
    tell_of_a_future_day(since)
    with archives.Reader.read(archive, database=database) as store:
        if similar:
            others = {
                "kind": kind,
                "state": state,
                "site": site,
                "since": since,
                "limit": limit,
                "after": after,
            }
            for name, value in others.items():
                refuse_together(similar=True, **{name: value})
            from crawler.cli.questions.similar import print_similar

            if not print_similar(store, code, the_years(year), json=json, csv=csv):
                message(
                    f"{archive}: no near copies{f' among the reports of {division_name(code)}' if code else ''}"
                )
            return
        if site is not None and not store.knows_site(site):
            raise ConfigError(
                f"--site {site}: {archive} has no visit and no report of such a source; `fazhi source list` has their ids"
            )
        found = store.iter_reports(
            region=code,
            years=the_years(year),
            spans=True,
            kind=the_kind(kind),
            state=state,  # type: ignore[arg-type]  # iter_reports checks it
            site=site,
            since=the_start(since),
            after=after,
        )
        rows = _Rows(store, islice(found, limit))
        _print(rows, json=json, csv=csv)
        if not rows.number:
            message(_nothing(region, code, archive))
        elif limit and next(found, None):
            message(f"there are more; go on with --after {rows.last}")


KINDS = ("government", "party_government", "department")


def the_kind(kind: str | None) -> str | None:
    """Return a kind of report. Raises typer.BadParameter for any other word."""
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"{kind!r}: use one of {', '.join(KINDS)}", param_hint="--kind")
    return kind


class _Rows:
    """The reports with what the archive holds of them, read in portions, counted."""

    def __init__(self, store: Reader, found: Iterable[Report]) -> None:
        self._store, self._found = store, iter(found)
        self.number, self.last = 0, ""

    def __iter__(self) -> Iterator[_Row]:
        while portion := list(islice(self._found, REPORTS_PER_PORTION)):
            for report, held in zip(portion, self._store.holdings(portion), strict=True):
                self.number, self.last = self.number + 1, report.id or ""
                yield _Row(report, held)


def _print(rows: _Rows, *, json: bool, csv: bool) -> None:

    from crawler.questions.report_rows import holding_json, report_json
    from crawler.questions.tables import write_csv

    if json:
        print_json([report_json(row.report, body=False) | holding_json(row.held) for row in rows])
    elif csv:
        write_csv(sys.stdout, COLUMNS, (_cells(row, COLUMNS) for row in rows))
    else:
        names = _ON_TERMINAL if sys.stdout.isatty() else COLUMNS
        headings = [name.removesuffix("_date") for name in names]
        print_table(headings, (_cells(row, names) for row in rows), text=("title", "remarks"))


def _cells(row: _Row, names: Sequence[str]) -> list[object]:
    """Return the named columns of a report."""

    from crawler.questions.report_rows import report_cells

    return report_cells(row.report, row.held, names, remarks=", ".join(_remarks(row.report, row.held)))


def _remarks(report: Report, holding: Holding) -> Iterator[str]:
    """Yield what a reader must know before quoting a report."""

    from crawler.cli.questions.text_source import fault_words, recognised_words

    if span := several_years(report):
        yield f"on {span}"
    if report.unread is not None:
        yield fault_words(report)
    if words := recognised_words(report):
        yield words
    if holding.claims:
        yield f"claims to be of {division_name(holding.claims)}"
    if holding.origin != "own":
        yield holding.origin
    if holding.state not in ("live", None):
        yield holding.state


def several_years(report: Report) -> str:
    """Return the years of a report on several, as its title gives them: 2016-2020. Empty for a report on one year."""
    from crawler.field.titles import judge

    return "" if report.year else judge(report.title).span_words


def division_name(code: str) -> str:
    """Return a division's code and name: 420100 武汉市."""

    from crawler.field.regions import region as region_row

    row = region_row(code)
    return f"{code} {row.name}" if row else code


def _nothing(named: str | None, code: str | None, archive: Path) -> str:
    place = f" of {division_name(code)}" if named and code else ""
    return f"{archive}: no report{place} passes these filters"
