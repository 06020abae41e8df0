"""`fazhi search`: which archived texts have some words, and where in them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler import archive as archives
from crawler.cli.options import (
    ArchiveOption,
    CsvOption,
    DatabaseOption,
    JsonOption,
    OneRegionOption,
    YearsOption,
    refuse_together,
    the_years,
)
from crawler.cli.output import message, print_json, print_table
from crawler.errors import ConfigError
from crawler.field.counting import counted
from crawler.field.text import visible_line
from crawler.field.times import iso
from crawler.language import translate
from crawler.questions.search.limits import DEFAULT_LIMIT, MAX_LIMIT

if TYPE_CHECKING:
    from rich.text import Text

    from crawler.questions.search import Match, SearchResult

MARKS = ("«", "»")
"""Stand around what was found, also for those who do not see colour. No text of a government's has them."""

COLUMNS = (
    "report_id", "version", "region", "year", "kind", "published", "title", "captured_at", "url", "start", "end", "snippet",
)  # fmt: skip
"""Columns of --csv and of the lines without a terminal: a row for each snippet. Stable: new ones come last."""


class Versions(StrEnum):
    """Which texts of a report are searched."""

    LATEST = "latest"
    ALL = "all"


def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS...",
            help='Words that a text must have, "quoted texts", AND, OR, NOT, parentheses.',
            show_default=False,
        ),
    ] = None,
    region: OneRegionOption = None,
    year: YearsOption = None,
    kind: Annotated[str | None, typer.Option(help="Only government, party_government or department.")] = None,
    section: Annotated[
        str | None,
        typer.Option(
            help="Only within sections of this kind (成效, 问题, 履职, 计划, 其他), or with these words in their titles."
        ),
    ] = None,
    versions: Annotated[
        Versions, typer.Option(help="The latest text of each report, or all.")
    ] = Versions.LATEST,
    facets: Annotated[
        bool, typer.Option("--facets", help="Print how many texts of each year and province have the words.")
    ] = False,
    limit: Annotated[
        int, typer.Option(min=1, max=MAX_LIMIT, help="Print no more than this many texts.")
    ] = DEFAULT_LIMIT,
    offset: Annotated[int, typer.Option(min=0, help="Leave out the first texts.")] = 0,
    archive: ArchiveOption = Path("archive"),
    database: DatabaseOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    index: Annotated[
        bool, typer.Option("--index", help="First make the search index of the archive again.")
    ] = False,
) -> None:
    """Find archived texts by words in their titles and bodies, the best first.

    Quote texts for the shell too: fazhi search '"依法行政," OR 复议'. With --index and no words, only the index is made.

    Examples:
        fazhi search 行政复议
        fazhi search '"依法行政" OR 复议' --region 湖北 --year 2022
        fazhi search 优化营商环境 --section 问题 --facets

    Exit codes:
        0  done, also if nothing was found
        2  wrong use, or there is no archive
        4  the archive is damaged, or a newer fazhi wrote it
    """
    from crawler.cli.questions.reports import the_kind
    from crawler.questions.search import search as searching
    from crawler.questions.search import search_json

    refuse_together(json=json, csv=csv)
    if index:
        _make_index(archive, database)
    if not words:
        if index:
            return
        raise ConfigError("give words to search for")
    with archives.Reader.read(archive, database=database) as store:
        found = searching(
            store,
            " ".join(words),
            region=region,
            years=the_years(year),
            kind=the_kind(kind),
            section=section,
            versions=versions.value,
            limit=limit,
            offset=offset,
            facets=facets,
            notify=message,
        )
    if json:
        print_json(search_json(found, facets=facets))
    elif facets:
        _print_facets(found, csv=csv)
    else:
        _print_matches(found, csv=csv)
    _tell(found, region, archive, only_counts=facets and not json)


def _make_index(archive: Path, database: str | None) -> None:
    from crawler.archive import index_catalogue as build_index
    from crawler.field.times import utc_now

    done = build_index(archive, clock=utc_now, notify=message, database=database)
    message(
        f"{archive}: {counted(done.added, 'text')} {'is' if done.added == 1 else 'are'} in the search index"
    )


def _print_matches(found: SearchResult, *, csv: bool) -> None:
    from crawler.cli.output import PlainConsole
    from crawler.questions.tables import write_csv

    if csv:
        write_csv(sys.stdout, COLUMNS, _rows(found.matches))
    elif not sys.stdout.isatty():
        print_table(COLUMNS, _rows(found.matches))
    else:
        console = PlainConsole(sys.stdout)
        for line in _lines(found):
            console.print(line, soft_wrap=True)


def _rows(matches: Iterable[Match]) -> Iterator[tuple[object, ...]]:
    """Yield a row for each snippet; one without for a match in the title alone."""
    for match in matches:
        facts: tuple[object, ...] = (
            match.report_id,
            match.version,
            match.region,
            match.year,
            match.kind,
            match.published,
        )
        facts += (match.title, iso(match.captured_at), match.url)
        if not match.snippets:
            yield (*facts, None, None, None)
        for snippet in match.snippets:
            yield (
                *facts,
                snippet.start,
                snippet.end,
                _marked(snippet.text, snippet.marks, snippet.start).plain,
            )


def _lines(found: SearchResult) -> Iterator[Text]:
    """Yield the lines of a terminal: of each match its report, title, places and evidence."""
    from rich.text import Text

    from crawler.cli.questions.reports import division_name

    for match in found.matches:
        division = f"{division_name(match.region)}, " if match.region else ""
        yield Text.assemble((match.report_id, "bold"), translate(f"  {division}version {match.version}"))
        yield Text.assemble("  ", _marked(match.title, match.title_marks, 0))
        for snippet in match.snippets:
            yield Text.assemble("  … ", _marked(snippet.text, snippet.marks, snippet.start), " …")
        day = (match.published or "").partition("T")[0] or "no date"
        yield Text(
            translate(visible_line(f"  {day}; captured {iso(match.captured_at)}, {match.url}")), style="dim"
        )


def _marked(text: str, marks: Iterable[tuple[int, int]], first: int) -> Text:
    """Return a text with marks around what was found. `first`: offset of the text, from which marks count."""
    from rich.text import Text

    out, done = Text(), 0
    for start, end in marks:
        out.append(visible_line(text[done : start - first]))
        out.append(f"{MARKS[0]}{visible_line(text[start - first : end - first])}{MARKS[1]}", "bold red")
        done = end - first
    out.append(visible_line(text[done:]))
    return out


def _print_facets(found: SearchResult, *, csv: bool) -> None:
    from crawler.cli.questions.reports import division_name
    from crawler.questions.search.answer import sorted_facet
    from crawler.questions.tables import write_csv

    rows: list[tuple[object, ...]] = [("year", year, None, n) for year, n in sorted_facet(found.years)]
    for code, number in sorted_facet(found.provinces):
        rows.append(("province", code, division_name(str(code)).partition(" ")[2] if code else None, number))
    headings = ("of", "value", "name", "texts")
    if csv:
        write_csv(sys.stdout, headings, rows)
    else:
        print_table(headings, rows, numbers=("texts",))


def _tell(found: SearchResult, region: str | None, archive: Path, *, only_counts: bool) -> None:
    """Tell on stderr how many texts there are, where the next ones are, and whether the index is behind."""
    from crawler.field.region_names import the_region
    from crawler.questions.search.answer import next_offset

    if found.behind:
        message(f"{archive}: {found.behind}; the next run enters them, or `fazhi search --index` now")
    if not found.total:
        row = the_region(region) if region else None
        place = f" of {row.code} {row.name}" if row else ""
        message(f"{archive}: no text{place} has these words")
        return
    if found.offset >= found.total and not only_counts:
        message(
            f"{counted(found.total, 'text')}: --offset {found.offset} is behind the last of them; begin with --offset 0"
        )
        return
    first, last = found.offset + 1, found.offset + len(found.matches)
    if only_counts:  # no text is shown: a page of them would say nothing
        message(f"{found.total} {'text' if found.total == 1 else 'texts'}")
        return
    shown = f"; {first} to {last} are shown" if found.matches and (first, last) != (1, found.total) else ""
    following = next_offset(found)
    then = f"; go on with --offset {following}" if following is not None else ""
    message(f"{found.total} {'text' if found.total == 1 else 'texts'}{shown}{then}")
