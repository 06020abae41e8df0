"""The endpoints: `/web/<address>` (TimeGate), `/web/<time>/<address>` (a capture), `/timemap/<format>/<address>`."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from crawler.archive import Reader
from crawler.web.asked import Asked
from crawler.web.formats.json import dump
from crawler.web.headers import Freshness
from crawler.web.memento import captures as choosing
from crawler.web.memento import timemap
from crawler.web.memento.addresses import (
    MementoAddress,
    accept_datetime,
    http_date,
    memento_address,
    memento_path,
    original,
)
from crawler.web.memento.archived_page import archived_page
from crawler.web.question import NotFound
from crawler.web.readers import Readers


class Memento:
    """Archived pages of one archive."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def web(self, request: Request, asked: Asked) -> Response:
        """Answer /web/…: a capture, or as TimeGate a redirect to the one nearest to Accept-Datetime."""
        rest = _rest(request, "/web/")
        wanted = memento_address(rest)
        if wanted is None:
            url, at = original(rest), accept_datetime(request.headers.get("accept-datetime"))
            return await self._readers.ask(lambda reader: _time_gate(reader, asked, url, at))
        return await self._readers.ask(lambda reader: _memento(reader, asked, wanted))

    async def timemap(self, request: Request, asked: Asked) -> Response:
        """Answer /timemap/link/… and /timemap/json/…"""
        kind, _, named = _rest(request, "/timemap/").partition("/")
        if kind not in ("link", "json"):
            raise NotFound(f"{kind}: a TimeMap is had as link or json")
        return await self._readers.ask(lambda reader: _timemap(reader, asked, original(named), kind))


def _rest(request: Request, prefix: str) -> str:
    """Return the address behind a prefix, with its query, in ASCII as a server gets it."""
    path = request.scope.get("raw_path", b"").decode("ascii", "replace") or request.url.path
    rest = path.partition(prefix)[2]
    if "%3a%2f%2f" in rest.lower():  # quoted as a whole
        rest = unquote(rest)
    query = request.scope["query_string"].decode("ascii", "replace")
    return f"{rest}?{query}" if query else rest


def _time_gate(reader: Reader, asked: Asked, url: str, at: datetime | None) -> Response:
    found = choosing.captures_of(reader, url)
    chosen = choosing.nearest(found, at)
    headers = {
        "Location": f"{asked.base_url}{memento_path(chosen.at, chosen.url)}",
        "Vary": "accept-datetime",
        "Link": choosing.links(asked.base_url, found, chosen),
        "Cache-Control": Freshness.SHORT.value,
    }
    return Response(status_code=302, headers=headers)


def _memento(reader: Reader, asked: Asked, wanted: MementoAddress) -> Response:
    found = choosing.captures_of(reader, wanted.url)
    chosen = choosing.nearest(found, wanted.at)
    link = choosing.links(asked.base_url, found, chosen)
    if chosen.at.replace(microsecond=0) != wanted.at:
        path = memento_path(chosen.at, chosen.url, raw=wanted.raw)
        headers = {
            "Location": f"{asked.base_url}{path}",
            "Link": link,
            "Cache-Control": Freshness.SHORT.value,
        }
        return Response(status_code=302, headers=headers)
    response = archived_page(
        reader.capture_numbered(chosen.number), raw=wanted.raw, prefix=urlsplit(asked.base_url).path
    )
    response.headers["Memento-Datetime"] = http_date(chosen.at)
    response.headers["Link"] = link
    response.headers["Cache-Control"] = Freshness.IMMUTABLE.value
    return response


def _timemap(reader: Reader, asked: Asked, url: str, kind: str) -> Response:
    found = choosing.captures_of(reader, url)
    headers = {"Cache-Control": Freshness.SHORT.value}
    if kind == "link":
        return Response(
            timemap.link_format(asked.base_url, found), media_type=timemap.LINK_FORMAT, headers=headers
        )
    return Response(
        dump(timemap.as_json(asked.base_url, found)), media_type="application/json", headers=headers
    )
