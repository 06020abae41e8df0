"""Output of `fazhi crawl`: a live line on a terminal, plain lines elsewhere, a summary at the end.

`Display` receives each Outcome of the crawl, prints it, counts it, and at the end gives the exit code. The tables of
the summary are made in `summary`.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.cells import cell_len
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from crawler.archive import Archive
from crawler.cli.output import PlainConsole, outcome_json, print_json
from crawler.cli.summary import print_hosts, print_sites, summary_line
from crawler.cli.terminal.progress import REDRAWS_PER_SECOND, Progress
from crawler.crawl import NOTHING_SAVED, TROUBLE_ENDINGS, Halt, fails_crawl, is_trouble
from crawler.field.counting import counted
from crawler.field.text import visible_line
from crawler.field.times import china_day
from crawler.language import translate
from crawler.model import Ending, HostFigures, News, Outcome, Site, SiteVisit
from crawler.questions.changes.news import news_item

_WORD_CELLS = 10
"""Width of the first word of a line, on the terminal."""
COUNTED_ONLY = (Ending.NOT_DUE, Ending.LEFT)  # may be thousands: never printed one by one
_STYLE: Mapping[str, str] = {
    News.NEW: "green",
    News.REVISED: "yellow",
    News.MISSING: "magenta",
    News.GONE: "magenta",
    News.BACK: "green",
    News.LIST_GONE: "red",
    Ending.RECOVERED: "green",
    **dict.fromkeys(TROUBLE_ENDINGS, "red"),
}
"""Colours of the first words of lines."""


class Display:
    """Prints a crawl's outcomes as they come. News goes to stdout, failures to stderr, so that cron can mail failures only."""

    def __init__(
        self,
        sites: Sequence[Site],
        *,
        halt: Halt | None = None,
        json: bool = False,
        quiet: bool = False,
        figures: bool = False,
        max_seconds: float | None = None,
    ) -> None:
        """`halt`: counts the requests and knows why the crawl ends early; `max_seconds`: the time limit, for the line of progress."""
        self._halt = halt or Halt()
        self._sites = {site.id: site for site in sites}
        self._json = json
        self._quiet = quiet
        self._figures = figures
        self._visits: dict[str, SiteVisit] = {}
        self._hosts: Sequence[HostFigures] = ()
        self._not_due: list[str] = []  # details of the NOT_DUE outcomes
        self._width = min(max((len(site.id) for site in sites), default=0), 20)
        self._counts: Counter[Ending] = Counter()
        self._by_site: defaultdict[str, Counter[Ending]] = defaultdict(Counter)
        self._troubles: Counter[str] = Counter()
        self._untold: set[str] = set()  # sites with trouble that was not told in the last days
        self._failed = False
        self._left_untold = False  # for another reason than a planned end
        self._nothing_saved = 0
        self._proxy_failed = False  # and sites behind it are left for the next run
        # sys.stdout itself: rich's live line on stderr would redirect what is printed
        self._out = PlainConsole(sys.stdout)
        self._err = PlainConsole(sys.stderr)
        self._progress = Progress(
            sites=len(sites), requests=lambda: self._halt.exchanges, max_seconds=max_seconds
        )
        self._spinner = Spinner("dots" if self._err.encoding.lower().startswith("utf") else "line")
        self._live: Live | None = None
        if self._err.is_terminal and not quiet and not (json and sys.stdout.isatty()):
            self._live = Live(
                console=self._err,
                get_renderable=self._live_line,
                refresh_per_second=REDRAWS_PER_SECOND,
                transient=True,
            )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def _live_line(self) -> Text:
        frame = self._spinner.render(self._err.get_time())
        line = Text.assemble(frame if isinstance(frame, Text) else "", " ", self._progress.text())
        line.no_wrap, line.overflow = True, "ellipsis"
        return line

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def message(self, text: str) -> None:
        """Print a message on stderr."""
        self._err.print(translate(visible_line(text)), style="yellow")

    def show(self, outcome: Outcome, archive: Archive | None) -> None:
        """Count one outcome, and print it if it is news or a failure. `archive` is None in a dry run."""
        if outcome.detail == NOTHING_SAVED:
            self._nothing_saved += 1
            self._progress.leave_out(visited=True)
        elif outcome.ending is Ending.NOT_DUE:
            self._not_due.append(outcome.detail)
            self._progress.leave_out()
        else:
            self._proxy_failed |= outcome.ending is Ending.LEFT and outcome.detail.startswith("the proxy ")
            self._counts[outcome.ending] += 1
            self._by_site[outcome.site_id][outcome.ending] += 1
            self._note_trouble(outcome)
            self._note_progress(outcome)
        if self._json:
            if not self._quiet or self._matters(outcome):
                self._print_json(outcome, archive)
        elif self._quiet and not self._matters(outcome):
            pass
        elif self._is_trouble(outcome) or outcome.ending is Ending.RECOVERED:
            self._line(
                self._err, outcome, f"{outcome.url}  {translate(outcome.detail + _since(outcome, archive))}"
            )
        elif outcome.unread:
            self.message(f"{outcome.site_id}: {outcome.url}: {outcome.detail}{_since(outcome, archive)}")
        elif (outcome.news is not None and not outcome.as_before) or (
            archive is None and outcome.ending not in COUNTED_ONLY
        ):
            above_live_line = self._live is not None and self._out.is_terminal
            self._line(self._err if above_live_line else self._out, outcome, self._news(outcome, archive))

    def _note_progress(self, outcome: Outcome) -> None:
        progress = self._progress
        progress.url = outcome.url
        progress.new += outcome.ending is Ending.NEW
        progress.revised += outcome.ending is Ending.REVISED
        if self._is_trouble(outcome):
            progress.troubled.add(outcome.site_id)

    def _note_trouble(self, outcome: Outcome) -> None:
        if self._is_trouble(outcome):
            self._troubles[outcome.site_id] += 1
            self._untold |= set() if outcome.as_before else {outcome.site_id}
        if fails_crawl(outcome, self._sites.get(outcome.site_id), self._halt):
            self._failed = True
            self._left_untold |= outcome.ending is Ending.LEFT and not outcome.as_before

    def _is_trouble(self, outcome: Outcome) -> bool:
        site = self._sites.get(outcome.site_id)
        return site is not None and is_trouble(outcome, site)

    def _matters(self, outcome: Outcome) -> bool:
        """Whether an outcome is told with `--quiet`: news, trouble not told in the last days, and trouble that is over."""
        if outcome.as_before:
            return False
        told = outcome.ending is Ending.RECOVERED or outcome.unread or outcome.news is not None
        return told or fails_crawl(outcome, self._sites.get(outcome.site_id), self._halt)

    def _news(self, outcome: Outcome, archive: Archive | None) -> str:
        if archive is None or outcome.news is None:
            return f"{outcome.url}  {translate(outcome.detail)}"
        item = news_item(archive, outcome)
        return "  ".join(filter(None, (item.report_id, item.title, item.url, translate(item.note))))

    def _print_json(self, outcome: Outcome, archive: Archive | None) -> None:
        value = outcome_json(outcome)
        if archive is not None and outcome.news is not None:
            item = news_item(archive, outcome)
            value["title"] = item.title
            if item.text is not None:
                value |= {"from_version": item.text.from_version, "changed_chars": item.text.changed_chars}
        print_json(value, indent=None)

    def _line(self, console: PlainConsole, outcome: Outcome, text: str) -> None:
        word = outcome.news or outcome.ending
        shown = translate(word.value)
        ending = (shown + " " * (_WORD_CELLS - cell_len(shown)), _STYLE.get(word, ""))
        console.print(Text.assemble(ending, visible_line(f" {outcome.site_id:<{self._width}}  {text}")))

    def visited(self, visit: SiteVisit) -> None:
        """Keep the figures of a site's visit, for the summary."""
        self._visits[visit.site_id] = visit
        self._progress.done += 1

    def hosts(self, hosts: Sequence[HostFigures]) -> None:
        """Keep the figures of each host, for `--figures`."""
        self._hosts = hosts

    def finish(self, archive: Path | None) -> int:
        """Print the summary and return the exit code: 1 if a site failed, or if what is left was not left by a planned end.

        `archive` is None in a dry run.
        """
        summary = self._err if self._json else self._out
        if not self._quiet:
            if not self._json and archive is not None and self._by_site:
                print_sites(
                    self._out, list(self._sites.values()), self._by_site, self._troubles, self._visits
                )
            for line in self._sites_not_visited():
                summary.print(translate(visible_line(line)))
            if not self._json and (self._by_site or not self._not_due):
                self._out.print(translate(summary_line(self._counts, len(self._by_site), archive)))
        if self._figures and self._hosts:
            print_hosts(summary, self._hosts)
        for line in self._trouble_lines():
            self._err.print(translate(visible_line(line)))
        return 1 if self._failed else 0

    def _trouble_lines(self) -> Iterator[str]:
        """Yield which sites had trouble, and how much is left. With `--quiet` only what was not told in the last days."""
        troubled = sorted(name for name, number in self._troubles.items() if number)
        named = sorted(self._untold) if self._quiet else troubled
        if named:
            of = counted(len(self._sites), "site")
            before = len(troubled) - len(named)
            others = f"; at {before} more as told before" if before else ""
            yield f"trouble at {len(named)} of {of}: {', '.join(named)}{others}"
        left = self._counts[Ending.LEFT]
        if left and (self._left_untold or not self._quiet):
            sites = sum(counts[Ending.LEFT] > 0 for counts in self._by_site.values())
            otherwise = "a proxy failed" if self._proxy_failed else "the budget of a site is used up"
            verb, them = ("is", "it") if left == 1 else ("are", "them")
            yield (
                f"ended early ({self._halt.why or otherwise}): {counted(left, 'known address', 'known addresses')}"
                f" at {counted(sites, 'site')} {verb} left; the next run continues with {them}"
            )

    def _sites_not_visited(self) -> Iterator[str]:
        if self._nothing_saved:
            them = "it" if self._nothing_saved == 1 else "them"
            yield f"{counted(self._nothing_saved, 'site' if self._json else 'further site')} skipped: the replay has no page of {them}"
        if self._not_due:
            yield f"{counted(len(self._not_due), 'site')} not due: {min(self._not_due)}"


def _since(outcome: Outcome, archive: Archive | None) -> str:
    """Return since when trouble lasts, if it began in an earlier run."""
    began = None if outcome.ending is Ending.RECOVERED else outcome.since  # of that its detail tells
    if archive is None or began is None or began >= archive.started_at:
        return ""
    return f" (since {china_day(began)})"
