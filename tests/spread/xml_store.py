"""A small server of Google Cloud Storage's XML API, as its documentation describes it: what obstore asks of `gs://`.

Emulators answer the JSON API alone. This one has objects in memory, generations, conditions, ranges and lists; no uploads in parts,
no credentials. It tells what this program and obstore do, not what Google's servers do.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
_MAX_KEYS = 2  # of a list: the next page is asked for with a token


class _Object(NamedTuple):
    data: bytes
    generation: int
    modified: datetime

    @property
    def tag(self) -> str:
        return f'"{hashlib.md5(self.data, usedforsecurity=False).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    objects: dict[str, _Object]
    generations: Iterator[int]

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _answer(self, status: int, body: bytes = b"", found: _Object | None = None, **headers: str) -> None:
        self.send_response(status)
        if found is not None:
            self.send_header("ETag", found.tag)
            self.send_header("x-goog-generation", str(found.generation))
            self.send_header("Last-Modified", format_datetime(found.modified, usegmt=True))
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path)

    def do_PUT(self) -> None:
        data, wanted = self._body(), self.headers.get("x-goog-if-generation-match")
        with self.lock:
            held = self.objects.get(self._key())
            if wanted is not None and int(wanted) != (held.generation if held else 0):
                self._answer(412)
                return
            made = _Object(data, next(self.generations), datetime.now(UTC))
            self.objects[self._key()] = made
        self._answer(200, found=made)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def do_GET(self) -> None:
        if "list-type" in urlsplit(self.path).query:
            self._list()
            return
        found = self.objects.get(self._key())
        if found is None:
            self._answer(404)
        elif self.headers.get("If-Match", found.tag) != found.tag:
            self._answer(412)
        elif (asked := _RANGE.fullmatch(self.headers.get("Range", ""))) is None:
            self._answer(200, found.data, found)
        elif int(asked[1]) >= len(found.data):
            self._answer(416)
        else:
            start, end = int(asked[1]), min(int(asked[2] or len(found.data)), len(found.data) - 1)
            place = f"bytes {start}-{end}/{len(found.data)}"
            self._answer(206, found.data[start : end + 1], found, Content_Range=place)

    def do_HEAD(self) -> None:
        found = self.objects.get(self._key())
        if found is None:
            self._answer(404)
        else:
            self._answer(200, found.data, found)

    def do_DELETE(self) -> None:
        with self.lock:
            self._answer(404 if self.objects.pop(self._key(), None) is None else 204)

    def _list(self) -> None:
        bucket, asked = f"{self._key().rstrip('/')}/", parse_qs(urlsplit(self.path).query)
        prefix, after = (asked.get(name, [""])[0] for name in ("prefix", "continuation-token"))
        keys = sorted(key.removeprefix(bucket) for key in self.objects if key.startswith(bucket + prefix))
        rest = [key for key in keys if key > after]
        page, further = rest[:_MAX_KEYS], len(rest) > _MAX_KEYS
        held = ((key, self.objects[bucket + key]) for key in page)
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{each.modified:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<ETag>{escape(each.tag)}</ETag><Size>{len(each.data)}</Size></Contents>"
            for key, each in held
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if further else ""
        answer = (
            f"<?xml version='1.0' encoding='UTF-8'?><ListBucketResult>{entries}{token}</ListBucketResult>"
        )
        self._answer(200, answer.encode(), Content_Type="application/xml")


@contextmanager
def xml_store() -> Iterator[str]:
    """Start the server on a free port of 127.0.0.1; yield its address. Every bucket is there, and empty."""

    class Handler(_Handler):
        objects: dict[str, _Object] = {}  # noqa: RUF012 # of one server
        generations = iter(range(1_700_000_000_000_000, 1_800_000_000_000_000))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
