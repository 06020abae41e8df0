"""Enter the segments of workers' visits: check them, copy them to `warc/segments/`, enter their records as an own run's.

Several are entered together, in this order, so that a kill loses nothing and enters nothing twice:

1. `Staging.stage` checks a file and copies it to a `.part`. Its digest is in its name and in the manifest: one that is
   here already is not entered again.
2. Their `entered` acts are written to this run's WARC.
3. `Staging.give_names` gives the files their names and their lines of the chain; `enter_segment` enters each. All their rows
   are one transaction.

A kill before 2 leaves `.part` files, which the next run removes; after 2 the next run finds the acts and does 3.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import find, is_absent
from crawler.archive.catalogue.models import RunRow, WarcRow
from crawler.archive.evidence import acts
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.runs import ENTERED_STATE, RunInfo, read_run_info
from crawler.archive.loading.copied_files import add_run, give_name
from crawler.archive.loading.warc_loader import load_file
from crawler.archive.segments.loader import SegmentLoader
from crawler.archive.segments.staging import Staged
from crawler.model import Outcome, SiteVisit


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a segment brought. `captures`: number of its records of exchanges and documents."""

    name: str  # of its file here
    captures: int
    outcomes: tuple[Outcome, ...]
    visits: tuple[SiteVisit, ...]


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
    if find(session, WarcRow, WarcRow.file, name) is not None:
        return None
    info = give_name(archive, name, content["sha256"], faults, notify, info_of)
    if info is None:
        return None
    if manifest.sha256_of(name) is None:
        manifest.add_file(name, info.path.stat().st_size, content["sha256"])
    run = _run_of(session, manifest, info, taken)
    run.finished_at = at
    segment = loader(
        archive=archive, ledger=Ledger(session=session, run=run, savepoints=False), file=name, notify=notify
    )
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
    if is_absent(session, RunRow.started_at, info.started):
        return add_run(session, manifest, info, taken, state=ENTERED_STATE)
    same = select(RunRow).where(
        RunRow.state == ENTERED_STATE,
        RunRow.started_at == info.started,
        RunRow.command == info.command,
    )
    found = session.scalars(same.order_by(RunRow.id)).first()
    return found or add_run(session, manifest, info, taken, state=ENTERED_STATE)


def enter_staged(
    archive: Path,
    session: Session,
    manifest: Manifest,
    staged: Staged,
    at: datetime,
    notify: Callable[[str], None],
    write_texts: Callable[[Mapping[str, bytes]], None],
) -> Entered | None:
    """Enter a segment whose file has its name, from what was read when it was staged; see `enter_segment`."""
    held = staged.contents
    return enter_segment(
        archive,
        session,
        manifest,
        staged.act,
        at,
        notify,
        info_of=lambda _: staged.info,
        loader=partial(
            SegmentLoader,
            read=held.records_of,
            read_acts=held.read_acts,
            told_body=held.texts.get,
            known=held.known,
        ),
        load=partial(load_file, write_texts=write_texts),
    )
