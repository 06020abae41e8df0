"""One report that was seen leads to its list: by its breadcrumbs, by its folder, by the column's number in its address."""

from __future__ import annotations

from dataclasses import replace

from crawler.onboarding.find.candidates import newest_first
from crawler.onboarding.find.hunt import MAX_REPORTS_READ, Hunt
from crawler.onboarding.find.leads import report_lead

_SCORE = 90


async def seek(hunt: Hunt) -> None:
    """Put the newest reports seen so far before other leads."""
    for link, _ in newest_first(hunt.reports)[:MAX_REPORTS_READ]:
        hunt.leads.push(replace(report_lead(link, "report"), score=_SCORE))
