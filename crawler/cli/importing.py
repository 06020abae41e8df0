"""`fazhi import`: add files that others collected to the archive (`crawler.intake`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.archive import Archive
from crawler.cli.options import ArchiveOption, JsonOption
from crawler.cli.output import outcome_json, print_json
from crawler.fetch.client import utc_now
from crawler.intake.imports import documents, import_paths
from crawler.model import Ending


def import_(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="Text documents, saved HTML pages, WARC files, or folders of them."
        ),
    ],
    archive: ArchiveOption = Path("archive"),
    json: JsonOption = False,
) -> None:
    """Import text documents (such as seeds/), saved pages and WARC files of other crawlers into the archive."""
    documents(paths)  # raises before an archive is made
    failed = False
    with Archive.create(archive, clock=utc_now, command=" ".join(sys.argv[1:]), notify=_message) as store:
        for outcome in import_paths(paths, store):
            failed |= outcome.ending in (Ending.FAILED, Ending.SHRUNK)
            if json:
                print_json(outcome_json(outcome), indent=None)
            else:
                print(
                    "\t".join(filter(None, (outcome.ending, outcome.report_id, outcome.url, outcome.detail)))
                )
    raise typer.Exit(1 if failed else 0)


def _message(text: str) -> None:
    print(text, file=sys.stderr)
