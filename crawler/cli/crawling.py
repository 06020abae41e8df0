"""`fazhi crawl` and `fazhi import`: the commands that fill the archive."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler import crawl as pipeline
from crawler.address import host_port
from crawler.archive import Archive
from crawler.cli.display import Display
from crawler.cli.output import outcome_json, print_json
from crawler.errors import CrawlerError
from crawler.fetch import Fetcher, Replay, load_exchanges, parse_connect_to
from crawler.fetch.client import utc_now
from crawler.imports import documents, import_documents
from crawler.model import Capture, Site
from crawler.sources import choose, load_sites

SourcesOption = Annotated[Path, typer.Option("--sources", help="The file of sites.")]
ArchiveOption = Annotated[Path, typer.Option("--archive", help="The archive's folder.")]
ReplayOption = Annotated[
    Path | None,
    typer.Option(
        "--replay",
        help="Read from saved exchanges (a fixture folder, a folder of such, a WARC), not the network.",
    ),
]
ConnectToOption = Annotated[
    list[str] | None,
    typer.Option(
        "--connect-to", help="HOST:PORT:ADDRESS:PORT: connect there instead, as with curl. May be repeated."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
IdsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of sources; all enabled ones without.")
]

PROBES = 40  # hosts that are tried before a crawl; where none of so many answers, there is no network
NO_SITE = "no site of {sources} can be reached from here ({count} hosts tried); `make demo` shows the whole job offline"


def crawl(
    ids: IdsArgument = None,
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    replay: ReplayOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Fetch every page whole, without conditional requests.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the lists, show what would be fetched, keep nothing.")
    ] = False,
    json: JsonOption = False,
    connect_to: ConnectToOption = None,
) -> None:
    """Visit sites, find their reports, archive every new text as a dated version."""
    sites = choose(load_sites(sources), ids or ())
    saved = Replay(load_exchanges(replay)) if replay else None
    mapping = parse_connect_to(connect_to or ())
    display = Display(sites, json=json)
    for site in sites:
        for key in not_honoured(site):
            display.message(f"{site.id}: `{key}` is not honoured yet; visited as if it were not there")
    if saved is None:
        probes = _one_a_host(pipeline.entries(sites))[:PROBES]
        if not asyncio.run(_reachable(probes, mapping)):
            hosts = {host_port(url).rpartition(":")[0] for url in probes}  # http and https are one host
            raise CrawlerError(NO_SITE.format(sources=sources, count=len(hosts)))
    if dry_run:
        asyncio.run(_crawl(sites, None, saved, mapping, full, display))
    else:
        with Archive.create(
            archive, clock=utc_now, command=" ".join(sys.argv[1:]), notify=display.message
        ) as store:
            asyncio.run(_crawl(sites, store, saved, mapping, full, display))
    raise typer.Exit(display.finish(archive, dry_run=dry_run))


def not_honoured(site: Site) -> list[str]:
    """Keys of an entry that are understood but that no room acts on yet."""
    asked = {"render": site.render, "every": site.every is not None}
    return [key for key, given in asked.items() if given]


def _one_a_host(urls: list[str]) -> list[str]:
    return list({host_port(url): url for url in urls}.values())


async def _reachable(urls: list[str], mapping: dict[str, tuple[str, int]]) -> bool:
    async with Fetcher(sink=_forget, connect_to=mapping) as fetcher:
        return await fetcher.any_reachable(urls)


async def _crawl(
    sites: tuple[Site, ...],
    store: Archive | None,
    saved: Replay | None,
    mapping: dict[str, tuple[str, int]],
    full: bool,
    display: Display,
) -> None:
    sink = store.record if store else _forget
    with display:
        async with Fetcher(sink=sink, replay=saved, connect_to=mapping) as fetcher:
            async for outcome in pipeline.crawl(
                sites, fetcher=fetcher, archive=store, full=full, replay=saved
            ):
                display.show(outcome, store)


def _forget(_: Capture) -> None:
    """A sink for what is not kept."""


def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Text documents, or folders of them.")
    ],
    archive: ArchiveOption = Path("archive"),
    json: JsonOption = False,
) -> None:
    """Bring text documents (such as seeds/) into the archive."""
    files = documents(paths)
    failed = False
    with Archive.create(archive, clock=utc_now, command=" ".join(sys.argv[1:]), notify=_message) as store:
        for outcome in import_documents(files, store):
            failed |= outcome.ending == "failed"
            if json:
                print_json(outcome_json(outcome), indent=None)
            else:
                print(
                    "\t".join(filter(None, (outcome.ending, outcome.report_id, outcome.url, outcome.detail)))
                )
    raise typer.Exit(1 if failed else 0)


def _message(text: str) -> None:
    print(text, file=sys.stderr)
