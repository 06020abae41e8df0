"""Options that the commands for many machines share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import ConfigError, CrawlerError

QueueOption = Annotated[
    str | None,
    typer.Option(
        "--queue",
        metavar="URL",
        help="PostgreSQL database of the queue, such as postgresql://fazhi@db.example.org/fazhi. A password is read from PGPASSWORD or ~/.pgpass.",
    ),
]
SegmentsOption = Annotated[
    str,
    typer.Option(
        "--segments",
        metavar="PLACE",
        help="Where segments wait to be entered: a folder that all machines share, or an address such as s3://bucket/prefix.",
    ),
]
ScratchOption = Annotated[
    Path, typer.Option("--scratch", help="Folder on this machine for the visits under way.")
]
OnceOption = Annotated[bool, typer.Option("--once", help="End when nothing waits any more.")]
MaxTimeOption = Annotated[
    str | None,
    typer.Option(
        "--max-time", metavar="TIME", help="End in order after this time, such as 90 (seconds), 30m or 2h."
    ),
]


def the_queue(url: str | None) -> str:
    """Return the address of the queue. Raises ConfigError if none is given, or if it holds a password.

    CrawlerError without the extra `spread`.
    """
    try:
        from crawler.spread.queue.jobs import masked, password_in
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("procrastinate", "psycopg", "psycopg_pool"):
            raise
        raise CrawlerError("many machines need the extra `spread`: pip install 'fazhi[spread]'") from error

    if not url:
        raise ConfigError(
            "--queue, or FAZHI_QUEUE: name the PostgreSQL database of the queue, such as postgresql://fazhi@localhost/fazhi"
        )
    if password_in(url):
        raise ConfigError(
            f"--queue {masked(url)}: holds a password; set PGPASSWORD, or write it to ~/.pgpass"
        )
    return url
