"""Read WARC records, and turn them back into captures. Stops at the first damaged record.

Made for our own files; one that is not compressed by record is read by `foreign`. To read on after damage: see `answers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

from crawler.address import canonical
from crawler.errors import ArchiveDamaged
from crawler.model import Capture, Headers, ProxyUse, Tls
from crawler.regular_files import open_regular
from crawler.warc.fields import parse_warc_date
from crawler.warc.foreign import Fault, foreign_records
from crawler.warc.members import members
from crawler.warc.record import HEAD_END, Record
from crawler.warc.write import ORIGINAL_PREFIX, PROXY, STORED_DECODED, TLS_ALLOWED, Place, response_head

_RENAMED_HEADER = re.compile(
    rb"(?<=\n)" + re.escape(ORIGINAL_PREFIX).encode() + rb"(?=transfer-encoding)", re.I
)
_TLS_VALUES: dict[str, Tls] = {"legacy": "legacy", "unverified": "unverified"}
_PROXY_VALUES: dict[str, ProxyUse] = {value: value for value in get_args(ProxyUse)}
_LENGTH = re.compile(r"[0-9]{1,15}")
_STATUS = re.compile(r"[0-9]{3}")

__all__ = [
    "Record",
    "exchanges",
    "read_at",
    "read_captures",
    "read_records",
    "to_capture",
]


def read_records(path: Path, start: int = 0) -> Iterator[Record]:
    """Yield every record of a WARC file, from a byte on where a record begins.

    Raises ArchiveDamaged, naming file and byte, at the first record that cannot be read.
    """
    if not _is_compressed(path):
        yield from _foreign(path, 0)
        return
    for member in members(path, start):
        record = parse_record(member.data, member.offset, member.length)
        if record is None:  # the file is not compressed by record
            yield from _foreign(path, member.offset)
            return
        yield _checked(record, path)


def _checked(record: Record, path: Path) -> Record:
    """Return a record whose date and address can be used. Raises ArchiveDamaged, naming file and byte, for any other."""
    try:
        parse_warc_date(record.fields["warc-date"])
        if record.is_http:
            parts = urlsplit(record.url)
            parts.port  # noqa: B018 - a port that is no number raises here
            canonical(record.url)
    except (KeyError, ValueError, OverflowError) as error:
        place = f"{path}: the record at byte {record.place.offset}"
        raise ArchiveDamaged(f"{place} has no valid date or address ({error})") from error
    return record


def _is_compressed(path: Path) -> bool:
    """Return whether a file is gzip. Its first bytes decide; its name only if they are cut off."""
    with open_regular(path) as file:
        start = file.read(5)
    return start[:2] == b"\x1f\x8b" or (".gz" in path.suffixes and not start.startswith(b"WARC/"))


def parse_record(data: bytes, offset: int, length: int) -> Record | None:
    """Return the record in a gzip member; None if the member is anything else than one whole record."""
    end = data.find(HEAD_END)
    version, _, lines = data[: max(end, 0)].decode("utf-8", "replace").partition("\r\n")
    fields = _fields(lines)
    size, start = fields.get("content-length", ""), end + len(HEAD_END)
    if end < 0 or not version.startswith("WARC/") or not _LENGTH.fullmatch(size):
        return None
    if data[start + int(size) :] != HEAD_END or "warc-date" not in fields:
        return None
    place = Place(record_id=fields.get("warc-record-id", ""), offset=offset, length=length)
    block = data[start : start + int(size)]
    return Record(kind=fields.get("warc-type", ""), fields=fields, block=block, place=place)


def _fields(lines: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.split("\r\n"))
    return {name.lower(): value.strip() for name, _, value in pairs}


def _foreign(path: Path, start: int) -> Iterator[Record]:
    for item in foreign_records(path, start, own=True):
        if isinstance(item, Fault):
            raise ArchiveDamaged(f"{path}: the record at byte {item.offset} cannot be read ({item.reason})")
        yield _checked(item, path)


def exchanges(records: Iterable[Record]) -> Iterator[tuple[Record, Record | None]]:
    """Yield every record but the requests, each with the `request` right after it that names it, if there is one.

    If reading fails (ArchiveDamaged), yields the last whole record before raising.
    """
    waiting: Record | None = None
    try:
        for record in records:
            if record.kind == "request":
                about = record.fields.get("warc-concurrent-to")
                if waiting and about == waiting.place.record_id:
                    yield waiting, record
                    waiting = None
                continue
            if waiting:
                yield waiting, None
            waiting = record if record.is_http else None
            if not waiting:
                yield record, None
    except ArchiveDamaged:
        if waiting:
            yield waiting, None
        raise
    if waiting:
        yield waiting, None


def read_captures(path: Path) -> Iterator[Capture]:
    """Yield the captures of a WARC's `response` records, each with its request if that is in the file."""
    for response, request in exchanges(read_records(path)):
        if response.kind == "response" and response.is_http:
            yield to_capture(response, request)


def read_at(path: Path, offset: int) -> Record:
    """Return the record that begins at a byte. Raises ArchiveDamaged, naming file and byte, if none does; OSError."""
    record = next(read_records(path, offset), None)
    if record is None:
        raise ArchiveDamaged(f"{path}: no record at byte {offset}")
    return record


def to_capture(response: Record, request: Record | None = None) -> Capture:
    """Return the capture in a `response` record and its `request`."""
    start, headers, payload = _parse_block(response.block)
    head = response.block[: len(response.block) - len(payload)]
    version, _, rest = start.partition(" ")
    status, _, reason = rest.partition(" ")
    capture = Capture(
        url=response.url,
        status=int(status) if _STATUS.fullmatch(status) else 0,
        reason=reason,
        headers=tuple((_original_name(name.strip()), value) for name, value in headers),
        payload=payload,
        fetched_at=response.date,
        http_version=version,
        ip=response.fields.get("warc-ip-address"),
        truncated=response.fields.get("warc-truncated"),
        tls=_TLS_VALUES.get(response.fields.get(TLS_ALLOWED.lower(), "")),
        proxy=_PROXY_VALUES.get(response.fields.get(PROXY.lower(), "")),
    )
    if response_head(capture) != head:
        capture = replace(capture, head=_RENAMED_HEADER.sub(b"", head))
    if request is None:
        return capture
    line, request_headers, body = _parse_block(request.block)
    return replace(capture, method=line.partition(" ")[0], request_headers=request_headers, request_body=body)


def _original_name(name: str) -> str:
    return (
        name[len(ORIGINAL_PREFIX) :] if name.lower() == (ORIGINAL_PREFIX + STORED_DECODED).lower() else name
    )


def _parse_block(block: bytes) -> tuple[str, Headers, bytes]:
    head, _, body = block.partition(HEAD_END)
    lines = head.decode("latin-1").split("\r\n")
    headers = tuple(
        (name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines[1:])
    )
    return lines[0], headers, body
