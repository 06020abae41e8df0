"""Sitemaps (sitemaps.org), their indexes, and the `Sitemap:` lines of a robots.txt, as lists without titles."""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from crawler.address import join
from crawler.model import Link, Listing, ListRequest
from crawler.text import one_line

LIMIT = 50_000_000
"""Bytes of a sitemap that are read, uncompressed: what sitemaps.org allows."""

_BLOCK = re.compile(r"<(?:\w+:)?(url|sitemap)\b[^>]*>(.*?)</(?:\w+:)?\1\s*>", re.S | re.I)
_FIELD = r"<(?:\w+:)?{name}\b[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</"
_LOC, _MODIFIED, _TITLE = (
    re.compile(_FIELD.format(name=name), re.S | re.I) for name in ("loc", "lastmod", "title")
)
_ROBOTS_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.I | re.M)
_GZIP = b"\x1f\x8b"


def is_sitemap(body: bytes, url: str) -> bool:
    """Whether a body is a sitemap, an index of such, or the robots.txt that names them."""
    path = urlsplit(url).path
    return path == "/robots.txt" or bool(
        re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b", opened(body)[:4000])
    )


def opened(body: bytes) -> bytes:
    """A body, uncompressed where it is a gzip file (sitemap.xml.gz); cut at the limit, as far as it can be read."""
    if not body.startswith(_GZIP):
        return body[:LIMIT]
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, LIMIT)
    except zlib.error:
        return b""


def read_sitemap(body: bytes, url: str, first: ListRequest) -> Listing:
    """The addresses of a sitemap as links (title empty unless it gives one), or the further sitemaps of an index."""
    text = opened(body).decode("utf-8-sig", "replace")
    if urlsplit(url).path == "/robots.txt":
        return Listing(links=(), others=tuple(_requests(_ROBOTS_LINE.findall(text), url)), cms="sitemap")
    links: dict[str, Link] = {}
    further: list[str] = []
    for kind, block in _BLOCK.findall(text):
        place = _field(_LOC, block)
        if kind.lower() == "sitemap":
            further.append(place)
        elif target := join(url, place):
            day = re.match(r"\d{4}-\d{2}-\d{2}", _field(_MODIFIED, block))
            links[target] = Link(
                url=target,
                title=one_line(_field(_TITLE, block)),
                date=day[0] if day else None,
                found_on=first.url,
            )
    return Listing(links=tuple(links.values()), others=tuple(_requests(further, url)), cms="sitemap")


def _requests(places: list[str], base: str) -> Iterator[ListRequest]:
    for place in dict.fromkeys(places):
        if target := join(base, place):
            yield ListRequest(url=target)


def _field(pattern: re.Pattern[str], block: str) -> str:
    found = pattern.search(block)
    return html.unescape(found[1]).strip() if found else ""
