"""Decide which site publishes a report, and which of the report's pages are that site's own.

Of the sites that show one text, the site of the organ that the text names publishes it; else the site of that organ's
division; else one whose division lies above or below; of equal ones the first. A page is the site's own if its host is
one of the site's, see `sites`. If entries of several divisions name one host (a portal of many counties), the page must
also have been found by a site of the publisher's division. If a report has no such page, the host of its first page counts.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.address import host_of
from crawler.archive.catalogue.models import OWN, PageRow, ReportRow, SiteHostRow, SiteRow, VersionRow
from crawler.archive.catalogue.rows import OUTSIDE_SITES
from crawler.archive.catalogue.version_choice import newest_version
from crawler.archive.ledger.observation import Observation
from crawler.field.claims import are_related, file_under
from crawler.field.organs import organ


class _SiteAtHost(NamedTuple):
    """A site that has a host."""

    id: str
    named: bool
    name: str
    region: str | None


def mark_own_pages(session: Session, report: ReportRow) -> None:
    """Set `own` of a report's pages."""
    own = _own_pages(session, report)
    for page in report.pages:
        if page.own != (page in own):
            page.own = page in own


def outranks(session: Session, report: ReportRow, observation: Observation) -> bool:
    """Whether the site of an observation should publish a report in the place of the one that does."""
    site = observation.site
    if observation.origin != OWN or not site.name or site.id == report.site_id:
        return False
    newest, owner = newest_version(report), session.get(SiteRow, report.site_id)
    if owner is None or owner.merged:  # an import, or another archive's site
        return report.region is None or _rank(newest, site.name, site.region) > 0
    if not owner.name:
        return False
    return _rank(newest, site.name, site.region) > _rank(newest, owner.name, owner.region)


def pass_if_due(session: Session, report: ReportRow, observation: Observation) -> bool:
    """Make the site of an observation the publisher of a report if it takes that over. Returns whether it did."""
    if not takes_over(session, report, observation):
        return False
    site_region, former_region = observation.site.region, report.region
    for version in report.versions:
        filing = file_under(version.issuer, version.claims or former_region, site_region)
        version.claims, report.region = filing.claims, filing.region
    report.site_id = observation.site.id
    return True


def takes_over(session: Session, report: ReportRow, observation: Observation) -> bool:
    """Whether the site of an observation becomes the publisher of a report that it outranks.

    Not if the report has shown other texts elsewhere: these must not become versions of the publisher's report.
    """
    if not outranks(session, report, observation):
        return False
    owner = session.get(SiteRow, report.site_id)
    if owner is None or owner.merged or not _has_other_texts(report, observation.report.text_sha256):
        return True
    hosts = {host_of(page.url) for page in report.pages if page.own}
    return all(host and session.get(SiteHostRow, (host, observation.site.id)) for host in hosts)


def _has_other_texts(report: ReportRow, text_sha256: str) -> bool:
    return any(row.text_sha256 != text_sha256 for row in report.versions)


def finder_after(session: Session, page: PageRow, site_id: str) -> str:
    """Return the site that watches a page after `site_id` has seen it.

    The last one to see it, so that a site whose id has changed keeps its pages; but the publisher's own page stays with
    it if a site of another division shows it too.
    """
    if page.own and page.site_id == page.report.site_id:
        regions = [
            row.region if (row := session.get(SiteRow, each)) else None for each in (page.site_id, site_id)
        ]
        if None not in regions and regions[0] != regions[1]:
            return page.site_id
    return site_id


def _rank(version: VersionRow, site_name: str, site_region: str | None) -> int:
    """Return how close a site is to the organ that a text names: 3 its own, 2 its division's, 1 above or below, 0 no relation."""
    division = version.claims or version.report.region
    if division is None or site_region is None:
        return 0
    if division == site_region:
        return 3 if _is_name_of(site_name, version.issuer) else 2
    return int(are_related(division, site_region))


def _is_name_of(site_name: str, issuer: str | None) -> bool:
    """Whether a site has the name of an organ, perhaps with the division around it or as that of its portal."""
    if not issuer:
        return False
    site, text = ((found[0] if (found := organ(name)) else name) for name in (site_name, issuer))
    return site.endswith(text) or text.endswith(site) or text in site_name


def _own_pages(session: Session, report: ReportRow) -> list[PageRow]:
    if report.site_id in OUTSIDE_SITES and (
        imported := [page for page in report.pages if page.site_id in OUTSIDE_SITES]
    ):
        return imported
    owner = session.get(SiteRow, report.site_id)
    known: dict[tuple[str, str], bool] = {}  # a report may have thousands of pages on a few hosts
    own = [page for page in report.pages if owner and _is_at(session, page, owner, known)]
    if own:
        return own
    found = [page for page in report.pages if page.site_id == report.site_id] or list(report.pages[:1])
    return [page for page in found if host_of(page.url) == host_of(found[0].url)]


def _is_at(session: Session, page: PageRow, owner: SiteRow, known: dict[tuple[str, str], bool]) -> bool:
    """Whether a page is at a host of a site. `known`: the answers so far, by host and by the site that found the page."""
    key = (host_of(page.url), page.site_id)
    if key not in known:
        known[key] = _is_host_of(session, *key, owner)
    return known[key]


def _is_host_of(session: Session, host: str, finder_id: str, owner: SiteRow) -> bool:
    """Whether a host is a site's, and its alone or that of a page found by its division."""
    query = (
        select(SiteHostRow.site_id, SiteHostRow.named, SiteRow.name, SiteRow.region)
        .join(SiteRow, SiteRow.id == SiteHostRow.site_id)
        .where(SiteHostRow.host == host)
    )
    if not owner.merged:  # what another archive says of hosts takes none from a site of our own
        query = query.where(SiteRow.merged.is_(False))
    sites = [_SiteAtHost(*row) for row in session.execute(query)] if host else []
    sites = [site for site in sites if site.named] or sites
    if not any(_is_same_publisher(site, owner) for site in sites):
        return False
    if all(site.region == owner.region for site in sites):
        return True
    finder = session.get(SiteRow, finder_id)
    return finder is not None and finder.region == owner.region


def _is_same_publisher(site: _SiteAtHost, owner: SiteRow) -> bool:
    """Whether two entries are one site, perhaps under a former id."""
    return site.id == owner.id or (bool(site.name) and (site.name, site.region) == (owner.name, owner.region))
