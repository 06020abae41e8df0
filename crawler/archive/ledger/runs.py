"""Rows of runs, made from the `warcinfo` records at the head of their WARC files.

A rebuild and a merge need them; a live run makes its own row, see `archive.run`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import RunRow
from crawler.errors import ArchiveDamaged
from crawler.warc import parse_warc_date

MERGED_STATE = "merged"
"""Value of `RunRow.state` for a run of another archive that was merged into this one."""

ENTERED_STATE = "entered"
"""Value of `RunRow.state` for a visit of one of this archive's workers, whose segment another run entered."""

NOT_IN_MANIFEST = (MERGED_STATE, ENTERED_STATE)
"""States of the runs that have no lines of their own in the manifest."""

_RUN_NUMBER = re.compile(r"[0-9]{1,9}")
_MAX_INFO_CHARS = 5000  # of a command line or a software's name


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """The run that wrote a WARC file, from the file's `warcinfo`; `run` is None if that has no run number."""

    path: Path
    run: int | None
    started: datetime
    command: str
    software: str


def read_run_info(path: Path) -> RunInfo | None:
    """Read the `warcinfo` of a WARC file; None if the file does not begin with one.

    Raises ArchiveDamaged, also if it states no time that can be read.
    """
    # here, because whoever only reads runs opens no file
    from crawler.warc import read_records

    head = next(read_records(path), None)
    if head is None or head.kind != "warcinfo":
        return None
    lines = (line.partition(":") for line in head.block.decode("utf-8", "replace").splitlines())
    fields = {name: value.strip() for name, _, value in lines}
    run = fields.get("run", "")
    try:
        started = parse_warc_date(fields["started"]) if "started" in fields else head.date
    except (ValueError, OverflowError):
        raise ArchiveDamaged(f"{path}: its warcinfo states no time at which its run started") from None
    return RunInfo(
        path=path,
        run=int(run) if _RUN_NUMBER.fullmatch(run) else None,
        started=started,
        command=fields.get("description", "")[:_MAX_INFO_CHARS],
        software=fields.get("software", "")[:_MAX_INFO_CHARS],
    )


def run_row(number: int, info: RunInfo) -> RunRow:
    """Return the row of a run, with `number` as its id."""
    row = RunRow(started_at=info.started, command=info.command, software=info.software)
    row.id = number
    return row


def failures_before(session: Session, run: int, why: str) -> tuple[datetime, datetime] | None:
    """Return when the first and the last of the runs directly before a run began that failed with a message.

    `why`: how the message begins. None if the run before did not fail so.
    """
    so = (RunRow.state == "failed") & RunRow.detail.startswith(why, autoescape=True)
    own = RunRow.id < run, RunRow.state.not_in(NOT_IN_MANIFEST)
    other = select(func.coalesce(func.max(RunRow.id), 0)).where(*own, ~so).scalar_subquery()
    failed = select(RunRow.started_at).where(*own, RunRow.id > other).order_by(RunRow.id)
    times = session.scalars(failed).all()
    return (times[0], times[-1]) if times else None
