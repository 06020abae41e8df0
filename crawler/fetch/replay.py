"""`Replay`: the bottom transport that answers from saved exchanges and never connects.

Reads exchanges from fixture folders (exchanges.yaml) and from WARC files, ours or another crawler's.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from crawler.address import canonical
from crawler.errors import ConfigError, NotSaved
from crawler.model import Capture, Headers
from crawler.regular_files import read_regular
from crawler.warc import Answer, Fault, parse_warc_date, read_answers, resolve_revisit

log = logging.getLogger(__name__)

EXCHANGES = "exchanges.yaml"
MAX_REPLAY_BYTES = 2 * 1024 * 1024 * 1024
"""Bodies of all answers that are held for a replay. A file of some MB can inflate to more than any machine holds."""

MAX_FILE_BYTES = 64 * 1024 * 1024
"""An exchanges.yaml, or a saved body."""

MAX_WARNINGS = 20
"""Unreadable records of one WARC file that are logged one by one; further ones are only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One saved answer and its request."""

    method: str
    url: str
    status: int
    headers: Headers
    body: bytes
    reason: str = ""
    form: bytes = b""  # the request's body
    date: datetime | None = None
    ip: str | None = None
    truncated: str | None = None  # why the body is incomplete: the value of WARC-Truncated

    @classmethod
    def of(cls, capture: Capture) -> Exchange:
        """Return a capture as an exchange."""
        return cls(
            method=capture.method,
            url=capture.url,
            status=capture.status,
            reason=capture.reason,
            headers=capture.headers,
            body=capture.payload,
            form=capture.request_body,
            date=capture.fetched_at,
            ip=capture.ip,
            truncated=capture.truncated,
        )


class Replay(httpx.AsyncBaseTransport):
    """Answer each request with the answer saved for the same method, address and body. http equals https.

    A body is a form or JSON, whose spaces and order of keys do not count.

    Several answers to one request are given in the order in which they were saved; the last one repeats.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._saved: defaultdict[tuple[str, str, bytes], list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            self._saved[exchange.method, canonical(exchange.url), _body_key(exchange.form)].append(exchange)
        self._urls = {url for _, url, _ in self._saved}

    def holds(self, url: str) -> bool:
        """Return whether any answer is saved for an address."""
        return canonical(url) in self._urls

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the saved answer; its date and IP address are extensions. Raises NotSaved."""
        answers = self._saved.get((request.method, canonical(str(request.url)), _body_key(request.content)))
        if not answers:
            raise NotSaved(str(request.url), "nothing is saved for this address")
        exchange = answers.pop(0) if len(answers) > 1 else answers[0]
        return httpx.Response(
            status_code=exchange.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in exchange.headers],
            stream=httpx.ByteStream(exchange.body),
            extensions={
                "reason_phrase": exchange.reason.encode("latin-1"),
                "fetched_at": exchange.date,
                "ip": exchange.ip,
                "truncated": exchange.truncated,
            },
        )


def _body_key(body: bytes) -> bytes:
    """Return what makes two bodies equal: a JSON object as such, anything else byte by byte."""
    if not body.startswith(b"{"):
        return body
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body


def load_exchanges(path: Path) -> list[Exchange]:
    """Return the exchanges of a fixture folder, of a folder of such folders, or of any WARC file.

    Raises ConfigError if there are none, or if an exchanges.yaml is faulty (naming file and entry). Records of a WARC
    that cannot be read are logged as warnings.
    """
    if path.exists() and not path.is_dir():
        if not path.name.lower().endswith((".warc", ".warc.gz", ".warc.gz.open")):
            raise ConfigError(f"{path}: neither a WARC (.warc, .warc.gz) nor a folder with {EXCHANGES}")
        return _of_warc(path)
    files = [path / EXCHANGES] if (path / EXCHANGES).exists() else sorted(path.glob(f"*/{EXCHANGES}"))
    if not files:
        raise ConfigError(f"{path}: no {EXCHANGES} here, nor in the folders below it; nothing to replay")
    return [exchange for file in files for exchange in _read_folder(file)]


def _of_warc(path: Path) -> list[Exchange]:
    """Return the answers of a WARC file. A revisit has the payload of the response it repeats, if that comes before it."""
    exchanges: list[Exchange] = []
    originals = _Originals()
    faults: list[str] = []
    number, size = 0, 0
    try:
        for item in read_answers(path):
            if isinstance(item, Fault):
                number += 1
                if number <= MAX_WARNINGS:
                    faults.append(f"{path}: the record at byte {item.offset}: {item.reason}")
            elif isinstance(item, Answer) and (capture := originals.whole(item)):
                exchanges.append(Exchange.of(capture))
                size += len(capture.payload) if item.repeats is None else 0
                if size > MAX_REPLAY_BYTES:
                    raise ConfigError(
                        f"{path}: its answers are over {MAX_REPLAY_BYTES} bytes; too many to replay"
                    )
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not exchanges:
        why = faults[0] if faults else f"{path}: no answer of a web server in it"
        raise ConfigError(f"{why}; nothing to replay")
    for fault in faults:
        log.warning("%s; not replayed", fault)
    if number > MAX_WARNINGS:
        log.warning("%s: %s further records cannot be read", path, number - MAX_WARNINGS)
    return exchanges


class _Originals:
    """The responses of one WARC file, found by the address, date or digest that a revisit refers to."""

    def __init__(self) -> None:
        self._by_time: dict[tuple[str, datetime], Capture] = {}
        self._by_digest: dict[str, Capture] = {}

    def whole(self, answer: Answer) -> Capture | None:
        """Return an answer's capture, a revisit's with its payload; None for a 304 or if the payload is not in the file."""
        capture, repeats = answer.capture, answer.repeats
        if capture.status == 304:  # no answer to a request without validators
            return None
        if repeats is None:
            self._by_time[canonical(capture.url), capture.fetched_at.replace(microsecond=0)] = capture
            if answer.digest:
                self._by_digest[answer.digest] = capture
            return capture
        found = self._by_digest.get(repeats.digest)
        if repeats.date is not None:
            key = canonical(repeats.url), repeats.date.replace(microsecond=0)
            found = self._by_time.get(key, found)
        return resolve_revisit(capture, found) if found else None


def _read_folder(file: Path) -> Iterator[Exchange]:
    try:
        entries = yaml.load(read_regular(file, MAX_FILE_BYTES).decode("utf-8"), yaml.CSafeLoader)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{file}: not YAML ({error})") from error
    if not isinstance(entries or [], list):
        raise ConfigError(f"{file}: expected a list of exchanges, found {type(entries).__name__}")
    for number, entry in enumerate(entries or []):
        try:
            yield _exchange(entry, file.parent)
        except (KeyError, TypeError, AttributeError, ValueError, OSError) as error:
            raise ConfigError(
                f"{file}: [{number}]: not a saved exchange ({type(error).__name__}: {error})"
            ) from error


def _exchange(entry: dict[str, Any], folder: Path) -> Exchange:
    name = _text(entry["file"]) if entry.get("file") else ""
    if Path(name).name != name:
        raise ValueError(f"file {name!r} must be in the same folder")
    return Exchange(
        method=_text(entry.get("method", "GET")),
        url=_text(entry["url"]),
        status=_status(entry["status"]),
        reason=_line(entry.get("reason", "")),
        headers=tuple((_line(key), _line(value)) for key, value in entry.get("headers", [])),
        body=read_regular(folder / name, MAX_FILE_BYTES) if name else b"",
        form=_text(entry.get("form", "")).encode(),
        date=parse_warc_date(_text(entry["date"])) if "date" in entry else None,
        ip=_line(entry["ip"]) if entry.get("ip") else None,
    )


def _text(value: object) -> str:
    """Return a scalar of YAML as text. Raises ValueError for anything else, which aliases can make endless."""
    if not isinstance(value, str | int | float | date):
        raise ValueError(f"expected text, found {type(value).__name__}")
    text = str(value)
    text.encode()  # fails for lone surrogates
    return text


def _line(value: object) -> str:
    """Return a part of an HTTP head. Raises ValueError for what cannot be sent in one."""
    text = _text(value)
    text.encode("latin-1")
    if any(char in text for char in "\0\r\n"):
        raise ValueError(f"{text[:40]!r} is not one line")
    return text


def _status(value: object) -> int:
    status = int(_text(value))
    if not 100 <= status <= 999:
        raise ValueError(f"{status} is no HTTP status")
    return status
