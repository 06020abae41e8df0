"""The size of an archive on disk, by part. Reads names and sizes only; what a run removes meanwhile does not count."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from crawler.archive import CATALOGUE, SEARCH_INDEX
from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.storage.bucket_path import bucket_of

PARTS = {"warc": "warc", "text": "text", CATALOGUE: "catalogue", SEARCH_INDEX: "search index"}
"""Names in an archive's folder, and the part that each belongs to. Everything else is `other`."""

_OTHER = "other"


def sizes(catalogue: Catalogue) -> dict[str, int]:
    """Return the bytes of each part of the archive of a catalogue. Symbolic links are not followed. Raises OSError.

    The search index of a catalogue in PostgreSQL is a part of that.
    """
    archive = catalogue.archive
    found = dict.fromkeys((*PARTS.values(), _OTHER), 0)
    if bucket := bucket_of(archive):
        for each in bucket.storage.list():
            found[PARTS.get(each.name.partition("/")[0], _OTHER)] += each.size
        archive = bucket.folder  # the catalogue is there
    with os.scandir(archive) as entries:
        for entry in entries:
            name = next((name for name in PARTS if _belongs(entry.name, name)), "")
            found[PARTS.get(name, _OTHER)] += _bytes(entry)
    found[PARTS[CATALOGUE]] += catalogue.size() or 0
    return found


def free_bytes(archive: Path) -> int:
    """Return the bytes that may still be written on the disk of an archive. Raises OSError."""
    return shutil.disk_usage(archive).free


def _belongs(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}-")  # catalogue.db-wal


def _bytes(entry: os.DirEntry[str]) -> int:
    try:
        if entry.is_dir(follow_symlinks=False):
            with os.scandir(entry.path) as entries:
                return sum(map(_bytes, entries))
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0
