"""`fazhi show`: one report, with its versions, its addresses and its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler import archive as archives
from crawler.cli.options import ArchiveOption, AsPublishedOption, DatabaseOption, JsonOption
from crawler.cli.output import message, print_json
from crawler.cli.program.completion import report_ids
from crawler.field.times import iso
from crawler.language import translate

if TYPE_CHECKING:
    from crawler.archive import FirstSight, PageRow, Reader
    from crawler.model import Holding, RecordPlace, Report

NOT_CRAWLED = "a site that this archive has not crawled"
"""Publisher of a report that came from others alone."""


def show(
    report_id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id of a report, an unambiguous part of it, or an address of it.",
            autocompletion=report_ids,
        ),
    ],
    version: Annotated[int | None, typer.Option(help="Number of the version; the latest if omitted.")] = None,
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    json: JsonOption = False,
    as_published: AsPublishedOption = False,
    open_: Annotated[
        bool,
        typer.Option("--open", help="Open the page as it was archived in a browser, without its scripts."),
    ] = False,
) -> None:
    """Print one report: its text on stdout; its dates, pages, versions and evidence on stderr.

    Examples:
        fazhi show 420100-2022
        fazhi show 420100-2022 --version 1 --json
        fazhi show https://www.wuhan.gov.cn/report.shtml --open

    Exit codes:
        0  done
        2  wrong use, there is no archive, or no such report
        4  the archive is damaged, or a newer fazhi wrote it
    """

    from crawler.questions.report_details import details_json
    from crawler.questions.report_rows import holding_json, report_json

    with archives.Reader.read(archive, database=database) as store:
        report = store.show(report_id, version)
        if as_published:
            report = replace(report, as_published=store.as_published(report.id or "", report.version))
        assert report.id is not None
        (holding,) = store.holdings([report])
        if open_:
            from crawler.cli.questions.open_page import open_page  # with the extractor

            open_page(store.captures(report.id, report.version)[0], report)
            return
        if json:
            given = report_json(report, as_published=as_published)
            print_json(given | holding_json(holding) | details_json(store, report))
            return
        if report_id not in report.id and "/" not in report_id and ":" not in report_id:
            message(f"{report_id}: the id in an archive that was merged; here it is {report.id}")
        for line in _lines(store, report, holding):
            message(line)
    print(report.text(as_published=as_published) if report.body else "", end="")


def _lines(store: Reader, report: Report, holding: Holding) -> Iterator[str]:
    """Yield what people must know of a report beside its text."""

    from crawler.cli.questions.metadata_edits import edit_lines
    from crawler.cli.questions.reports import division_name, several_years
    from crawler.cli.questions.text_source import source_lines

    assert report.id is not None
    unknown = holding.site in archives.OUTSIDE_SITES
    by = translate(NOT_CRAWLED) if unknown else holding.published_by or holding.site
    division = f"{division_name(report.region)}, " if report.region else ""
    years = report.year or several_years(report)
    year = f"on {years}" if years else "of no single year"
    yield f"{report.id}  {division}{year}; published by {by}; issuer in the text: {report.issuer or 'not named'}"
    yield (
        f"{report.id}  dated {report.published or 'nowhere'} by the page; source: {report.source or 'not named'}; "
        f"{translate(holding.state or 'no page is visited')}"
    )
    yield f"{report.id}  version {report.version} was read from {report.url}"
    yield from source_lines(report, store.documents(report.id, report.version))
    if holding.claims:
        yield f"  claims to be of {division_name(holding.claims)}, for which this site may not speak"
    for place in store.places(report.id, report.version):
        yield f"  captured {iso(place.captured_at)}: {_record(place)}"
    yield from _page_lines(store, report)
    yield from edit_lines(store.metadata_history(report.id))
    yield from _version_lines(store, report)


def _record(place: RecordPlace) -> str:
    return f"{place.warc_file}, byte {place.warc_offset}, {place.record_id}"


def _page_lines(store: Reader, report: Report) -> Iterator[str]:
    assert report.id is not None
    for page in store.pages(report.id):
        elsewhere = "" if page.own else "  (a copy at another site)"
        differs = "" if page.text_sha256 == report.text_sha256 else "  (shows another version)"
        yield f"{report.id}  {page.url}{_state(page)}{elsewhere}{differs}"
    for url, other in store.departures(report.id):
        yield f"{report.id}  {url}  (a copy at another site until its text changed; it is {other} now)"


def _version_lines(store: Reader, report: Report) -> Iterator[str]:
    assert report.id is not None
    sights = store.first_sights(report.id)
    for row in store.history(report.id):
        marker = "*" if row.number == report.version else " "
        span = f"seen {iso(row.first_seen)} to {iso(row.last_seen)}"
        origin = (
            f"{translate(row.origin)}{', not the latest: dated before it or on its day' if row.older else ''}"
        )
        if row.tombstone:
            yield f"{marker} version {row.number}  gone since {iso(row.first_seen)}  {origin}"
            continue
        text = f"sha256 {row.text_sha256}" if row.unread is None else f"without a text ({row.unread})"
        yield f"{marker} version {row.number}  {text}  {span}  {origin}"
        yield from _first_sight(sights[row.number])
        for former in row.former:
            if former.get("url"):
                yield f"    the same text before, {translate(former['origin'])}, from {former['url']}"
                continue
            was = f"before that sha256 {former['text_sha256']}, by {former['extractor']}"
            if former.get("unread"):
                was = f"before that it had no text ({former['unread']})"
            yield f"    extracted again by {row.extractor}; {was}"


def _first_sight(sight: FirstSight) -> Iterator[str]:
    """Yield who saw a text first, unless this archive's own crawls did."""
    if sight.origin == "own":
        return
    where = (
        " (its index lists it)" if sight.address == "index" else f": {sight.address}" if sight.address else ""
    )
    by = sight.archive or translate("another archive")
    yield f"    seen first by {by} on {iso(sight.at)}{where}"
    if sight.own_at:
        yield f"    seen by this archive's own crawls since {iso(sight.own_at)}"


def _state(page: PageRow) -> str:
    """Return a page's state as the end of a line; empty for a page that was still served when it was last visited."""
    words = {
        "live": "" if page.shown_state else "  (not visited by this archive)",
        "missing": f"  (missing since {iso(page.missing_since)}; not yet confirmed)",
        "gone": f"  (gone since {iso(page.missing_since)})",
        "moved": f"  (moved to {page.moved_to})",
        "unreachable": f"  (could not be reached; last seen {iso(page.last_seen)})",
    }
    return words[page.state]
