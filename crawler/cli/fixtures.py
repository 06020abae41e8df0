"""`fazhi fixture record` and `fazhi fixture check`."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.options import ConnectToOption, JsonOption, SourcesOption
from crawler.cli.output import PlainConsole, print_json
from crawler.errors import ConfigError
from crawler.fetch import Fetcher, parse_connect_to
from crawler.fetch.record import Sink
from crawler.onboarding import fixtures
from crawler.sources import choose, load_sites

app = typer.Typer(help="Save a site's pages for offline tests; replay and compare.", no_args_is_help=True)

FolderOption = Annotated[Path, typer.Option("--folder", help="Where the saved sites are.")]
ROOT = Path("tests/fixtures")


@app.command("record")
def record(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of a source.")],
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Stop after so many reports.")] = None,
    sources: SourcesOption = Path("sources.yaml"),
    folder: FolderOption = ROOT,
    connect_to: ConnectToOption = None,
) -> None:
    """Crawl one site, and save every exchange and what it gives, without cookies and other personal headers."""
    (site,) = choose(load_sites(sources), [id])
    mapping = parse_connect_to(connect_to or ())

    def fetcher_of(sink: Sink) -> Fetcher:
        return Fetcher(sink=sink, connect_to=mapping)

    captures = asyncio.run(fixtures.record(site, fetcher_of, limit=limit))
    if not any(capture.status == 200 for capture in captures):
        seen = ", ".join(sorted({str(capture.status) for capture in captures})) or "no answer at all"
        raise ConfigError(
            f"{id}: nothing worth saving was served ({seen}); `fazhi source check {id}` says why"
        )
    place = folder / id
    shutil.rmtree(place, ignore_errors=True)
    number = fixtures.save(captures, place)
    facts = asyncio.run(fixtures.found(site, place))
    fixtures.write_expected(facts, place)
    print(
        f"{place}: {number} exchanges, {len(facts['reports'])} reports; look at {fixtures.EXPECTED} before you keep it"
    )


@app.command("check")
def check(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Saved sites; all without.")
    ] = None,
    sources: SourcesOption = Path("sources.yaml"),
    folder: FolderOption = ROOT,
    json: JsonOption = False,
) -> None:
    """Replay saved sites and show where they give something else than they must. Exit code 1 if any does."""
    places = [folder / name for name in ids or ()] or fixtures.folders(folder)
    if not places:
        raise ConfigError(f"{folder}: no saved sites here; `fazhi fixture record ID` makes one")
    if missing := [str(place) for place in places if not (place / fixtures.EXPECTED).is_file()]:
        raise ConfigError(
            f"no {fixtures.EXPECTED} in {', '.join(missing)}; `fazhi fixture record ID` makes one"
        )
    entries = {site.id: site for site in load_sites(sources)}
    differences = {}
    for place in places:
        facts = asyncio.run(fixtures.found(fixtures.site_of(place, entries), place))
        differences[place.name] = lines = fixtures.difference(fixtures.read_expected(place), facts)
        if not json:
            print(
                f"{'differs' if lines else 'ok     '}  {place.name}  {len(facts['reports'])} reports",
                flush=True,
            )
            _print_diff(lines)
    if json:
        print_json([{"id": name, "ok": not lines, "diff": lines} for name, lines in differences.items()])
    raise typer.Exit(1 if any(differences.values()) else 0)


def _print_diff(lines: list[str]) -> None:
    colours = {"+": "green", "-": "red", "@": "cyan"}
    console = PlainConsole(sys.stdout)
    for line in lines:
        console.print(f"  {line}", style=colours.get(line[:1], ""))
