"""`fazhi verify`, `rebuild`, `merge`: the archive as evidence."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crawler import archive as archives
from crawler.archive import Archive
from crawler.cli.options import ArchiveOption, JsonOption
from crawler.cli.output import print_json
from crawler.errors import ArchiveDamaged
from crawler.fetch.client import utc_now
from crawler.questions import verify as verifying


def verify(
    archive: ArchiveOption = Path("archive"),
    deep: Annotated[bool, typer.Option("--deep", help="Read every text out of its page again.")] = False,
    head: Annotated[
        str | None, typer.Option("--head", help="A head digest printed earlier: it must be in the chain.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check the chain, every digest, catalogue and text files against each other; name every fault.

    Prints the head digest, which stands for all that is archived: published elsewhere, it shows later that nothing was
    changed.
    """
    faults = []
    for fault in verifying.verify(archive, deep=deep, head=head, notify=_message):
        faults.append(fault)
        if not json:
            print(f"{fault.place}: {fault.what}", flush=True)
    digest = archives.head(archive)
    if json:
        print_json({"head": digest, "faults": [asdict(fault) for fault in faults]})
    else:
        print(f"head {digest}")
        print("no fault found" if not faults else f"{len(faults)} faults")
    raise typer.Exit(ArchiveDamaged.exit_code if faults else 0)


def rebuild(
    archive: ArchiveOption = Path("archive"),
    reextract: Annotated[
        bool,
        typer.Option(
            "--reextract",
            help="Then run today's extractor over every page; texts that it reads otherwise are marked.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Make the catalogue, the text files and the indexes again from the WARC files alone."""
    done = archives.rebuild(archive, clock=utc_now, notify=_message)
    changed = 0
    if reextract:
        with Archive.create(archive, clock=utc_now, command=_command(), notify=_message) as store:
            changed = store.reextract(_message)
    if json:
        print_json(asdict(done) | {"reextracted": changed})
        return
    print(
        f"{done.files} WARC files: {done.captures} captures, {done.reports} reports in {done.versions} versions"
        + (f"; {changed} of them read otherwise by today's extractor" if reextract else "")
    )


def merge(
    other: Annotated[Path, typer.Argument(metavar="OTHER_ARCHIVE", help="The archive to bring in.")],
    archive: ArchiveOption = Path("archive"),
) -> None:
    """Bring another archive in: its WARC files as they are, and what they hold that is not here yet."""
    with Archive.create(archive, clock=utc_now, command=_command(), notify=_message) as store:
        before = len(store.reports())
        files = store.merge(other, _message)
        print(f"{files} WARC files brought in: {len(store.reports()) - before} further reports")


def _command() -> str:
    return " ".join(sys.argv[1:])


def _message(text: str) -> None:
    print(text, file=sys.stderr)
