"""The pages of the site, one module each. To add one: its file, and its line in PAGES."""

from __future__ import annotations

from crawler.web.page import Page
from crawler.web.pages import home, report

PAGES: tuple[Page, ...] = (home.PAGE, *report.PAGES)
