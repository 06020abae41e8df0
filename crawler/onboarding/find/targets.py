"""From what a person names to the portals to be searched: divisions by code or name, all of a level, home pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from crawler.address import canonical, normal
from crawler.errors import ConfigError
from crawler.field.organs import GOVERNMENT, PARTY_GOVERNMENT, organ
from crawler.field.portals import Portal, portals, portals_at
from crawler.field.region_names import below, the_region
from crawler.field.regions import Level, Region, all_regions, full_names, region
from crawler.model import Site
from crawler.onboarding.find.model import Target

_HOME_FILE = re.compile(r"/(?:(?:index|default|main|home)\.\w{1,6})?", re.I)


def targets_of(
    words: Sequence[str], *, regions: Sequence[str] = (), level: Level | None = None, everything: bool = False
) -> tuple[tuple[Target, ...], tuple[Region, ...]]:
    """Return the portals to be searched, and the divisions whose portal is not known, each once.

    `words`: divisions or home pages. With a level, a division means those of that level in it, else itself. `regions`:
    all divisions in these, of the level if there is one. `everything`: all divisions. Raises ConfigError for a name
    that is not known or that several divisions have, and if nothing is named.
    """
    urls = [word for word in words if re.match(r"https?://", word, re.I)]
    named = [the_region(word) for word in words if word not in urls]
    rows: list[Region] = [row for each in named for row in (below(each.code, level) if level else (each,))]
    rows += [row for name in regions for row in below(the_region(name).code, level)]
    if everything:
        rows += [row for row in all_regions() if level is None or row.level == level]
    if level and not (named or regions or everything or urls):
        rows += [row for row in all_regions() if row.level == level]
    if not rows and not urls:
        raise ConfigError(
            "name a division, by code or name, or the address of a portal; or give --region, --level or --all"
            if not (named or regions)
            else f"no division of this level in {', '.join((*words, *regions))}"
        )
    found = [target_at(url) for url in urls]
    known = portals()
    found += [_target(known[row.code]) for row in rows if row.code in known]
    unknown = dict.fromkeys(row for row in rows if row.code not in known)
    return tuple({target.key: target for target in found}.values()), tuple(unknown)


def target_at(url: str) -> Target:
    """Return the portal with a home page; its division is that of the table, if one division has this host."""
    home = normal(url)
    if home is None:
        raise ConfigError(f"{url}: must be a complete address of http or https, without a user name")
    known = [portal for portal in portals_at(home) if is_home(home)]
    if len(known) == 1:
        return Target(home=home, code=known[0].code, name=known[0].name, entry=known[0].entry or "")
    return Target(home=home)


def is_home(url: str) -> bool:
    """Whether an address is a portal's home page: of the table, or without a path."""
    parts = urlsplit(url)
    if not parts.query and _HOME_FILE.fullmatch(parts.path or "/"):
        return True
    return any(canonical(portal.home) == canonical(url) for portal in portals_at(url))


def _target(portal: Portal) -> Target:
    return Target(home=portal.home, code=portal.code, name=portal.name, entry=portal.entry or "")


def configured(sites: Iterable[Site]) -> dict[str, Site]:
    """Return the sites that are of a division's government, not of a department or a zone, by division code.

    Of several entries for one division, one that has more than the portal is returned: see `has_portal_only`.
    """
    found: dict[str, Site] = {}
    for site in sorted(sites, key=has_portal_only):
        known = organ(site.name)
        row = region(site.region)
        is_government = known is not None and known[1] in (GOVERNMENT, PARTY_GOVERNMENT)
        if row is not None and is_government and _is_of(known[0] if known else "", row):
            found.setdefault(site.region, site)
    return found


def has_portal_only(site: Site) -> bool:
    """Whether an entry has nothing but the portal's home page, so that its list is still to be found."""
    others = (site.pages, site.sitemaps, site.search)
    return bool(site.lists) and not any(others) and all(map(is_home, site.lists))


def _is_of(name: str, row: Region) -> bool:
    """Whether a government's name is that of a division: not 甲市高新区管理委员会 for 甲市."""
    place = re.sub(r"(?:人民政府|行政公署)$", "", name)
    return place.endswith((*full_names(row.code), row.short))
