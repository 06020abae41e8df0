"""`fazhi serve`: a read-only site over one archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from crawler import archive as archives
from crawler.cli.options import ArchiveOption, DatabaseOption
from crawler.cli.output import message
from crawler.cli.viewing.extra import base_url_checked, needs_web
from crawler.errors import CrawlerError


def serve_command(
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 is every one of this machine."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="NUMBER", help="Port; 0 is a free one.")
    ] = 8000,
    host_name: Annotated[
        list[str] | None,
        typer.Option(
            "--host-name",
            metavar="NAME",
            help="A name under which the site is asked for, beside localhost. May be repeated; others are refused.",
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Public address of the site behind a proxy, such as https://example.org/fazhi.",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=600, metavar="NUMBER", help="A question that takes longer is ended.")
    ] = 10.0,
) -> None:
    """Serve a read-only site over the archive: pages for browsers, feeds, data for scripts, archived pages by time.

    It needs the extra `web`, and only reads: a crawl may write to the archive meanwhile. Ctrl-C ends it.

    Examples:
        fazhi serve
        fazhi serve --archive demo-archive --port 8080
        fazhi serve --host 0.0.0.0 --host-name archive.example.org --base-url https://archive.example.org

    Exit codes:
        0  ended by a signal
        1  the port is taken, or the extra `web` is missing
        2  wrong usage, or no archive there
        4  the archive is damaged or was written by a newer fazhi
    """
    with needs_web():
        from crawler.web import Settings, application
        from crawler.web.serving.server import serve
        from crawler.web.settings import LOOPBACK, SHARED_SECONDS
    names = [*LOOPBACK, *(host_name or ())]
    if base_url_checked(base_url) is not None:
        names.append(urlsplit(base_url).hostname or "")
    archives.Reader.read(archive, database=database).close()  # says at once if there is none
    settings = Settings(
        archive=archive,
        database=database,
        hosts=tuple(names),
        base_url=base_url,
        seconds=seconds,
        shared_seconds=max(seconds, SHARED_SECONDS),
        log=message,
    )

    def tell(address: str, number: int) -> None:
        shown = f"[{address}]" if ":" in address else address
        message(f"{archive}: http://{shown}:{number}/ (Ctrl-C ends it)")

    try:
        serve(application(settings), host, port, answer_seconds=settings.answer_seconds, listening=tell)
    except (OSError, SystemExit) as error:  # uvicorn exits if it cannot bind
        raise CrawlerError(
            f"{host}:{port}: cannot be listened on; is the port taken? --port names another"
        ) from error
