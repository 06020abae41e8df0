"""Check that a site still yields what its entry in sources.yaml expects, or what its lists showed at earlier visits.

A site whose layout has changed shows no reports, and looks like a site without news. This check tells them apart.
"""

from __future__ import annotations

from crawler.crawl.visit import Visit
from crawler.discover import ListMemory, Walk
from crawler.errors import ExpectationError
from crawler.field.counting import counted


def check_expectations(visit: Visit) -> None:
    """Raise ExpectationError where a finished visit shows that the site has dried up."""
    expect = visit.site.expect
    if expect is None:
        _check_earlier_reports(visit)
        return
    missing = sorted(set(expect.years) - visit.years)
    if missing:
        found = ", ".join(map(str, sorted(visit.years))) or "none"
        raise ExpectationError(visit.site.id, f"reports on {', '.join(map(str, missing))}", found)
    if visit.found < expect.least:
        raise ExpectationError(visit.site.id, f"at least {counted(expect.least, 'report')}", str(visit.found))


def _check_earlier_reports(visit: Visit) -> None:
    """Raise ExpectationError unless each list shows more than half of its earlier reports, or others of their years.

    Reports that were taken down do not count. A list that was not walked to its end counts with all it showed before.
    """
    if visit.memory is None or visit.resumed:
        return
    shown = {key for walk in visit.walks.values() for key in walk.reports}
    for url, walk in visit.walks.items():
        before = visit.memory.lists.get(url)
        if before is None or walk.ended is None or walk.ended.early:
            continue
        known = {key: year for key, year in before.reports.items() if key not in visit.gone_keys}
        missing = [key for key, year in known.items() if key not in shown and year not in visit.years]
        if len(missing) * 2 > len(known):
            raise ExpectationError(
                visit.site.id,
                f"the {counted(len(known), 'report')} that {url} has shown before",
                _found(len(known) - len(missing), walk, before),
            )


def _found(still_shown: int, walk: Walk, before: ListMemory) -> str:
    entries = set(before.entries)
    there = len(entries.intersection(key for page in walk.pages for key in page))
    return f"{still_shown} of them on {counted(len(walk.pages), 'list page')}, which show {there} of the {len(entries)} entries known"
