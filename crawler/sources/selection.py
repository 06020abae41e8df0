"""Choose sites: by their ids, or by the divisions that they are of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from crawler.address import host_of
from crawler.errors import ConfigError
from crawler.field.region_names import the_region
from crawler.field.regions import Level, outward, region
from crawler.model import Site
from crawler.sources.faults import suggestion
from crawler.sources.load import load


def choose(
    sites: Iterable[Site], ids: Iterable[str], *, regions: Sequence[str] = (), level: Level | None = None
) -> tuple[Site, ...]:
    """Return the sites with the given ids, in that order; without ids, every enabled site.

    `regions` (codes or names) and `level` leave those sites that are of a division in one of these regions, itself included,
    and of this level. Raises ConfigError for an unknown id or region, for a name of several divisions, and if no site is left
    that they would choose.
    """
    by_id = {site.id: site for site in sites}
    wanted = list(dict.fromkeys(ids))
    unknown = [name for name in wanted if name not in by_id]
    if unknown:
        raise ConfigError(*(f"{name}: no source has this id{suggestion(name, by_id)}" for name in unknown))
    chosen = tuple(by_id[name] for name in wanted) or tuple(site for site in by_id.values() if site.enabled)
    if not regions and level is None:
        return chosen
    codes = {the_region(name).code: name for name in regions}
    left = tuple(site for site in chosen if is_of(site, codes, level))
    if not left:
        where = " and ".join(filter(None, (", ".join(regions), f"level {level}" if level else "")))
        if wanted:
            raise ConfigError(f"no source of {where} is among those named: {', '.join(wanted)}")
        raise ConfigError(f"no source is configured for {where}; `fazhi source find` finds some")
    return left


def is_of(site: Site, codes: Iterable[str], level: Level | None) -> bool:
    """Whether a site is of a division in one of the given ones, itself included, and of a level; without codes, of any."""
    row = region(site.region)
    if row is None or (level is not None and row.level != level):
        return False
    wanted = set(codes)
    return not wanted or any(outer.code in wanted for outer in outward(row.code))


def site_for(url: str, path: Path) -> Site:
    """Return the settings for an address: those of the first entry of a sources.yaml on its host, else its `defaults:`.

    Raises ConfigError for a faulty file.
    """
    sources, host = load(path), host_of(url)
    on_host = (
        site for site in sources.sites if host in map(host_of, (*site.lists, *site.pages, *site.sitemaps))
    )
    return next(on_host, sources.defaults)
