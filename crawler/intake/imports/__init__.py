"""Import files that others collected: text documents such as seeds/, saved HTML pages, WARC files of other crawlers.

`documents` finds the files, `import_paths` imports each by its kind and gives Outcomes; `ahead` reads their pages in child
processes. `files` reads single documents,
`warcs` reads WARC files, `offered` their documents, `job` has what both share, `names` makes file names printable. Importing the same file again
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from crawler.archive import Archive
from crawler.errors import ConfigError
from crawler.intake.imports.ahead import PagesAhead
from crawler.intake.imports.files import PAGES, begin_file, import_page, import_text
from crawler.intake.imports.job import Job, Read, ReadPage, read_page
from crawler.intake.imports.names import printable
from crawler.intake.imports.warcs import import_documents, import_revisits, import_warc
from crawler.model import Ending, Outcome
from crawler.reading.pool import ReadingPool

__all__ = ["READERS", "documents", "import_paths"]

READERS: dict[str, Read] = {
    ".txt": import_text,
    **dict.fromkeys((".pdf", ".docx", ".doc", ".wps", ".ofd", ".rtf", ".zip"), import_text),
    **dict.fromkeys(PAGES, import_page),
    ".warc": import_warc,
    ".warc.gz": import_warc,
}
"""Reader of a file, by the ending of its name."""

_READ_PAGE = read_page

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
    paths: Sequence[Path],
    archive: Archive,
    *,
    read_page: ReadPage = read_page,
    processes: int | None = None,
    notify: Callable[[str], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Import what `documents` finds, and yield the outcomes: one for each file, of a WARC file one for each page.

    A file or record that cannot be read becomes an outcome too, and the import continues. A symbolic link in a folder
    that leads out of it is not followed: who made the folder may not be allowed to read what it leads to.
    `processes`: number of child processes that read pages (default: one for each processor); `notify` gets a message if they
    cannot be started, or one breaks down. The outcomes are the same with any number.
    """
    with ReadingPool(processes if read_page is _READ_PAGE else 1, notify) as pool:
        yield from _import(paths, Job(archive, read_page, ahead=PagesAhead(pool)))


def _import(paths: Sequence[Path], job: Job) -> Iterator[Outcome]:
    folders = [path.resolve() for path in paths if path.is_dir()]

    def leads_out(file: Path) -> bool:
        return file not in paths and not any(file.resolve().is_relative_to(folder) for folder in folders)

    def begin(file: Path) -> int:
        single = READERS.get(_ending(file, READERS), import_text) is not import_warc
        return (
            begin_file(file, job) if single and not _ending(file, UNREADABLE) and not leads_out(file) else 0
        )

    for file in job.ahead.through(documents(paths), begin):
        if leads_out(file):
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
