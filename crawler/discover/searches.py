"""A site's own search page as a list: an address with the page's number in it, as `search:` in sources.yaml gives it."""

from __future__ import annotations

import re

from crawler.address import normal
from crawler.model import ListRequest

PLACE = re.compile(r"\{page(?P<from_nought>0)?\}")
"""`{page}` counts from one, `{page0}` from nought. An address without either is one page of results."""


def search_page(template: str, number: int) -> ListRequest | None:
    """The request for a page of results, counted from 1; None after the only page of an address without a number."""
    if number > 1 and not PLACE.search(template):
        return None
    url = PLACE.sub(lambda place: str(number - 1 if place["from_nought"] else number), template)
    known = normal(url)
    return ListRequest(url=known) if known else None
