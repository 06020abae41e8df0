"""Rows of runs, made from the `warcinfo` records at the head of their WARC files.

A rebuild and a merge need them; a live run makes its own row, see `archive.run`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.archive.catalogue.models import RunRow
from crawler.warc import parse_warc_date, read_records

MERGED_STATE = "merged"
"""Value of `RunRow.state` for a run of another archive that was merged into this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """The run that wrote a WARC file, from the file's `warcinfo`; `run` is None if that has no run number."""

    path: Path
    run: int | None
    started: datetime
    command: str
    software: str


def read_run_info(path: Path) -> RunInfo | None:
    """Read the `warcinfo` of a WARC file; None if the file does not begin with one. Raises ArchiveDamaged."""
    head = next(read_records(path), None)
    if head is None or head.kind != "warcinfo":
        return None
    lines = (line.partition(":") for line in head.block.decode("utf-8", "replace").splitlines())
    fields = {name: value.strip() for name, _, value in lines}
    run = fields.get("run", "")
    return RunInfo(
        path=path,
        run=int(run) if run.isdigit() else None,
        started=parse_warc_date(fields["started"]) if "started" in fields else head.date,
        command=fields.get("description", ""),
        software=fields.get("software", ""),
    )


def run_row(number: int, info: RunInfo) -> RunRow:
    """Return the row of a run, with `number` as its id."""
    row = RunRow(started_at=info.started, command=info.command, software=info.software)
    row.id = number
    return row
