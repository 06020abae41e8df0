"""Recovery after a killed run: each new run first finishes what the killed one left.

`crawler.archive.evidence.killed_warcs` repairs the WARC files; this module enters their records and writes missing texts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive.catalogue import queries
from crawler.archive.catalogue.models import OutcomeRow, RunRow, VersionRow, WarcRow
from crawler.archive.evidence import acts
from crawler.archive.evidence.files import sync_all, write_all
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import closed_warcs
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.merging import enter_merged
from crawler.archive.warc_loader import WarcLoader
from crawler.warc import warc_date


def recover(
    archive: Path, session: Session, manifest: Manifest, now: datetime, notify: Callable[[str], None]
) -> None:
    """Finish the WARC files of killed runs, enter their records in the catalogue, write the missing text files."""
    repair(archive, manifest, now, notify)
    killed = session.scalars(select(RunRow).where(RunRow.finished_at.is_(None)).order_by(RunRow.id)).all()
    for run in killed:
        _enter_uncommitted(archive, session, run, manifest, notify)
        end_killed_run(run, manifest, now)
    if killed:
        _restore_texts(archive, session, [run.id for run in killed])
    for run in killed:  # before the commit: what the catalogue calls ended has its end in the manifest
        add_to_manifest(run, manifest)
    session.commit()


def end_killed_run(run: RunRow, manifest: Manifest, now: datetime) -> None:
    """Set a run's state to `killed`, unless its WARC or the manifest states how it ended."""
    if run.finished_at is not None:
        return
    facts = manifest.run(run.id)
    run.state, run.finished_at = "killed", now
    if facts:
        run.state, run.detail = facts["state"], facts["detail"]
        run.finished_at = datetime.fromisoformat(facts["finished"])


def add_to_manifest(run: RunRow, manifest: Manifest) -> None:
    """Enter a run's end in the manifest, unless it is there."""
    if manifest.run(run.id) is None:
        manifest.add_run(run.id, **run_facts(run))


def run_facts(run: RunRow) -> dict[str, str]:
    """Return what the manifest states about a run."""
    assert run.finished_at is not None
    return {
        "started": warc_date(run.started_at),
        "finished": warc_date(run.finished_at),
        "state": run.state,
        "detail": run.detail,
        "command": run.command,
        "software": run.software,
    }


def _enter_uncommitted(
    archive: Path, session: Session, run: RunRow, manifest: Manifest, notify: Callable[[str], None]
) -> None:
    """Enter the records that a killed run wrote to its WARC files but did not commit to the catalogue."""
    ledger = Ledger(session=session, run=run)
    prefix = f"fazhi-{run.started_at:%Y%m%d%H%M%S}-"
    for path in closed_warcs(archive):
        name = path.relative_to(archive).as_posix()
        row = session.get(WarcRow, name)
        start, size = row.entered if row else 0, path.stat().st_size
        if not path.name.startswith(prefix) or start >= size or (row and row.run_id != run.id):
            continue

        def merged(content: acts.Content) -> None:
            enter_merged(archive, session, manifest, content, notify)

        WarcLoader(archive=archive, ledger=ledger, file=name, notify=notify, merged=merged).load(path, start)
        ledger.set_entered_bytes({name: size})
    ledger.commit()


def _restore_texts(archive: Path, session: Session, runs: list[int]) -> None:
    """Write the text files that killed runs did not write after their last commit, or that a power cut lost."""
    touched = select(OutcomeRow.report_id).where(OutcomeRow.run_id.in_(runs))
    texts = session.scalars(
        select(VersionRow).where(VersionRow.report_id.in_(touched), VersionRow.tombstone.is_(False))
    )
    written = {row.text_file: queries.to_report(row).text().encode() for row in texts}
    write_all(archive, written, compare=True)
    sync_all()
