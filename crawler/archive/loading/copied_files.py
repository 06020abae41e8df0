"""WARC files that were copied here and are entered by an act: of merged archives, and the segments of workers.

A copy is called `.<name>.part` until its act is in a WARC file of this archive; after that it gets its name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Container, Iterable
from pathlib import Path

from sqlalchemy import Text, bindparam, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue import queries
from crawler.archive.catalogue.databases.functions import json_items
from crawler.archive.catalogue.databases.session_memory import next_number
from crawler.archive.catalogue.models import CaptureRow, RunRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.evidence import files
from crawler.archive.evidence.files import sync_folder
from crawler.archive.evidence.foreign_archive import ForeignArchive, ForeignFile
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import file_sha256, on_disk, warc_of
from crawler.archive.ledger.runs import RunInfo, run_row
from crawler.archive.storage.named_errors import errors_name
from crawler.errors import ArchiveDamaged
from crawler.warc import read_at

_COPY_BYTES = 1 << 20
_HELD_RECORDS = Prepared(
    select(CaptureRow.record_id).where(
        CaptureRow.record_id.in_(
            select(json_items(bindparam("ids", type_=Text())).table_valued("value").c.value)
        )
    )
)


def part_of(name: str) -> str:
    """Return the name of a copy that does not have its own name yet."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/.{file}.part"


def held_block(archive: Path, session: Session, record_id: str) -> bytes | None:
    """Return the block of a record of this archive by its id, for the checks of a foreign one; None if there is none."""
    held = queries.find_capture(session, record_id)
    if held is None:
        return None
    row = session.get_one(CaptureRow, held.id)
    return read_at(warc_of(archive, row.warc_file), row.warc_offset).block


def held_records(session: Session, record_ids: Iterable[str]) -> set[str]:
    """Return those of these ids that records of this archive have."""
    wanted = json.dumps(sorted(set(record_ids)))
    return {record_id for (record_id,) in _HELD_RECORDS.all(session, {"ids": wanted})}


def sync_and_close(descriptor: int) -> None:
    """Sync a file to disk and close it. Raises OSError."""
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_to_part(
    archive: Path,
    foreign: ForeignArchive,
    file: ForeignFile,
    name: str,
    *,
    finish: Callable[[int], None] = sync_and_close,
) -> bool:
    """Copy a file to the `.part` of its name, on disk. False, without a copy, if its bytes are no longer those that were checked.

    `finish`: takes the copy's descriptor and sees to it that the copy is on disk before it is relied on. Raises OSError.
    """
    part = part_of(name)
    files.remove(archive, part)
    digest = hashlib.sha256()
    with foreign.open(file.path) as source:
        target, named = files.create(archive, part), errors_name(archive / part)
        try:
            while data := source.read(_COPY_BYTES):
                digest.update(data)
                with named:
                    files.write_whole(target, data)
        except BaseException:
            os.close(target)
            raise
    with named:
        finish(target)
    if digest.hexdigest() == file.sha256:
        return True
    files.remove(archive, part)
    return False


def give_name(
    archive: Path,
    name: str,
    sha256: str,
    faults: list[str],
    notify: Callable[[str], None],
    info_of: Callable[[Path], RunInfo | None],
) -> RunInfo | None:
    """Give a copied file its name, if it does not have it yet, and read which run wrote it. None, with a notice, if it is lost."""
    path, part = on_disk(archive / name), archive / part_of(name)
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
    number = next_number(session, RunRow)
    while number in taken or manifest.run(number) is not None:
        number = next_number(session, RunRow)
    row = run_row(number, info)
    row.state, row.finished_at = state, info.started
    session.add(row)
    session.flush()
    return row
