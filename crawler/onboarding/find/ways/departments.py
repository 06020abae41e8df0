"""The pages or the site of the 司法局 that the portal links to: its own reports, at times those of all departments.

Used with `--departments` only, after the portal itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.address import host_of
from crawler.discover.portal.columns import score
from crawler.discover.portal.page import PortalPage
from crawler.model import ListRequest
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.leads import Lead, Leads

MAX_OFFICES = 2
MAX_PAGES = 10
"""Pages of one office that are read."""

_MIN_SCORE = 36  # of what surely leads on: 政务公开, 法定主动公开内容


async def seek(hunt: Hunt) -> None:
    """Search the offices for lists of reports. Those on sites of their own come first: the portal's own pages were searched."""
    links = sorted(hunt.offices.values(), key=lambda link: host_of(link.url) == hunt.places.host)
    for link in links[:MAX_OFFICES]:
        await _search(hunt, Lead(request=ListRequest(url=link.url), score=0, way="departments", title=link.title, office=True))  # fmt: skip


async def _search(hunt: Hunt, office: Lead) -> None:
    """Read the likeliest pages of one office until one is a list of reports."""
    leads, before = Leads(), len(hunt.departments)
    lead: Lead | None = office
    for _ in range(MAX_PAGES):
        if lead is None or not hunt.pages.left:
            return
        if (page := await hunt.pages.read(lead.request)) is not None:
            if lead is not office:  # its home page shows news
                await hunt.judge(page, lead)
            if len(hunt.departments) > before:
                return
            _push(leads, page, lead, office.request.url)
        lead = leads.pop(_MIN_SCORE)


def _push(leads: Leads, page: PortalPage, lead: Lead, office: str) -> None:
    for link in (*page.links, *page.menu):
        value = score(link.title, link.url, around=lead.score, departments=True)
        if value >= _MIN_SCORE and _is_below(link.url, office):
            trail = (*lead.trail, lead.title)
            request = ListRequest(url=link.url)
            leads.push(Lead(request=request, score=value, way="departments", title=link.title, trail=trail, office=True))  # fmt: skip


def _is_below(url: str, office: str) -> bool:
    """Whether an address is on the site of an office, or in its folder."""
    folder = urlsplit(office).path.rpartition("/")[0] + "/"
    return host_of(url) == host_of(office) and urlsplit(url).path.startswith(folder)
