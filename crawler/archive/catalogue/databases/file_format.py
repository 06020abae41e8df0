"""What SQLite does not check of its own files: fields of the header that no table depends on, and the write-ahead log.

SQLite ends reading a log at the first frame whose checksum is wrong, as if nothing followed: a changed bit takes back the
transactions after it, and no query shows that. Source: https://www.sqlite.org/fileformat2.html, sections 1.3 and 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from crawler.archive.catalogue.engine import wal_files

_HEADER_BYTES = 100
_LOG_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24
_LOG_MAGIC = 0x377F0682  # and 1 if the checksums are big-endian
_FIXED = {20: 0, 21: 64, 22: 32, 23: 32}  # reserved bytes of a page, and three fractions
_ZERO = {
    "default cache size": 48,
    "largest root page": 52,
    "user version": 60,
    "vacuum mode": 64,
    "application": 68,
}
_ENCODING_UTF8 = 1


def file_faults(catalogue: Path) -> Iterator[str]:
    """Yield what is wrong with the bytes of a catalogue's header and of its write-ahead log. Raises OSError."""
    with catalogue.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    log, _ = wal_files(catalogue)
    frames = log.read_bytes() if log.is_file() else b""
    header = _header_in_log(frames) or header
    if len(header) == _HEADER_BYTES and header.startswith(b"SQLite format 3\0"):
        # with a log, a kill may have left the file itself half written
        yield from _header_faults(header, None if frames else catalogue.stat().st_size)
    yield from (f"{log.name}: {what}" for what in _log_faults(frames))


def _header_in_log(data: bytes) -> bytes:
    """Return the header as the log has it last; empty if no frame of it is the first page."""
    found = b""
    if len(data) > _LOG_HEADER_BYTES:
        page, salts = int.from_bytes(data[8:12], "big"), int.from_bytes(data[16:24], "big")
        for start in range(_LOG_HEADER_BYTES, len(data) - page, _FRAME_HEADER_BYTES + max(page, 512)):
            if data[start : start + 4] == b"\0\0\0\1" and _is_of_log(data, start, salts):
                found = data[start + _FRAME_HEADER_BYTES :][:_HEADER_BYTES]
    return found


def _header_faults(header: bytes, size: int | None) -> Iterator[str]:
    def number(at: int) -> int:
        return int.from_bytes(header[at : at + 4], "big")

    page = struct.unpack(">H", header[16:18])[0]
    page = 65536 if page == 1 else page
    wrong = [f"byte {at}" for at, value in _FIXED.items() if header[at] != value]
    wrong += [name for name, at in _ZERO.items() if number(at) != 0]
    if any(header[72:92]):
        wrong.append("reserved bytes")
    if header[18] != header[19] or header[18] not in (1, 2):
        wrong.append("format version")
    if number(44) != 4:
        wrong.append("schema format")
    if number(56) != _ENCODING_UTF8:
        wrong.append("text encoding")
    if number(24) != number(92):
        wrong.append("change counter")
    if size is not None and number(28) * page != size:
        wrong.append("number of pages")
    if not 3_000_000 <= number(96) < 4_000_000:
        wrong.append("version of SQLite")
    yield from (f"its header has a value that SQLite did not write: {name}" for name in wrong)


def _log_faults(data: bytes) -> Iterator[str]:
    if len(data) < _LOG_HEADER_BYTES:
        if data:
            yield "is cut off in its header"
        return
    magic, _, page, _, salt_1, salt_2, sum_1, sum_2 = struct.unpack(">8I", data[:_LOG_HEADER_BYTES])
    order = ">" if magic & 1 else "<"
    sums = _checksum(data[: _LOG_HEADER_BYTES - 8], order, (0, 0))
    if magic & ~1 != _LOG_MAGIC or sums != (sum_1, sum_2) or page < 512:
        yield "its header is damaged"
        return
    step = _FRAME_HEADER_BYTES + page
    starts = range(_LOG_HEADER_BYTES, len(data) - step + 1, step)
    salts = salt_1 << 32 | salt_2
    own = [start for start in starts if _is_of_log(data, start, salts)]
    last = own[-1] if own else -1
    for place, start in enumerate(starts, start=1):
        if start > last:
            return
        head = data[start : start + _FRAME_HEADER_BYTES]
        sums = _checksum(head[:8], order, sums)
        sums = _checksum(data[start + _FRAME_HEADER_BYTES : start + step], order, sums)
        if sums != struct.unpack(">2I", head[16:24]) or head[8:16] != salts.to_bytes(8, "big"):
            yield f"frame {place} of {len(own)} is damaged; SQLite reads no transaction from there on"
            return


def _is_of_log(data: bytes, start: int, salts: int) -> bool:
    """Whether a frame belongs to the log's present round: its salts are those of the header, or one bit from them.

    Frames of earlier rounds stay behind the last frame until they are written over. Their salts are random numbers.
    """
    return (int.from_bytes(data[start + 8 : start + 16], "big") ^ salts).bit_count() <= 1


def _checksum(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    one, two = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
