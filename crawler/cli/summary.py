"""Summary of a crawl: a table of sites, a table of hosts, one line of totals. `display` calls it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.text import Text

from crawler.cli.output import PlainConsole
from crawler.cli.terminal.printing import show_table
from crawler.cli.terminal.table import columns_of
from crawler.field.counting import counted
from crawler.language import translate
from crawler.model import Ending, HostFigures, Site, SiteVisit

ENDING_COLUMNS = {
    Ending.LISTED: "list pages",
    Ending.NEW: "new reports",
    Ending.REVISED: "new versions",
    Ending.UNCHANGED: "unchanged",
    Ending.DUPLICATE: "known elsewhere",
    Ending.SKIPPED: "skipped",
    Ending.GONE: "gone",
    Ending.MOVED: "moved",
    Ending.LEFT: "left",
}
"""Endings that have a column in the table of sites, in this order, and its heading: what it counts."""

ALWAYS_SHOWN = (Ending.LISTED, Ending.NEW)
"""The other columns are shown only where a site has such an outcome."""

NOTABLE = (Ending.GONE, Ending.MOVED, Ending.LEFT)

MAX_SITES = 100
"""Rows. Of more sites, only those with trouble, and then those with one of NOTABLE, have one: a new report has a line of its own."""

Counts = Mapping[str, Counter[Ending]]


def print_sites(
    console: PlainConsole,
    sites: Sequence[Site],
    counts: Counts,
    troubles: Counter[str],
    visits: Mapping[str, SiteVisit],
) -> None:
    """Print a table with a row for each site that was visited; of many sites, for those that somebody may want to look at."""
    visited = [site for site in sites if site.id in counts]
    shown = visited
    if len(visited) > MAX_SITES:
        notable = [
            site
            for site in visited
            if troubles[site.id] or any(counts[site.id][ending] for ending in NOTABLE)
        ]
        shown = sorted(notable, key=lambda site: not troubles[site.id])[:MAX_SITES]
    used = [e for e in ENDING_COLUMNS if e in ALWAYS_SHOWN or any(counts[site.id][e] for site in shown)]
    numbers = (*(ENDING_COLUMNS[ending] for ending in used), "troubles", "requests", "seconds")
    columns = columns_of(("site", "name", *numbers), numbers=numbers, aside=("name",))
    if shown:
        rows = (_site_cells(site, used, counts, troubles[site.id], visits.get(site.id)) for site in shown)
        show_table(console, columns, rows)
    if len(shown) < len(visited):
        others = counted(len(visited) - len(shown), "further site" if shown else "site")
        console.print(translate(f"{others} without a row here; `fazhi source list` shows every site"))


def _site_cells(
    site: Site, used: Sequence[Ending], counts: Counts, trouble: int, visit: SiteVisit | None
) -> tuple[object, ...]:
    return (
        site.id,
        site.name,
        *(counts[site.id][ending] or "·" for ending in used),
        Text(str(trouble), style="red") if trouble else "·",
        visit.requests if visit else "·",
        f"{visit.seconds:.1f}" if visit else "·",
    )


def print_hosts(console: PlainConsole, hosts: Sequence[HostFigures]) -> None:
    """Print a table with a row for each host, most requests first."""
    numbers = ("requests", "KB of bodies", "seconds waited", "retries")
    columns = columns_of(("host", *numbers, "failed requests"), numbers=numbers, text=("failed requests",))
    ordered = sorted(hosts, key=lambda host: (-host.requests, host.host))
    show_table(console, columns, map(_host_cells, ordered))


def _host_cells(host: HostFigures) -> tuple[object, ...]:
    errors = ", ".join(f"{number} {kind}" for kind, number in host.errors)
    return (
        host.host,
        host.requests,
        f"{host.bytes / 1000:.0f}",
        f"{host.waited:.1f}",
        host.retries or "·",
        errors,
    )


def summary_line(counts: Counter[Ending], sites: int, archive: Path | None) -> str:
    """Return the totals of a crawl in one line. `archive` is None for a dry run."""
    visited = f"{counted(sites, 'site')}, {counted(sum(counts.values()), 'address', 'addresses')}"
    if archive is None:
        return f"{visited}: dry run, nothing stored"
    return (
        f"{visited}: {counted(counts[Ending.NEW], 'new report')},"
        f" {counted(counts[Ending.REVISED], 'new version')} of known ones,"
        f" {counts[Ending.UNCHANGED]} unchanged, {counts[Ending.DUPLICATE]} known from another address; kept in {archive}"
    )
