"""Import files that others collected: text documents such as seeds/, saved HTML pages, WARC files of other crawlers.

`documents` finds the files, `import_paths` imports each by its kind and gives Outcomes. `files` reads single documents,
`warcs` reads WARC files, `offered` their documents, `job` has what both share, `names` makes file names printable. Importing the same file again
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from crawler.archive import Archive
from crawler.errors import ConfigError
from crawler.intake.imports.files import import_page, import_text
from crawler.intake.imports.job import Job, Read, ReadPage, read_page
from crawler.intake.imports.names import printable
from crawler.intake.imports.warcs import import_documents, import_revisits, import_warc
from crawler.model import Ending, Outcome

__all__ = ["READERS", "documents", "import_paths"]

READERS: dict[str, Read] = {
    ".txt": import_text,
    **dict.fromkeys((".pdf", ".docx", ".doc", ".wps", ".ofd", ".rtf", ".zip"), import_text),
    ".html": import_page,
    ".htm": import_page,
    ".shtml": import_page,
    ".warc": import_warc,
    ".warc.gz": import_warc,
}
"""Reader of a file, by the ending of its name."""

UNREADABLE = {
    ".arc": "an ARC file: `warcio recompress` makes a WARC of it",
    ".arc.gz": "an ARC file: `warcio recompress` makes a WARC of it",
    ".warc.zst": "a zstd-compressed WARC: `zstd -d` makes a plain one of it",
    ".warc.bz2": "a bzip2-compressed WARC: `bunzip2` makes a plain one of it",
    ".warc.xz": "an xz-compressed WARC: `unxz` makes a plain one of it",
    ".wacz": "a WACZ: unzip it, and import the WARC files in its folder `archive`",
    ".mhtml": "a page saved as MHTML: save it as HTML",
    ".mht": "a page saved as MHTML: save it as HTML",
}
"""Files that hold pages but cannot be imported, by the ending of their names: what they are, and what to do."""


def documents(paths: Iterable[Path]) -> list[Path]:
    """Return the given files, and all files in the given folders that can be imported.

    Raises ConfigError if a path does not exist, or if there is nothing to import.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.rglob("*") if _is_known(file) and not file.is_dir())
        elif path.exists() or path.is_symlink():
            files.append(path)
        else:
            raise ConfigError(f"{printable(str(path))}: no such file or folder")
    if not files:
        kinds = ", ".join(sorted(READERS))
        names = " ".join(printable(str(path)) for path in paths)
        raise ConfigError(f"{names}: no file that can be imported ({kinds})")
    return files


def import_paths(
    paths: Sequence[Path], archive: Archive, *, read_page: ReadPage = read_page
) -> Iterator[Outcome]:
    """Import what `documents` finds, and yield the outcomes: one for each file, of a WARC file one for each page.

    A file or record that cannot be read becomes an outcome too, and the import continues. A symbolic link in a folder
    that leads out of it is not followed: who made the folder may not be allowed to read what it leads to.
    """
    job = Job(archive, read_page)
    folders = [path.resolve() for path in paths if path.is_dir()]
    for file in documents(paths):
        if file not in paths and not any(file.resolve().is_relative_to(folder) for folder in folders):
            yield job.not_stored(
                Ending.FAILED, file, "not imported: a link out of the folder; name the file it leads to"
            )
        elif other := _ending(file, UNREADABLE):
            yield job.not_stored(Ending.FAILED, file, f"not imported: {UNREADABLE[other]}")
        else:
            yield from READERS.get(_ending(file, READERS), import_text)(file, job)
    yield from import_revisits(job)
    yield from import_documents(job)


def _is_known(file: Path) -> bool:
    return bool(_ending(file, READERS) or _ending(file, UNREADABLE))


def _ending(file: Path, of: Iterable[str]) -> str:
    """Return the one of the given endings that the file's name has; empty if it has none of them."""
    name = file.name.lower()
    return next((ending for ending in of if name.endswith(ending)), "")
