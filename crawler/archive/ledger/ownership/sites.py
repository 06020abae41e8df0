"""Rows of sites and of their hosts: entered with the texts that a site's crawl stores, so that a rebuild has them too.

A site has the hosts that its entry names. It also has hosts on which its own crawl found reports, if their names are
below a named one or have the same registrable domain: lists on www.wuhan.gov.cn, articles on zwgk.wuhan.gov.cn.
Counties and departments share the domain of a province, so there only the province's own site has the whole domain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crawler.address import host_of, registrable_domain
from crawler.archive.catalogue.databases.read_ahead import find
from crawler.archive.catalogue.databases.session_memory import keep_rows, memory
from crawler.archive.catalogue.models import MERGED, SiteHostRow, SiteRow
from crawler.archive.catalogue.rows import OUTSIDE_SITES
from crawler.archive.ledger.observation import Observation
from crawler.field.regions import province_of_host
from crawler.model import Site

_TOLD = "sites_told"
"""Name in the session's memory of the set of what is in the rows already, so that the next page of a site asks no row."""
_HOSTS, _MAX_SITES = "hosts_of_sites", 10_000


def named_hosts(site: Site) -> tuple[str, ...]:
    """Return the hosts that a site's entry names, without `www.` and in order."""
    urls = (*site.lists, *site.pages, *site.sitemaps, *([site.search] if site.search else ()))
    return tuple(sorted({host for url in urls if (host := host_of(url))}))


def remember(session: Session, observation: Observation) -> bool:
    """Enter what an observation tells of its site. Returns whether that changed a row.

    Another archive's word does not change what this archive's own crawls have told; their word replaces the other's.
    """
    site, merged = observation.site, observation.origin == MERGED
    if site.id in OUTSIDE_SITES:
        return False
    told: set[object] = memory(session).setdefault(_TOLD, set())
    hosts = None if observation.hosts is None else tuple(observation.hosts)
    key = (site.id, site.name, site.region, merged, hosts, host_of(observation.url))
    if key in told:
        return False
    changed = _enter(session, observation, merged=merged)
    if changed:
        told.clear()  # what changed nothing before may now
    else:
        told.add(key)
    return changed


def _enter(session: Session, observation: Observation, *, merged: bool) -> bool:
    site = observation.site
    row = find(session, SiteRow, SiteRow.id, site.id)
    if row is not None and merged and not row.merged:
        return False
    changed = False
    if row is None and site.name:  # else the act names the site only
        row = SiteRow(id=site.id, name=site.name, region=site.region, merged=merged)
        session.add(row)
        keep_rows(session, [row])
        session.flush()
        changed = True
    elif row is not None and site.name:
        changed = _update(session, row, site, merged=merged)
    if row is None:
        return False
    named = [_add_host(session, site.id, host, named=True) for host in observation.hosts or ()]
    return any((changed, *named, _add_shown_host(session, row, observation)))


def _update(session: Session, row: SiteRow, site: Site, *, merged: bool) -> bool:
    if (row.name, row.region, row.merged) == (site.name, site.region, merged):
        return False
    if row.merged and not merged:
        session.execute(delete(SiteHostRow).where(SiteHostRow.site_id == site.id))
        memory(session).pop(_HOSTS, None)
    row.name, row.region, row.merged = site.name, site.region, merged
    return True


def vouch(session: Session, site_id: str, url: str) -> bool:
    """Add the host of a URL to a site, whose own page redirects there. Returns whether that changed a row."""
    host = host_of(url)
    if not host or session.get(SiteRow, site_id) is None or _is_named_by_another(session, host, site_id):
        return False
    return _add_host(session, site_id, host)


def _is_named_by_another(session: Session, host: str, site_id: str) -> bool:
    """Whether the entry of another site names a host: it stays that site's, wherever others redirect to."""
    query = select(SiteHostRow.site_id).where(
        SiteHostRow.host == host, SiteHostRow.named.is_(True), SiteHostRow.site_id != site_id
    )
    return session.scalars(query.limit(1)).first() is not None


def _add_shown_host(session: Session, row: SiteRow, observation: Observation) -> bool:
    """Add the host of the page seen, if it is the site's. Acts of earlier versions name no hosts; there it always is."""
    host = host_of(observation.url)
    if not host:
        return False
    told_without_hosts = observation.hosts is None and bool(observation.site.name)
    named = [each for each, is_named in _hosts(session, row.id).items() if is_named]
    if not told_without_hosts and not _is_beside(host, named, row.region):
        return False
    return _add_host(session, row.id, host)


def _is_beside(host: str, named: Iterable[str], site_region: str | None) -> bool:
    """Whether a host is below a named one, or has the same registrable domain."""
    province = province_of_host(host)
    whole_domain = province is None or province == site_region
    for known in named:
        domain = registrable_domain(known)
        if (whole_domain and registrable_domain(host) == domain) or (
            known != domain and host.endswith("." + known)
        ):
            return True
    return False


def read_hosts(session: Session, site_ids: Collection[str]) -> None:
    """Read the hosts of sites, so that `remember` need not, for as long as the session remembers."""
    kept: dict[str, dict[str, bool]] = memory(session).setdefault(_HOSTS, {})
    if len(kept) > _MAX_SITES:
        kept.clear()
    kept.update({site_id: {} for site_id in site_ids})
    columns = select(SiteHostRow.site_id, SiteHostRow.host, SiteHostRow.named)
    for site_id, host, named in session.execute(columns.where(SiteHostRow.site_id.in_(site_ids))):
        kept[site_id][host] = named


def _hosts(session: Session, site_id: str) -> dict[str, bool]:
    """Return a site's hosts, each with whether its entry names it."""
    if site_id not in memory(session).get(_HOSTS, {}):
        read_hosts(session, [site_id])
    found: dict[str, bool] = memory(session)[_HOSTS][site_id]
    return found


def _add_host(session: Session, site_id: str, host: str, *, named: bool = False) -> bool:
    hosts = _hosts(session, site_id)
    known = hosts.get(host)
    if known is not None and (known or not named):
        return False
    if known is None:
        session.add(SiteHostRow(host=host, site_id=site_id, named=named))
    else:
        session.get_one(SiteHostRow, (host, site_id)).named = True
    session.flush()
    hosts[host] = named
    return True
