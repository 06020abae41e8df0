"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SourcesOption = Annotated[Path, typer.Option("--sources", help="The sources.yaml to use.")]
ArchiveOption = Annotated[Path, typer.Option("--archive", readable=False, help="Folder of the archive.")]
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
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
IdsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="Ids of sources; all enabled sources if omitted."),
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
