"""What a visitor sees of a page, roughly and fast: for telling notices and gates from pages. Not for extraction.

Every pattern takes time proportional to the page, also where nothing is closed that was opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from crawler.extract.page.decode import decode
from crawler.model import Capture

MOST = 256 * 1024  # bytes; what is larger is no notice
MOST_WIDE = 12_000  # bytes that are not ASCII: 4,000 to 6,000 Chinese characters; an article, or a long list
_BINARY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_ASCII = bytes(range(0x80))
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_HIDDEN = re.compile(
    r"<(script|style|noscript|select|template|title)\b(?:[^<]+|<(?!/\1\s*>))*+(?:</\1\s*>|\Z)", re.I
)
_LINKED = re.compile(r"<a\b(?:[^<]+|<(?!/a\s*>))*+(?:</a\s*>|\Z)", re.I)
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_HEADING = re.compile(r"<(title|h1|h2)\b[^<>]*>(.{0,300}?)</\1", re.S | re.I)
_SCRIPT = re.compile(r"<script\b([^<>]*)>(.*?)(?:</script\s*>|\Z)", re.S | re.I)


@dataclass(frozen=True, kw_only=True)
class Visible:
    """A page's markup without comments, and what is to be seen of it; white space taken out of all texts."""

    markup: str

    @cached_property
    def _shown(self) -> str:
        return _HIDDEN.sub("", self.markup)

    @cached_property
    def text(self) -> str:
        """All that is shown."""
        return _plain(self._shown)

    @cached_property
    def own(self) -> str:
        """The text outside links: what is left when menus and lists of links are taken away."""
        return _plain(_LINKED.sub("", self._shown))

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Title, h1, h2."""
        return tuple(_plain(found) for _, found in _HEADING.findall(self.markup))

    @property
    def scripts(self) -> list[tuple[str, str]]:
        """(attributes, code) of every script."""
        return _SCRIPT.findall(self.markup)


def looks_like_text(body: bytes) -> bool:
    """Whether a body may be a page at all, and one short enough for a notice."""
    if not 0 < len(body) <= MOST or body.startswith(_BINARY) or b"\0" in body[:1024]:
        return False
    return len(wide(body)) <= MOST_WIDE


def wide(body: bytes) -> bytes:
    """The bytes of a body that are not ASCII: what is Chinese in it, one after the other."""
    return body.translate(None, _ASCII)


def visible(capture: Capture, body: bytes) -> Visible:
    """A capture's page as a visitor sees it; `body` is the capture's, already uncompressed."""
    return Visible(markup=_COMMENT.sub("", decode(body, capture.headers)[0]))


def _plain(markup: str) -> str:
    return _SPACE.sub("", unescape(_TAG.sub("", markup)))
