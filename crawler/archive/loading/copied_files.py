"""WARC files that were copied here and are entered by an act: of merged archives, and the segments of workers.

A copy is called `.<name>.part` until its act is in a WARC file of this archive; after that it gets its name.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import RunRow
from crawler.archive.evidence import files
from crawler.archive.evidence.files import sync_folder
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import file_sha256
from crawler.archive.ledger.runs import RunInfo, run_row
from crawler.errors import ArchiveDamaged


def part_of(name: str) -> str:
    """Return the name of a copy that does not have its own name yet."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/.{file}.part"


def give_name(
    archive: Path,
    name: str,
    sha256: str,
    faults: list[str],
    notify: Callable[[str], None],
    info_of: Callable[[Path], RunInfo | None],
) -> RunInfo | None:
    """Give a copied file its name, if it does not have it yet, and read which run wrote it. None, with a notice, if it is lost."""
    path, part = archive / name, archive / part_of(name)
    if not path.is_file() and part.is_file() and not part.is_symlink() and file_sha256(part) == sha256:
        files.rename(archive, part_of(name), name)
        sync_folder(path.parent)
    reason = "was merged into this archive and is missing; put it back, and run `fazhi rebuild`"
    if path.is_file():
        try:
            info = info_of(path)
        except ArchiveDamaged as error:
            info, reason = None, str(error)
        else:
            reason = "does not begin with a warcinfo record"
        if info is not None:
            return info
    faults.append(f"{name}: {reason}")
    notify(f"{name}: {reason}")
    return None


def add_run(
    session: Session, manifest: Manifest, info: RunInfo, taken: Container[int], *, state: str
) -> RunRow:
    """Add the row of a run that wrote a copied file, under a number that no run of this archive has.

    `taken`: numbers of this archive's own runs. `state`: MERGED_STATE or ENTERED_STATE.
    """
    number = (session.scalar(select(func.max(RunRow.id))) or 0) + 1
    while number in taken or manifest.run(number) is not None:
        number += 1
    row = run_row(number, info)
    row.state, row.finished_at = state, info.started
    session.add(row)
    session.flush()
    return row
