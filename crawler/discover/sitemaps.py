"""Sitemaps (sitemaps.org), their indexes, and the `Sitemap:` lines of a robots.txt, as lists without titles.

They come as XML in any encoding, as plain text, packed or not. No XML parser reads them: many are not well-formed, and an
entity of theirs is nothing to follow.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.address import join
from crawler.extract.page.decode import decode
from crawler.field.text import one_line
from crawler.model import Headers, Link, Listing, ListRequest

LIMIT = 50_000_000
"""Bytes of a sitemap that are read, uncompressed: what sitemaps.org allows."""

_HEAD = 4000  # characters in which the root element must begin
_FIRST_PIECE, _LARGEST_PIECE = 512, 1 << 20  # bytes unpacked at a time; a member may have few
_LONGEST_ENTRY = 20_000  # characters of an entry; an address has 2,048
_ROOT = re.compile(r"<((?:\w{1,30}:)?(?:urlset|sitemapindex))\b[^<>]{0,2000}?(/?)>", re.I)
_ENTRY = re.compile(r"<(?:\w{1,30}:)?(url|sitemap)\b[^<>]{0,500}>", re.I)
_FIELD = r"<(?:\w{{1,30}}:)?{name}\b[^<>]{{0,500}}>\s*(?:<!\[CDATA\[)?(.{{0,8192}}?)(?:\]\]>)?\s*</"
_LOC, _MODIFIED, _TITLE = (
    re.compile(_FIELD.format(name=name), re.S | re.I) for name in ("loc", "lastmod", "title")
)
_ROBOTS_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.I | re.M)
_TEXT_LINE = re.compile(r"https?://\S+", re.I)
_HTML = re.compile(r"<!doctype\s+html|<(?:html|head|body)\b", re.I)
_GZIP, _PADDING = b"\x1f\x8b", re.compile(rb"\0+")


class _Opened(NamedTuple):
    """A sitemap's text, and what is wrong with the bytes it came in."""

    text: str
    fault: str = ""


def is_sitemap(body: bytes, headers: Headers, url: str) -> bool:
    """Whether a body is a sitemap, an index of such, or the robots.txt that names them."""
    if urlsplit(url).path == "/robots.txt":
        return True
    if (
        not body.startswith(_GZIP)
        and b"<" in body[:_HEAD]
        and not re.search(
            rb"u\0?r\0?l\0?s\0?e\0?t|s\0?i\0?t\0?e\0?m\0?a\0?p\0?i\0?n\0?d\0?e\0?x", body[: 2 * _HEAD], re.I
        )
    ):
        return False  # as most lists are; they need not be decoded twice
    text = _opened(body, headers, _HEAD * 4).text
    return bool(_ROOT.search(text[:_HEAD]) or _is_text(text[: text.rfind("\n") + 1] or text))


def read_sitemap(body: bytes, headers: Headers, url: str, first: ListRequest) -> Listing:
    """The addresses of a sitemap as links (title empty unless it gives one), or the further sitemaps of an index.

    What is no sitemap, or not a whole one, comes with its `fault`, and with what could be read.
    """
    text, fault = _opened(body, headers, LIMIT)
    if urlsplit(url).path == "/robots.txt":
        named = tuple(_requests(_ROBOTS_LINE.findall(text), url))
        return Listing(links=(), others=named, cms="sitemap", fault="" if named else "it names no sitemap")
    text = _without_comments(text)
    root = _ROOT.search(text[:_HEAD])
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
                title=one_line(_field(_TITLE, block)),
                date=day[0] if day else None,
                found_on=first.url,
            )
    others = tuple(_requests(further, url))
    if number and not links and not others:
        fault = fault or f"none of the sitemap's {number} entries has an address"
    return Listing(links=tuple(links.values()), others=others, cms="sitemap", fault=fault)


def _entries(text: str, start: int) -> Iterator[tuple[str, str]]:
    """Kind and content of each entry that has its end; one pass, however broken the markup is."""
    here: re.Match[str] | None = _ENTRY.search(text, start)
    while here is not None:
        following = _ENTRY.search(text, here.end())
        block = text[here.end() : following.start() if following else len(text)][:_LONGEST_ENTRY]
        if end := re.search(rf"</(?:\w{{1,30}}:)?{here[1]}\s*>", block, re.I):
            yield here[1].lower(), block[: end.start()]
        here = following


def _opened(body: bytes, headers: Headers, most: int) -> _Opened:
    """The text of a sitemap, unpacked where it is a gzip file of any number of members; as far as it can be read."""
    fault = ""
    if body.startswith(_GZIP):
        body, fault = _unpacked(body, most)
    elif len(body) > most:
        body, fault = body[:most], _TOO_LONG
    if not body:
        return _Opened("", fault or "expected a sitemap, found no bytes at all")
    return _Opened(decode(body, headers)[0].lstrip("\ufeff"), fault)


_TOO_LONG = f"the sitemap is longer than the {LIMIT} bytes that sitemaps.org allows"


def _unpacked(body: bytes, most: int) -> tuple[bytes, str]:
    """What the members of a gzip file hold, as far as they can be read. What follows the last is passed over, as gzip does."""
    found, place = bytearray(), 0
    while body.startswith(_GZIP, place):
        member, size = zlib.decompressobj(16 + zlib.MAX_WBITS), _FIRST_PIECE
        while not member.eof:
            piece = body[place : place + size]
            if not piece:
                return bytes(found), "the sitemap is cut off: its gzip file has no end"
            try:
                found += member.decompress(piece, most + 1 - len(found))
            except zlib.error as error:
                return bytes(found), f"the sitemap's gzip file is damaged: {error}"
            place += len(piece) - len(member.unconsumed_tail) - len(member.unused_data)
            size = min(2 * size, _LARGEST_PIECE)
            if len(found) > most:
                return bytes(found[:most]), _TOO_LONG
        padding = _PADDING.match(body, place)
        place = padding.end() if padding else place
    return bytes(found), ""


def _is_text(text: str) -> bool:
    """Whether a text is a list of addresses, one a line, but for a tenth of its lines and for `#` comments."""
    lines = text.split("\n", 1000)
    if len(lines) > 1000:
        lines.pop()
    shown = [line for each in lines if (line := each.strip()) and not line.startswith("#")]
    return bool(shown) and sum(map(bool, map(_TEXT_LINE.fullmatch, shown))) >= 0.9 * len(shown)


def _kind(text: str) -> str:
    if _HTML.search(text[:_HEAD]):
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


def _field(pattern: re.Pattern[str], block: str) -> str:
    found = pattern.search(block)
    return html.unescape(found[1]).strip() if found else ""
