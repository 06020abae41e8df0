"""What a person or a cron job sees of a crawl: a live line on a terminal, plain lines elsewhere, a summary at the end."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.status import Status
from rich.text import Text

from crawler.archive import Archive
from crawler.cli.output import PlainConsole, outcome_json, print_json
from crawler.cli.summary import host_table, sentence, site_table, tally
from crawler.crawl import NOTHING_SAVED, TROUBLE_ENDINGS, is_trouble
from crawler.model import Ending, HostFigures, Outcome, Site, SiteVisit

NEWS = (Ending.NEW, Ending.REVISED, Ending.GONE, Ending.MOVED)
NO_LINE = (Ending.NOT_DUE, Ending.LEFT)  # there may be thousands; the summary counts them
_STYLE = {Ending.NEW: "green", Ending.REVISED: "yellow", Ending.GONE: "magenta"} | dict.fromkeys(
    TROUBLE_ENDINGS, "red"
)


class Display:
    """Takes a crawl's outcomes one by one. News goes to stdout, trouble to stderr, so that cron mails trouble only."""

    def __init__(
        self, sites: Sequence[Site], *, json: bool = False, quiet: bool = False, figures: bool = False
    ) -> None:
        self._sites = {site.id: site for site in sites}
        self._json = json
        self._quiet = quiet
        self._figures = figures
        self._visits: dict[str, SiteVisit] = {}
        self._hosts: Sequence[HostFigures] = ()
        self._waiting: list[str] = []  # why sites were left alone
        self._width = min(max((len(site.id) for site in sites), default=0), 20)
        self._counts: Counter[Ending] = Counter()
        self._by_site: defaultdict[str, Counter[Ending]] = defaultdict(Counter)
        self._troubles: Counter[str] = Counter()
        self._nothing_saved = 0
        # the file itself: a live line on stderr would otherwise catch what is written to stdout
        self._out = PlainConsole(sys.stdout)
        self._err = PlainConsole(sys.stderr)
        self._status: Status | None = None
        if self._err.is_terminal and not json and not quiet:
            spinner = "dots" if self._err.encoding.lower().startswith("utf") else "line"
            self._status = self._err.status("asking …", spinner=spinner)

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
        self._err.print(text, style="yellow")

    def show(self, outcome: Outcome, archive: Archive | None) -> None:
        """One outcome: counted, and printed when it is news or trouble."""
        if outcome.detail == NOTHING_SAVED:
            self._nothing_saved += 1
        elif outcome.ending is Ending.NOT_DUE:
            self._waiting.append(outcome.detail)
        else:
            self._counts[outcome.ending] += 1
            self._by_site[outcome.site_id][outcome.ending] += 1
            self._troubles[outcome.site_id] += self._is_trouble(outcome)
        if self._json:
            print_json(outcome_json(outcome), indent=None)
        elif self._is_trouble(outcome):
            self._line(self._err, outcome, f"{outcome.url}  {outcome.detail}")
        elif (outcome.ending in NEWS and not outcome.as_before) or (
            archive is None and outcome.ending not in NO_LINE
        ):
            above_live_line = self._status is not None and self._out.is_terminal
            self._line(self._err if above_live_line else self._out, outcome, self._news(outcome, archive))
        if self._status:
            self._status.update(Text(f"{tally(self._counts)} · {outcome.url}"))

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
        console.print(Text.assemble(ending, f" {outcome.site_id:<{self._width}}  {text}"))

    def visited(self, visit: SiteVisit) -> None:
        """A site's visit has ended."""
        self._visits[visit.site_id] = visit

    def hosts(self, hosts: Sequence[HostFigures]) -> None:
        """What each host was asked and what it cost."""
        self._hosts = hosts

    def finish(self, archive: Path | None, why: str | None) -> int:
        """The summary, and the exit code: 1 when any site had trouble or something is left. `why` the crawl ended early."""
        summary = self._err if self._json else self._out
        if not self._quiet:
            if not self._json and archive is not None and self._by_site:
                self._out.print(
                    site_table(list(self._sites.values()), self._by_site, self._troubles, self._visits),
                )
            for line in self._left_alone():
                summary.print(line)
            if not self._json and (self._by_site or not self._waiting):
                self._out.print(sentence(self._counts, len(self._by_site), archive))
        if self._figures and self._hosts:
            summary.print(host_table(self._hosts))
        troubled = sorted(name for name, number in self._troubles.items() if number)
        if troubled:
            self._err.print(f"trouble at {len(troubled)} of {len(self._sites)} sites: {', '.join(troubled)}")
        if self._counts[Ending.LEFT]:
            sites = sum(counts[Ending.LEFT] > 0 for counts in self._by_site.values())
            self._err.print(
                f"ended early ({why}): {self._counts[Ending.LEFT]} known addresses at {sites} sites are left;"
                " the next run goes on with them"
            )
        return 1 if troubled or self._counts[Ending.LEFT] else 0

    def _left_alone(self) -> Iterator[str]:
        if self._nothing_saved:
            further = "" if self._json else "further "
            yield f"{self._nothing_saved} {further}sites skipped: nothing of them is saved here"
        if self._waiting:
            yield f"{len(self._waiting)} sites not due: {min(self._waiting)}"
