"""Enter the segment of a worker's visit: check it, copy it to `warc/segments/`, enter its records as an own run's.

In this order, so that a kill loses nothing and enters nothing twice:

1. `stage_segment` checks the file and copies it to a `.part`. Its digest is in its name and in the manifest: one that is
   here already is not entered again.
2. The `entered` act is written to this run's WARC.
3. `enter_segment` gives the file its name and its line of the chain, and enters it, in one transaction.

A kill before 2 leaves a `.part`, which the next run removes; after 2 the next run finds the act and does 3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import RunRow, WarcRow
from crawler.archive.catalogue.rows import SEGMENTS_FOLDER
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence import acts
from crawler.archive.evidence.foreign_archive import ForeignArchive, ForeignFile
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import closed_warcs, file_sha256
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.runs import ENTERED_STATE, RunInfo, read_run_info
from crawler.archive.loading.copied_files import add_run, copy_to_part, give_name, held_block
from crawler.archive.loading.warc_loader import load_file
from crawler.archive.segments.loader import SegmentLoader
from crawler.errors import NotMerged
from crawler.model import Outcome, SiteVisit

_NAME = re.compile(r"[0-9]{20}-[0-9]{5}-([0-9a-f]{64})\.warc\.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a segment brought. `captures`: number of its records of exchanges and documents."""

    name: str  # of its file here
    captures: int
    outcomes: tuple[Outcome, ...]
    visits: tuple[SiteVisit, ...]


def segment_name(started: datetime, number: int, sha256: str) -> str:
    """Return the name of a segment: start of the visit's run, number of the file in it from 1, digest of its bytes.

    Sorted by name, the files of a run are in their order.
    """
    return f"{started:%Y%m%d%H%M%S%f}-{number:05}-{sha256}.warc.gz"


def digest_in(name: str) -> str | None:
    """Return the SHA-256 in a segment's name; None for any other name."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def stage_segment(
    archive: Path,
    folder: Path,
    name: str,
    session: Session,
    manifest: Manifest,
    now: datetime,
) -> acts.Content | None:
    """Check a segment and copy it to its `.part`. Return the act that enters it; None if it is here already.

    `folder`: where it lies as `warc/segments/<name>`, and nothing else. Raises NotMerged if it is not what its name says, or
    has a record or an act without its form; OSError.
    """
    digest = digest_in(name)
    if digest is None:
        raise NotMerged(f"{name!a}: is no name of a segment; nothing was entered")
    if manifest.has_digest(digest):
        return None
    foreign = ForeignArchive(
        path=folder,
        now=now,
        notify=lambda _: None,
        held_block=lambda record_id: held_block(archive, session, record_id),
    )
    file = _only_file(foreign, folder / SEGMENTS_FOLDER / name)
    if file.sha256 != digest:
        raise NotMerged(f"{name}: its bytes have the digest {file.sha256}; nothing was entered")
    foreign.check(file)
    target = SEGMENTS_FOLDER + name
    if not copy_to_part(archive, foreign, file, target):
        raise NotMerged(f"{file.path}: changed while it was read; nothing was entered")
    return acts.entered(target, digest)


def _only_file(foreign: ForeignArchive, path: Path) -> ForeignFile:
    found = [file for file in foreign.files() if file.path == path]
    if not found:
        raise NotMerged(f"{path}: is not there; nothing was entered")
    return found[0]


def enter_segment(
    archive: Path,
    session: Session,
    manifest: Manifest,
    content: acts.Content,
    at: datetime,
    notify: Callable[[str], None],
    faults: list[str] | None = None,
    taken: Container[int] = (),
    *,
    info_of: Callable[[Path], RunInfo | None] = read_run_info,
    loader: Callable[..., SegmentLoader] = SegmentLoader,
    load: Callable[..., None] = load_file,
) -> Entered | None:
    """Enter the file of an `entered` act, without a commit. None if it is entered already, or cannot be read.

    `at`: time of the act, at which a worker that was killed counts as ended. `taken`, `faults`: as in a merge. `info_of`,
    `loader`, `load`: how the file is read and entered.
    """
    faults = [] if faults is None else faults
    name = content["file"]
    if session.get(WarcRow, name) is not None:
        return None
    info = give_name(archive, name, content["sha256"], faults, notify, info_of)
    if info is None:
        return None
    if manifest.sha256_of(name) is None:
        manifest.add_file(name, info.path.stat().st_size, content["sha256"])
    run = _run_of(session, manifest, info, taken)
    run.finished_at = at
    segment = loader(archive=archive, ledger=Ledger(session=session, run=run), file=name, notify=notify)
    load(segment, info.path, commit=False)
    faults += segment.faults
    return Entered(
        name=name,
        captures=len(segment.index),
        outcomes=tuple(segment.outcomes),
        visits=tuple(segment.visits),
    )


def _run_of(session: Session, manifest: Manifest, info: RunInfo, taken: Container[int]) -> RunRow:
    """Return the row of a worker's run: an earlier file of it may have been entered."""
    same = select(RunRow).where(
        RunRow.state == ENTERED_STATE,
        RunRow.started_at == info.started,
        RunRow.command == info.command,
    )
    found = session.scalars(same.order_by(RunRow.id)).first()
    return found or add_run(session, manifest, info, taken, state=ENTERED_STATE)


def finish_warcs(scratch: Path, now: datetime) -> None:
    """Finish the WARC files of a scratch archive whose run was killed. Its catalogue is not asked for. Raises ArchiveError, OSError."""
    with errors_as_damage(scratch), acquire(scratch, now):
        repair(scratch, Manifest(scratch), now, lambda _: None)


def finished_segments(scratch: Path) -> dict[str, Path]:
    """Return the finished WARC files of a scratch archive, by the names that they get as segments, in their order."""
    found: dict[str, Path] = {}
    for number, path in enumerate(closed_warcs(scratch), start=1):
        info = read_run_info(path)
        if info is not None:
            found[segment_name(info.started, number, file_sha256(path))] = path
    return found
