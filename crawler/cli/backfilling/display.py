"""Output of `fazhi backfill`: each capture's outcome as it comes, a line of progress on a terminal, a table at the end."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import asdict
from types import TracebackType
from typing import Self

from rich.live import Live
from rich.text import Text

from crawler.cli.output import (
    PlainConsole,
    message,
    outcome_json,
    print_json,
    print_table,
    say,
    tab_separated,
)
from crawler.cli.terminal.progress import REDRAWS_PER_SECOND
from crawler.crawl import Halt
from crawler.field.counting import counted
from crawler.field.text import visible_line
from crawler.field.times import iso
from crawler.intake.backfill.job import Filled
from crawler.language import translate
from crawler.model import Ending, Outcome, Site

_HEADINGS = ("site", "archive", "listed", "pages", "to fetch", "fetched", "entered", "left")


class Display:
    """Prints what happens. Outcomes go to stdout, what could not be had and the progress to stderr."""

    def __init__(self, *, halt: Halt, json: bool, dry: bool) -> None:
        self._halt, self._json, self._dry = halt, json, dry
        self._filled: list[Filled] = []
        self._endings: Counter[Ending] = Counter()
        self._failed = False
        self._doing = ""
        self._began = time.monotonic()
        self._live: Live | None = None
        err = PlainConsole(sys.stderr)
        if err.is_terminal and not (json and sys.stdout.isatty()):
            self._live = Live(
                console=err, get_renderable=self._line, refresh_per_second=REDRAWS_PER_SECOND, transient=True
            )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def _line(self) -> Text:
        seconds = max(time.monotonic() - self._began, 0.001)
        parts = [
            self._doing,
            counted(self._halt.exchanges, "request"),
            f"{self._halt.exchanges / seconds:.1f} requests/s",
            f"{self._endings[Ending.NEW]:,} new",
            f"{self._endings[Ending.REVISED]:,} revised",
        ]
        return Text(visible_line(" · ".join(map(translate, parts))), no_wrap=True, overflow="ellipsis")

    def begin(self, site: Site, archive: str) -> None:
        """Take the site and the archive that come next."""
        self._doing = f"{archive}: {site.id}"

    def show(self, outcome: Outcome) -> None:
        """Print one outcome."""
        self._endings[outcome.ending] += 1
        self._failed |= outcome.ending is Ending.FAILED
        if self._json:
            print_json(outcome_json(outcome), indent=None)
            return
        cells = (
            translate(outcome.ending.value),
            outcome.report_id,
            iso(outcome.at),
            outcome.url,
            translate(outcome.detail),
        )
        print(
            tab_separated(filter(None, cells)),
            file=sys.stderr if outcome.ending is Ending.FAILED else sys.stdout,
        )

    def filled(self, filled: Filled) -> None:
        """Keep what one archive gave of one site, for the table at the end."""
        self._filled.append(filled)
        planned = self._halt.planned and filled.left == self._halt.why
        self._failed |= bool(filled.counts.failed) or bool(filled.left and not planned)

    def message(self, text: str) -> None:
        """Print a message on stderr."""
        message(text)

    def finish(self) -> int:
        """Print the table or its JSON, and return the exit code."""
        if self._json:
            for each in self._filled:
                print_json(asdict(each), indent=None)
        else:
            print_table(_HEADINGS, map(_row, self._filled), text=("archive",), numbers=_HEADINGS[2:])
            self._say_end()
        for each in self._filled:
            for line in _notes(each):
                message(line)
        return 1 if self._failed else 0

    def _say_end(self) -> None:
        if self._dry:
            wanted = sum(each.counts.to_fetch for each in self._filled)
            say(
                f"{counted(wanted, 'capture')} would be fetched, and those that their lists lead to; nothing is stored"
            )
            return
        new, revised = self._endings[Ending.NEW], self._endings[Ending.REVISED]
        say(
            f"{counted(new, 'new report')}, {counted(revised, 'further text')} of known ones,"
            f" {counted(self._halt.exchanges, 'request')}"
        )


def _row(filled: Filled) -> tuple[object, ...]:
    counts = filled.counts
    return (
        filled.site,
        filled.archive,
        counts.rows,
        counts.pages,
        counts.to_fetch,
        counts.fetched,
        counts.seen,
        counts.unplayable,
    )


def _notes(filled: Filled) -> list[str]:
    where, counts = f"{filled.site}: {filled.archive}", filled.counts
    found = []
    if counts.impossible:
        found.append(
            f"{where}: {counted(counts.impossible, 'row')} of its index without a usable address or time, not asked for"
        )
    if counts.unplayable:
        found.append(
            f"{where}: {counted(counts.unplayable, 'capture')} that it lists and cannot give, left for 30 days"
        )
    if filled.left:
        found.append(
            f"{where}: ended early ({filled.left}); the next run goes on with {counted(counts.to_fetch, 'known capture')}"
        )
    return found
