"""The archive's files: where texts go, and writing that is whole or not there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from crawler.model import Report, Site
from crawler.regions import region

_SYNCS = 8  # files synced at a time
_UNSAFE = re.compile(r"[^\w\u4e00-\u9fff()-]+")


def text_file(report: Report, site: Site, first_seen: datetime) -> str:
    """`text/420100-武汉市/2022/2023-02-21_3df3524417f8c2a8.txt`, relative to the archive.

    The code and its name, the year reported on, the date published (or first seen), the digest's first half.
    """
    code = report.region or site.region or "000000"
    known = region(code)
    name = known.name if known else re.sub(r"(人民)?政府$", "", site.name)
    day = (report.published or f"{first_seen:%Y-%m-%d}")[:10]
    folder = f"{code}-{_UNSAFE.sub('_', name)}"
    return f"text/{folder}/{report.year or 'unknown'}/{day}_{report.text_sha256[:16]}.txt"


def write_all(archive: Path, texts: Mapping[str, bytes], *, compare: bool = False) -> None:
    """Write files, by their paths relative to the archive, so that each is there whole, on disk, or not at all.

    What stands there already with the same size is left as it is, since a text file's name holds its digest; to
    `compare`, with the same bytes.
    """
    written = [archive / name for name, data in texts.items() if _write_part(archive / name, data, compare)]
    with ThreadPoolExecutor(_SYNCS) as pool:  # many at a time share the disk's one journal
        list(pool.map(_sync, map(_part, written)))
    for path in written:
        _part(path).replace(path)
    for folder in {path.parent for path in written}:
        sync_folder(folder)


def _write_part(path: Path, data: bytes, compare: bool) -> bool:
    if path.is_file() and path.stat().st_size == len(data) and not (compare and path.read_bytes() != data):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    _part(path).write_bytes(data)
    return True


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
