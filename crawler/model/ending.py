"""How the visit of one address ended, in one word. Exceptions need it, so it stands apart from what an Outcome has."""

from __future__ import annotations

from enum import StrEnum


class Ending(StrEnum):
    """How the visit of one address ended."""

    NEW = "new"  # a report that the archive did not have
    REVISED = "revised"  # the text has changed: a new version
    UNCHANGED = "unchanged"  # same text as the last version
    DUPLICATE = "duplicate"  # same text as a report archived from another address
    LISTED = "listed"  # a list page, read for its links
    GONE = "gone"  # 404, 410, or a page that says so
    MOVED = "moved"  # the report is now at another address
    REFUSED = "refused"  # by the server, its robots.txt or our guard
    CHALLENGED = "challenged"  # a script to solve came instead of the page
    FAILED = "failed"  # could not be fetched or read
    SKIPPED = "skipped"  # not requested, or no report
    SHRUNK = "shrunk"  # twice only the beginning of the archived text came: kept as evidence, no new version
    DRIED_UP = "dried_up"  # a site that yields less than expected
    NOT_DUE = "not_due"  # a site whose `every` has not passed: nothing was requested
    LEFT = "left"  # not requested, because the crawl had to end; the next one goes on here
    RECOVERED = "recovered"  # a site whose trouble is over: shown at the end of its visit, and not archived


TROUBLE_ENDINGS = (Ending.FAILED, Ending.REFUSED, Ending.CHALLENGED, Ending.SHRUNK, Ending.DRIED_UP)
"""Endings that somebody must look at."""
