"""Approximate, fast text of what a visitor sees of a page, to recognise notices and redirects. Extraction: see extract.

Every pattern takes time proportional to the page's size, also for unclosed tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from crawler.extract.page.decode import decode
from crawler.model import Capture

MAX_NOTICE_BYTES = 256 * 1024
MAX_NOTICE_NON_ASCII_BYTES = 12_000  # 4,000 to 6,000 Chinese characters; more is an article or a long list
_BINARY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_ASCII = bytes(range(0x80))
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_HIDDEN = re.compile(
    r"<(script|style|noscript|select|template|title)\b(?:[^<]+|<(?!/\1\s*>))*+(?:</\1\s*>|\Z)", re.I
)
_LINKED = re.compile(r"<a\b(?:[^<]+|<(?!/a\s*>))*+(?:</a\s*>|\Z)", re.I)
_TAG = re.compile(r"<[^<>]*>")
_BLOCK = re.compile(
    r"</?(?:p|div|br|h[1-6]|li|ul|td|tr|table|dd|dt|section|footer|header|center)\b[^<>]*>", re.I
)
_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_HEADING = re.compile(
    r"<(title|h1|h2)\b[^<>]*>((?:[^<]|<(?!/?(?:title|h1|h2)\b))*+)</\1", re.I
)  # ends at the next heading
_SCRIPT = re.compile(r"<script\b([^<>]*)>(.*?)(?:</script\s*>|\Z)", re.S | re.I)


@dataclass(frozen=True, kw_only=True)
class Visible:
    """A page's markup without comments, and its visible texts, all white space removed."""

    markup: str

    @cached_property
    def _shown(self) -> str:
        return _HIDDEN.sub("", self.markup)

    @cached_property
    def text(self) -> str:
        """All visible text."""
        return _plain(self._shown)

    @cached_property
    def unlinked(self) -> str:
        """The visible text outside links: without menus and lists of links."""
        return _plain(_LINKED.sub("", self._shown))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The visible text outside links, divided where blocks begin and end; without empty ones."""
        divided = _BLOCK.sub("\0", _LINKED.sub("", self._shown))
        return tuple(line for each in divided.split("\0") if (line := _plain(each)))

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Texts of title, h1 and h2."""
        return tuple(_plain(found) for _, found in _HEADING.findall(self.markup))

    @property
    def scripts(self) -> list[tuple[str, str]]:
        """Every script as (attributes, code)."""
        return _SCRIPT.findall(self.markup)


def looks_like_text(body: bytes) -> bool:
    """Return whether a body is text, and short enough for a notice or a redirect."""
    if not 0 < len(body) <= MAX_NOTICE_BYTES or body.startswith(_BINARY) or b"\0" in body[:1024]:
        return False
    return len(non_ascii(body)) <= MAX_NOTICE_NON_ASCII_BYTES


def non_ascii(body: bytes) -> bytes:
    """Return the bytes of a body that are not ASCII, joined: its Chinese text."""
    return body.translate(None, _ASCII)


def visible(capture: Capture, body: bytes) -> Visible:
    """Return a capture's page as a visitor sees it. `body` is the capture's, uncompressed."""
    return Visible(markup=_COMMENT.sub("", decode(body, capture.headers)[0]))


def _plain(markup: str) -> str:
    return _SPACE.sub("", unescape(_TAG.sub("", markup)))
