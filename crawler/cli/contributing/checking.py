"""`fazhi source check`: visit sites and show what their entries find."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from crawler.cli.options import (
    ConnectToOption,
    IdsArgument,
    JsonOption,
    ReplayOption,
    SourcesOption,
)
from crawler.cli.output import message, print_json, print_table
from crawler.field.counting import counted
from crawler.field.text import visible_line
from crawler.language import translate

if TYPE_CHECKING:
    from crawler.cli.output import PlainConsole
    from crawler.fetch import Replay
    from crawler.model import Site
    from crawler.onboarding.check import Check


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
    import asyncio

    from crawler.cli.output import PlainConsole
    from crawler.crawl import start_urls
    from crawler.fetch import Replay, load_exchanges, parse_connect_to
    from crawler.sources import choose, load_sites

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
    import asyncio

    from crawler.fetch import Fetcher
    from crawler.onboarding.check import check_site
    from crawler.reading.pages import PageProcess

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
    from crawler.questions.report_rows import report_json

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
    from rich.text import Text

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
