"""`fazhi pack`: put the small WARC files of finished months one behind the other into one file, unchanged.

Runs' files and workers' segments go into packs of their own, each in the folder of its files.

In this order, so that a kill loses nothing:

1. The files are copied into `.<name>.part`, each compared with its digest in the manifest, and the copy is synced to disk.
2. The manifest gets the pack's line: its digest, and the byte at which each file begins.
3. The pack gets its name, then its index, and then the files and their indexes are removed.

A kill before 2 leaves a `.part`, which the next run removes; after 2 the next run does 3.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence import files
from crawler.archive.evidence.manifest import Manifest, entries
from crawler.archive.evidence.manifest_lines import MAX_PACK_PARTS, Kind
from crawler.archive.evidence.run_warcs import MAX_WARC_BYTES
from crawler.archive.packs.finishing import finish_pack, part_of
from crawler.archive.storage.named_errors import errors_name
from crawler.regular_files import open_regular

_OWN = re.compile(r"(warc/([0-9]{4}))/(?:fazhi|pack)-\2([0-9]{2})[0-9]{0,8}-[0-9]{5,9}\.warc\.gz")
_SEGMENT = re.compile(
    r"(warc/segments)/(?:pack-)?([0-9]{6})(?:-[0-9]{5}|[0-9]{14}-[0-9]{5}-[0-9a-f]{64})\.warc\.gz"
)
_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What was packed: the names of the packs, and the number of files that were put into them."""

    packs: tuple[str, ...]
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Files that make one pack, in the order of the manifest. `month`: of the starts of their runs, as 202611.

    `folder`: where they are, as warc/2026.
    """

    folder: str
    month: str
    files: tuple[str, ...]


def groups(
    archive: Path, now: datetime, *, this_month: bool = False, max_bytes: int = MAX_WARC_BYTES
) -> list[Group]:
    """Return which files can be packed, of months that are over. Reads only. Raises ArchiveDamaged.

    `this_month`: those of the month of `now` too. Left out: files of another archive (`warc/merged/`), which stay as they
    came; files over half of `max_bytes`, the greatest size of a pack; a file that would be alone in its pack.
    """
    by_month: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    with errors_as_damage(archive):
        listed = dict.fromkeys(
            entry.facts["file" if entry.kind is Kind.FILE else "pack"]
            for entry in entries(archive)
            if entry.kind in (Kind.FILE, Kind.PACK)
        )
        for name in listed:
            place = _place(name)
            path = archive / name
            if place is None or not path.is_file() or path.is_symlink():
                continue
            size = path.stat().st_size
            if size <= max_bytes // 2 and (this_month or place[1] < f"{now:%Y%m}"):
                by_month[place].append((name, size))
    return [
        Group(folder=folder, month=month, files=tuple(names))
        for (folder, month), members in sorted(by_month.items())
        for names in _filled(members, max_bytes)
        if len(names) > 1
    ]


def _place(name: str) -> tuple[str, str] | None:
    """Return folder and month of a file, or of a pack, that can be put into a pack; None for any other."""
    if found := _OWN.fullmatch(name):
        return found[1], found[2] + found[3]
    if found := _SEGMENT.fullmatch(name):
        return found[1], found[2]
    return None


def _filled(members: Sequence[tuple[str, int]], max_bytes: int) -> list[list[str]]:
    packs: list[list[str]] = [[]]
    held = 0
    for name, size in members:
        if packs[-1] and (held + size > max_bytes or len(packs[-1]) == MAX_PACK_PARTS):
            packs.append([])
            held = 0
        packs[-1].append(name)
        held += size
    return packs


def pack(archive: Path, manifest: Manifest, wanted: Sequence[Group], notify: Callable[[str], None]) -> Packed:
    """Make a pack of each group. The process must hold the archive's lock. Raises OSError.

    A file that does not have its digest in the manifest is told of and stays as it is.
    """
    packs, number = list[str](), 0
    for group in wanted:
        name = _free_name(archive, manifest, group)
        try:
            size, sha256, parts = _copy(archive, manifest, group, name, notify)
        except BaseException:
            files.remove(archive, part_of(name))
            raise
        if len(parts) < 2:
            files.remove(archive, part_of(name))
            continue
        files.put_before_listed(archive, part_of(name), name)
        manifest.add_pack(name, size, sha256, parts)
        finish_pack(archive, manifest, name)
        packs.append(name)
        number += len(parts)
    return Packed(packs=tuple(packs), files=number)


def _free_name(archive: Path, manifest: Manifest, group: Group) -> str:
    number = 1
    while True:
        name = f"{group.folder}/pack-{group.month}-{number:05}.warc.gz"
        if name not in manifest.packs() and not files.is_taken(archive, name):
            return name
        number += 1


def _copy(
    archive: Path, manifest: Manifest, group: Group, name: str, notify: Callable[[str], None]
) -> tuple[int, str, dict[str, int]]:
    """Copy the files to the pack's `.part`, on disk. Return its size, its SHA-256, and where each file begins."""
    files.remove(archive, part_of(name))
    whole, size, parts = hashlib.sha256(), 0, dict[str, int]()
    target, named = files.create(archive, part_of(name)), errors_name(archive / part_of(name))
    try:
        for file in group.files:
            before, own, length = whole.copy(), hashlib.sha256(), 0
            with open_regular(archive / file, follow=False) as source:
                while data := source.read(_COPY_BYTES):
                    whole.update(data)
                    own.update(data)
                    with named:
                        files.write_whole(target, data)
                    length += len(data)
            if own.hexdigest() == _stated_digest(manifest, file):
                parts[file] = size
                size += length
                continue
            notify(f"{file}: is not as the manifest says, and is not packed; see `fazhi verify`")
            whole = before
            with named:
                os.ftruncate(target, size)
            os.lseek(target, size, os.SEEK_SET)
        with named:
            os.fsync(target)
    finally:
        os.close(target)
    return size, whole.hexdigest(), parts


def _stated_digest(manifest: Manifest, name: str) -> str | None:
    facts = manifest.packs().get(name)
    return manifest.sha256_of(name) if facts is None else str(facts["sha256"])
