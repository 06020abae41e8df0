"""The ways into a portal, cheapest first, a module each. Each puts leads into the search; `hunt` follows them.

`entry` (the table's page), `navigation` and `menus` (the home page's links, and those in scripts), `sitemap` (sitemap.xml and the
HTML site map), `search` (the site's own search), `report` (a report that was seen leads to its list), `parent` (the portal
of the city or province), `render` (the home page as a browser draws it). With `--departments` only, after all others:
`departments` (the 司法局).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.ways import entry, menus, navigation, parent, render, report, search, sitemap

Way = Callable[[Hunt], Awaitable[None]]

IN_ORDER: tuple[tuple[tuple[tuple[str, Way], ...], float], ...] = (
    ((("entry", entry.seek), ("navigation", navigation.seek), ("menus", menus.seek)), 0.5),
    ((("report", report.seek),), 0.6),
    ((("sitemap", sitemap.seek),), 0.7),
    ((("search", search.seek), ("report", report.seek)), 0.9),
    ((("parent", parent.seek),), 1.0),
    ((("render", render.seek),), 1.0),
)
"""Ways that begin together, and the share of the budget after which the next ones have their turn."""
