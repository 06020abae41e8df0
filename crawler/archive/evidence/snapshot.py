"""Snapshot of what a run changes in an archive, taken without a lock.

`crawler.questions.verify` compares two snapshots: it learns whether a run is in progress, or changed the archive meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from crawler.archive.catalogue.engine import CATALOGUE
from crawler.archive.evidence.manifest import NAME as MANIFEST
from crawler.archive.evidence.warc_paths import IN_PROGRESS
from crawler.archive.storage.bucket_path import bucket_of


class Snapshot(NamedTuple):
    """The files that every run changes. Two equal snapshots mean that no run changed the archive between them."""

    in_progress: tuple[str, ...]  # WARC files in progress, relative to the archive
    stats: tuple[
        tuple[int, int, int], ...
    ]  # size, mtime and inode of the manifest, the catalogue and its log


def snapshot(archive: Path) -> Snapshot:
    """Take a snapshot of an archive."""
    if bucket := bucket_of(archive):
        bucket.refresh()
    files = (file.relative_to(archive).as_posix() for file in (archive / "warc").glob(f"*/*{IN_PROGRESS}"))
    stats = [
        (archive / name).stat()
        for name in (MANIFEST, CATALOGUE, f"{CATALOGUE}-wal")
        if (archive / name).exists()
    ]
    return Snapshot(tuple(sorted(files)), tuple((s.st_size, s.st_mtime_ns, s.st_ino) for s in stats))
