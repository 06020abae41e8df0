"""Recovery after a killed run: each new run first finishes what the killed one left.

`crawler.archive.evidence.killed_warcs` repairs the WARC files; this module enters their records and writes missing texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue import queries
from crawler.archive.catalogue.engine import NEW_CATALOGUE
from crawler.archive.catalogue.models import OutcomeRow, RunRow, VersionRow, WarcRow
from crawler.archive.evidence import acts
from crawler.archive.evidence.files import remove, sync_all, write_all
from crawler.archive.evidence.killed_warcs import repair
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import closed_warcs
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.runs import read_run_info
from crawler.archive.loading.warc_loader import WarcLoader
from crawler.archive.merging import enter_merged
from crawler.archive.packs.finishing import finish_packs
from crawler.archive.segments.entering import enter_segment
from crawler.warc import warc_date

_TEXTS_AT_ONCE = 200
"""Text files that are restored together, since their contents are in memory."""


def recover(
    archive: Path, session: Session, manifest: Manifest, now: datetime, notify: Callable[[str], None]
) -> None:
    """Finish the WARC files of killed runs, enter their records in the catalogue, write the missing text files."""
    repair(archive, manifest, now, notify)
    finish_packs(archive, manifest)
    killed = session.scalars(select(RunRow).where(RunRow.finished_at.is_(None)).order_by(RunRow.id)).all()
    for run in killed:
        _enter_uncommitted(archive, session, run, manifest, notify)
        end_killed_run(run, manifest, now)
    if killed:
        _restore_texts(archive, session, killed[0])
    _remove_unfinished(archive)  # after what a merge had copied has been entered
    if killed:
        sync_all()
    for run in killed:  # before the commit: after it, nothing would tell the next run that a line is missing
        add_to_manifest(run, manifest)
    session.commit()


def end_killed_run(run: RunRow, manifest: Manifest, now: datetime) -> None:
    """Set a run's state to `killed`, unless its WARC or the manifest states how it ended."""
    if run.finished_at is not None:
        return
    facts = manifest.run(run.id)
    run.state, run.finished_at = "killed", now
    if facts:
        with suppress(KeyError, ValueError, TypeError):  # a damaged line, which `fazhi verify` names
            run.finished_at = datetime.fromisoformat(facts["finished"])
            run.state, run.detail = facts["state"], facts["detail"]


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
    ledger = Ledger(session=session, run=run, savepoints=False)
    prefix = f"fazhi-{run.started_at:%Y%m%d%H%M%S}-"
    for path in closed_warcs(archive):
        name = path.relative_to(archive).as_posix()
        row = session.get(WarcRow, name)
        start, size = row.entered if row else 0, path.stat().st_size
        if not path.name.startswith(prefix) or start >= size or not _is_of(run, row, path):
            continue

        def merged(content: acts.Content) -> None:
            enter_merged(archive, session, manifest, content, notify)

        def entered(content: acts.Content, at: datetime) -> None:
            enter_segment(archive, session, manifest, content, at, notify)

        WarcLoader(
            archive=archive, ledger=ledger, file=name, notify=notify, merged=merged, entered=entered
        ).load(path, start)
        ledger.set_entered_bytes({name: size})
    ledger.commit()


def _is_of(run: RunRow, row: WarcRow | None, path: Path) -> bool:
    """Whether a run wrote a WARC file; its name, with the second of the run's start, is not enough."""
    if row is not None:
        return row.run_id == run.id
    info = read_run_info(path)
    return info is not None and info.run in (None, run.id)


def _remove_unfinished(archive: Path) -> None:
    """Remove the new catalogue of a rebuild that was killed, and half-written files, which a kill left without their names.

    The catalogue is the old one. What is lost with half-written files is written again; originals of a merge are elsewhere.
    """
    left = (
        *archive.glob(f"{NEW_CATALOGUE}*"),
        *archive.glob("text/*/*/.*.part"),
        *archive.glob("warc/*/.*.part"),
    )
    for path in left:
        remove(archive, path.relative_to(archive).as_posix())


def _restore_texts(archive: Path, session: Session, first_killed: RunRow) -> None:
    """Write the text files that killed runs did not write after their last commit, or that a power cut lost.

    Which ones is decided by the outcomes and the files, not by times: a replay, an import and a merge have the times of
    their captures, and a clock may have been set back. The texts of reports that were touched since the first killed run
    are compared whole; of all others a file that is missing or empty is written again.
    """
    texts = select(VersionRow).where(VersionRow.tombstone.is_(False)).order_by(VersionRow.id)
    touched = select(OutcomeRow.report_id).where(OutcomeRow.run_id >= first_killed.id)
    _write_texts(archive, session, texts.where(VersionRow.report_id.in_(touched)))
    restore_lost_texts(archive, session)


def restore_lost_texts(archive: Path, session: Session) -> None:
    """Write the text files that are missing or empty."""
    texts = select(VersionRow).where(VersionRow.tombstone.is_(False)).order_by(VersionRow.id)
    names = select(VersionRow.id, VersionRow.text_file).where(VersionRow.tombstone.is_(False))
    lost = [row.id for row in session.execute(names) if not _has_bytes(archive / row.text_file)]
    for start in range(0, len(lost), _TEXTS_AT_ONCE):
        some = lost[start : start + _TEXTS_AT_ONCE]
        _write_texts(archive, session, texts.where(VersionRow.id.in_(some)))


def restore_texts(archive: Path, session: Session, names: Sequence[str]) -> None:
    """Write the text files of these names again, unless they are as the catalogue says."""
    for start in range(0, len(names), _TEXTS_AT_ONCE):
        some = names[start : start + _TEXTS_AT_ONCE]
        _write_texts(archive, session, select(VersionRow).where(VersionRow.text_file.in_(some)))


def _write_texts(archive: Path, session: Session, versions: Select[VersionRow]) -> None:
    found = session.scalars(versions.execution_options(yield_per=_TEXTS_AT_ONCE))
    for rows in found.partitions():
        texts = {row.text_file: queries.to_report(row).text().encode() for row in rows}
        write_all(archive, texts, compare=True)


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
