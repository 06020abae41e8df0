"""`fazhi fixture record` and `fazhi fixture check`: saved sites for offline tests (`crawler.onboarding.fixtures`)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.options import ConnectToOption, JsonOption, SourcesOption
from crawler.cli.output import print_json, say
from crawler.cli.program.completion import source_ids
from crawler.errors import ConfigError
from crawler.field.counting import counted
from crawler.field.text import visible_line

if TYPE_CHECKING:
    from crawler.fetch import Fetcher
    from crawler.fetch.record import Sink

FolderOption = Annotated[Path, typer.Option("--folder", help="Folder of the saved sites.")]
DEFAULT_FOLDER = Path("tests/fixtures")


def record(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of a source.", autocompletion=source_ids)],
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Stop after this many reports.")] = None,
    sources: SourcesOption = Path("sources.yaml"),
    folder: FolderOption = DEFAULT_FOLDER,
    connect_to: ConnectToOption = None,
) -> None:
    """Crawl one site; save every exchange, without cookies and other personal headers, and the expected result.

    Examples:
        fazhi fixture record wuhan --limit 3

    Exit codes:
        0  saved
        2  wrong use, a faulty sources.yaml, or no page could be fetched
    """
    import asyncio

    from crawler.fetch import Fetcher, parse_connect_to
    from crawler.onboarding import fixtures
    from crawler.sources import choose, load_sites

    (site,) = choose(load_sites(sources), [id])
    mapping = parse_connect_to(connect_to or ())

    def fetcher_of(sink: Sink) -> Fetcher:
        return Fetcher(sink=sink, connect_to=mapping)

    captures = asyncio.run(fixtures.record(site, fetcher_of, limit=limit))
    if not any(capture.status == 200 for capture in captures):
        seen = ", ".join(sorted({str(capture.status) for capture in captures})) or "no answer"
        raise ConfigError(f"{id}: no page could be fetched ({seen}); `fazhi source check {id}` shows why")
    place = folder / id
    shutil.rmtree(place, ignore_errors=True)
    number = fixtures.save(captures, place)
    facts = asyncio.run(fixtures.found(site, place))
    fixtures.write_expected(facts, place)
    say(
        f"{place}: {counted(number, 'exchange')}, {counted(len(facts['reports']), 'report')}; review {fixtures.EXPECTED} before you commit it"
    )


def check(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Saved sites; all if omitted.")
    ] = None,
    sources: SourcesOption = Path("sources.yaml"),
    folder: FolderOption = DEFAULT_FOLDER,
    json: JsonOption = False,
) -> None:
    """Replay saved sites and show differences from the expected result. Exit code 1 if there are any.

    Examples:
        fazhi fixture check
        fazhi fixture check wuhan --json

    Exit codes:
        0  all are as expected
        1  some differ
        2  wrong use, or a faulty sources.yaml
    """
    import asyncio

    from crawler.onboarding import fixtures
    from crawler.sources import load_sites

    places = [folder / name for name in ids or ()] or fixtures.folders(folder)
    if not places:
        raise ConfigError(f"{folder}: no saved sites here; save one with `fazhi fixture record ID`")
    if missing := [str(place) for place in places if not (place / fixtures.EXPECTED).is_file()]:
        raise ConfigError(
            f"no {fixtures.EXPECTED} in {', '.join(missing)}; write it with `fazhi fixture record ID`"
        )
    entries = {site.id: site for site in load_sites(sources)}
    differences = {}
    for place in places:
        facts = asyncio.run(fixtures.found(fixtures.site_of(place, entries), place))
        differences[place.name] = lines = fixtures.difference(fixtures.read_expected(place), facts)
        if not json:
            say(
                f"{'differs' if lines else 'ok     '}  {place.name}  {counted(len(facts['reports']), 'report')}"
            )
            _print_diff(lines)
    if json:
        print_json([{"id": name, "ok": not lines, "diff": lines} for name, lines in differences.items()])
    raise typer.Exit(1 if any(differences.values()) else 0)


def _print_diff(lines: list[str]) -> None:
    from crawler.cli.output import PlainConsole

    colours = {"+": "green", "-": "red", "@": "cyan"}
    console = PlainConsole(sys.stdout)
    for line in lines:
        console.print(f"  {visible_line(line)}", style=colours.get(line[:1], ""))
