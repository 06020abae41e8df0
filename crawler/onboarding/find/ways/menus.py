"""Menus that stand in the home page's scripts and attributes, or in files that it loads."""

from __future__ import annotations

from crawler.model import ListRequest
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.leads import Lead


async def seek(hunt: Hunt) -> None:
    """Put the columns of the home page's scripts, and the files that may hold its menu, among the leads."""
    if hunt.home is not None:
        lead = Lead(request=ListRequest(url=hunt.home.url), score=0, way="menus")
        hunt.follow_links(hunt.home, lead, reports_too=False, static=False)
