"""WARC records back into captures, ours or anybody's; and how much of a file is whole."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.errors import ArchiveDamaged
from crawler.model import Capture, Headers, Tls
from crawler.warc.write import ORIGINAL, STORED_DECODED, TLS_ALLOWED, Place, response_head

_RENAMED = re.compile(rb"(?<=\n)" + re.escape(ORIGINAL).encode() + rb"(?=transfer-encoding)", re.I)
_ALLOWED: dict[str, Tls] = {"legacy": "legacy", "unverified": "unverified"}


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


def read_records(path: Path) -> Iterator[Record]:
    """Every record of a WARC file, ours or anybody's. Raises ArchiveDamaged, naming file and place, where it breaks."""
    with path.open("rb") as file:
        iterator = ArchiveIterator(file, no_record_parse=True)
        try:
            for record in iterator:
                fields = {name.lower(): value for name, value in record.rec_headers.headers}
                block = record.content_stream().read()
                offset, length = iterator.get_record_offset(), iterator.get_record_length()
                place = Place(record_id=fields.get("warc-record-id", ""), offset=offset, length=length)
                yield Record(kind=record.rec_type, fields=fields, block=block, place=place)
        except (ArchiveLoadFailed, zlib.error, EOFError, KeyError, ValueError) as error:
            raise ArchiveDamaged(f"{path}: a record cannot be read ({error})") from error


def read_captures(path: Path) -> Iterator[Capture]:
    """The captures of a WARC's `response` records, each with the request it answers where that is in the file too."""
    waiting: Record | None = None
    for record in read_records(path):
        if (
            record.kind == "request"
            and waiting
            and record.fields.get("warc-concurrent-to") == waiting.place.record_id
        ):
            yield to_capture(waiting, record)
            waiting = None
            continue
        if waiting:
            yield to_capture(waiting)
            waiting = None
        if record.kind == "response" and record.url.startswith("http"):
            waiting = record
    if waiting:
        yield to_capture(waiting)


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
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
    return lines[0], headers, body


def whole_length(path: Path) -> int:
    """Bytes at the start of a record-compressed WARC that are whole gzip members: all of it unless the tail is torn."""
    whole = 0
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    with path.open("rb") as file:
        position = 0
        while chunk := file.read(1 << 20):
            position += len(chunk)
            while chunk:
                try:
                    decoder.decompress(chunk)
                except zlib.error:
                    return whole
                chunk = decoder.unused_data
                if decoder.eof:
                    whole = position - len(chunk)
                    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return whole
