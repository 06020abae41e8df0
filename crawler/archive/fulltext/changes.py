"""What an update of the full text index enters, and how far it is: the same in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import OutcomeRow, RunRow, VersionRow
from crawler.archive.fulltext.schema import Stamp
from crawler.field.counting import counted

REPORTS_PER_PORTION = 200
"""Reports whose rows are read, and whose texts are written, in one transaction: some 10 MB of log."""

TELL_FROM_TEXTS = 1000
"""From so many texts on, how far the index is, is told: it takes some seconds."""

_UNKNOWN_CHANGES = ("killed", "merged")
"""States of runs after which any report may have changed: what recovery or a merge entered has no outcome in the run."""


@dataclass(slots=True)
class Changes:
    """Counts of an update. `whole`: the index was built anew."""

    added: int = 0
    replaced: int = 0
    whole: bool = False


def touched_reports(session: Session, stamp: Stamp, *, everything: bool) -> Sequence[str] | None:
    """Return the ids of the reports that the runs since a stamp touched; None if any may have changed."""
    states = session.scalars(select(RunRow.state).where(RunRow.id > stamp.run)).all()
    # a catalogue with fewer runs or versions than the index knows is an older or another one
    newest_run, newest_version = newest(session)
    went_back = newest_run < stamp.run or newest_version < stamp.version
    if everything or went_back or any(state in _UNKNOWN_CHANGES for state in states):
        return None
    touched = select(OutcomeRow.report_id).where(
        OutcomeRow.run_id > stamp.run, OutcomeRow.report_id.is_not(None)
    )
    return [each for each in session.scalars(touched.distinct().order_by(OutcomeRow.report_id)) if each]


def newest(session: Session) -> tuple[int, int]:
    """Return the highest numbers of a run and of a version in a catalogue."""
    run = session.scalar(select(func.max(RunRow.id))) or 0
    return run, session.scalar(select(func.max(VersionRow.id))) or 0


def progress(texts: int, number: int, reports: int) -> str:
    """Return how far an index is, for people."""
    return f"search index: {counted(texts, 'text')}, {number} of {counted(reports, 'report')}; it goes on"
