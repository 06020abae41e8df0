"""WARC records back into captures, ours or anybody's."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.errors import ArchiveDamaged
from crawler.model import Capture, Headers, Tls
from crawler.warc.digests import agrees
from crawler.warc.members import members
from crawler.warc.write import ORIGINAL, STORED_DECODED, TLS_ALLOWED, Place, response_head

_RENAMED = re.compile(rb"(?<=\n)" + re.escape(ORIGINAL).encode() + rb"(?=transfer-encoding)", re.I)
_ALLOWED: dict[str, Tls] = {"legacy": "legacy", "unverified": "unverified"}
_END = b"\r\n\r\n"
_WHOLE_PAYLOAD = ("response", "resource", "conversion")  # kinds whose payload digest is of what they hold


def parse_warc_date(text: str) -> datetime:
    """The time of a WARC-Date, aware, UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as read back: its named fields (names in lower case), its block, and where it stands."""

    kind: str
    fields: Mapping[str, str]
    block: bytes
    place: Place

    @property
    def url(self) -> str:
        """WARC-Target-URI."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    @property
    def date(self) -> datetime:
        """WARC-Date."""
        return parse_warc_date(self.fields["warc-date"])

    @property
    def is_http(self) -> bool:
        """Whether it is the answer, or the repeated answer, of an HTTP exchange."""
        return self.kind in ("response", "revisit") and self.url.startswith("http")

    def faults(self) -> list[str]:
        """The digests that its bytes do not have."""
        found = []
        if agrees(self.fields.get("warc-block-digest", ""), self.block) is False:
            found.append("its block has not the digest that it tells")
        payload = self.fields.get("warc-payload-digest")
        if payload and self.kind in _WHOLE_PAYLOAD and agrees(payload, self.payload) is False:
            found.append("its payload has not the digest that it tells")
        return found

    @property
    def payload(self) -> bytes:
        """The block without the HTTP head that it may begin with."""
        if not self.fields.get("content-type", "").startswith("application/http"):
            return self.block
        return self.block.partition(_END)[2]


def read_records(path: Path, start: int = 0) -> Iterator[Record]:
    """Every record of a WARC file, ours or anybody's, from a byte on where a record begins.

    Raises ArchiveDamaged, naming file and place, where it breaks.
    """
    if not _is_compressed(path):
        yield from _foreign(path, 0)
        return
    for member in members(path, start):
        record = _parse(member.data, member.offset, member.length)
        if record is None:  # several records in one member, or one in several: not compressed by record
            yield from _foreign(path, member.offset)
            return
        yield record


def _is_compressed(path: Path) -> bool:
    """Whether a file is, or begins to be, gzip; a name that says so is not always right, nor is a cut-off start."""
    with path.open("rb") as file:
        start = file.read(5)
    return start[:2] == b"\x1f\x8b" or (".gz" in path.suffixes and not start.startswith(b"WARC/"))


def _parse(data: bytes, offset: int, length: int) -> Record | None:
    """The record that a gzip member holds; None when it holds anything else than one whole record."""
    end = data.find(_END)
    version, _, lines = data[: max(end, 0)].decode("utf-8", "replace").partition("\r\n")
    fields = _fields(lines)
    size, start = fields.get("content-length", ""), end + len(_END)
    if end < 0 or not version.startswith("WARC/") or not size.isdigit():
        return None
    if data[start + int(size) :] != _END or "warc-date" not in fields:
        return None
    place = Place(record_id=fields.get("warc-record-id", ""), offset=offset, length=length)
    block = data[start : start + int(size)]
    return Record(kind=fields.get("warc-type", ""), fields=fields, block=block, place=place)


def _fields(lines: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.split("\r\n"))
    return {name.lower(): value.strip() for name, _, value in pairs}


def _foreign(path: Path, start: int) -> Iterator[Record]:
    with path.open("rb") as file:
        file.seek(start)
        iterator = ArchiveIterator(file, no_record_parse=True)
        try:
            for record in iterator:
                fields = {name.lower(): value for name, value in record.rec_headers.headers}
                block = record.content_stream().read()
                place = Place(
                    record_id=fields.get("warc-record-id", ""),
                    offset=start + iterator.get_record_offset(),
                    length=iterator.get_record_length(),
                )
                yield Record(kind=record.rec_type, fields=fields, block=block, place=place)
        except (ArchiveLoadFailed, zlib.error, EOFError, KeyError, ValueError) as error:
            raise ArchiveDamaged(f"{path}: a record cannot be read ({error})") from error


def exchanges(records: Iterable[Record]) -> Iterator[tuple[Record, Record | None]]:
    """Every record but the requests, each with the `request` right after it that names it, if there is one.

    Where the records break off (ArchiveDamaged), the last whole one comes first.
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
    """The captures of a WARC's `response` records, each with the request it answers where that is in the file too."""
    for response, request in exchanges(read_records(path)):
        if response.kind == "response" and response.is_http:
            yield to_capture(response, request)


def read_at(path: Path, offset: int) -> Record:
    """The record that begins at a byte. Raises ArchiveDamaged, naming file and byte, where none does; OSError."""
    record = next(read_records(path, offset), None)
    if record is None:
        raise ArchiveDamaged(f"{path}: no record at byte {offset}")
    return record


def to_capture(response: Record, request: Record | None = None) -> Capture:
    """The capture that a `response` record (and its `request`) keeps."""
    start, headers, payload = _parse_block(response.block)
    head = response.block[: len(response.block) - len(payload)]
    allowed = response.fields.get(TLS_ALLOWED.lower())
    version, _, rest = start.partition(" ")
    status, _, reason = rest.partition(" ")
    capture = Capture(
        url=response.url,
        status=int(status) if status.isdigit() else 0,
        reason=reason,
        headers=tuple((_named_back(name.strip()), value) for name, value in headers),
        payload=payload,
        fetched_at=response.date,
        http_version=version,
        ip=response.fields.get("warc-ip-address"),
        truncated=response.fields.get("warc-truncated"),
        tls=_ALLOWED.get(allowed or ""),
    )
    if response_head(capture) != head:
        capture = replace(capture, head=_RENAMED.sub(b"", head))
    if request is None:
        return capture
    line, request_headers, body = _parse_block(request.block)
    return replace(capture, method=line.partition(" ")[0], request_headers=request_headers, request_body=body)


def _named_back(name: str) -> str:
    return name[len(ORIGINAL) :] if name.lower() == (ORIGINAL + STORED_DECODED).lower() else name


def _parse_block(block: bytes) -> tuple[str, Headers, bytes]:
    head, _, body = block.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = tuple(
        (name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines[1:])
    )
    return lines[0], headers, body
