"""Names of an archive's WARC files and of the files beside them: in progress, journal, index."""

from __future__ import annotations

import hashlib
from pathlib import Path

from crawler.archive.evidence import journal
from crawler.errors import NoArchive
from crawler.regular_files import open_regular
from crawler.warc.cdxj import SUFFIX as INDEX

IN_PROGRESS = ".open"
TORN = ".torn"


def in_progress(path: Path) -> Path:
    """Return the name that a WARC file has until it is closed."""
    return path.with_name(path.name + IN_PROGRESS)


def journal_of(path: Path) -> Path:
    """Return the journal's path of a WARC file in progress, from its final name."""
    return path.with_name(path.name + journal.SUFFIX)


def on_disk(path: Path) -> Path:
    """Return where a WARC file is now, from its final name: there, or still in progress."""
    return path if path.exists() or not in_progress(path).exists() else in_progress(path)


def index_of(path: Path) -> Path:
    """Return the path of a WARC file's index: in the same folder, with the same stem."""
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".warc") + INDEX)


def closed_warcs(archive: Path) -> list[Path]:
    """Return the finished WARC files, sorted by path."""
    return sorted((archive / "warc").glob("*/*.warc.gz"))


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
