"""`fazhi import`: add files that others collected to the archive (`crawler.intake`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption, ProcessesOption
from crawler.cli.output import message, outcome_json, print_json, tab_separated
from crawler.field.times import utc_now
from crawler.language import translate

MAX_OUTCOMES_PER_COMMIT = 100
"""A WARC file may hold a million small answers: a commit for each would take hours. The journal keeps what is not committed."""


def import_(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Text documents, saved HTML pages, WARC, ARC or WACZ files, or folders of them.",
        ),
    ],
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    processes: ProcessesOption = None,
    json: JsonOption = False,
) -> None:
    """Import text documents (such as seeds/), saved pages, WARC, ARC and WACZ files into the archive.

    Examples:
        fazhi import seeds
        fazhi import page.html report.pdf --archive other
        fazhi import crawl.warc.gz --json
        fazhi import collection.wacz old.arc.gz

    Exit codes:
        0  everything was read
        1  some file or page could not be read, or nothing was of use
        2  wrong use, or a file is not there
        3  another crawl has locked the archive
        4  the archive is damaged or cannot be written
    """
    from crawler.archive import Archive
    from crawler.intake.imports import documents, import_paths
    from crawler.model import Ending

    documents(paths)  # raises before an archive is made
    failed = False
    command = " ".join(sys.argv[1:])
    with Archive.create(
        archive,
        clock=utc_now,
        command=command,
        notify=message,
        batch=MAX_OUTCOMES_PER_COMMIT,
        database=database,
    ) as store:
        for outcome in import_paths(paths, store, processes=processes, notify=message):
            failed |= outcome.ending in (Ending.FAILED, Ending.SHRUNK)
            if json:
                print_json(outcome_json(outcome), indent=None)
            else:
                cells = (
                    translate(outcome.ending.value),
                    outcome.report_id,
                    outcome.url,
                    translate(outcome.detail),
                )
                print(tab_separated(filter(None, cells)))
    raise typer.Exit(1 if failed else 0)
