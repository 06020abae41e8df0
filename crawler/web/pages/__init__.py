"""The pages of the site, one module each. To add one: its file, and its line in PAGES."""

from __future__ import annotations

from crawler.web.page import Page
from crawler.web.pages import (
    about,
    changes,
    coverage,
    diff,
    home,
    indicators,
    region,
    report,
    search,
    sources,
)

PAGES: tuple[Page, ...] = (
    home.PAGE,
    *report.PAGES,
    *diff.PAGES,
    *region.PAGES,
    *coverage.PAGES,
    *changes.PAGES,
    *search.PAGES,
    *indicators.PAGES,
    *sources.PAGES,
    *about.PAGES,
)
