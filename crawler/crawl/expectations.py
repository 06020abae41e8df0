"""Whether a site still yields what it must: what its entry says, or else what its lists have shown before."""

from __future__ import annotations

from crawler.crawl.visit import Visit
from crawler.discover import ListMemory, Walk
from crawler.errors import ExpectationError


def check_expectations(visit: Visit) -> None:
    """Raises ExpectationError where a site has dried up: its layout has changed, and it must not be taken for quiet."""
    expect = visit.site.expect
    if expect is None:
        _as_before(visit)
        return
    missing = sorted(set(expect.years) - visit.years)
    if missing:
        found = ", ".join(map(str, sorted(visit.years))) or "none"
        raise ExpectationError(visit.site.id, f"reports on {', '.join(map(str, missing))}", found)
    if visit.found < expect.least:
        raise ExpectationError(visit.site.id, f"at least {expect.least} reports", str(visit.found))


def _as_before(visit: Visit) -> None:
    """More than half of the reports that a list showed must be there still, or others of their years.

    Those that were taken down count for nothing; lists that were not walked to their ends show what they did.
    """
    if visit.memory is None or visit.went_on:
        return
    shown = {key for walk in visit.walks.values() for key in walk.reports}
    for url, walk in visit.walks.items():
        before = visit.memory.lists.get(url)
        if before is None or walk.ended is None or walk.ended.early:
            continue
        known = {key: year for key, year in before.reports.items() if key not in visit.gone}
        missing = [key for key, year in known.items() if key not in shown and year not in visit.years]
        if len(missing) * 2 > len(known):
            raise ExpectationError(
                visit.site.id,
                f"the {len(known)} reports that {url} has shown before",
                _evidence(len(known) - len(missing), walk, before),
            )


def _evidence(still: int, walk: Walk, before: ListMemory) -> str:
    entries = set(before.entries)
    there = len(entries.intersection(key for page in walk.pages for key in page))
    return f"{still} of them on {len(walk.pages)} list pages, which show {there} of the {len(entries)} entries known"
