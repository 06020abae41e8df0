"""`fazhi merge`: copy another archive's WARC files unchanged into this one, and enter their records in the catalogue.

In this order, so that a kill loses nothing and leaves nothing half:

1. `stage` checks all files of the other archive, then copies those that are not here to `.part` files.
2. The `merged` act is written to this run's WARC. From here on the merge is made, whatever happens.
3. `enter_merged` gives the files their names and enters them, in one transaction with the act.

A kill before 2 leaves `.part` files, which the next run removes; after 2 the next run finds the act and does 3.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import RunRow, WarcRow
from crawler.archive.catalogue.rows import MERGED_FOLDER
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence import files
from crawler.archive.evidence.foreign_archive import MAX_FILES, ForeignArchive, ForeignFile
from crawler.archive.evidence.manifest import Manifest, entries
from crawler.archive.evidence.warc_paths import file_sha256
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.runs import MERGED_STATE, RunInfo, read_run_info
from crawler.archive.loading.copied_files import add_run, copy_to_part, give_name, held_block
from crawler.archive.loading.foreign_loader import ForeignLoader
from crawler.archive.loading.reextraction import Reread
from crawler.archive.loading.warc_loader import load_file
from crawler.archive.storage.bucket_path import bucket_of
from crawler.errors import NotMerged

_MARK_CHARS = 16  # digits of a file's digest in its name here


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """Files of another archive that were copied to `.part` files, and those that an earlier merge had copied."""

    files: tuple[dict[str, str], ...]  # entries of the `merged` act
    held: tuple[str, ...]  # names here


def has_new_files(archive: Path, other: Path, now: datetime) -> bool:
    """Whether a merge would do anything: another archive has a WARC file that is not in this one, or one with a fault.

    This archive need not exist yet. Reads only, without a lock: a merge asks before it opens this archive, since that is a run.
    Raises NoArchive if the other one has no WARC files, NotMerged if one is a link or has another name than archives
    give, ArchiveDamaged if one cannot be read.
    """
    with errors_as_damage(other):
        _refuse_itself(archive, other)
        held = {facts["sha256"] for entry in entries(archive) if "sha256" in (facts := entry.facts)}
        foreign = ForeignArchive(path=other, now=now, notify=lambda _: None, held_block=lambda _: None)
        return any(each.sha256 not in held or each.is_listed_otherwise for each in foreign.files())


def stage(
    archive: Path,
    other: Path,
    session: Session,
    manifest: Manifest,
    now: datetime,
    notify: Callable[[str], None],
) -> Staged:
    """Check another archive's files, and copy those that are not here yet, oldest first, to `.part` files.

    At most MAX_FILES are copied. Raises NotMerged at the first fault, before anything is copied; OSError.
    """
    _refuse_itself(archive, other)
    foreign = ForeignArchive(
        path=other,
        now=now,
        notify=notify,
        held_block=lambda record_id: held_block(archive, session, record_id),
    )
    found = foreign.files()
    wanted = [each for each in found if not manifest.has_digest(each.sha256)]
    wanted = list({each.sha256: each for each in reversed(wanted)}.values())[::-1]
    if len(wanted) > MAX_FILES:
        notify(
            f"{other}: {len(wanted)} files are new; the {MAX_FILES} oldest are merged now. Merge again for the rest"
        )
    wanted = wanted[:MAX_FILES]
    paths = {each.path for each in wanted}
    for file in found:
        if file.path in paths or file.is_listed_otherwise:
            foreign.check(file)
    foreign.tell_unknown()
    known = [each for each in found if manifest.has_digest(each.sha256) and not _is_nested(each.origin)]
    held = [name for each in known if (name := _merged_name(archive, each)) is not None]
    listed = [{"file": _name(archive, each), "sha256": each.sha256, "origin": each.origin} for each in wanted]
    try:
        for file, entry in zip(wanted, listed, strict=True):
            if not copy_to_part(archive, foreign, file, entry["file"]):
                raise NotMerged(f"{file.path}: changed while it was read; nothing was merged")
    except BaseException:
        remove_parts(archive)
        raise
    return Staged(files=tuple(listed), held=tuple(held))


def _refuse_itself(archive: Path, other: Path) -> None:
    here, there = archive.resolve(), other.resolve()
    if here == there or (
        None is bucket_of(here) is bucket_of(there)
        and here.exists()
        and there.exists()
        and os.path.samefile(here, there)
    ):
        raise NotMerged(f"{other}: this is the archive itself; name another one")


def _is_nested(origin: str) -> bool:
    """Whether a file was merged into the other archive: a third one wrote it."""
    return origin.startswith(MERGED_FOLDER)


def _name(archive: Path, file: ForeignFile) -> str:
    """Return the name of a file here: its digest's beginning, and its own name. It never is that of another file."""
    own = file.path.name
    mark = file.sha256[:_MARK_CHARS]
    name = MERGED_FOLDER + (own if own.startswith(f"{mark}-") else f"{mark}-{own}")
    if files.is_taken(archive, name) and file_sha256(archive / name) != file.sha256:
        return f"{MERGED_FOLDER}{file.sha256}.warc.gz"
    return name


def _merged_name(archive: Path, file: ForeignFile) -> str | None:
    """Return the name of a file that was merged before; None if this archive wrote it."""
    name = _name(archive, file)
    return name if (archive / name).is_file() else None


def remove_parts(archive: Path) -> None:
    """Remove copies that a merge did not finish and no act names. Their originals are where they were copied from."""
    for part in (archive / MERGED_FOLDER).glob(".*.part"):
        files.remove(archive, MERGED_FOLDER + part.name)


def enter_merged(
    archive: Path,
    session: Session,
    manifest: Manifest,
    content: Any,
    notify: Callable[[str], None],
    faults: list[str] | None = None,
    taken: Container[int] = (),
    *,
    info_of: Callable[[Path], RunInfo | None] = read_run_info,
    loader: Callable[..., ForeignLoader] = ForeignLoader,
    load: Callable[..., None] | None = None,
) -> list[str]:
    """Enter the files of a `merged` act that are not entered yet, without a commit. Return their names.

    A file that is missing or cannot be read is told of, and added to `faults`; the others are entered. `taken`: numbers of
    this archive's own runs, which no other archive's run gets. `info_of`, `loader`, `load`: how a file is read and entered.
    """
    faults = [] if faults is None else faults
    listed = content["files"]
    made: dict[bool, frozenset[str]] = {
        nested: frozenset(
            [each["file"] for each in listed if _is_nested(each.get("origin") or "") is nested]
            + ([] if nested else list(content.get("held") or ()))
        )
        for nested in (False, True)
    }
    runs: dict[tuple[bool, int | None, datetime], RunRow] = {}
    readings: dict[object, Reread] = {}
    names = []
    for entry in listed:
        name, nested = entry["file"], _is_nested(entry.get("origin") or "")
        if session.get(WarcRow, name) is not None:
            continue
        info = give_name(archive, name, entry["sha256"], faults, notify, info_of)
        if info is None:
            continue
        if manifest.sha256_of(name) is None:
            manifest.add_file(name, info.path.stat().st_size, entry["sha256"])
        key = (nested, info.run, info.started)
        if key not in runs:
            runs[key] = add_run(session, manifest, info, taken, state=MERGED_STATE)
        foreign = loader(
            archive=archive,
            ledger=Ledger(session=session, run=runs[key], savepoints=False),
            file=name,
            notify=notify,
            files=made[nested],
            readings=readings,
        )
        (load or load_file)(foreign, info.path, commit=False)
        faults += foreign.faults
        names.append(name)
    return names
