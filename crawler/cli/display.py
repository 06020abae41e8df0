"""What a person or a cron job sees of a crawl: a live line on a terminal, plain lines elsewhere, a summary at the end."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from crawler.archive import Archive
from crawler.cli.output import outcome_json, print_json
from crawler.crawl import NOTHING_SAVED
from crawler.model import Ending, Outcome, Site

NEWS = (Ending.NEW, Ending.REVISED, Ending.GONE, Ending.MOVED)
TROUBLE = (Ending.FAILED, Ending.REFUSED, Ending.CHALLENGED, Ending.DRIED_UP)
_STYLE = {Ending.NEW: "green", Ending.REVISED: "yellow", Ending.GONE: "magenta"} | dict.fromkeys(
    TROUBLE, "red"
)


class Display:
    """Takes a crawl's outcomes one by one. News goes to stdout, trouble to stderr, so that cron mails trouble only."""

    def __init__(self, sites: Sequence[Site], *, json: bool) -> None:
        self._sites = {site.id: site for site in sites}
        self._json = json
        self._width = min(max((len(site.id) for site in sites), default=0), 20)
        self._counts: Counter[Ending] = Counter()
        self._by_site: defaultdict[str, Counter[Ending]] = defaultdict(Counter)
        self._troubles: Counter[str] = Counter()
        self._nothing_saved = 0
        # the file itself: a live line on stderr would otherwise catch what is written to stdout
        self._out = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        if self._err.is_terminal and not json:
            self._status = self._err.status("asking …")

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def message(self, text: str) -> None:
        """Something the archive has to say."""
        self._err.print(escape(text), style="yellow")

    def show(self, outcome: Outcome, archive: Archive | None) -> None:
        """One outcome: counted, and printed when it is news or trouble."""
        if outcome.detail == NOTHING_SAVED:
            self._nothing_saved += 1
        else:
            self._counts[outcome.ending] += 1
            self._by_site[outcome.site_id][outcome.ending] += 1
            self._troubles[outcome.site_id] += self._is_trouble(outcome)
        if self._json:
            print_json(outcome_json(outcome), indent=None)
        elif self._is_trouble(outcome):
            self._line(self._err, outcome, f"{outcome.url}  {outcome.detail}")
        elif outcome.ending in NEWS or archive is None:
            above_live_line = self._status is not None and self._out.is_terminal
            self._line(self._err if above_live_line else self._out, outcome, self._news(outcome, archive))
        if self._status:
            self._status.update(f"{_tally(self._counts)} · {escape(outcome.url)}")

    def _is_trouble(self, outcome: Outcome) -> bool:
        """A report that is gone is news; a list that is gone is trouble."""
        site = self._sites.get(outcome.site_id)
        lost = outcome.ending is Ending.GONE and site is not None and outcome.url in site.lists
        return outcome.ending in TROUBLE or lost

    def _news(self, outcome: Outcome, archive: Archive | None) -> str:
        if archive is None or outcome.report_id is None:
            return f"{outcome.url}  {outcome.detail}"
        title = archive.show(outcome.report_id).title
        detail = f"  ({outcome.detail})" if outcome.detail else ""
        return f"{outcome.report_id}  {title}{detail}"

    def _line(self, console: Console, outcome: Outcome, text: str) -> None:
        style = _STYLE.get(outcome.ending, "")
        ending = f"[{style}]{outcome.ending.value:<10}[/]" if style else f"{outcome.ending.value:<10}"
        console.print(f"{ending} {escape(outcome.site_id):<{self._width}}  {escape(text)}")

    def finish(self, archive: Path, *, dry_run: bool) -> int:
        """The summary, and the exit code: 1 when any site had trouble."""
        troubled = [name for name, number in self._troubles.items() if number]
        if not self._json:
            if self._out.is_terminal and not dry_run:
                self._out.print(self._table())
            if self._nothing_saved:
                self._out.print(f"{self._nothing_saved} further sites skipped: nothing of them is saved here")
            self._out.print(self._sentence(archive, dry_run))
        elif self._nothing_saved:
            self._err.print(f"{self._nothing_saved} sites skipped: nothing of them is saved here")
        if troubled:
            self._err.print(
                f"trouble at {len(troubled)} of {len(self._sites)} sites: {', '.join(sorted(troubled))}"
            )
        return 1 if troubled else 0

    def _sentence(self, archive: Path, dry_run: bool) -> str:
        counts = self._counts
        visited = f"{len(self._by_site)} sites, {sum(counts.values())} addresses"
        if dry_run:
            return f"{visited}: dry run, nothing kept"
        return (
            f"{visited}: {counts[Ending.NEW]} new reports, {counts[Ending.REVISED]} new versions of known ones,"
            f" {counts[Ending.UNCHANGED]} unchanged, {counts[Ending.DUPLICATE]} known from another address; kept in {archive}"
        )

    def _table(self) -> Table:
        table = Table(
            "site",
            "",
            *(e.value for e in _COLUMNS),
            "trouble",
            header_style="bold",
            box=None,
            pad_edge=False,
        )
        for name in self._sites:
            counts = self._by_site.get(name)
            if counts is None:
                continue
            trouble = self._troubles[name]
            cells = [str(counts[ending] or "·") for ending in _COLUMNS]
            table.add_row(name, self._sites[name].name, *cells, f"[red]{trouble}[/]" if trouble else "·")
        for column in table.columns[2:]:
            column.justify = "right"
        return table


_COLUMNS = (
    Ending.LISTED,
    Ending.NEW,
    Ending.REVISED,
    Ending.UNCHANGED,
    Ending.DUPLICATE,
    Ending.SKIPPED,
    Ending.GONE,
)


def _tally(counts: Counter[Ending]) -> str:
    return " · ".join(f"{number} {ending.value}" for ending, number in counts.most_common()) or "asking …"
