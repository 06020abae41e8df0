"""Import files that others collected: text documents such as seeds/, saved HTML pages, WARC, ARC and WACZ files of other crawlers.

`documents` finds the files, `recognition` tells what each is, `import_paths` imports them and gives Outcomes; `ahead` reads
their pages in child processes. `files` reads single documents, `warcs` WARC and ARC files, with `contents` for what they hold
besides reports and `offered` for their documents. `wacz` reads the packages of such files, with `package` and `zip_file`. `job`
has what all share, `sources` and `names` how files are named. Importing the same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from crawler.archive import Archive
from crawler.errors import ConfigError
from crawler.intake.imports.ahead import PagesAhead
from crawler.intake.imports.files import begin_file, import_page, import_text
from crawler.intake.imports.job import Job, Read, ReadPage, read_page
from crawler.intake.imports.names import printable
from crawler.intake.imports.recognition import READERS, is_known, reader_of, why_unreadable
from crawler.intake.imports.warcs import import_documents, import_revisits, tell_without_use
from crawler.model import Ending, Outcome
from crawler.reading.pool import ReadingPool

__all__ = ["READERS", "documents", "import_paths"]

_READ_PAGE = read_page


def documents(paths: Iterable[Path]) -> list[Path]:
    """Return the given files, and all files in the given folders that can be imported.

    Raises ConfigError if a path does not exist, or if there is nothing to import.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.rglob("*") if is_known(file) and not file.is_dir())
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
        yield from _import(paths, Job(archive, read_page, notify, ahead=PagesAhead(pool)))


def _import(paths: Sequence[Path], job: Job) -> Iterator[Outcome]:
    folders = [path.resolve() for path in paths if path.is_dir()]

    def leads_out(file: Path) -> bool:
        return file not in paths and not any(file.resolve().is_relative_to(folder) for folder in folders)

    readers: dict[Path, Read] = {}

    def begin(file: Path) -> int:
        if why_unreadable(file) or leads_out(file):
            return 0
        readers[file] = reader_of(file)
        return begin_file(file, job) if readers[file] in (import_text, import_page) else 0

    for file in job.ahead.through(documents(paths), begin):
        if leads_out(file):
            yield job.not_stored(
                Ending.FAILED, file, "not imported: a link out of the folder; name the file it leads to"
            )
        elif reason := why_unreadable(file):
            yield job.not_stored(Ending.FAILED, file, f"not imported: {reason}")
        else:
            for outcome in (readers.pop(file, None) or reader_of(file))(file, job):
                job.usable += outcome.ending not in (Ending.FAILED, Ending.SKIPPED)
                yield outcome
    yield from import_revisits(job)
    yield from import_documents(job)
    yield from tell_without_use(job)
