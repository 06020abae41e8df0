"""Names and places of an archive's WARC files, and of the files beside them: in progress, journal, index.

A file that `fazhi pack` has put into a pack keeps its name: what is here returns a PartPath for it, which is read like a
file. The manifest says where it is; without the manifest, the `warcinfo` records in the pack do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from crawler.archive.catalogue import CATALOGUE
from crawler.archive.catalogue.rows import SEGMENTS_FOLDER
from crawler.archive.evidence import journal
from crawler.archive.evidence.manifest import NAME as MANIFEST
from crawler.archive.evidence.manifest import entries
from crawler.archive.evidence.manifest_lines import Entry, Kind
from crawler.archive.storage.bucket_path import bucket_of
from crawler.archive.storage.location import is_address
from crawler.archive.storage.places import as_archive
from crawler.errors import ArchiveDamaged, NoArchive
from crawler.regular_files import PartPath, open_regular

IN_PROGRESS = ".open"
TORN = ".torn"
_PACK_PREFIX = "pack-"
_PACKED_NAME = re.compile(r"fazhi-[0-9]{14}-([0-9]{5,9})\.warc\.gz")
Range = tuple[str, int, int]  # of a file in a pack: the pack's name, the byte at which it begins, its size


def in_progress(path: Path) -> Path:
    """Return the name that a WARC file has until it is closed."""
    return path.with_name(path.name + IN_PROGRESS)


def journal_of(path: Path) -> Path:
    """Return the journal's path of a WARC file in progress, from its final name."""
    return path.with_name(path.name + journal.SUFFIX)


def on_disk(path: Path) -> Path:
    """Return where a WARC file is now, from its final name: there, still in progress, or in a pack."""
    if path.exists():
        return path
    if in_progress(path).exists():
        return in_progress(path)
    archive, name = path.parent.parent.parent, f"warc/{path.parent.name}/{path.name}"
    found = _in_listed_pack(archive, name)
    return found if found is not None else packed(archive).get(name) or path


def warc_of(archive: Path, name: str) -> Path:
    """Return where the WARC file of a capture is now. `name`: as the row of the capture has it, relative to the archive.

    In the scratch archive of a visit it is the path, or the address, of a file of the whole archive.
    """
    if not is_address(name):
        return on_disk(archive / name)
    root, _, file = name.rpartition("/warc/")
    return on_disk(as_archive(root) / "warc" / file)


def index_of(path: Path) -> Path:
    """Return the path of a WARC file's index: in the same folder, with the same stem."""
    from crawler.warc.cdxj import SUFFIX as INDEX

    return path.with_name(path.name.removesuffix(".gz").removesuffix(".warc") + INDEX)


def known_offsets(path: Path) -> frozenset[int]:
    """Return the offsets at which a WARC file's index has a record; of a packed file, the pack's index."""
    from crawler.warc.cdxj import offsets

    if not isinstance(path, PartPath) or path.holder is None:
        return offsets(index_of(path))
    start, end = path.start, path.start + path.length
    return frozenset(at - start for at in offsets(index_of(path.holder)) if start <= at < end)


def is_pack(path: Path) -> bool:
    """Whether a WARC file on disk is a pack."""
    return path.name.startswith(_PACK_PREFIX)


def closed_warcs(archive: Path) -> list[Path]:
    """Return the finished WARC files, sorted by path, those in packs under their own names."""
    plain = (path for path in (archive / "warc").glob("*/*.warc.gz") if not is_pack(path))
    return sorted((*plain, *packed(archive).values()))


def pack_files(archive: Path) -> list[Path]:
    """Return the packs, sorted by path."""
    return sorted((archive / "warc").glob(f"*/{_PACK_PREFIX}*.warc.gz"))


def has_archive(folder: Path) -> bool:
    """Whether a folder has a catalogue, WARC files from which `fazhi rebuild` makes one, or a manifest: its runs fetched nothing yet."""
    return any(found.exists() for found in (folder / "warc", folder / CATALOGUE, folder / MANIFEST))


def require_archive(folder: Path) -> None:
    """Raise NoArchive unless a folder has an archive: a command that adds to one must not make it."""
    if not has_archive(folder):
        raise NoArchive.at(folder)


def require_warcs(archive: Path) -> list[Path]:
    """Return the finished WARC files of another archive, sorted by path. Raises NoArchive if there are none."""
    paths = closed_warcs(archive)
    if not paths:
        raise NoArchive(
            f"{archive}: no archive here; name the folder of another archive, with its WARC files"
        )
    return paths


def open_warcs(archive: Path) -> list[Path]:
    """Return the WARC files in progress, sorted by path: an active run's, or left by a killed one."""
    return sorted((archive / "warc").glob(f"*/*.warc.gz{IN_PROGRESS}"))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, 64 hex characters."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- packs ------------------------------------------------------------------------------------------------


def packed(archive: Path) -> dict[str, PartPath]:
    """Return the files that are in packs alone, by name. Smaller packs that were put into a larger one are among them not."""
    ranges = pack_ranges(archive)
    if not ranges:
        return {}
    there = {path.name for path in (archive / "warc").glob("*/*.warc.gz")}
    return {
        name: PartPath.of(archive / name, archive / pack, start, length)
        for name, (pack, start, length) in ranges.items()
        if name.rpartition("/")[2] not in there and not is_pack(Path(name))
    }


def pack_ranges(archive: Path) -> Mapping[str, Range]:
    """Return where each file and each smaller pack is in the packs that are on disk, by name."""
    packs = pack_files(archive)
    if not packs:
        return {}
    sizes = tuple((path.relative_to(archive).as_posix(), path.stat().st_size) for path in packs)
    return _ranges(archive, sizes, _manifest_stamp(archive))


def _manifest_stamp(archive: Path) -> tuple[int, ...]:
    try:
        found = (archive / MANIFEST).stat()
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _in_listed_pack(archive: Path, name: str) -> PartPath | None:
    """Return a file that is in a pack by what the manifest says, without a look at the folder, which may have many files."""
    _, inside = _listed(archive, _manifest_stamp(archive))
    if name not in inside or is_pack(Path(name)):
        return None
    pack, start, length = inside[name]
    while pack in inside and not (archive / pack).is_file():
        pack, at, _ = inside[pack]
        start += at
    if (bucket := bucket_of(archive)) and bucket.lease is None and not (archive / pack).is_file():
        bucket.refresh()  # another machine has packed files since they were listed
    try:
        size = (archive / pack).stat().st_size
    except OSError:
        return None
    return PartPath.of(archive / name, archive / pack, start, length) if start + length <= size else None


@lru_cache(maxsize=4)
def _listed(archive: Path, stamp: tuple[int, ...]) -> tuple[Collection[str], Mapping[str, Range]]:
    """Return the packs that the manifest lists, and where it says that each file and each smaller pack was put.

    `stamp`: changes with the manifest.
    """
    lines = list(entries(archive))
    packs = {entry.facts["pack"] for entry in lines if entry.kind is Kind.PACK}
    return packs, dict(_inside(lines)) if packs else {}


@lru_cache(maxsize=4)
def _ranges(archive: Path, sizes: tuple[tuple[str, int], ...], stamp: tuple[int, ...]) -> Mapping[str, Range]:
    """`stamp`: changes with the manifest. What a manifest says is believed only within the pack's bytes."""
    on_disk, found = dict(sizes), dict[str, Range]()
    listed, inside = _listed(archive, stamp)
    for name in on_disk.keys() - listed:
        found |= _scanned(archive, name, on_disk[name])
    for name in inside:
        start, length, pack = 0, inside[name][2], name
        while pack not in on_disk and pack in inside:
            pack, at, _ = inside[pack]
            start += at
        if pack != name and start + length <= on_disk.get(pack, -1):
            found[name] = (pack, start, length)
    return found


def _inside(lines: Iterable[Entry]) -> Iterator[tuple[str, Range]]:
    """Yield each part of a pack with the pack, its offset there and its size. Lines name only what lines before them list."""
    sizes: dict[str, int] = {}
    for entry in lines:
        if entry.kind is Kind.FILE:
            sizes.setdefault(entry.facts["file"], entry.facts["size"])
        elif entry.kind is Kind.PACK:
            pack = entry.facts["pack"]
            for part in entry.facts["parts"]:
                if part["file"] in sizes and pack not in sizes:
                    yield part["file"], (pack, part["offset"], sizes[part["file"]])
            sizes.setdefault(pack, entry.facts["size"])


def _scanned(archive: Path, name: str, size: int) -> dict[str, Range]:
    """Return the files in a pack that no line of the manifest names: each begins with a `warcinfo` that has its name.

    A segment has the name that its worker gave it then; its own is made of its start, that name's number and its digest.
    """
    from crawler.warc import Record, salvage

    folder, starts = f"{name.rpartition('/')[0]}/", list[tuple[str, int]]()
    for item in salvage(archive / name):
        if isinstance(item, Record) and item.kind == "warcinfo":
            file = item.fields.get("warc-filename", "")
            if _PACKED_NAME.fullmatch(file):
                starts.append((file, item.place.offset))
    found: dict[str, Range] = {}
    for (file, start), end in zip(starts, [*(start for _, start in starts[1:]), size], strict=True):
        if folder == SEGMENTS_FOLDER:
            part = PartPath.of(archive / folder / file, archive / name, start, end - start)
            file = _segment_in(part) or ""
        if file:
            found.setdefault(folder + file, (name, start, end - start))
    return found


def _segment_in(part: PartPath) -> str | None:
    """Return the name of a segment in a pack, which has its worker's name; None if its `warcinfo` cannot be read."""
    from crawler.archive.ledger.runs import read_run_info

    number = _PACKED_NAME.fullmatch(part.name)
    try:
        info = read_run_info(part)
    except ArchiveDamaged:
        return None
    return segment_name(info.started, int(number[1]), file_sha256(part)) if info and number else None


def segment_name(started: datetime, number: int, sha256: str) -> str:
    """Return the name of a segment: start of the visit's run, number of the file in it from 1, digest of the WARC file.

    Sorted by name, the files of a run are in their order.
    """
    return f"{started:%Y%m%d%H%M%S%f}-{number:05}-{sha256}.warc.gz"
