"""`fazhi source init`, `list` and `check`. `fazhi source add` is in `adding`, `find` in `finding`."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from crawler.address import host_port
from crawler.archive import Reader
from crawler.cli.adding import add
from crawler.cli.finding.command import find
from crawler.cli.finding.portal_table import list_portals
from crawler.cli.finding.searching import state_path
from crawler.cli.options import (
    ArchiveOption,
    ConnectToOption,
    DatabaseOption,
    IdsArgument,
    JsonOption,
    LevelOption,
    RegionsOption,
    ReplayOption,
    SourcesOption,
)
from crawler.cli.output import PlainConsole, message, print_json, print_table
from crawler.crawl import start_urls
from crawler.errors import NoArchive
from crawler.fetch import Fetcher, Replay, load_exchanges, parse_connect_to
from crawler.field.counting import counted
from crawler.field.region_names import the_level, the_region
from crawler.field.text import visible_line
from crawler.field.times import utc_now
from crawler.language import translate
from crawler.model import Site
from crawler.onboarding.check import Check, check_site
from crawler.questions.report_rows import report_json
from crawler.questions.status import SourceStatus, source_statuses
from crawler.questions.status.tables import SOURCE_COLUMNS, source_cells, visits_json
from crawler.reading.pages import PageProcess
from crawler.sources import choose, is_of, load_sites, write_new

app = typer.Typer(help="Show, test and write the entries of sources.yaml.", no_args_is_help=True)
app.command("add")(add)
app.command("find")(find)


@app.command("init")
def init(
    sources: SourcesOption = Path("sources.yaml"),
    empty: Annotated[bool, typer.Option("--empty", help="Write a file without entries.")] = False,
) -> None:
    """Write a new sources.yaml: a copy of the one that fazhi comes with, or an empty one.

    Examples:
        fazhi source init
        fazhi source init --empty --sources mine.yaml

    Exit codes:
        0  written
        2  wrong use, or the file is there already
    """
    write_new(sources, empty=empty)
    number = len(load_sites(sources))
    next_step = "fazhi source add URL" if empty else "fazhi source list, fazhi crawl"
    message(f"{sources}: written, with {counted(number, 'government')}; next: {next_step}")


@app.command("list")
def list_(
    sources: SourcesOption = Path("sources.yaml"),
    portals: Annotated[
        bool,
        typer.Option(
            "--portals",
            help="List divisions instead: their portals, whether a source is configured, and what the last search found.",
        ),
    ] = False,
    regions: RegionsOption = None,
    level: LevelOption = None,
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="FILE", help="State file of `fazhi source find`, for the last results."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the sites of sources.yaml, disabled ones too; or, with --portals, the divisions and their portals.

    Last visit, its result and the reports held are those of the archive, if there is one.

    Examples:
        fazhi source list
        fazhi source list --region 湖北 --json
        fazhi source list --portals --level city

    Exit codes:
        0  done
        2  wrong use, or a faulty sources.yaml
    """
    wanted = the_level(level) if level else None
    if portals:
        list_portals(sources, regions or (), wanted, state or state_path(sources), json=json)
        return
    codes = [the_region(name).code for name in regions or ()]
    sites = load_sites(sources, notify=message)
    if codes or wanted:
        sites = tuple(site for site in sites if is_of(site, codes, wanted))
    found = _statuses(archive, database, sites)
    if json:
        print_json([_site_json(site) | visits_json(each) for site, each in zip(sites, found, strict=True)])
        return
    _print_list(sites, found)


def _print_list(sites: Sequence[Site], found: Sequence[SourceStatus]) -> None:
    """Print a table with the hosts on a terminal, else lines with the first addresses, whose first four columns are stable."""
    urls = [start_urls([site])[0] for site in sites]
    off = ["" if site.enabled else "disabled" for site in sites]
    cells = list(map(source_cells, found))
    if sys.stdout.isatty():
        headings: tuple[str, ...] = (*SOURCE_COLUMNS, "entry", "host")
        rows = [
            (*each, state, host_port(url).rpartition(":")[0])
            for each, state, url in zip(cells, off, urls, strict=True)
        ]
    else:
        headings = (*SOURCE_COLUMNS[:3], "first address", *SOURCE_COLUMNS[3:], "entry")
        rows = [(*each[:3], url, *each[3:], state) for each, state, url in zip(cells, off, urls, strict=True)]
    print_table(headings, rows, numbers=("reports",), aside=("name", "host"))


def _statuses(archive: Path, database: str | None, sites: Sequence[Site]) -> list[SourceStatus]:
    """Return what the archive knows of each site; where there is no archive, that none was ever visited."""
    try:
        store = Reader.read(archive, notify=message, database=database)
    except NoArchive:
        return list(source_statuses(None, sites, now=utc_now()))
    with store:
        return list(source_statuses(store, sites, now=utc_now()))[: len(sites)]


def _site_json(site: Site) -> dict[str, Any]:
    return asdict(site) | {"years": str(site.years)}


@app.command("check")
def check(
    ids: IdsArgument = None,
    sources: SourcesOption = Path("sources.yaml"),
    replay: ReplayOption = None,
    json: JsonOption = False,
    connect_to: ConnectToOption = None,
) -> None:
    """Visit sites and show what their entries find; nothing is stored. Exit code 1 if a site fails.

    Examples:
        fazhi source check wuhan
        fazhi source check wuhan --json

    Exit codes:
        0  every site works
        1  some site fails
        2  wrong use, or a faulty sources.yaml
    """
    sites = choose(load_sites(sources, notify=message), ids or ())
    saved = Replay(load_exchanges(replay)) if replay else None
    if saved is not None and not ids:
        sites = tuple(site for site in sites if any(map(saved.holds, start_urls([site]))))
    checks = asyncio.run(_checks(sites, saved, parse_connect_to(connect_to or ())))
    if json:
        print_json([_check_json(found) for found in checks])
    else:
        console = PlainConsole(sys.stdout)
        for found in checks:
            _print(console, found)
        if len(checks) > 1:
            print()
            print_table(_HEADINGS, map(_row, checks), numbers=("list pages", "links", "reports"))
    raise typer.Exit(0 if all(found.ok for found in checks) else 1)


async def _checks(
    sites: tuple[Site, ...], saved: Replay | None, mapping: dict[str, tuple[str, int]]
) -> list[Check]:
    fetching = Fetcher(sink=lambda _: None, replay=saved, connect_to=mapping)
    async with fetching as fetcher, PageProcess() as pages:
        return await asyncio.gather(*(check_site(site, fetcher, pages) for site in sites))


_HEADINGS = (
    "id", "result", "system", "list pages", "links", "reports", "years", "first date", "last date", "newest report",
)  # fmt: skip


def _row(found: Check) -> tuple[object, ...]:
    years = sorted({year for _, year in found.reports if year})
    days = sorted(link.date for link, _ in found.reports if link.date)
    return (
        found.site.id,
        "ok" if found.ok else "fails",
        found.cms or "no list",
        found.list_pages,
        found.links,
        len(found.reports),
        f"{years[0]}-{years[-1]}" if years else "",
        days[0] if days else "",
        days[-1] if days else "",
        f"{counted(len(found.newest.body), 'character')}" if found.newest else "",
    )


def _check_json(found: Check) -> dict[str, Any]:
    return {
        "id": found.site.id,
        "ok": found.ok,
        "cms": found.cms,
        "list_pages": found.list_pages,
        "links": found.links,
        "reports": [
            {"url": link.url, "title": link.title, "date": link.date, "year": year}
            for link, year in found.reports
        ],
        "near_misses": [
            {"url": link.url, "title": link.title, "why": why} for link, why in found.near_misses
        ],
        "columns": [
            {"url": link.url, "title": link.title, "reports": number} for link, number in found.columns
        ],
        "untitled": [link.url for link in found.untitled],
        "remarks": list(found.remarks),
        "newest": report_json(found.newest, body=False) if found.newest else None,
        "problems": list(found.problems),
    }


def _print(console: PlainConsole, found: Check) -> None:
    mark = ("ok    ", "green") if found.ok else ("fails ", "red")
    about = (
        f" {found.site.name}: {found.cms or 'no list'}, {counted(found.list_pages, 'list page')}, {counted(found.links, 'link')},"
        f" {counted(len(found.reports), 'report')}"
    )
    console.print(Text.assemble(mark, " ", (found.site.id, "bold"), translate(about)))
    for line, style in _details(found):
        console.print(f"       {translate(visible_line(line))}", style=style)


def _details(found: Check) -> Iterator[tuple[str, str]]:
    """Yield the lines below the first, each with its style."""
    years = Counter(year for _, year in found.reports if year)
    if years:
        yield (
            f"years: {', '.join(f'{year}' + (f' ×{n}' if n > 1 else '') for year, n in sorted(years.items()))}",
            "",
        )
    dates = sorted(link.date for link, _ in found.reports if link.date)
    if dates:
        yield f"dates: {dates[0]} to {dates[-1]}", ""
    if report := found.newest:
        first = report.body.partition("\n")[0]
        yield (
            f"newest: {report.title} ({report.published or 'no date'}, {counted(len(report.body), 'character')})",
            "",
        )
        yield f"        {first[:60]}…", ""
    for link, number in found.columns:
        yield f"column, read as a list: {link.title} ({counted(number, 'report')}) {link.url}", ""
    for link, why in found.near_misses:
        yield f"not taken: {link.title} ({why})", "dim"
    if found.untitled:
        yield f"without a title on the list (a crawl fetches them to see): {len(found.untitled)}", ""
    yield from ((remark, "yellow") for remark in found.remarks)
    yield from ((problem, "red") for problem in found.problems)
