"""The archive's files: where texts go, and writing that is whole or not there."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from crawler.model import Report, Site
from crawler.regions import region

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


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole, on disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
