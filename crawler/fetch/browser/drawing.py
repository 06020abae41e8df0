"""One page while a browser draws it: what its requests get, how much that may be, and when it has come to rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from crawler.errors import FetchError, LeftAlone, NotSaved, Unreachable
from crawler.extract.page.decode import decode
from crawler.fetch.answers.judge import uncompressed
from crawler.fetch.limits import Limits
from crawler.fetch.session import Piece
from crawler.model import Capture, ListRequest, Site

FETCHED = ("document", "script", "xhr", "fetch")
"""Kinds of requests that a page's text can depend on. Images, fonts, media and sockets are not asked for."""

MADE_OF = (Unreachable, LeftAlone, NotSaved)
"""What may be otherwise next time: a page is not drawn without a piece of its own site that failed so."""

_TEXTS = ("document", "script")  # their encoding is for us to find: browsers take it from the page that asks

_PROMPT = 0.25  # seconds; a page that takes longer to react is at work

Pulse = Callable[[], Awaitable[object]]
"""Returns when the page's own thread is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the browser gets for a request."""

    content_type: str
    body: bytes
    status: int = 200


NO_STYLE = Answer(content_type="text/css", body=b"")
"""For each stylesheet: text does not need it, but scripts may wait for it."""


class Get(Protocol):
    """`Fetcher.get` or `Fetcher.piece`."""

    async def __call__(self, request: ListRequest, /, *, site: Site) -> Capture:
        """Raises FetchError."""


class Scripts:
    """Scripts that were fetched in this crawl, up to so many bytes; the oldest make room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[tuple[str, str], Answer] = {}  # by site, since its TLS and its cookies are its own

    def get(self, site: Site, url: str) -> Answer | None:
        """A script that a page of this site has asked for before."""
        return self._kept.get((site.id, url))

    def keep(self, site: Site, url: str, script: Answer) -> None:
        """For the next page."""
        self._kept[site.id, url] = script
        while sum(len(kept.body) for kept in self._kept.values()) > self._most:
            del self._kept[next(iter(self._kept))]


class Showing:
    """One page being drawn: answers its requests, and knows when it has come to rest."""

    def __init__(self, url: str, site: Site, piece: Get, scripts: Scripts, limits: Limits) -> None:
        self._url = url
        self._site = site
        self._piece = piece
        self._scripts = scripts
        self._limits = limits
        self._asked = 0
        self._under_way = 0
        self._cut_short = 0
        self._bytes = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.answered = 0
        self.in_vain: list[str] = []

    @property
    def state(self) -> str:
        """Why it did not come to rest, for people."""
        if self._cut_short:
            return f"{self._cut_short} of its {self._asked} requests were still under way"
        return "its scripts come to no end"

    async def answer(self, asked: Piece) -> Answer | None:
        """What a request gets; None: nothing. Raises the FetchError of a piece that the page cannot be without."""
        if asked.kind == "stylesheet":
            return NO_STYLE
        if asked.kind not in FETCHED:
            return None
        if self._asked >= self._limits.pieces or self._bytes >= self._limits.drawn:
            limits = f"{self._limits.pieces} requests or {self._limits.drawn} bytes"
            self._without(asked, f"over the limit of {limits} a page")
            return None
        self._begin()
        try:
            found = self._known(asked) or await self._fetched(asked)
        except FetchError as error:
            if isinstance(error, MADE_OF) and _kin(self._url, asked.url):
                raise
            self._without(asked, error.reason)
            return None
        except asyncio.CancelledError:
            self._cut_short += 1
            raise
        finally:
            self._end()
        self.answered += 1
        return found

    def _begin(self) -> None:
        self._asked += 1
        self._under_way += 1
        self._idle.clear()

    def _end(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    def _without(self, asked: Piece, reason: str) -> None:
        self.in_vain.append(f"{asked.url}: {reason}")

    def _known(self, asked: Piece) -> Answer | None:
        return self._scripts.get(self._site, asked.url) if asked.kind == "script" else None

    async def _fetched(self, asked: Piece) -> Answer:
        capture = await self._piece(asked, site=self._site)
        body = uncompressed(capture, self._limits.decoded)
        self._bytes += len(body)
        kind = capture.header("content-type") or ""
        if asked.kind in _TEXTS:
            kind = f"{kind.partition(';')[0] or 'text/plain'}; charset=utf-8"
            body = as_utf8(capture, body)
        answer = Answer(content_type=kind, body=body, status=capture.status)
        if asked.kind == "script":
            self._scripts.keep(self._site, asked.url, answer)
        return answer

    async def at_rest(self, pulse: Pulse) -> None:
        """Return when nothing was asked for during `quiet` seconds in which the page's scripts had time to."""
        now = asyncio.get_running_loop().time
        while True:
            await self._idle.wait()
            asked, began = self._asked, now()
            await asyncio.sleep(self._limits.quiet)
            await pulse()
            busy = now() - began > self._limits.quiet + _PROMPT
            if self._asked == asked and self._idle.is_set() and not busy:
                return


def as_utf8(capture: Capture, body: bytes) -> bytes:
    """A text in the encoding that it is said to browsers to be in; what it declares itself is often wrong."""
    return decode(body, capture.headers)[0].encode("utf-8", "replace")


def _kin(url: str, other: str) -> bool:
    """Whether two addresses are one site's: www.x.gov.cn and data.x.gov.cn are."""
    here, there = urlsplit(url).hostname or "", urlsplit(other).hostname or ""
    domain = here.partition(".")[2] if here.count(".") > 2 and not here.replace(".", "").isdigit() else here
    return there in (domain, here) or there.endswith("." + domain)
