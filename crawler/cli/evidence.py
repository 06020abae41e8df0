"""`fazhi verify`, `fazhi rebuild`, `fazhi merge` and `fazhi pack`: commands on a whole archive."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crawler import anchoring
from crawler import archive as archives
from crawler.cli.anchoring import RootsOption
from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption, ProcessesOption
from crawler.cli.output import message, print_json, say
from crawler.errors import ArchiveDamaged
from crawler.field.counting import counted
from crawler.field.times import utc_now


def verify(
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    deep: Annotated[bool, typer.Option("--deep", help="Also extract every text again and compare.")] = False,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", help="A head digest printed earlier; fail if anything that it covers was changed since."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="HEAD_OR_FILE",
            help="A head, or an older manifest.jsonl; fail if the manifest does more than add lines, and say what it adds.",
        ),
    ] = None,
    anchor_keys: Annotated[
        list[str] | None,
        typer.Option(
            "--anchor-key",
            metavar="FINGERPRINT_OR_FILE",
            help="A key that you know by its fingerprint or its public key file; anchors must lead to one. May be repeated.",
        ),
    ] = None,
    tsa_roots: RootsOption = None,
    processes: ProcessesOption = None,
    json: JsonOption = False,
) -> None:
    """Check manifest, WARC files, catalogue, text files and anchors against each other; print every fault.

    Prints the head digest at the end. It covers everything archived so far: publish it elsewhere, and `--head` can show
    later that nothing was changed since.

    Examples:
        fazhi verify
        fazhi verify --deep --json
        fazhi verify --since manifest-of-january.jsonl

    Exit codes:
        0  no fault
        2  wrong use, or there is no archive
        4  a fault was found, or a newer fazhi wrote the archive
    """
    from crawler.archive.anchors.stamps import Roots
    from crawler.questions import verify as verifying
    from crawler.questions.verify import OlderChain, Trust

    older = None if since is None else OlderChain.parse(since)
    trust = Trust(
        keys=tuple(anchoring.known_key(value) for value in anchor_keys or ()),
        roots=anchoring.load_roots(tsa_roots) if tsa_roots else Roots(),
    )
    faults = []
    found = verifying.verify(
        archive,
        deep=deep,
        head=head,
        since=older,
        trust=trust,
        notify=message,
        processes=processes,
        database=database,
    )
    for fault in found:
        faults.append(fault)
        if not json:
            say(f"{fault.place}: {fault.what}")
    digest = archives.head(archive)
    added = None if older is None else verifying.added(archive, older)
    if json:
        value = {"head": digest, "faults": [asdict(fault) for fault in faults]}
        print_json(value | ({"since": added and asdict(added)} if older else {}))
    else:
        if added:
            say(
                f"since line {added.line}: {counted(added.lines, 'line')} added, of {counted(added.files, 'WARC file')},"
                f" {counted(added.runs, 'run')} and {counted(added.anchors, 'anchor')}"
            )
        say(f"head {digest}")
        say("no fault found" if not faults else counted(len(faults), "fault"))
    raise typer.Exit(ArchiveDamaged.exit_code if faults else 0)


def rebuild(
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    reextract: Annotated[
        bool,
        typer.Option(
            "--reextract",
            help="Then extract every page again with the current extractor; texts that differ are marked.",
        ),
    ] = False,
    queue: Annotated[
        str | None,
        typer.Option(
            "--queue",
            metavar="URL",
            envvar=[],  # a worker's variable must not decide where a rebuild reads
            help="With --reextract: workers of this queue read the pages, a WARC file a job, and `fazhi enter` enters the texts.",
        ),
    ] = None,
    processes: ProcessesOption = None,
    json: JsonOption = False,
) -> None:
    """Recreate the catalogue, the text files and the indexes from the WARC files alone.

    What cannot be read is named, and the rest is recreated; the exit code is 4 then.

    Examples:
        fazhi rebuild
        fazhi rebuild --reextract --archive copy
        fazhi rebuild --reextract --queue postgresql://fazhi@db.example.org/fazhi

    Exit codes:
        0  everything is recreated
        1  the queue cannot be used
        2  wrong use, or there is no archive
        3  another crawl has locked the archive
        4  something could not be read; the rest is recreated
    """
    from crawler.archive import Archive

    if queue is not None:
        queue = _queue_of_workers(queue, reextract=reextract)
    done = archives.rebuild(archive, clock=utc_now, notify=message, processes=processes, database=database)
    changed = queued = 0
    if queue is not None:
        queued = _queue_files(queue, archive, database)
    elif reextract:
        with Archive.create(
            archive, database=database, clock=utc_now, command=_command(), notify=message
        ) as store:
            changed = store.reextract(message, processes=processes)
    if json:
        print_json(asdict(done) | {"reextracted": changed} | ({"queued": queued} if queue else {}))
    else:
        say(
            f"{counted(done.files, 'WARC file')}: {counted(done.captures, 'capture')},"
            f" {counted(done.reports, 'report')} in {counted(done.versions, 'version')}"
            + (
                f"; {counted(queued, 'WARC file')} queued to be read again"
                if queue
                else f"; the current extractor reads {changed} of them differently"
                if reextract
                else ""
            )
            + (
                f"; {counted(len(done.lost), 'file or record', 'files or records')} could not be read"
                if done.lost
                else ""
            )
        )
    raise typer.Exit(ArchiveDamaged.exit_code if done.lost else 0)


def _queue_of_workers(url: str, *, reextract: bool) -> str:
    """Return the address of the queue. Raises ConfigError, and CrawlerError if it cannot be used, before anything is rebuilt."""
    import asyncio

    from crawler.cli.spreading.options import the_queue
    from crawler.errors import ConfigError

    if not reextract:
        raise ConfigError("--queue: needs --reextract, since workers only read pages again")
    checked = the_queue(url)
    from crawler.spread.rereading import reach_queue

    asyncio.run(reach_queue(checked))
    return checked


def _queue_files(url: str, archive: Path, database: str | None) -> int:
    import asyncio

    from crawler.spread.rereading import queue_rereadings

    return asyncio.run(queue_rereadings(url, archive, database=database))


def merge(
    other: Annotated[Path, typer.Argument(metavar="OTHER_ARCHIVE", help="The archive to copy from.")],
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
) -> None:
    """Add another archive to this one: copy its WARC files unchanged, and catalogue what is new in them.

    If all of them are here already, nothing is written.

    Examples:
        fazhi merge other-archive
        fazhi merge other-archive --archive all

    Exit codes:
        0  done
        2  wrong use, or there is no archive to copy from
        3  another crawl has locked the archive
        4  one of the archives is damaged, or cannot be written
    """
    from crawler.archive import Archive
    from crawler.archive.catalogue.databases.opening import open_catalogue
    from crawler.archive.continuity import is_settled

    archives.require_warcs(other)  # before this archive is made
    if not archives.has_new_files(archive, other, utc_now()) and is_settled(
        open_catalogue(archive, database)
    ):
        say(f"nothing to merge: {archive} has every WARC file of {other}")
        return
    with Archive.create(
        archive, database=database, clock=utc_now, command=_command(), notify=message
    ) as store:
        before = len(store.reports())
        files = store.merge(other, message)
        new = counted(len(store.reports()) - before, "new report")
        say(f"{counted(files, 'WARC file')} added: {new}")


def pack(
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    this_month: Annotated[
        bool, typer.Option("--this-month", help="Also the files of this month, which is not over.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Put the small WARC files of finished months one behind the other into one file each, unchanged.

    The files keep their names: the manifest says where in its pack each is, and every command reads it there.

    Examples:
        fazhi pack
        fazhi pack --this-month --archive archive

    Exit codes:
        0  done, also if there was nothing to pack
        2  wrong use, or there is no archive
        3  another crawl has locked the archive
        4  the archive is damaged, or cannot be written
    """
    from crawler.archive import Archive
    from crawler.archive.catalogue.databases.opening import open_catalogue
    from crawler.archive.continuity import is_settled
    from crawler.archive.packs.packing import Packed, groups

    archives.require_archive(archive)
    now = utc_now()
    wanted = groups(archive, now, this_month=this_month)
    done = Packed(packs=(), files=0)
    if wanted or not is_settled(open_catalogue(archive, database)):
        with Archive.create(
            archive, database=database, clock=utc_now, command=_command(), notify=message
        ) as store:
            done = store.pack(groups(archive, now, this_month=this_month), message)
    if json:
        print_json(asdict(done))
    elif done.packs:
        say(f"{counted(done.files, 'WARC file')} packed, now in {', '.join(done.packs)}")
    else:
        say(
            "nothing to pack"
            if this_month
            else "nothing to pack; --this-month also packs the files of this month"
        )


def _command() -> str:
    return " ".join(sys.argv[1:])
