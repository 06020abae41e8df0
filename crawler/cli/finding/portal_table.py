"""`fazhi source list --portals`: each division's portal, whether a source is configured, and the last result of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.cli.finding.output import years_shown
from crawler.cli.output import print_json, print_table
from crawler.field.portals import Portal, portals
from crawler.field.region_names import below, the_region
from crawler.field.regions import Level, Region, all_regions, path
from crawler.field.times import utc_now
from crawler.model import Site
from crawler.onboarding.find.model import FindResult
from crawler.onboarding.find.state import State
from crawler.onboarding.find.targets import configured, has_portal_only
from crawler.sources import existing_sites

_HEADINGS = ("code", "division", "portal", "access", "source", "last result", "day", "years")


@dataclass(frozen=True, slots=True)
class _Row:
    region: Region
    portal: Portal | None
    site: Site | None
    result: FindResult | None


def list_portals(
    sources: Path, regions: Sequence[str], level: Level | None, state: Path, *, json: bool
) -> None:
    """Print what is known of the divisions in some regions, or of all. Raises ConfigError for a region that is not known."""
    rows = list(_rows(sources, regions, level, state))
    if json:
        print_json([_json(row) for row in rows])
    else:
        print_table(_HEADINGS, map(_cells, rows), text=("years",), aside=("portal",))


def _rows(sources: Path, regions: Sequence[str], level: Level | None, state: Path) -> Iterator[_Row]:
    wanted = [row for name in regions for row in below(the_region(name).code, level)]
    if not regions:
        wanted = [row for row in all_regions() if level is None or row.level == level]
    own = configured(existing_sites(sources))
    results = State(state, utc_now().date().isoformat()).results
    known = portals()
    for row in dict.fromkeys(wanted):
        _, result = results.get(row.code, ("", None))
        yield _Row(row, known.get(row.code), own.get(row.code), result)


def _cells(row: _Row) -> tuple[object, ...]:
    result = row.result
    return (
        row.region.code,
        path(row.region.code),
        row.portal.home if row.portal else "not known",
        row.portal.access if row.portal else "",
        _source(row.site),
        result.result.value if result else "",
        result.day if result else "",
        years_shown(result.years) if result else "",
    )


def _source(site: Site | None) -> str:
    if site is None:
        return ""
    return f"{site.id} (portal only)" if has_portal_only(site) else site.id


def _json(row: _Row) -> dict[str, object]:
    result = row.result
    return {
        "region": row.region.code,
        "name": path(row.region.code),
        "level": row.region.level,
        "portal": row.portal.home if row.portal else None,
        "entry": (row.portal.entry or None) if row.portal else None,
        "access": (row.portal.access or None) if row.portal else None,
        "source": row.site.id if row.site else None,
        "portal_only": has_portal_only(row.site) if row.site else None,
        "result": result.result.value if result else None,
        "day": result.day if result else None,
        "years": list(result.years) if result else [],
    }
