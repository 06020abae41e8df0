"""The pipeline, as a stream of Outcomes: every address asked for ends as one. Which sites, in which order, until when."""

from __future__ import annotations

from crawler.crawl.halt import Halt
from crawler.crawl.reports import read_page, understand
from crawler.crawl.run import NOTHING_SAVED, counted, crawl
from crawler.crawl.schedule import Plan, plan, seconds
from crawler.crawl.site import crawl_site
from crawler.crawl.visit import TROUBLE, Visit, entries, is_trouble

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
