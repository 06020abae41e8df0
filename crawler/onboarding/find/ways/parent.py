"""The portal of the city or province above, where the portal's links lead there: the official way for many districts.

On it only reports that name the government are its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from crawler.address import host_of, registrable_domain
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.places import Place

MAX_LEADS = 12
MAX_SITES = 2

_SCORE = 62
_MIN_SCORE = 36  # of a link to another site, from which it is taken for the official way: 政务公开, 信息公开


async def seek(hunt: Hunt) -> None:
    """Put the leads to the sites on which this portal's columns are, those of the governments above first, among the leads."""
    _adopt(hunt)
    for lead in sorted(hunt.outside, key=lambda each: -each.score)[:MAX_LEADS]:
        if hunt.places.of_address(lead.request.url) is Place.PARENT:
            hunt.leads.push(replace(lead, way="parent", explicit=True, score=max(lead.score, _SCORE)))


def _adopt(hunt: Hunt) -> None:
    """Count the sites to which columns of this portal lead as those of a government above, though the table does not know them."""
    leads = [lead for lead in hunt.outside if lead.score >= _MIN_SCORE]
    sites = Counter(registrable_domain(host_of(lead.request.url)) for lead in leads)
    known = [site for site, _ in sites.most_common(MAX_SITES)]
    hunt.places = replace(hunt.places, parents=hunt.places.parents.union(known))
