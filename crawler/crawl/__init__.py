"""The crawl: from sites to a stream of Outcomes. Every address that is asked for ends as one Outcome.

In the order of a crawl:

- `job`: a whole crawl into an archive, as the command line and the library run it
- `schedule`: which sites are due, and in which order
- `run`: many sites at a time, each in a task; `halt`: end them in order
- `site`: one site, until its frontier is empty; `visit`: the state of that; `first_steps`: where it begins
- `lists`: a page of a list; `reports`: a page of a report; `crawler.reading` parses both in a child process
- `columns`: which links to reports are lists themselves
- `expectations`: whether the site has dried up
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.crawl.first_steps import start_urls
    from crawler.crawl.halt import Halt
    from crawler.crawl.reports import Article, accept_report, read_article, read_page
    from crawler.crawl.run import NOTHING_SAVED, counting_sink, crawl
    from crawler.crawl.schedule import Plan, plan, seconds
    from crawler.crawl.site import crawl_site
    from crawler.crawl.visit import Visit, fails_crawl, is_trouble
    from crawler.model import TROUBLE_ENDINGS
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".first_steps": ("start_urls",),
            ".halt": ("Halt",),
            ".reports": ("Article", "accept_report", "read_article", "read_page"),
            ".run": ("NOTHING_SAVED", "counting_sink", "crawl"),
            ".schedule": ("Plan", "plan", "seconds"),
            ".site": ("crawl_site",),
            ".visit": ("TROUBLE_ENDINGS", "Visit", "fails_crawl", "is_trouble"),
        },
    )

__all__ = [
    "NOTHING_SAVED",
    "TROUBLE_ENDINGS",
    "Article",
    "Halt",
    "Plan",
    "Visit",
    "accept_report",
    "counting_sink",
    "crawl",
    "crawl_site",
    "fails_crawl",
    "is_trouble",
    "plan",
    "read_article",
    "read_page",
    "seconds",
    "start_urls",
]
