"""Summary of a crawl: a table of sites, a table of hosts, one line of totals. `display` prints them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from crawler.field.counting import counted
from crawler.model import Ending, HostFigures, Site, SiteVisit

ENDING_COLUMNS = (
    Ending.LISTED,
    Ending.NEW,
    Ending.REVISED,
    Ending.UNCHANGED,
    Ending.DUPLICATE,
    Ending.SKIPPED,
    Ending.GONE,
    Ending.LEFT,
)
"""Endings that have a column in the table of sites, in this order."""

ALWAYS_SHOWN = (Ending.LISTED, Ending.NEW)
"""The other columns are shown only where a site has such an outcome."""

Counts = Mapping[str, Counter[Ending]]


def site_table(
    sites: Sequence[Site], counts: Counts, troubles: Counter[str], visits: Mapping[str, SiteVisit]
) -> Table:
    """Return a table with a row for each site that was visited."""
    used = [e for e in ENDING_COLUMNS if e in ALWAYS_SHOWN or any(count[e] for count in counts.values())]
    table = _table("site", "", *(e.value for e in used), "trouble", "requests", "seconds")
    for site in sites:
        if site.id not in counts:
            continue
        trouble, visit = troubles[site.id], visits.get(site.id)
        table.add_row(
            site.id,
            site.name,
            *(str(counts[site.id][ending] or "·") for ending in used),
            Text(str(trouble), style="red") if trouble else "·",
            str(visit.requests if visit else "·"),
            f"{visit.seconds:.1f}" if visit else "·",
        )
    for column in table.columns[2:]:
        column.justify = "right"
    return table


def host_table(hosts: Sequence[HostFigures]) -> Table:
    """Return a table with a row for each host, most requests first."""
    table = _table("host", "requests", "KB", "waited s", "retries", "errors")
    for host in sorted(hosts, key=lambda host: (-host.requests, host.host)):
        errors = ", ".join(f"{number} {kind}" for kind, number in host.errors)
        table.add_row(
            host.host,
            str(host.requests),
            f"{host.bytes / 1000:.0f}",
            f"{host.waited:.1f}",
            str(host.retries or "·"),
            errors or "·",
        )
    for column in table.columns[1:5]:
        column.justify = "right"
    return table


def _table(*headings: str) -> Table:
    return Table(*headings, header_style="bold", box=None, pad_edge=False)


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


def counts_line(counts: Counter[Ending]) -> str:
    """Return the counts so far, for the live line."""
    return " · ".join(f"{number} {ending.value}" for ending, number in counts.most_common()) or "crawling …"
