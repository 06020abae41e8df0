"""The outermost layer: refuses other hosts and methods, gives every answer the headers of `headers.ALWAYS`."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.web.headers import ALWAYS
from crawler.web.links import Links
from crawler.web.serving.problems import error_response, wants_html
from crawler.web.serving.static_files import StaticFiles
from crawler.web.words import preferred

METHODS = ("GET", "HEAD")
MAX_ADDRESS_BYTES = 8000


class Guard:
    """ASGI middleware. `hosts`: names that a request's Host may have, with any port; "*" for all. `files`: of the pages."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], files: StaticFiles) -> None:
        self._app, self._files = app, files
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self._refusal(scope) or self._app
        await app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        if not self._is_our_host(Headers(scope=scope).get("host", "")):
            return self._refused(
                scope, HTTPStatus.MISDIRECTED_REQUEST, "this site does not have that name; see --host-name"
            )
        if scope["method"] not in METHODS:
            return self._refused(
                scope, HTTPStatus.METHOD_NOT_ALLOWED, "this site can only be read", Allow=", ".join(METHODS)
            )
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
            return self._refused(scope, HTTPStatus.REQUEST_URI_TOO_LONG, "the address is too long")
        return None

    def _refused(self, scope: Scope, status: HTTPStatus, detail: str, **headers: str) -> Response:
        """Return a refusal. Its language is that of Accept-Language: nothing else of the request can be relied on."""
        given = Headers(scope=scope)
        return error_response(
            status,
            detail,
            as_html=wants_html(scope["path"], given.get("accept", ""), by_name=True),
            language=preferred(given.get("accept-language")),
            links=Links(),
            files=self._files,
            headers=headers,
        )

    def _is_our_host(self, named: str) -> bool:
        if "*" in self._hosts:
            return True
        host = named.lower()
        name, colon, port = host.rpartition(":")
        return host in self._hosts or (bool(colon) and port.isdigit() and name in self._hosts)
