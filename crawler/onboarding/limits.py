"""What looking at a site may cost, by default. The help of commands shows these, without importing what looks."""

from __future__ import annotations

DEFAULT_LIST_PAGES = 3
"""Pages of a list that are read: enough to see whether it is the right one."""

DEFAULT_BUDGET = 60
"""Requests for one portal, with robots.txt, redirects and retries."""

DEFAULT_HOSTS_AT_ONCE = 32

WAYS = ("entry", "navigation", "menus", "sitemap", "search", "report", "parent", "render")
"""Names of the ways in, cheapest first. `render` is only used when asked for."""
