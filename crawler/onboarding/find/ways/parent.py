"""The portal of the city or province above, where the portal's links lead there: the official way for many districts.

On it only reports that name the government are its own.
"""

from __future__ import annotations

from dataclasses import replace

from crawler.discover.portal.columns import NAMED
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.places import Place

MAX_LEADS = 12

_SCORE = 62


async def seek(hunt: Hunt) -> None:
    """Put the leads to the city's or the province's portal, and columns by their name elsewhere, among the leads."""
    for lead in sorted(hunt.outside, key=lambda each: -each.score)[:MAX_LEADS]:
        if hunt.places.of_address(lead.request.url) is Place.PARENT:
            hunt.leads.push(replace(lead, way="parent", explicit=True, score=max(lead.score, _SCORE)))
        elif lead.score >= NAMED:
            hunt.leads.push(replace(lead, way="parent", explicit=True))
