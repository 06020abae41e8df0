"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SourcesOption = Annotated[Path, typer.Option("--sources", help="The file of sites.")]
ArchiveOption = Annotated[Path, typer.Option("--archive", readable=False, help="The archive's folder.")]
ReplayOption = Annotated[
    Path | None,
    typer.Option(
        "--replay",
        help="Read from saved exchanges (a fixture folder, a folder of such, a WARC), not the network.",
    ),
]
ConnectToOption = Annotated[
    list[str] | None,
    typer.Option(
        "--connect-to", help="HOST:PORT:ADDRESS:PORT: connect there instead, as with curl. May be repeated."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
IdsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of sources; all enabled ones without.")
]
