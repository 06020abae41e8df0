"""The table's entry: a page from which the documents can be reached, found by another crawler. Often of a narrower column."""

from __future__ import annotations

from crawler.model import ListRequest
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.leads import Lead
from crawler.onboarding.find.places import Place

SCORE = 34
"""Below 政务公开 and 政府信息公开 of the home page, above what leads there less surely."""


async def seek(hunt: Hunt) -> None:
    """Put the entry among the leads."""
    url = hunt.target.entry
    if not url:
        return
    lead = Lead(request=ListRequest(url=url), score=SCORE, way="entry", title="(entry of the table)")
    if hunt.places.of_address(url) in (Place.OWN, Place.SHARED):
        hunt.leads.push(lead)
    else:
        hunt.outside.append(lead)
