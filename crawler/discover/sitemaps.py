"""Read sitemaps (sitemaps.org), sitemap indexes and the `Sitemap:` lines of a robots.txt as lists without titles.

XML in any encoding or plain text, with gzip or without. No XML parser is used: many sitemaps are not well-formed, and
entities must not be resolved. Every pattern is bounded, so time is linear in the size.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.address import join
from crawler.cms.lists.links import MAX_TITLE_CHARS
from crawler.coding import decode_content
from crawler.extract.page.decode import decode
from crawler.field.text import one_line
from crawler.model import Headers, Link, Listing, ListRequest

MAX_SITEMAP_BYTES = 50_000_000
"""Uncompressed; the limit of sitemaps.org. The rest of a longer one is not read."""

_HEAD_CHARS = 4000  # in which the root element must begin
_MAX_ENTRY_CHARS = 20_000  # an address has at most 2,048
_MIN_SHARE_OF_URL_LINES = 0.9  # in a sitemap that is plain text
_MAX_LINES_JUDGED = 1000
_ROOT = re.compile(r"<((?:\w{1,30}:)?(?:urlset|sitemapindex))\b[^<>]{0,2000}?(/?)>", re.I)
_ENTRY = re.compile(r"<(?:\w{1,30}:)?(url|sitemap)\b[^<>]{0,500}>", re.I)
_FIELD = r"<(?:\w{{1,30}}:)?{name}\b[^<>]{{0,500}}>"
_LOC, _MODIFIED, _TITLE = (re.compile(_FIELD.format(name=name), re.I) for name in ("loc", "lastmod", "title"))
_ROBOTS_LINE = re.compile(r"^[^\S\n]*+sitemap\s*+:\s*+(\S+)", re.I | re.M)
_TEXT_LINE = re.compile(r"https?://\S+", re.I)
_HTML = re.compile(r"<!doctype\s+html|<(?:html|head|body)\b", re.I)
_GZIP = b"\x1f\x8b"


class _Opened(NamedTuple):
    """The text of a sitemap, and what is wrong with its bytes."""

    text: str
    fault: str = ""


def is_sitemap(body: bytes, headers: Headers, url: str) -> bool:
    """Whether a body is a sitemap, a sitemap index, or a robots.txt."""
    if urlsplit(url).path == "/robots.txt":
        return True
    if (
        not body.startswith(_GZIP)
        and b"<" in body[:_HEAD_CHARS]
        and not re.search(
            rb"u\0?r\0?l\0?s\0?e\0?t|s\0?i\0?t\0?e\0?m\0?a\0?p\0?i\0?n\0?d\0?e\0?x",
            body[: 2 * _HEAD_CHARS],
            re.I,
        )
    ):
        return False  # an ordinary list page; need not be decoded twice
    text = _opened(body, headers, _HEAD_CHARS * 4).text
    return bool(_ROOT.search(text[:_HEAD_CHARS]) or _is_text(text[: text.rfind("\n") + 1] or text))


def read_sitemap(body: bytes, headers: Headers, url: str, first: ListRequest) -> Listing:
    """Return the addresses of a sitemap as links (title empty unless it gives one), or the sitemaps of an index.

    The Listing of anything else, or of a broken sitemap, has a `fault` and the links that could be read.
    """
    text, fault = _opened(body, headers, MAX_SITEMAP_BYTES)
    if urlsplit(url).path == "/robots.txt":
        named = tuple(_requests(_ROBOTS_LINE.findall(text), url))
        return Listing(links=(), others=named, cms="sitemap", fault="" if named else "it names no sitemap")
    text = _without_comments(text)
    root = _ROOT.search(text[:_HEAD_CHARS])
    if root is not None:
        return _xml(text, root, url, first, fault)
    if _is_text(text):
        lines = filter(_TEXT_LINE.fullmatch, text.split())
        links = {target: None for line in lines if (target := join(url, line))}
        found = tuple(Link(url=target, title="", found_on=first.url) for target in links)
        return Listing(links=found, cms="sitemap", fault=fault)
    return Listing(links=(), cms="sitemap", fault=fault or f"expected a sitemap, found {_kind(text)}")


def _xml(text: str, root: re.Match[str], url: str, first: ListRequest, fault: str) -> Listing:
    if not (fault or root[2]) and not re.search(rf"</{re.escape(root[1])}\s*>", text[root.end() :], re.I):
        fault = f"the sitemap is cut off: its <{root[1]}> has no end"
    links: dict[str, Link] = {}
    further: list[str] = []
    number = 0
    for kind, block in _entries(text, root.end()):
        number += 1
        place = _field(_LOC, block)
        if kind == "sitemap":
            further.append(place)
        elif target := join(url, place):
            day = re.match(r"\d{4}-\d{2}-\d{2}", _field(_MODIFIED, block))
            links[target] = Link(
                url=target,
                title=one_line(_field(_TITLE, block))[:MAX_TITLE_CHARS],
                date=day[0] if day else None,
                found_on=first.url,
            )
    others = tuple(_requests(further, url))
    if number and not links and not others:
        fault = fault or f"none of the sitemap's {number} entries has an address"
    return Listing(links=tuple(links.values()), others=others, cms="sitemap", fault=fault)


def _entries(text: str, start: int) -> Iterator[tuple[str, str]]:
    """Yield kind and content of each entry with an end tag, in one pass, however broken the markup is."""
    here: re.Match[str] | None = _ENTRY.search(text, start)
    while here is not None:
        following = _ENTRY.search(text, here.end())
        block = text[here.end() : following.start() if following else len(text)][:_MAX_ENTRY_CHARS]
        if end := re.search(rf"</(?:\w{{1,30}}:)?{here[1]}\s*>", block, re.I):
            yield here[1].lower(), block[: end.start()]
        here = following


def _opened(body: bytes, headers: Headers, most: int) -> _Opened:
    """Return the text of a sitemap, decompressed where it is gzip, as far as it can be read."""
    fault = ""
    if body.startswith(_GZIP):
        decoded = decode_content(body, "gzip", limit=most + 1)
        body, fault = decoded.body, f"the sitemap is not whole: {decoded.short}" if decoded.short else ""
    if len(body) > most:
        body, fault = body[:most], _TOO_LONG
    if not body:
        return _Opened("", fault or "expected a sitemap, found no bytes at all")
    return _Opened(decode(body, headers)[0].lstrip("\ufeff"), fault)


_TOO_LONG = f"the sitemap is longer than the {MAX_SITEMAP_BYTES} bytes that sitemaps.org allows"


def _is_text(text: str) -> bool:
    """Whether a text is a list of addresses, one a line. Comments with `#` are ignored."""
    lines = text.split("\n", _MAX_LINES_JUDGED)
    if len(lines) > _MAX_LINES_JUDGED:
        lines.pop()
    shown = [line for each in lines if (line := each.strip()) and not line.startswith("#")]
    return bool(shown) and sum(map(bool, map(_TEXT_LINE.fullmatch, shown))) >= _MIN_SHARE_OF_URL_LINES * len(
        shown
    )


def _kind(text: str) -> str:
    if _HTML.search(text[:_HEAD_CHARS]):
        return "an HTML page; a page of links belongs under `lists`"
    return f"{text.strip()[:40]!r}" if text.strip() else "nothing"


def _without_comments(text: str) -> str:
    if "<!--" not in text:
        return text
    kept: list[str] = []
    place = 0
    while (start := text.find("<!--", place)) >= 0:
        end = text.find("-->", start)
        kept.append(text[place:start])
        if end < 0:
            return "".join(kept)
        place = end + 3
    return "".join((*kept, text[place:]))


def _requests(places: list[str], base: str) -> Iterator[ListRequest]:
    for place in dict.fromkeys(places):
        if target := join(base, place):
            yield ListRequest(url=target)


def _field(tag: re.Pattern[str], block: str) -> str:
    """Return the text after a tag in an entry, up to the next end tag; empty if there is none. Undoes CDATA."""
    found = tag.search(block)
    end = block.find("</", found.end()) if found else -1
    if not found or end < 0:
        return ""
    value = block[found.end() : end].strip().removeprefix("<![CDATA[").removesuffix("]]>")
    return html.unescape(value).strip()
