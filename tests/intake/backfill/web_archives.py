"""Web archives on loopback: one server that behaves as Wayback's CDX and replay, and as Common Crawl's index and bucket.

It has their odd answers: 429 and 503, an empty index with status 200, rows twice, rows of 1980, revisits, resumption keys, redirects to
another time, truncated captures, content codings undone or kept, keys that fold www and http.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from crawler.warc.cdxj import surt

HTML = "text/html"


@dataclass(slots=True, kw_only=True)
class Kept:
    """A capture that the archive has."""

    url: str
    timestamp: str  # 14 digits
    payload: bytes = b""
    status: int = 200
    mime: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    digest: str | None = None  # as its index has it; None: that of the payload
    repeats: bool = False  # a revisit
    played: str = "whole"  # or: cut, moved, missing, undone, blocked
    moved_to: str = ""  # timestamp
    twice: bool = False  # its index has the row twice

    @property
    def key(self) -> str:
        return surt(self.url)

    @property
    def sha1(self) -> str:
        return self.digest if self.digest is not None else sha1(self.payload)

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def sha1(payload: bytes) -> str:
    return base64.b32encode(hashlib.sha1(payload).digest()).decode()


@dataclass(slots=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()
    cut: bool = False  # the connection ends before the body does


Fault = Callable[[str], Reply | None]


@dataclass(slots=True)
class WebArchives:
    """What the archives have, what they were asked, and how they are to misbehave."""

    captures: list[Kept] = field(default_factory=list)
    crawls: dict[str, list[Kept]] = field(default_factory=dict)  # Common Crawl's, by id
    asked: list[tuple[str, str]] = field(default_factory=list)  # path, and Range if there is one
    agents: set[str] = field(default_factory=set)  # User-Agents of the requests
    faults: list[tuple[str, Reply]] = field(
        default_factory=list
    )  # beginning of a path, and what it answers once
    rows_per_page: int = 1500  # of Common Crawl's index
    port: int = 0

    @property
    def base(self) -> str:
        return "http://archives.example.org"

    @property
    def connect_to(self) -> dict[str, tuple[str, int]]:
        return {"archives.example.org:80": ("127.0.0.1", self.port)}

    @property
    def connect_to_words(self) -> str:
        return f"archives.example.org:80:127.0.0.1:{self.port}"

    def paths(self, start: str) -> list[str]:
        return [path for path, _ in self.asked if path.startswith(start)]

    def repeated(self) -> list[tuple[str, str]]:
        """What was asked for more than once."""
        return [each for each, number in Counter(self.asked).items() if number > 1]

    # -- answers ------------------------------------------------------------------------------------------

    def answer(self, path: str, span: str) -> Reply:
        self.asked.append((path, span))
        for number, (start, reply) in enumerate(self.faults):
            if path.startswith(start):
                del self.faults[number]
                return reply
        parts = urlsplit(path)
        if parts.path == "/cdx/search/cdx":
            return self._index({name: values[0] for name, values in parse_qs(parts.query).items()})
        if path.startswith("/web/"):
            return self._memento(path)
        if parts.path == "/collinfo.json":
            return self._crawls()
        if parts.path.endswith("-index"):
            name = parts.path.strip("/").removesuffix("-index")
            return self._crawl_index(name, {key: values[0] for key, values in parse_qs(parts.query).items()})
        if path.startswith("/crawl-data/"):
            return self._record(path, span)
        if path.startswith(("/timemap/", "/gate/")):
            return self._timemap(path)
        if parts.path == "/coll/cdx":  # pywb's form: JSON Lines, and an empty answer where there is nothing
            return self._lines({name: values[0] for name, values in parse_qs(parts.query).items()})
        if path.startswith("/coll/"):
            return self._memento(path.replace("/coll/", "/web/", 1))
        return Reply(404, b"no such thing")

    def _timemap(self, path: str) -> Reply:
        kind, _, url = path[1:].partition("/")
        link = [
            f'<{url}>; rel="original"',
            f'<{self.base}/timemap/{url}>; rel="timemap"; type="application/link-format"',
        ]
        if kind == "gate":
            return Reply(200, b"a page", [("Link", ", ".join(link))])
        found = self._matching(self.captures, {"url": url})
        if not found:
            return Reply(404)
        link += [
            f'<{self.base}/web/{each.timestamp}/{each.url}>; rel="memento"; datetime="{format_datetime(each.at, usegmt=True)}"'
            for each in found
        ]
        return Reply(200, ",\n".join(link).encode(), [("Content-Type", "application/link-format")])

    def _lines(self, query: dict[str, str]) -> Reply:
        lines = [
            json.dumps({"urlkey": each.key, "timestamp": each.timestamp, "url": each.url, "mime": self._field(each, "mimetype"),
                        "status": str(each.status), "digest": f"sha1:{each.sha1}"})
            for each in self._matching(self.captures, query)
        ]  # fmt: skip
        return Reply(200, "".join(f"{line}\n" for line in lines).encode())

    def _matching(self, captures: list[Kept], query: dict[str, str]) -> list[Kept]:
        key, prefix = surt(query["url"]), query.get("matchType") == "prefix"
        found = [each for each in captures if (each.key.startswith(key) if prefix else each.key == key)]
        found = [each for each in found if each.timestamp[:4] >= query.get("from", "")]
        return sorted(found, key=lambda each: (each.key, each.timestamp))

    def _index(self, query: dict[str, str]) -> Reply:
        found = self._matching(self.captures, query)
        if query.get("filter") == "statuscode:200|-":
            found = [each for each in found if each.status == 200]
        found = [copy for each in found for copy in ([each, each] if each.twice else [each])]
        start, limit = int(query.get("resumeKey", "0")), int(query.get("limit", "100000"))
        page = found[start : start + limit]
        if not page:
            return Reply(200, b"[]\n", [("Content-Type", "application/json")])
        names = query.get("fl", "urlkey,timestamp,original,mimetype,statuscode,digest,length").split(",")
        rows = [names, *([self._field(each, name) for name in names] for each in page)]
        if query.get("showResumeKey") == "true" and start + limit < len(found):
            rows += [[], [str(start + limit)]]
        return Reply(200, json.dumps(rows).encode(), [("Content-Type", "application/json")])

    def _field(self, each: Kept, name: str) -> str:
        return {
            "urlkey": each.key,
            "timestamp": each.timestamp,
            "original": each.url,
            "mimetype": "warc/revisit" if each.repeats else each.mime,
            "statuscode": "-" if each.repeats else str(each.status),
            "digest": each.sha1,
            "length": str(len(each.payload)),
        }[name]

    def _memento(self, path: str) -> Reply:
        timestamp, _, url = path.removeprefix("/web/").partition("id_/")
        found = [each for each in self.captures if each.key == surt(url)]
        exact = next((each for each in found if each.timestamp == timestamp), None)
        if exact is None or exact.played == "missing":
            return Reply(
                404, b"not archived", [("X-Archive-Wayback-Runtime-Error", "ResourceNotInArchiveException")]
            )
        if exact.played == "blocked":
            return Reply(403, b"AdministrativeAccessControlException: Blocked Site Error")
        if exact.played == "moved":
            return Reply(302, b"", [("Location", f"{self.base}/web/{exact.moved_to}id_/{url}")])
        headers = [
            ("Memento-Datetime", format_datetime(exact.at, usegmt=True)),
            (
                "Link",
                f'<{exact.url}>; rel="original", <{self.base}/web/timemap/link/{exact.url}>; rel="timemap"',
            ),
            ("Content-Type", exact.mime),
            *((f"x-archive-orig-{name.lower()}", value) for name, value in exact.headers),
        ]
        body = exact.payload
        coded = dict(exact.headers).get("Content-Encoding")
        if exact.played == "undone":
            body = gzip.decompress(body)
        elif coded:
            headers.append(("Content-Encoding", coded))
        if exact.played == "cut":
            return Reply(exact.status, body[: len(body) // 2], headers)
        return Reply(exact.status, body, headers)

    def _crawls(self) -> Reply:
        listed = [
            {"id": name, "name": name, "cdx-api": f"https://index.commoncrawl.org/{name}-index"}
            for name in sorted(self.crawls, reverse=True)
        ]
        return Reply(200, json.dumps(listed).encode())

    def _crawl_index(self, name: str, query: dict[str, str]) -> Reply:
        found = self._matching(self.crawls[name], query)
        if not found:
            return Reply(404, b'{"message": "No Captures found for: x"}')
        page = int(query.get("page", "0"))
        rows = found[page * self.rows_per_page : (page + 1) * self.rows_per_page]
        if not rows:
            return Reply(400, b'{"message": "Page invalid"}')
        lines = [
            json.dumps(
                {
                    "urlkey": each.key,
                    "timestamp": each.timestamp,
                    "url": each.url,
                    "mime": each.mime,
                    "mime-detected": each.mime,
                    "status": str(each.status),
                    "digest": each.sha1,
                    "length": str(len(record)),
                    "offset": str(offset),
                    "filename": f"crawl-data/{name}/warc/1.warc.gz",
                }
            )
            for each, offset, record in self._records(name)
            if each in rows
        ]
        return Reply(200, "\n".join(lines).encode())

    def _records(self, name: str) -> Iterator[tuple[Kept, int, bytes]]:
        offset = 0
        for each in self.crawls[name]:
            record = gzip.compress(warc_record(each), mtime=0)
            yield each, offset, record
            offset += len(record)

    def _record(self, path: str, span: str) -> Reply:
        data = b"".join(record for _, _, record in self._records(path.split("/")[2]))
        first, _, last = span.removeprefix("bytes=").partition("-")
        return Reply(
            206, data[int(first) : int(last) + 1], [("Content-Range", f"bytes {first}-{last}/{len(data)}")]
        )


def warc_record(each: Kept) -> bytes:
    """A record as Common Crawl writes it: WARC/1.0, digests in SHA-1."""
    head = "".join(f"{name}: {value}\r\n" for name, value in (("Content-Type", each.mime), *each.headers))
    block = f"HTTP/1.1 {each.status} OK\r\n{head}\r\n".encode() + each.payload
    fields = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: {each.at:%Y-%m-%dT%H:%M:%SZ}\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{each.timestamp[2:]}>\r\nWARC-Target-URI: {each.url}\r\n"
        f"WARC-Payload-Digest: sha1:{each.sha1}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"WARC-IP-Address: 203.0.113.7\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return fields.encode() + block + b"\r\n\r\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    archives: WebArchives

    def do_GET(self) -> None:
        self.archives.agents.add(self.headers.get("User-Agent", ""))
        reply = self.archives.answer(self.path, self.headers.get("Range", ""))
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + (100 if reply.cut else 0)))
        self.end_headers()
        self.wfile.write(reply.body)
        if reply.cut:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that was killed is no fault of the server."""


@contextmanager
def serving(archives: WebArchives) -> Iterator[WebArchives]:
    """The archives on a free port of loopback."""
    handler = type("Handler", (_Handler,), {"archives": archives})
    server = _Server(("127.0.0.1", 0), handler)
    archives.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield archives
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
