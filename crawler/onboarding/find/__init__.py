"""Find the lists of 法治政府建设情况报告 of a government from the home page of its portal, within a budget of requests.

- `model`: what is searched, and what comes of it
- `job`: many portals at once, one task for each host; `portal`: the search of one
- `ways/`: the ways in, cheapest first, a module each: they put leads into the search
- `hunt`: one search, which follows `leads`; `finds` what it has found, `candidates` judges a page as a list, `places` whose site it is on
- `pages`: fetches and reads one page; `confirm` reads the newest report of a list that was found
- `state`: the file from which a killed search goes on; `values` its lines
- `entries`: the entries of sources.yaml that are made of what was found

`crawler.discover.portal` reads the pages. Entries are written by `crawler.sources`.
"""

from __future__ import annotations

from crawler.onboarding.find.job import find, find_portals
from crawler.onboarding.find.model import FindResult, FoundList, Options, Result, Target

__all__ = ["FindResult", "FoundList", "Options", "Result", "Target", "find", "find_portals"]
