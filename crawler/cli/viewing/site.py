"""`fazhi site`: the pages of the viewer as static files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler import archive as archives
from crawler.cli.options import ArchiveOption, DatabaseOption
from crawler.cli.output import message
from crawler.cli.viewing.extra import base_url_checked, needs_web
from crawler.errors import CrawlerError
from crawler.field.counting import counted
from crawler.language import translate


def site(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the site. It is made if it is missing.")
    ],
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Address that the site will have, such as https://example.org/fazhi. Only with it are there feeds and 404.html.",
        ),
    ] = None,
) -> None:
    """Write the pages of the viewer as static files, for GitHub Pages and the like, or to be read from a disk.

    It needs the extra `web`. Pages in Chinese are at the top, those in English in `en/`; JSON, CSV and text stand beside
    them, and feeds with --base-url. Links are relative. The browser searches by itself. Captured pages are not in it: their
    texts are.

    A second run writes only what has changed, and removes what the site no longer has; files of others stay. A run that is
    killed leaves the site as it was.

    Examples:
        fazhi site public
        fazhi site public --archive demo-archive
        fazhi site public --base-url https://example.github.io/fazhi

    Exit codes:
        0  the site is there
        1  the extra `web` is missing, or a file cannot be written
        2  wrong usage, no archive there, or DIR is no folder of a site
        3  another run writes to DIR
        4  the archive is damaged or was written by a newer fazhi
    """
    with needs_web():
        from crawler.web.static_site.making import Wishes, make_site
    address = (base_url_checked(base_url) or "").rstrip("/")
    with archives.Reader.read(archive, database=database) as reader, _progress() as progress:
        try:
            made = make_site(
                reader, folder, Wishes(now=datetime.now(UTC), base_url=address, progress=progress)
            )
        except OSError as error:
            place = error.filename or folder
            raise CrawlerError(f"{place}: {error.strerror or error}; the site is as it was before") from error
    for name in made.kept:
        message(f"{folder / name}: the site no longer has it, and somebody has changed it: not removed")
    message(
        f"{folder}: {counted(made.files, 'file')}, {made.written} written, {made.removed} removed; open {folder / 'index.html'}"
    )


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many files are made."""
    from crawler.cli.output import PlainConsole

    if not sys.stderr.isatty():
        yield lambda _: None
        return
    console = PlainConsole(sys.stderr)
    spinner = "dots" if console.encoding.lower().startswith("utf") else "line"
    with console.status(translate("reading the archive …"), spinner=spinner) as status:
        yield lambda done: status.update(translate(f"{counted(done, 'file')} made"))
