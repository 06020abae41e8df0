"""`fazhi source init` and `list`. `fazhi source add` is in `adding`, `find` in `finding`, `check` in `contributing`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.options import (
    ArchiveOption,
    DatabaseOption,
    JsonOption,
    LevelOption,
    RegionsOption,
    SourcesOption,
)
from crawler.cli.output import message, print_json, print_table
from crawler.field.counting import counted
from crawler.field.times import utc_now

if TYPE_CHECKING:
    from crawler.model import Site
    from crawler.questions.status import SourceStatus


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
    from crawler.sources import load_sites, write_new

    write_new(sources, empty=empty)
    number = len(load_sites(sources))
    next_step = "fazhi source add URL" if empty else "fazhi source list, fazhi crawl"
    message(f"{sources}: written, with {counted(number, 'government')}; next: {next_step}")


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
    from crawler.field.region_names import the_level, the_region
    from crawler.questions.status.tables import visits_json
    from crawler.sources import is_of, load_sites

    wanted = the_level(level) if level else None
    if portals:
        from crawler.cli.finding.portal_table import list_portals
        from crawler.cli.finding.searching import state_path

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
    from crawler.address import host_port
    from crawler.crawl import start_urls
    from crawler.questions.status.tables import SOURCE_COLUMNS, source_cells

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
    from crawler import archive as archives
    from crawler.questions.status import source_statuses

    if not archives.has_archive(archive):
        return list(source_statuses(None, sites, now=utc_now()))
    with archives.Reader.read(archive, notify=message) as store:
        return list(source_statuses(store, sites, now=utc_now()))[: len(sites)]


def _site_json(site: Site) -> dict[str, Any]:
    return asdict(site) | {"years": str(site.years)}
