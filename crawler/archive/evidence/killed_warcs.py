"""Repair of the WARC files that a killed run left in progress (`.open`).

It cuts off a half-written last record, appends what the run's journal still holds, and gives the file its entry in the
manifest, its final name and its index. `crawler.archive.recovery` then enters the records in the catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from crawler.archive.evidence import files, journal
from crawler.archive.evidence.files import sync_folder, write_all
from crawler.archive.evidence.manifest import Manifest, started_at
from crawler.archive.evidence.run_warcs import finish
from crawler.archive.evidence.warc_paths import (
    IN_PROGRESS,
    TORN,
    closed_warcs,
    file_sha256,
    index_of,
    journal_of,
    open_warcs,
)
from crawler.archive.ledger.runs import read_run_info
from crawler.archive.storage.bucket_path import bucket_of
from crawler.archive.storage.named_errors import errors_name
from crawler.errors import ArchiveDamaged
from crawler.regular_files import holder_of
from crawler.warc import WarcFile, read_records, whole_length
from crawler.warc.cdxj import index_text, lines_of


def repair(archive: Path, manifest: Manifest, now: datetime, notify: Callable[[str], None]) -> None:
    """Finish every WARC file that a killed run left `.open`, with the acts that its journal still holds.

    A torn tail is moved unchanged to `<name>.torn` beside the file; `notify` gets a message about it.
    """
    for path in open_warcs(archive):
        final = path.with_name(path.name.removesuffix(IN_PROGRESS))
        name = final.relative_to(archive).as_posix()
        whole_bytes = (
            path.stat().st_size
            if manifest.sha256_of(name)
            else _cut_torn_tail(archive, path, final, name, notify)
        )
        if not whole_bytes:
            path.unlink()
            journal_of(final).unlink(missing_ok=True)
            sync_folder(path.parent)
            continue
        if not manifest.sha256_of(name):
            whole_bytes += _append_journal(archive, path, journal_of(final), now)
            files.put_before_listed(archive, path.relative_to(archive).as_posix(), name)
            manifest.add_file(name, whole_bytes, file_sha256(path))
        journal_of(final).unlink(missing_ok=True)
        finish(archive, final, index_text(lines_of(read_records(path), final.name)))
    if bucket_of(archive):
        _list_unlisted(archive, manifest, notify)
    for path in closed_warcs(archive):
        if (
            holder_of(path) is path and not index_of(path).exists()
        ):  # the kill came between the file's final name and its index
            _write_index(archive, path, notify)


def _list_unlisted(archive: Path, manifest: Manifest, notify: Callable[[str], None]) -> None:
    """Enter the files that a run put into the bucket in the manifest, where it was killed before it did.

    The machine of that run may be lost. A file that says it is of another run stays unlisted: `fazhi verify` names it.
    """
    running = {number: started_at(manifest.runs()[number]) for number in manifest.open_runs()}
    for path in closed_warcs(archive) if running else ():
        name = path.relative_to(archive).as_posix()
        if manifest.sha256_of(name) is not None or holder_of(path) is not path:
            continue
        try:
            info = read_run_info(path)
        except (ArchiveDamaged, ValueError):
            continue
        if info is not None and info.run in running and info.started == running[info.run]:
            manifest.add_file(name, path.stat().st_size, file_sha256(path))
            notify(f"{name}: a killed run had put it into the bucket; it is in the manifest now")


def _append_journal(archive: Path, path: Path, journal_path: Path, now: datetime) -> int:
    """Write a journal's acts to its WARC file, unless they are in it already. Return the number of bytes added."""
    pending = journal.read_pending(journal_path)
    if pending is None or any(record.place.record_id == pending.record_id for record in read_records(path)):
        return 0
    opened = files.open_to_append(archive, path.relative_to(archive).as_posix())
    with errors_name(path), os.fdopen(opened, "ab", buffering=0) as file:
        written = WarcFile(file).metadata(now, pending.block, pending.record_id)
        os.fsync(file.fileno())
    return written.length


def _write_index(archive: Path, path: Path, notify: Callable[[str], None]) -> None:
    try:
        text = index_text(lines_of(read_records(path), path.name))
    except ArchiveDamaged as error:
        notify(f"{error}; the file gets no index")
        return
    write_all(archive, {index_of(path).relative_to(archive).as_posix(): text}, durable=True)


def _cut_torn_tail(archive: Path, path: Path, final: Path, name: str, notify: Callable[[str], None]) -> int:
    """Move a half-written last record to the `.torn` file. Return the number of bytes of the whole records."""
    whole, size = whole_length(path), path.stat().st_size
    if whole == size:
        return whole
    torn = final.with_name(final.name + TORN)
    opened = files.open_existing(archive, path.relative_to(archive).as_posix(), flags=os.O_RDWR)
    with os.fdopen(opened, "r+b") as file:
        file.seek(whole)
        write_all(archive, {torn.relative_to(archive).as_posix(): file.read()}, durable=True)
        with errors_name(path):
            file.truncate(whole)
            os.fsync(file.fileno())
    notify(
        f"{name}: the last run was cut off while writing;"
        f" its half-written record ({size - whole} bytes) is set aside as {torn.name}"
    )
    return whole
