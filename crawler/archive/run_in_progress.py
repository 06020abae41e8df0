"""Whether a run is under way in an archive, or was meanwhile, seen from outside and without a lock."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from crawler.archive.evidence.manifest import NAME as MANIFEST
from crawler.archive.evidence.run_warcs import IN_PROGRESS
from crawler.archive.reader import CATALOGUE


class UnderWay(NamedTuple):
    """What a run changes in an archive; two that are equal have no change between them."""

    files: tuple[str, ...]  # WARC files in progress, relative to the archive
    stats: tuple[tuple[int, int, int], ...]  # size, time and inode of the files that every run writes


def under_way(archive: Path) -> UnderWay:
    """The state of an archive now."""
    files = (file.relative_to(archive).as_posix() for file in (archive / "warc").glob(f"*/*{IN_PROGRESS}"))
    stats = [(archive / name).stat() for name in (MANIFEST, CATALOGUE) if (archive / name).exists()]
    return UnderWay(tuple(sorted(files)), tuple((s.st_size, s.st_mtime_ns, s.st_ino) for s in stats))
