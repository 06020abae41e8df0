"""`fazhi merge`: copy another archive's WARC files unchanged into this one, and enter their records in the catalogue."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import RunRow, WarcRow
from crawler.archive.evidence.files import sync_folder
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import closed_warcs, file_sha256
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.runs import MERGED_STATE, RunInfo, read_run_info, run_row
from crawler.archive.warc_loader import WarcLoader, load_file
from crawler.errors import ArchiveDamaged, ArchiveError
from crawler.warc import read_records

MERGED_FOLDER = "warc/merged/"
"""Folder of the WARC files of other archives. Their names begin with their digests, so that no file is copied twice."""


def copy_warcs(archive: Path, other: Path, manifest: Manifest) -> Iterator[dict[str, str]]:
    """Copy another archive's closed WARC files that are not here yet, oldest first. Yield an entry of the `merged` act for each.

    Raises ArchiveError if there is no archive, ArchiveDamaged if a record does not have the digest that it states.
    """
    files = closed_warcs(other)
    if not files:
        raise ArchiveError(f"{other}: no archive here, or an empty one")
    for info in sorted(
        filter(None, map(read_run_info, files)), key=lambda info: (info.started, info.path.name)
    ):
        sha256 = file_sha256(info.path)
        if manifest.has_digest(sha256):
            continue
        _check(info.path)
        mark, own = f"{sha256[:16]}-", info.path.name
        name = MERGED_FOLDER + (own if own.startswith(mark) else mark + own)
        _copy(info.path, archive / name)
        yield {"file": name, "sha256": sha256, "origin": info.path.relative_to(other).as_posix()}


def _check(path: Path) -> None:
    for record in read_records(path):
        if faults := record.faults():
            raise ArchiveDamaged(f"{path}: the record at byte {record.place.offset}: {faults[0]}")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    sync_folder(target.parent)


def enter_merged(
    archive: Path,
    session: Session,
    manifest: Manifest,
    content: Mapping[str, Any],
    notify: Callable[[str], None],
    *,
    info_of: Callable[[Path], RunInfo | None] = read_run_info,
    loader: Callable[..., WarcLoader] = WarcLoader,
    load: Callable[[WarcLoader, Path], None] = load_file,
) -> list[str]:
    """Enter the files of a `merged` act that are not entered yet. Return their names."""
    runs: dict[datetime, RunRow] = {}
    names = []
    for entry in content["files"]:
        name = entry["file"]
        if session.get(WarcRow, name) is not None:
            continue
        info = info_of(archive / name) if (archive / name).is_file() else None
        if info is None:
            raise ArchiveDamaged(
                f"{archive}: {name} was merged into this archive and is missing; put it back"
            )
        if manifest.sha256_of(name) is None:
            manifest.add_file(name, info.path.stat().st_size, entry["sha256"])
        ledger = Ledger(session=session, run=_run(session, info, runs))
        load(loader(archive=archive, ledger=ledger, file=name, notify=notify, visits=False), info.path)
        names.append(name)
    return names


def _run(session: Session, info: RunInfo, runs: dict[datetime, RunRow]) -> RunRow:
    """Return the row of another archive's run. Add it with the run's first file."""
    if info.started not in runs:
        row = run_row((session.scalar(select(func.max(RunRow.id))) or 0) + 1, info)
        row.state, row.finished_at = MERGED_STATE, info.started
        session.add(row)
        session.flush()
        runs[info.started] = row
    return runs[info.started]
