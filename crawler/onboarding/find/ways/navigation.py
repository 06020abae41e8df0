"""The links of the home page: columns by their words, and by the pinyin initials in their addresses."""

from __future__ import annotations

from crawler.model import ListRequest
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.leads import Lead


async def seek(hunt: Hunt) -> None:
    """Put the home page's columns, and the reports that it shows, among the leads."""
    if hunt.home is not None:
        lead = Lead(request=ListRequest(url=hunt.home.url), score=0, way="navigation")
        hunt.follow_links(hunt.home, lead, reports_too=True, menus=False)
