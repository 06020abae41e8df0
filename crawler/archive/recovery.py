"""What a run finds that the one before left when it was killed, and how it is put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive.catalogue import queries
from crawler.archive.catalogue.models import OutcomeRow, RunRow, VersionRow, WarcRow
from crawler.archive.entering import Entering
from crawler.archive.evidence import acts
from crawler.archive.evidence.files import sync_all, write_all
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.run_warcs import closed, mend
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.merging import enter_merged
from crawler.warc import warc_date


def recover(
    archive: Path, session: Session, manifest: Manifest, now: datetime, notify: Callable[[str], None]
) -> None:
    """Finish the WARC files of killed runs, enter what they hold, write the texts that are missing."""
    mend(archive, manifest, now, notify)
    killed = session.scalars(select(RunRow).where(RunRow.finished_at.is_(None)).order_by(RunRow.id)).all()
    for run in killed:
        _enter_rest(archive, session, run, manifest, notify)
        end_killed(run, manifest, now)
    if killed:
        _restore_texts(archive, session, [run.id for run in killed])
    session.commit()
    for run in killed:
        chain_run(run, manifest)


def end_killed(run: RunRow, manifest: Manifest, now: datetime) -> None:
    """Say of a run that it was killed, unless its WARC or the manifest says how it ended."""
    if run.finished_at is not None:
        return
    told = manifest.run(run.id)
    run.state, run.finished_at = "killed", now
    if told:
        run.state, run.detail = told["state"], told["detail"]
        run.finished_at = datetime.fromisoformat(told["finished"])


def chain_run(run: RunRow, manifest: Manifest) -> None:
    """Enter a run's end in the manifest, once."""
    if manifest.run(run.id) is None:
        manifest.add_run(run.id, **run_facts(run))


def run_facts(run: RunRow) -> dict[str, str]:
    """What the manifest says of a run."""
    assert run.finished_at is not None
    return {
        "started": warc_date(run.started_at),
        "finished": warc_date(run.finished_at),
        "state": run.state,
        "detail": run.detail,
        "command": run.command,
        "software": run.software,
    }


def _enter_rest(
    archive: Path, session: Session, run: RunRow, manifest: Manifest, notify: Callable[[str], None]
) -> None:
    """Enter what a killed run wrote to its WARC files and had no time to commit."""
    ledger = Ledger(session=session, run=run)
    stamp = f"fazhi-{run.started_at:%Y%m%d%H%M%S}-"
    for path in closed(archive):
        name = path.relative_to(archive).as_posix()
        row = session.get(WarcRow, name)
        start, size = row.entered if row else 0, path.stat().st_size
        if not path.name.startswith(stamp) or start >= size or (row and row.run_id != run.id):
            continue

        def merged(content: acts.Content) -> None:
            enter_merged(archive, session, manifest, content, notify)

        Entering(archive=archive, ledger=ledger, file=name, notify=notify, merged=merged).enter(path, start)
        ledger.set_entered_bytes({name: size})
    ledger.commit()


def _restore_texts(archive: Path, session: Session, runs: list[int]) -> None:
    """Write the text files that runs killed after their catalogue commit could not write, or a power cut took."""
    seen = select(OutcomeRow.report_id).where(OutcomeRow.run_id.in_(runs))
    texts = session.scalars(
        select(VersionRow).where(VersionRow.report_id.in_(seen), VersionRow.tombstone.is_(False))
    )
    written = {row.text_file: queries.to_report(row).text().encode() for row in texts}
    write_all(archive, written, compare=True)
    sync_all()
