"""Output of `fazhi crawl`: a live line on a terminal, plain lines elsewhere, a summary at the end.

`Display` receives each Outcome of the crawl, prints it, counts it, and at the end gives the exit code. The tables of
the summary are made in `summary`.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from crawler.archive import Archive
from crawler.cli.output import PlainConsole, outcome_json, print_json
from crawler.cli.summary import print_hosts, print_sites, summary_line
from crawler.cli.terminal.progress import REDRAWS_PER_SECOND, Progress
from crawler.crawl import NOTHING_SAVED, TROUBLE_ENDINGS, is_trouble
from crawler.field.text import visible_line
from crawler.model import Ending, HostFigures, Outcome, Site, SiteVisit

NEWS = (Ending.NEW, Ending.REVISED, Ending.GONE, Ending.MOVED)
COUNTED_ONLY = (Ending.NOT_DUE, Ending.LEFT)  # may be thousands: never printed one by one
_STYLE = {Ending.NEW: "green", Ending.REVISED: "yellow", Ending.GONE: "magenta"} | dict.fromkeys(
    TROUBLE_ENDINGS, "red"
)


class Display:
    """Prints a crawl's outcomes as they come. News goes to stdout, failures to stderr, so that cron can mail failures only."""

    def __init__(
        self,
        sites: Sequence[Site],
        *,
        json: bool = False,
        quiet: bool = False,
        figures: bool = False,
        requests: Callable[[], int] = lambda: 0,
        max_seconds: float | None = None,
    ) -> None:
        """`requests`: returns the number of requests so far, for the line of progress; `max_seconds`: the time limit."""
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
        self._nothing_saved = 0
        self._proxy_failed = False  # and sites behind it are left for the next run
        # sys.stdout itself: rich's live line on stderr would redirect what is printed
        self._out = PlainConsole(sys.stdout)
        self._err = PlainConsole(sys.stderr)
        self._progress = Progress(sites=len(sites), requests=requests, max_seconds=max_seconds)
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
        self._err.print(visible_line(text), style="yellow")

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
            self._troubles[outcome.site_id] += self._is_trouble(outcome)
            self._note_progress(outcome)
        if self._json:
            print_json(outcome_json(outcome), indent=None)
        elif self._is_trouble(outcome):
            self._line(self._err, outcome, f"{outcome.url}  {outcome.detail}")
        elif outcome.unread:
            self.message(f"{outcome.site_id}: {outcome.url}: {outcome.detail}")
        elif (outcome.ending in NEWS and not outcome.as_before) or (
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

    def _is_trouble(self, outcome: Outcome) -> bool:
        site = self._sites.get(outcome.site_id)
        return site is not None and is_trouble(outcome, site)

    def _news(self, outcome: Outcome, archive: Archive | None) -> str:
        if archive is None or outcome.report_id is None:
            return f"{outcome.url}  {outcome.detail}"
        title = archive.show(outcome.report_id).title
        detail = f"  ({outcome.detail})" if outcome.detail else ""
        return f"{outcome.report_id}  {title}{detail}"

    def _line(self, console: PlainConsole, outcome: Outcome, text: str) -> None:
        ending = (f"{outcome.ending.value:<10}", _STYLE.get(outcome.ending, ""))
        console.print(Text.assemble(ending, visible_line(f" {outcome.site_id:<{self._width}}  {text}")))

    def visited(self, visit: SiteVisit) -> None:
        """Keep the figures of a site's visit, for the summary."""
        self._visits[visit.site_id] = visit
        self._progress.done += 1

    def hosts(self, hosts: Sequence[HostFigures]) -> None:
        """Keep the figures of each host, for `--figures`."""
        self._hosts = hosts

    def finish(self, archive: Path | None, why: str | None) -> int:
        """Print the summary and return the exit code: 1 if a site failed or addresses were left for the next run.

        `archive` is None in a dry run; `why` is the reason why the crawl ended early, None if it did not.
        """
        summary = self._err if self._json else self._out
        if not self._quiet:
            if not self._json and archive is not None and self._by_site:
                print_sites(
                    self._out, list(self._sites.values()), self._by_site, self._troubles, self._visits
                )
            for line in self._sites_not_visited():
                summary.print(visible_line(line))
            if not self._json and (self._by_site or not self._not_due):
                self._out.print(summary_line(self._counts, len(self._by_site), archive))
        if self._figures and self._hosts:
            print_hosts(summary, self._hosts)
        troubled = sorted(name for name, number in self._troubles.items() if number)
        if troubled:
            self._err.print(f"trouble at {len(troubled)} of {len(self._sites)} sites: {', '.join(troubled)}")
        if self._counts[Ending.LEFT]:
            sites = sum(counts[Ending.LEFT] > 0 for counts in self._by_site.values())
            otherwise = "a proxy failed" if self._proxy_failed else "the budget of a site is used up"
            self._err.print(
                f"ended early ({visible_line(why) if why else otherwise}): {self._counts[Ending.LEFT]} known addresses at {sites} sites are left;"
                " the next run continues with them"
            )
        return 1 if troubled or self._counts[Ending.LEFT] else 0

    def _sites_not_visited(self) -> Iterator[str]:
        if self._nothing_saved:
            further = "" if self._json else "further "
            yield f"{self._nothing_saved} {further}sites skipped: the replay has no page of them"
        if self._not_due:
            yield f"{len(self._not_due)} sites not due: {min(self._not_due)}"
