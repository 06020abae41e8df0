"""Serve a government web for benchmarks: many virtual hosts on one port of 127.0.0.1, in a process of its own.

Its content depends only on its `World`, so the caller knows every address.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.site.compose import Order, report
from tests.site.governments.wuhan import wuhan
from tests.site.model import Column, Document, Government
from tests.site.templates import TEMPLATES

FOLDER = "/zwgk/fzzfj/"
YEARS = range(2015, 2025)
PER_PAGE = 15
_HEAD = re.compile(rb"GET (\S+) HTTP/1\.1\r\n")
_HOST = re.compile(rb"(?im)^host: *([^:\r]+)")
_MATCH = re.compile(rb"(?im)^if-none-match: *(\S+)")
FIGURES = "/figures"


@dataclass(frozen=True, kw_only=True)
class World:
    """Description of the web: hosts, pages, faults."""

    sizes: tuple[int, ...]  # number of reports of each host
    light: bool = False  # pages of some 8 KB instead of 70
    faults: float = 0.0  # share of answers for reports that are faulty
    seed: int = 1
    service: float = 0.0  # seconds that each answer takes
    port: int = 0

    def host(self, number: int) -> str:
        """Return the name of a host."""
        return f"h{number:04}.gov.test"

    def list_url(self, number: int) -> str:
        """Return the address of a host's list."""
        return f"http://{self.host(number)}:{self.port}{FOLDER}"

    def report_urls(self, number: int) -> list[str]:
        """Return the addresses of a host's reports."""
        return [
            f"{self.list_url(number)}202403/t20240315_{2000000 + n}.shtml" for n in range(self.sizes[number])
        ]

    def list_pages(self, number: int) -> list[str]:
        """Return the addresses of all pages of a host's list."""
        further = range(1, -(-self.sizes[number] // PER_PAGE))
        return [self.list_url(number), *(f"{self.list_url(number)}index_{n}.shtml" for n in further)]


@dataclass(frozen=True)
class Served:
    """A running web."""

    world: World

    def figures(self) -> dict[str, Any]:
        """Return figures since the last call: `seconds` from first to last request, `requests`, `hosts` (requests by host)."""
        import httpx

        answer = httpx.get(f"http://127.0.0.1:{self.world.port}{FIGURES}", trust_env=False)
        figures: dict[str, Any] = answer.json()
        return figures


@contextmanager
def serve(world: World) -> Iterator[Served]:
    """Serve the web until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.site", json.dumps(asdict(world))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield Served(replace(world, port=int(process.stdout.readline())))
        process.stdin.close()  # the server ends when its stdin does, so it never outlives this process


class Pages:
    """The pages of a world, generated at the first request."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: dict[tuple[int, str], bytes] = {}
        self._sites: dict[int, _Site] = {}

    def make_all(self) -> None:
        """Generate all pages, so that no contender waits for it."""
        for number in range(len(self._world.sizes)):
            for url in (*self._world.list_pages(number), *self._world.report_urls(number)):
                self.page(number, FOLDER + url.partition(FOLDER)[2])

    def page(self, number: int, path: str) -> bytes | None:
        """Return the body at a path of a host; None if there is none."""
        if number >= len(self._world.sizes) or not path.startswith(FOLDER):
            return None
        made = self._made.get((number, path))
        if made is None:
            site = self._site(number)
            url = f"http://{self._world.host(number)}:{self._world.port}{path}"
            html = site.render(url, light=self._world.light)
            if html is None:
                return None
            made = self._made[number, path] = html.encode()
        return made

    def _site(self, number: int) -> _Site:
        if number not in self._sites:
            self._sites[number] = _Site(self._world, number)
        return self._sites[number]


class _Site:
    def __init__(self, world: World, number: int) -> None:
        self.documents = {
            url: _document(world, number, n, url) for n, url in enumerate(world.report_urls(number))
        }
        folder = world.list_url(number)
        column = Column(
            url=folder, trail=("政务公开", "法治政府建设"), entries=tuple(self.documents), per_page=PER_PAGE
        )
        self.government: Government = replace(
            wuhan(),
            base=folder.removesuffix(FOLDER),
            documents=tuple(self.documents.values()),
            news=(),
            columns=(column,),
            https="no",
        )

    @cached_property
    def lists(self) -> dict[str, str]:
        column = self.government.columns[0]
        return {url: render({}) for url, render in TEMPLATES["trs"].lists(self.government, column)}

    def render(self, url: str, *, light: bool) -> str | None:
        if (document := self.documents.get(url)) is None:
            return self.lists.get(url)
        return _light(document) if light else TEMPLATES["trs"].article(self.government, document)


def _document(world: World, number: int, n: int, url: str) -> Document:
    year = YEARS[n % len(YEARS)]
    return report(
        Order(
            url=url,
            title=f"武汉市人民政府关于{year}年度推进法治政府建设情况的报告",
            year=year,
            published=f"{year + 1}-03-15T10:00",
            place="武汉市",
            issuer="武汉市人民政府",
            region=f"{world.seed}-{number}-{n}",  # only seeds the choice of phrases
            source="武汉市司法局",
        )
    )


def _light(document: Document) -> str:
    paragraphs = "".join(f"<p>{line}</p>\n" for line in document.paragraphs)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{document.title}</title>'
        f'<meta name="PubDate" content="{document.published}"></head><body><h1>{document.title}</h1>'
        f'<div class="TRS_Editor">{paragraphs}</div></body></html>'
    )


# -- serving ----------------------------------------------------------------------------------------------


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, GET only: minimal, so that the server does not limit the contenders."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            answer, close = self._server.answer(head + b"\r\n")
            delay = self._server.world.service
            if delay:
                asyncio.get_running_loop().call_later(delay, self._send, answer, close)
            else:
                self._send(answer, close)

    def _send(self, answer: bytes, close: bool) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(answer)
        if close:
            self.transport.close()


class _Server:
    def __init__(self, world: World) -> None:
        self.world = world
        self.pages = Pages(world)
        self._random = random.Random(world.seed)
        self._requests: Counter[str] = Counter()
        self._times: list[float] = []

    def answer(self, head: bytes) -> tuple[bytes, bool]:
        """Return the bytes of the answer, and whether to close the connection after it."""
        found, host = _HEAD.match(head), _HOST.search(head)
        if not found or not host:
            return _response(400), True
        path, name = found[1].decode(), host[1].decode()
        if path == FIGURES:
            return self._figures(), False
        self._requests[name] += 1
        self._times.append(time.monotonic())
        if path == "/robots.txt":
            return _response(404), False
        body = self.pages.page(int(name[1:5]), path)
        if body is None:
            return _response(404, b"<html><h1>404</h1></html>"), False
        if "/t2024" in path and self._random.random() < self.world.faults:
            return self._random.choice(FAULTS)(body)
        etag = b'"' + hashlib.md5(body).hexdigest().encode() + b'"'
        match = _MATCH.search(head)
        if match and match[1] == etag:
            return _response(304, None, etag), False
        return _response(200, body, etag), False

    def _figures(self) -> bytes:
        times = self._times or [0.0]
        said = {
            "seconds": max(times) - min(times),
            "requests": len(self._times),
            "hosts": dict(self._requests),
        }
        self._requests.clear()
        self._times.clear()
        return _response(200, json.dumps(said).encode())


def _response(status: int, body: bytes | None = b"", etag: bytes | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), b"Server: nginx"]
    if body is not None:
        lines += [b"Content-Type: text/html; charset=utf-8", b"Content-Length: %d" % len(body)]
    if etag is not None:
        lines += [b"ETag: " + etag]
    return b"\r\n".join([*lines, b"", body or b""])


FAULTS = (
    lambda body: (_response(200, body)[: -len(body) // 2], True),  # breaks off
    lambda body: (b"", True),  # hangs up
    lambda body: (_response(500, b"<h1>500</h1>"), False),
    lambda body: (_response(503, b"busy"), False),
    lambda body: (_response(404, b"<h1>404</h1>"), False),
    lambda body: (_response(403, b"<h1>403</h1>"), False),
    lambda body: (b"HTTP/1.1 abc\r\n\r\n", True),  # not HTTP
    lambda body: (_response(200, b""), False),  # nothing
    lambda body: (_response(200, bytes(range(256)) * 30), False),  # rubbish
)


async def _main(world: World) -> None:
    server = _Server(world)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: _Connection(server), "127.0.0.1", 0, backlog=1024)
    server.world = replace(world, port=listening.sockets[0].getsockname()[1])
    server.pages = Pages(server.world)
    server.pages.make_all()
    print(server.world.port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    asyncio.run(_main(World(**given | {"sizes": tuple(given["sizes"])})))
