"""Complete a pack that the manifest lists: give it its name and its index, and remove the files that are in it.

A run that was killed may have left any part of this; `finish_packs` is called before each run and each rebuild.
"""

from __future__ import annotations

from pathlib import Path

from crawler.archive.evidence import files
from crawler.archive.evidence.files import sync_folder, write_all
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.warc_paths import file_sha256, index_of, pack_files
from crawler.errors import ArchiveDamaged
from crawler.warc import read_records
from crawler.warc.cdxj import index_text, lines_of


def part_of(name: str) -> str:
    """Return the name of a pack that does not have its own name yet."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/.{file}.part"


def finish_packs(archive: Path, manifest: Manifest) -> None:
    """Complete each pack of the manifest. Raises OSError."""
    if not manifest.packs():
        return
    there = {path.relative_to(archive).as_posix() for path in (archive / "warc").glob("*/*")}
    for name, facts in manifest.packs().items():
        unfinished = name not in there and (archive / part_of(name)).is_file()
        if unfinished or (name in there and not index_of(archive / name).exists()):
            finish_pack(archive, manifest, name)
        elif name in there and any(_left(part["file"]) & there for part in facts["parts"]):
            _remove_parts(archive, manifest, name)


def _left(file: str) -> set[str]:
    """Return the names of a packed file and of its index, which packing removes."""
    return {file, index_of(Path(file)).as_posix()}


def finish_pack(archive: Path, manifest: Manifest, name: str) -> None:
    """Complete one pack. One that does not have the bytes that the manifest states is left as it is. Raises OSError."""
    part, facts = part_of(name), manifest.packs()[name]
    if not (archive / name).exists():
        if (archive / part).is_symlink() or file_sha256(archive / part) != facts["sha256"]:
            return
        files.rename(archive, part, name)
        sync_folder((archive / name).parent)
    write_pack_index(archive, archive / name)
    _remove_parts(archive, manifest, name)


def write_pack_indexes(archive: Path) -> None:
    """Write the index of each pack, unless it is there unchanged. Raises OSError."""
    for path in pack_files(archive):
        write_pack_index(archive, path)


def write_pack_index(archive: Path, path: Path) -> None:
    """Write the index of a pack, unless it is there unchanged, or the pack is damaged. Raises OSError."""
    try:
        text = index_text(lines_of(read_records(path), path.name))
    except ArchiveDamaged:
        return  # what can be read of it is found without an index; `fazhi verify` names the damage
    write_all(archive, {index_of(path).relative_to(archive).as_posix(): text}, compare=True, durable=True)


def _remove_parts(archive: Path, manifest: Manifest, name: str) -> None:
    """Remove the files that are in a pack, with their indexes: those that are as the manifest states, as they are in the pack."""
    facts = manifest.packs()[name]
    if (archive / name).stat().st_size != facts["size"]:
        return
    for part in facts["parts"]:
        file = part["file"]
        inner = manifest.packs().get(file)
        stated = manifest.sha256_of(file) if inner is None else inner["sha256"]
        path = archive / file
        if path.is_file() and not path.is_symlink() and file_sha256(path) == stated:
            files.remove(archive, file)
        if not path.exists():
            files.remove(archive, index_of(path).relative_to(archive).as_posix())
