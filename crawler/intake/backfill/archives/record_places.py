"""Captures out of WARC files of others, by file, offset and length: a range request, and the one record in its gzip member."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.address import host_port, normal
from crawler.errors import FetchError, Unplayable
from crawler.fetch.archive_client import ArchiveClient, Part, Service
from crawler.intake.backfill.archives.mementos import Memento
from crawler.intake.backfill.index import IndexRow
from crawler.model import Capture
from crawler.warc import Answer, Fault, Provenance, read_answers
from crawler.warc.cdxj import surt

MAX_RECORD_BYTES = 64 * 1024 * 1024
_MAX_RECORD_ID_CHARS = 200
_MAX_DIFFERENCE_SECONDS = 1.0


async def record_at(
    row: IndexRow, base: str, client: ArchiveClient, service: Service, part: Part, origin: str
) -> Memento:
    """Return the capture in the record at a row's place. `base`: address before the file's name.

    Raises Unplayable if no such record is there; LeftAlone if the archive refuses to give it.
    """
    offset, length, name = [*row.place.split(" ", 2), "", "", ""][:3]
    url = base + name
    if not name:
        raise Unplayable(row.url, "its index does not say where the record is")
    if _server(url) != _server(f"{base}/"):
        raise Unplayable(url, f"its index names a file at another server than {base}")
    if not 0 < int(length) <= MAX_RECORD_BYTES:
        raise Unplayable(url, f"its record of {length} bytes is over {MAX_RECORD_BYTES}")
    last = int(offset) + int(length) - 1
    got = await client.get(url, service, part, [("Range", f"bytes={offset}-{last}")])
    if got.status == 403:
        raise service.give_up(url, "it answers 403 Forbidden")
    if got.status == 200 and int(offset) == 0 and len(got.payload) == int(length):
        pass  # the file is this one record
    elif got.status != 206:
        raise Unplayable(
            url, f"HTTP {got.status} {got.reason} to the request for bytes {offset} to {last}".strip()
        )
    if len(got.payload) != int(length):
        raise Unplayable(url, f"truncated: {len(got.payload)} bytes of {length}")
    return _memento(_answer_in(got, url), row, got, f"{url}#bytes={offset}-{last}", origin)


def _server(url: str) -> str | None:
    address = normal(url)
    return host_port(address) if address else None


def _answer_in(got: Capture, url: str) -> Answer:
    with TemporaryDirectory(prefix="fazhi-record-") as folder:
        file = Path(folder) / "record.warc.gz"
        with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            out.write(got.payload)
        try:
            found = next(iter(read_answers(file)), None)
        except OSError as error:
            raise FetchError(url, f"its record cannot be read: {error.strerror or error}") from error
    if isinstance(found, Fault):
        raise Unplayable(url, f"its record cannot be read: {found.reason}")
    if not isinstance(found, Answer):
        raise Unplayable(url, "its record holds no answer of a web server")
    if found.short:
        raise Unplayable(url, f"truncated: {found.short}")
    if found.repeats is not None:
        raise Unplayable(url, "its record is a revisit: it has no payload")
    return found


def _memento(found: Answer, row: IndexRow, got: Capture, place: str, origin: str) -> Memento:
    capture, told = found.capture, []
    if abs((capture.fetched_at - row.at).total_seconds()) > _MAX_DIFFERENCE_SECONDS:
        told.append(f"asked for {row.at:%Y-%m-%d %H:%M:%S}, got {capture.fetched_at:%Y-%m-%d %H:%M:%S}")
    if surt(capture.url) != row.key:
        told.append(f"asked for {row.url}, got {capture.url}")
    provenance = Provenance(
        origin=f"{origin}#{found.record_id[:_MAX_RECORD_ID_CHARS]}",
        source_uri=place,
        created_at=got.fetched_at,
        digest=found.digest if not found.unknown_digest else "",
        not_kept=found.not_kept or ("" if capture.request_headers else "request"),
    )
    return Memento(capture=capture, provenance=provenance, told="; ".join(told))
