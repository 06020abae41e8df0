"""`fazhi ocr`: read the scans in an archive (`crawler.ocr`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption
from crawler.cli.output import message, print_json, tab_separated
from crawler.field.counting import counted
from crawler.field.times import utc_now

if TYPE_CHECKING:
    from crawler.ocr.job import Recognised


def ocr(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of reports; all scans if omitted.")
    ] = None,
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    max_time: Annotated[
        str | None,
        typer.Option(
            "--max-time", metavar="TIME", help="Stop after this time, such as 90 (seconds), 30m or 2h."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Read reports that are scans (`needs OCR`) by optical character recognition, and those that an earlier engine read.

    Needs the extra `ocr`. The text is marked `ocr`, with its mean confidence; what the engine saw is kept in the WARC files,
    so that `rebuild` needs no engine. Exit code 1 if a scan could not be read.

    Examples:
        fazhi ocr
        fazhi ocr 420100-2022 --max-time 30m

    Exit codes:
        0  all scans are read
        1  some scan could not be read
        2  wrong use, there is no archive, or the extra `ocr` is not installed
        3  another crawl has locked the archive
        4  the archive is damaged or cannot be written
    """
    from crawler.archive import Archive, require_archive
    from crawler.crawl import seconds
    from crawler.ocr.job import FAILED, read_scans
    from crawler.ocr.recognition import require_extra

    limit = seconds(max_time, "--max-time") if max_time is not None else None
    require_archive(archive)
    require_extra()
    failed = False
    with Archive.create(
        archive, database=database, clock=utc_now, command=" ".join(sys.argv[1:]), notify=message
    ) as store:
        wanted = {store.show(each).id or "" for each in ids} if ids else None  # raises UnknownReport
        for each in read_scans(store, wanted, max_seconds=limit):
            failed |= each.ending == FAILED
            print_json(_json(each), indent=None) if json else print(_line(each))
    raise typer.Exit(1 if failed else 0)


def _line(each: Recognised) -> str:
    facts = [each.detail]
    if each.confidence is not None:
        facts = [
            f"{counted(each.pages or 0, 'page')}, {counted(each.characters, 'character')}, confidence {each.confidence:.1%}"
        ]
    return tab_separated([each.ending, each.scan.report_id, each.scan.title, *facts])


def _json(each: Recognised) -> dict[str, object]:
    return {
        "ending": each.ending,
        "id": each.scan.report_id,
        "version": each.scan.version,
        "url": each.scan.url,
        "pages": each.pages,
        "characters": each.characters,
        "confidence": each.confidence,
        "seconds": round(each.seconds, 1),
        "detail": each.detail,
    }
