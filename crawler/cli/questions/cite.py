"""`fazhi cite`: how to cite archived texts, with their evidence."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crawler import archive as archives
from crawler.cli.options import ArchiveOption, DatabaseOption, JsonOption
from crawler.cli.output import print_json
from crawler.cli.program.completion import report_ids
from crawler.language import translate
from crawler.questions import cite as citing


class Style(StrEnum):
    """A style of `crawler.questions.cite.STYLES`."""

    GBT7714 = "gbt7714"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"
    TEXT = "text"


def cite(
    report_ids: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="Ids of reports, or addresses.", autocompletion=report_ids),
    ],
    version: Annotated[int | None, typer.Option(help="Number of the version; the latest if omitted.")] = None,
    style: Annotated[Style, typer.Option(help="Form of the citation.")] = Style.TEXT,
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Print citations of archived texts: title, organ, date, address, capture, digest, WARC record, head of the chain.

    Examples:
        fazhi cite 420100-2022
        fazhi cite 420100-2022 --version 1 --style bibtex

    Exit codes:
        0  done
        2  wrong use, there is no archive, or no such report
        4  the archive is damaged, or a newer fazhi wrote it
    """
    with archives.Reader.read(archive, database=database) as store:
        cited = [citing.cite(store, each, version) for each in report_ids]
    if json:
        print_json([citing.citation_json(each) for each in cited])
    elif style is Style.CSL_JSON:  # a program reads a list, also of one
        print(f"[{','.join(map(citing.csl_json, cited))}]")
    else:
        citations = "\n\n".join(map(citing.STYLES[style], cited))
        print(translate(citations) if style is Style.TEXT else citations)
