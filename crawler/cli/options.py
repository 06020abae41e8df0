"""Options and arguments that several commands share."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.output import message
from crawler.cli.program.completion import source_ids
from crawler.cli.program.values import address_hint, refuse_password
from crawler.errors import ConfigError
from crawler.field.times import start_of, utc_now, years_of
from crawler.reading.processors import MAX_PROCESSES

if TYPE_CHECKING:
    from crawler.model import Years

SourcesOption = Annotated[Path, typer.Option("--sources", help="The sources.yaml to use.")]
ArchiveOption = Annotated[
    Path,
    typer.Option(
        "--archive",
        readable=False,
        help="Folder of the archive, or its address in an object store, such as s3://bucket/prefix.",
    ),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="Database of the catalogue, such as postgresql+psycopg://user@host/name. Default: a file in the archive's folder.",
        callback=refuse_password,
    ),
]
ReplayOption = Annotated[
    Path | None,
    typer.Option(
        "--replay",
        help="Read saved exchanges instead of the network: a fixture folder, a folder of those, or a WARC file.",
    ),
]
ConnectToOption = Annotated[
    list[str] | None,
    typer.Option(
        "--connect-to",
        metavar="HOST:PORT:ADDRESS:PORT",
        help="Connect to ADDRESS:PORT instead of HOST:PORT, as curl does. May be repeated.",
    ),
]
AsPublishedOption = Annotated[
    bool,
    typer.Option(
        "--as-published",
        help="Give the text with the full-width punctuation of its page (，：（）) instead of the archive's ASCII (,:()), "
        "so that it can be quoted.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV with a header on stdout.")]
ProcessesOption = Annotated[
    int | None,
    typer.Option(
        "--processes",
        metavar="N",
        min=1,
        max=MAX_PROCESSES,
        help="Read pages in so many processes. Default: one for each processor that may be used. The result is the same.",
    ),
]
IdsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]...", help="Ids of sources; all enabled sources if omitted.", autocompletion=source_ids
    ),
]
RegionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        metavar="REGION",
        help="Only sources of this division and of those in it: a GB/T 2260 code or a name. May be repeated.",
    ),
]
LevelOption = Annotated[
    str | None,
    typer.Option("--level", help="Only sources of divisions of this level: province, city or county."),
]
YearsOption = Annotated[
    str | None,
    typer.Option(
        "--year", metavar="YEARS", help="Years reported on: 2022, 2019-2022, or 2019- for all since."
    ),
]
OneRegionOption = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="REGION",
        help="A division and those in it: a GB/T 2260 code or a name, such as 420000, 湖北 or 武汉市.",
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="DAY", help="Only since this day, China time, such as 2026-11-01."),
]


def the_years(text: str | None) -> Years | None:
    """Return the years that `2022`, `2019-2022` or `2019-` mean. Raises ConfigError for anything else."""
    if text is None:
        return None
    years = years_of(text)
    if years is None:
        raise ConfigError(
            f"--year {text}: must be a year or a span of years, such as 2022, 2019-2022 or 2019-"
        )
    return years


def the_address(text: str) -> str:
    """Return a web address as it is. Raises ConfigError, which says what was meant, if it has no scheme."""
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    raise ConfigError(f"{text}: {address_hint(text) or 'an address begins with http:// or https://'}")


def refuse_together(**options: object) -> None:
    """Raise ConfigError if more than one of these options was given: stdout has one form."""
    given = [f"--{name}" for name, value in options.items() if value]
    if len(given) > 1:
        raise ConfigError(f"{' and '.join(given)}: give one of them")


def the_start(text: str | None, option: str = "--since") -> datetime | None:
    """Return when a day begins in China, as aware UTC. Raises ConfigError unless the text is an ISO date."""
    return None if text is None else start_of(the_day(text, option))


def tell_of_a_future_day(since: str | None) -> None:
    """Say on stderr that `--since` is a day that has not come yet, so that an empty answer is understood."""
    if (begin := the_start(since)) is not None and begin > utc_now():
        message(f"--since {since}: this day has not come yet, so nothing can be newer")


def the_day(text: str, option: str) -> date:
    """Return the day that an ISO date means. Raises ConfigError for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"{option} {text}: must be a day, such as 2026-11-01") from None
