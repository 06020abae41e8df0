"""The pipeline, as a stream of Outcomes: every address asked for ends as one. Which sites, in which order, until when."""

from __future__ import annotations

from crawler.crawl.halt import Halt
from crawler.crawl.run import NOTHING_SAVED, counted, crawl
from crawler.crawl.schedule import Plan, plan, seconds
from crawler.crawl.site import TROUBLE, Visit, crawl_site, entries, is_trouble, read_page, understand

__all__ = [
    "NOTHING_SAVED",
    "TROUBLE",
    "Halt",
    "Plan",
    "Visit",
    "counted",
    "crawl",
    "crawl_site",
    "entries",
    "is_trouble",
    "plan",
    "read_page",
    "seconds",
    "understand",
]
