"""Runs, as the heads of their WARC files tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.archive.catalogue.models import RunRow
from crawler.warc import parse_warc_date, read_records

MERGED = "merged"
"""State of another archive's run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What the head of a WARC file says of the run that wrote it; `run` is None where it tells no number."""

    path: Path
    run: int | None
    started: datetime
    command: str
    software: str


def info_of(path: Path) -> Info | None:
    """From a file's `warcinfo`; None where there is none. Raises ArchiveDamaged."""
    head = next(read_records(path), None)
    if head is None or head.kind != "warcinfo":
        return None
    lines = (line.partition(":") for line in head.block.decode("utf-8", "replace").splitlines())
    fields = {name: value.strip() for name, _, value in lines}
    run = fields.get("run", "")
    return Info(
        path=path,
        run=int(run) if run.isdigit() else None,
        started=parse_warc_date(fields["started"]) if "started" in fields else head.date,
        command=fields.get("description", ""),
        software=fields.get("software", ""),
    )


def run_row(number: int, info: Info) -> RunRow:
    """A run's row with its number."""
    row = RunRow(started_at=info.started, command=info.command, software=info.software)
    row.id = number
    return row
