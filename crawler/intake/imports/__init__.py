"""What somebody else gathered into the archive: text documents such as seeds/, saved HTML pages, WARCs of other crawlers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.archive import Archive
from crawler.errors import ConfigError
from crawler.intake.imports.files import import_page, import_text
from crawler.intake.imports.job import Job, Read
from crawler.intake.imports.names import shown
from crawler.intake.imports.warcs import import_revisits, import_warc
from crawler.model import Ending, Outcome

__all__ = ["READERS", "documents", "import_paths"]

READERS: dict[str, Read] = {
    ".txt": import_text,
    ".html": import_page,
    ".htm": import_page,
    ".shtml": import_page,
    ".warc": import_warc,
    ".warc.gz": import_warc,
}
"""How a file is read, by how its name ends."""

OTHERS = {
    ".arc": "an ARC file: `warcio recompress` makes a WARC of it",
    ".arc.gz": "an ARC file: `warcio recompress` makes a WARC of it",
    ".warc.zst": "a zstd-compressed WARC: `zstd -d` makes a plain one of it",
    ".warc.bz2": "a bzip2-compressed WARC: `bunzip2` makes a plain one of it",
    ".warc.xz": "an xz-compressed WARC: `unxz` makes a plain one of it",
    ".wacz": "a WACZ: unzip it, and import the WARC files in its folder `archive`",
    ".mhtml": "a page saved as MHTML: save it as HTML",
    ".mht": "a page saved as MHTML: save it as HTML",
}
"""Kinds of files that hold pages and are not read: what each is, and what to do."""


def documents(paths: Iterable[Path]) -> list[Path]:
    """The files named, and of the folders named those that can be imported. Raises ConfigError for what is not there."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.rglob("*") if file.is_file() and _is_known(file))
        elif path.is_file():
            files.append(path)
        else:
            raise ConfigError(f"{shown(str(path))}: no such file or folder")
    if not files:
        kinds = ", ".join(sorted(READERS))
        names = " ".join(shown(str(path)) for path in paths)
        raise ConfigError(f"{names}: nothing there that can be imported ({kinds})")
    return files


def import_paths(paths: Iterable[Path], archive: Archive) -> Iterator[Outcome]:
    """The outcomes of all that `documents` finds; of a WARC, one for each page in it. Again, and nothing comes twice.

    Whatever cannot be read becomes an outcome, and the next file or record is read.
    """
    job = Job(archive)
    for file in documents(paths):
        if other := _ending(file, OTHERS):
            yield job.told(Ending.FAILED, file, f"not imported: {OTHERS[other]}")
        else:
            yield from READERS.get(_ending(file, READERS), import_text)(file, job)
    yield from import_revisits(job)


def _is_known(file: Path) -> bool:
    return bool(_ending(file, READERS) or _ending(file, OTHERS))


def _ending(file: Path, of: Iterable[str]) -> str:
    """The ending of a file's name that is among those given; empty where none is."""
    name = file.name.lower()
    return next((ending for ending in of if name.endswith(ending)), "")
