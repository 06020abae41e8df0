"""The last resort: the home page, and then columns by their name, as a browser draws them."""

from __future__ import annotations

from crawler.model import ListRequest
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.leads import Lead

MAX_COLUMNS_DRAWN = 2


async def seek(hunt: Hunt) -> None:
    """Draw the home page and put its links among the leads; draw the columns in which no report was found."""
    for value, column in sorted(hunt.columns, key=lambda pair: -pair[0])[:MAX_COLUMNS_DRAWN]:
        drawn = await hunt.pages.read(ListRequest(url=column.url), render=True)
        lead = Lead(request=ListRequest(url=column.url), score=value, way="render", title=column.title)
        if drawn is not None and await hunt.judge(drawn, lead, render=True):
            return
    home = await hunt.pages.read(ListRequest(url=hunt.target.home), render=True)
    if home is not None:
        hunt.follow_links(
            home, Lead(request=ListRequest(url=home.url), score=0, way="render"), reports_too=True
        )
