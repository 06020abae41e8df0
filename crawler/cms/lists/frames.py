"""Find a list that is in a frame: the page itself has only a menu around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.address import canonical
from crawler.cms.base_url import is_same_site
from crawler.cms.lists.links import links_of
from crawler.cms.preset import ListPage
from crawler.model import ListRequest

_OTHER = re.compile(
    r"login|visit|count|tree\.jsp|share|foot|head(?:er)?\b|\btop\b|nav|menu|weather|tianqi|search|banner|\bad(?:v|s)?\b|"
    r"video|player|viewer|map\b|chat|qrcode|\.(?:pdf|jpe?g|png|gif|swf|mp4)$",
    re.I,
)
"""Addresses of frames with something else."""

_LIKELY = re.compile(r"list|class|info|content|main|right|col|xxgk|zwgk|news|dir|mulu|gkml", re.I)
_MIN_ENTRY_CHARS = 12  # of a title; menus have shorter ones
_MIN_ENTRIES = 5  # without dates
_MAX_LABEL_CHARS = 300  # of what a frame's attributes say


@dataclass(frozen=True, slots=True)
class ListFrame:
    """The list is in a frame of the same site."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the address of the likeliest frame, where the page itself has no entries."""
        frames = page.tree.css("iframe[src], frame[src]")
        if not frames or has_entries(page):
            return None
        found: list[tuple[bool, str]] = []
        for frame in frames:
            attributes = frame.attributes
            url = page.base.join(attributes.get("src") or "")
            if not url or not is_same_site(url, page.url) or canonical(url) == canonical(page.url):
                continue
            label = " ".join(attributes.get(name) or "" for name in ("id", "name", "class"))[
                :_MAX_LABEL_CHARS
            ]
            if not _OTHER.search(f"{url} {label}"):
                found.append(
                    (bool(_LIKELY.search(f"{url.partition('//')[2].partition('/')[2]} {label}")), url)
                )
        best = max(found, key=lambda pair: pair[0], default=None)
        return ListRequest(url=best[1]) if best else None


def has_entries(page: ListPage) -> bool:
    """Whether a page has a link with a date, or so many with a long title that they are no menu."""
    links = list(links_of(page.tree, page.base, found_on=page.url))
    long_titles = sum(len(link.title) >= _MIN_ENTRY_CHARS for link in links)
    return long_titles >= _MIN_ENTRIES or any(link.date for link in links)
