"""Read a site's own search as a list: make page addresses from the template that `search:` in sources.yaml gives."""

from __future__ import annotations

import re

from crawler.address import normal
from crawler.model import ListRequest

PAGE_NUMBER = re.compile(r"\{page(?P<from_zero>0)?\}")
"""`{page}` counts from 1, `{page0}` from 0. A template without either has one page of results."""


def search_page(template: str, number: int) -> ListRequest | None:
    """Return the request for a page of results. `number` counts from 1. None: the template has one page only."""
    if number > 1 and not PAGE_NUMBER.search(template):
        return None
    url = normal(PAGE_NUMBER.sub(lambda found: str(number - 1 if found["from_zero"] else number), template))
    return ListRequest(url=url) if url else None
