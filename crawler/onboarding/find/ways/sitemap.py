"""The site's maps: sitemap.xml or the sitemaps of its robots.txt, and the HTML page 网站地图."""

from __future__ import annotations

from crawler.address import join
from crawler.model import ListRequest
from crawler.onboarding.find.hunt import Hunt
from crawler.onboarding.find.leads import Lead

MAX_HTML_MAPS = 2
MAX_SITEMAPS = 3
SCORE = 40

_GUESSED = ("/sitemap.html",)
"""Where an HTML map is on many portals whose home page does not link to it."""


async def seek(hunt: Hunt) -> None:
    """Read the maps, and put what they name among the leads: of XML by the addresses, of HTML by the words too."""
    root = hunt.home.url if hunt.home else hunt.target.home
    linked = list(dict.fromkeys(link.url for link in hunt.maps))[:MAX_HTML_MAPS]
    for url in linked:
        await _read_html(hunt, url)
    if hunt.leads.has(60):
        return
    xml = await _read_xml(hunt, join(root, "/sitemap.xml"))
    if not xml:
        await _read_xml(hunt, join(root, "/robots.txt"))
    if not linked and not xml:
        for path in _GUESSED:
            if await _read_html(hunt, join(root, path)):
                return


async def _read_html(hunt: Hunt, url: str | None) -> bool:
    if not url or not hunt.pages.left:
        return False
    lead = Lead(request=ListRequest(url=url), score=SCORE, way="sitemap", title="网站地图", kind="sitemap")
    return await hunt.read(lead) is not None


async def _read_xml(hunt: Hunt, url: str | None) -> bool:
    """Read a sitemap and the sitemaps that it names; return whether it was one."""
    waiting = [url] if url else []
    read = 0
    while waiting and read < MAX_SITEMAPS and hunt.pages.left:
        page = await hunt.pages.read(ListRequest(url=waiting.pop(0)))
        if page is None or page.cms != "sitemap":
            return read > 0
        read += 1
        waiting += page.others
        hunt.follow_addresses(page, "sitemap")
    return read > 0
