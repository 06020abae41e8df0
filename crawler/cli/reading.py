"""`fazhi extract`: read a page or a document, from a file or from the web."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler import extract as extraction
from crawler.cli.options import AsPublishedOption, JsonOption, SourcesOption
from crawler.cli.output import message, print_json, print_table
from crawler.cli.program.values import address_hint
from crawler.errors import ConfigError, CrawlerError, PartOnly, UnreadDocument
from crawler.field.counting import counted

if TYPE_CHECKING:
    from crawler.model import Report, Site

_MAX_FILE_BYTES = 64 * 1024 * 1024  # of a page or document to extract


def extract(
    places: Annotated[
        list[str], typer.Argument(metavar="FILE_OR_URL...", help="Saved pages or documents, or addresses.")
    ],
    json: JsonOption = False,
    as_published: AsPublishedOption = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show the evidence for each field.")] = False,
    sources: SourcesOption = Path("sources.yaml"),
) -> None:
    """Extract the report from a page and print its text. Nothing is stored.

    An address is fetched with the settings (proxy, tls, contact) of the entry for its host in sources.yaml, or with its
    `defaults:`, if there is such a file.

    Examples:
        fazhi extract page.html
        fazhi extract report.pdf --json
        fazhi extract https://www.wuhan.gov.cn/report.shtml --explain

    Exit codes:
        0  every page gave a text
        1  some page could not be fetched or read
        2  wrong use, or a faulty sources.yaml
    """
    from crawler.questions.report_rows import report_json

    for place in places:
        if hint := address_hint(place):
            raise ConfigError(f"{place}: {hint}")
    reports: list[Report] = []
    failed = False
    for place in places:
        try:
            is_url = re.match(r"https?://", place)
            reports.append(_from_address(place, sources) if is_url else _from_file(Path(place)))
            extraction.check_whole(reports[-1])
            if not is_url and (why := extraction.needs_document(reports[-1])):
                first = reports[-1].offers[0].url
                message(
                    f"{place}: {why}; its text stands in {first}, which `fazhi extract ADDRESS` fetches too"
                )
        except PartOnly as error:
            message(f"{place}: {error.reason}")  # the part is printed nevertheless
        except UnreadDocument as error:
            pages = f", {counted(error.pages, 'page')}" if error.pages else ""
            message(f"{place}: {error.format}{pages}, no text: {error.fault}: {error.reason}")
            failed = True
        except CrawlerError as error:
            message(str(error) if place in str(error) else f"{place}: {error}")
            failed = True
    if json:
        make = _explained if explain else report_json
        print_json([make(report, as_published=as_published) for report in reports])
    else:
        for report in reports:
            print(report.text(as_published=as_published), flush=True)
            if report.unread:
                message(
                    f"no text: {report.unread}; the page offers {', '.join(each.url for each in report.offers)}"
                )
            if explain:
                print_table(("of the text", "value"), _reading_rows(report), text=("value",))
                rows = sorted(report.clues, key=lambda clue: (clue.field, -clue.weight))
                print_table(
                    ("field", "weight", "value", "where"),
                    [(c.field, f"{c.weight:.2f}", c.value, c.where) for c in rows],
                    text=("value", "where"),
                    numbers=("weight",),
                )
    raise typer.Exit(1 if failed else 0)


def _from_address(url: str, sources: Path) -> Report:
    import asyncio

    from crawler.fetch.client import NO_SITE
    from crawler.sources import site_for

    return asyncio.run(_from_web(url, site_for(url, sources) if sources.exists() else NO_SITE))


async def _from_web(url: str, site: Site) -> Report:
    """Fetch a page, and what it offers as its text, and return the report as a crawl reads it."""
    from crawler.crawl import Visit
    from crawler.crawl.documents import read_with_documents
    from crawler.fetch import Fetcher
    from crawler.reading.pages import PageProcess

    async with Fetcher(sink=lambda _: None) as fetcher, PageProcess() as pages:
        capture = await fetcher.get(url, site=site, max_bytes=_MAX_FILE_BYTES)
        body = capture.decoded(_MAX_FILE_BYTES).body
        page = await pages.run(
            extraction.extract, body, capture.headers, capture.url, seen=capture.fetched_at
        )
        return (await read_with_documents(Visit(site, fetcher, None, pages), page)).report


def _reading_rows(report: Report) -> list[tuple[str, object]]:
    """Return what the text was read from, and its measures."""
    from crawler.extract.documents.measures import measure

    found = measure(report.body)
    rows: list[tuple[str, object]] = [
        ("format", report.text_from),
        ("address", report.text_url),
        ("reader", report.reader),
        ("pages", report.pages),
        ("no text", report.unread),
        ("difference", report.difference),
        ("characters", found.characters),
    ]
    rows += [
        (f"{name}, share", f"{value:.4f}") for name, value in found._asdict().items() if name != "characters"
    ]
    return [(name, value) for name, value in rows if value is not None]


def _from_file(path: Path) -> Report:
    from crawler.reading.alone import read_alone

    try:
        with path.open("rb") as file:  # a pipe is read too
            data = file.read(_MAX_FILE_BYTES + 1)
        if len(data) > _MAX_FILE_BYTES:
            raise CrawlerError(f"{path}: is over {_MAX_FILE_BYTES} bytes; it is no page")
        return read_alone(extraction.extract, data)
    except OSError as error:
        raise CrawlerError(f"{path}: cannot be read: {error.strerror}") from error


def _explained(report: Report, *, as_published: bool) -> dict[str, object]:
    from crawler.extract.documents.measures import measure
    from crawler.questions.report_rows import report_json

    clues = [{"field": c.field, "value": c.value, "weight": c.weight, "where": c.where} for c in report.clues]
    offers = [asdict(offer) for offer in report.offers]
    return report_json(report, as_published=as_published) | {
        "clues": clues,
        "measures": measure(report.body)._asdict(),
        "offers": offers,
    }
