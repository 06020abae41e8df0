"""`fazhi extract`, `fazhi reports` and `fazhi show`: read a page, or the archive."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crawler import extract as extraction
from crawler.archive import Archive, PageRow
from crawler.cli.options import ArchiveOption, JsonOption
from crawler.cli.output import holding_json, iso, message, print_json, print_table, report_json
from crawler.errors import CrawlerError, PartOnly
from crawler.fetch import Fetcher
from crawler.field.regions import region as region_row
from crawler.field.text import visible_line
from crawler.model import Holding, Report
from crawler.questions.near_copies import near_copies
from crawler.reading.alone import read_alone

_BEGINNING_CHARS = 24  # of a shared paragraph; with its offsets a line of 80 columns
_MAX_FILE_BYTES = 64 * 1024 * 1024  # of a page or document to extract


def extract(
    places: Annotated[
        list[str], typer.Argument(metavar="FILE_OR_URL...", help="Saved pages or documents, or addresses.")
    ],
    json: JsonOption = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show the evidence for each field.")] = False,
) -> None:
    """Extract the report from a page and print its text. Nothing is stored."""
    reports: list[Report] = []
    failed = False
    for place in places:
        try:
            is_url = re.match(r"https?://", place)
            reports.append(asyncio.run(_from_web(place)) if is_url else _from_file(Path(place)))
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


async def _from_web(url: str) -> Report:
    async with Fetcher(sink=lambda _: None) as fetcher:
        capture = await fetcher.get(url)
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


def reports(
    archive: ArchiveOption = Path("archive"),
    region: Annotated[str | None, typer.Option(help="GB/T 2260 code; includes divisions within it.")] = None,
    year: Annotated[int | None, typer.Option(help="Year that the report covers.")] = None,
    similar: Annotated[
        bool,
        typer.Option(
            "--similar",
            help="List pairs of near copies: edited, shortened, copied; with the paragraphs they share.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """List the archived reports, each in its latest version."""
    if similar:
        _print_similar(archive, region, year, json)
        return
    with Archive.read(archive) as store:
        found = store.reports(region=region, year=year)
        held = store.holdings(found)
    if json:
        print_json(
            [
                report_json(report, body=False) | holding_json(holding)
                for report, holding in zip(found, held, strict=True)
            ]
        )
        return
    print_table(
        ("id", "published", "version", "title", "issuer", "published by", "remarks"),
        [
            (
                report.id,
                (report.published or "")[:10],
                report.version,
                report.title,
                report.issuer,
                holding.published_by or holding.site,
                ", ".join(_remarks(holding)),
            )
            for report, holding in zip(found, held, strict=True)
        ],
    )


def _remarks(holding: Holding) -> Iterator[str]:
    """Yield what a reader must know before quoting a report."""
    if holding.claims:
        yield f"claims to be of {_division(holding.claims)}"
    if holding.origin != "own":
        yield holding.origin
    if holding.state not in ("live", None):
        yield holding.state


def _division(code: str) -> str:
    """Return a division's code and name: 420100 武汉市."""
    row = region_row(code)
    return f"{code} {row.name}" if row else code


def _print_similar(archive: Path, region: str | None, year: int | None, json: bool) -> None:
    with Archive.read(archive) as store:
        found = list(near_copies(store, region=region, year=year, progress=message))
    if json:
        print_json(
            [
                {
                    "one": copy.one.id,
                    "other": copy.other.id,
                    "share": round(copy.share, 3),
                    "paragraphs": [asdict(paragraph) for paragraph in copy.paragraphs],
                }
                for copy in found
            ]
        )
        return
    for copy in found:
        print(
            f"{copy.share:.0%} of the shorter text in both, {len(copy.paragraphs)} paragraphs word for word:"
        )
        for report in (copy.one, copy.other):
            print(f"  {report.id}  {report.title}  {report.url}")
        for paragraph in copy.paragraphs:
            print(f"    {paragraph.one[0]:>6} {paragraph.other[0]:>6}  {_beginning(paragraph.text)}")


def _beginning(text: str) -> str:
    line = visible_line(text)
    return line if len(line) <= _BEGINNING_CHARS else f"{line[:_BEGINNING_CHARS]}…"


def show(
    report_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a report, or an unambiguous part of it.")
    ],
    version: Annotated[int | None, typer.Option(help="Number of the version; the latest if omitted.")] = None,
    archive: ArchiveOption = Path("archive"),
    json: JsonOption = False,
) -> None:
    """Print one report: its text on stdout, its pages and versions on stderr."""
    with Archive.read(archive) as store:
        report = store.show(report_id, version)
        (holding,) = store.holdings([report])
        history, pages = store.history(report_id), store.pages(report_id)
        departures = store.departures(report_id)
    if json:
        print_json(report_json(report) | holding_json(holding))
        return
    by = holding.published_by or holding.site
    message(f"{report.id}  published by {by}; issuer in the text: {report.issuer or 'not named'}")
    message(f"{report.id}  version {report.version} was read from {report.url}")
    if holding.claims:
        message(f"  claims to be of {_division(holding.claims)}, for which this site may not speak")
    for page in pages:
        elsewhere = "" if page.own else "  (a copy at another site)"
        differs = "" if page.text_sha256 == report.text_sha256 else "  (shows another version)"
        message(f"{report.id}  {page.url}{_state(page)}{elsewhere}{differs}")
    for url, other in departures:
        message(f"{report.id}  {url}  (a copy at another site until its text changed; it is {other} now)")
    for row in history:
        marker = "*" if row.number == report.version else " "
        span = f"seen {iso(row.first_seen)} to {iso(row.last_seen)}"
        origin = f"{row.origin}{', not the latest: dated before it or on its day' if row.older else ''}"
        if row.tombstone:
            message(f"{marker} version {row.number}  gone since {iso(row.first_seen)}  {origin}")
            continue
        message(f"{marker} version {row.number}  sha256 {row.text_sha256}  {span}  {origin}")
        for former in row.former:
            if former.get("url"):
                message(f"    the same text before, {former['origin']}, from {former['url']}")
                continue
            was = f"before that sha256 {former['text_sha256']}, by {former['extractor']}"
            message(f"    extracted again by {row.extractor}; {was}")
    print(report.text() if report.body else "", end="")


def _state(page: PageRow) -> str:
    """Return a page's state as the end of a line; empty for a page that is still served."""
    words = {
        "live": "",
        "missing": f"  (missing since {iso(page.missing_since)}; not yet confirmed)",
        "gone": f"  (gone since {iso(page.missing_since)})",
        "moved": f"  (moved to {page.moved_to})",
        "unreachable": f"  (could not be reached; last seen {iso(page.last_seen)})",
    }
    return words[page.state]
