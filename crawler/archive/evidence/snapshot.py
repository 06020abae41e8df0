"""Snapshot of what a run changes in an archive, taken without a lock.

`crawler.questions.verify` compares two snapshots: it learns whether a run is in progress, or changed the archive meanwhile.
"""

from __future__ import annotations

from typing import NamedTuple

from crawler.archive.catalogue.databases.base import Catalogue, Stamp
from crawler.archive.evidence.manifest import NAME as MANIFEST
from crawler.archive.evidence.warc_paths import IN_PROGRESS
from crawler.archive.storage.bucket_path import bucket_of
from crawler.regular_files import file_stamp


class Snapshot(NamedTuple):
    """The files that every run changes. Two equal snapshots mean that no run changed the archive between them."""

    in_progress: tuple[str, ...]  # WARC files in progress, relative to the archive
    manifest: Stamp
    catalogue: Stamp


def snapshot(catalogue: Catalogue) -> Snapshot:
    """Take a snapshot of the archive of a catalogue."""
    archive = catalogue.archive
    if bucket := bucket_of(archive):
        bucket.refresh()
    files = (file.relative_to(archive).as_posix() for file in (archive / "warc").glob(f"*/*{IN_PROGRESS}"))
    return Snapshot(tuple(sorted(files)), file_stamp(archive / MANIFEST), catalogue.stamp())
