"""`fazhi extract`: read a page or a document, from a file or from the web."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from crawler import extract as extraction
from crawler.cli.options import JsonOption, SourcesOption
from crawler.cli.output import message, print_json, print_table, report_json
from crawler.errors import CrawlerError, PartOnly
from crawler.fetch import Fetcher
from crawler.fetch.client import NO_SITE
from crawler.model import Report, Site
from crawler.reading.alone import read_alone
from crawler.sources import site_for

_MAX_FILE_BYTES = 64 * 1024 * 1024  # of a page or document to extract


def extract(
    places: Annotated[
        list[str], typer.Argument(metavar="FILE_OR_URL...", help="Saved pages or documents, or addresses.")
    ],
    json: JsonOption = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show the evidence for each field.")] = False,
    sources: SourcesOption = Path("sources.yaml"),
) -> None:
    """Extract the report from a page and print its text. Nothing is stored.

    An address is fetched with the settings (proxy, tls, contact) of the entry for its host in sources.yaml, or with its
    `defaults:`, if there is such a file.
    """
    reports: list[Report] = []
    failed = False
    for place in places:
        try:
            is_url = re.match(r"https?://", place)
            reports.append(_from_address(place, sources) if is_url else _from_file(Path(place)))
            extraction.check_whole(reports[-1])
        except PartOnly as error:
            message(f"{place}: {error.reason}")  # the part is printed nevertheless
        except CrawlerError as error:
            message(str(error) if place in str(error) else f"{place}: {error}")
            failed = True
    if json:
        print_json([_explained(report) if explain else report_json(report) for report in reports])
    else:
        for report in reports:
            print(report.text(), flush=True)
            if explain:
                rows = sorted(report.clues, key=lambda clue: (clue.field, -clue.weight))
                print_table(
                    ("field", "weight", "value", "where"),
                    [(c.field, f"{c.weight:.2f}", c.value, c.where) for c in rows],
                )
    raise typer.Exit(1 if failed else 0)


def _from_address(url: str, sources: Path) -> Report:
    return asyncio.run(_from_web(url, site_for(url, sources) if sources.exists() else NO_SITE))


async def _from_web(url: str, site: Site) -> Report:
    async with Fetcher(sink=lambda _: None) as fetcher:
        capture = await fetcher.get(url, site=site)
    body, seen = capture.body, capture.fetched_at
    return read_alone(extraction.extract, body, capture.headers, capture.url, seen=seen)


def _from_file(path: Path) -> Report:
    try:
        with path.open("rb") as file:  # a pipe is read too
            data = file.read(_MAX_FILE_BYTES + 1)
        if len(data) > _MAX_FILE_BYTES:
            raise CrawlerError(f"{path}: is over {_MAX_FILE_BYTES} bytes; it is no page")
        return read_alone(extraction.extract, data)
    except OSError as error:
        raise CrawlerError(f"{path}: cannot be read: {error.strerror}") from error


def _explained(report: Report) -> dict[str, object]:
    clues = [{"field": c.field, "value": c.value, "weight": c.weight, "where": c.where} for c in report.clues]
    return report_json(report) | {"clues": clues}
