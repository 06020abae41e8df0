"""Undo HTTP content codings (RFC 9110, section 8.4), within a limit. Does not know characters: see extract.decode."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

LIMIT = 30 * 1024 * 1024
"""Bytes that a payload may grow to; a decompression bomb stops here."""

MAX_CODINGS = 5
"""Codings one on the other that are undone; a payload with more is no page."""

MAX_MEMBERS = 10_000
"""Members of one gzip stream, or frames of one zstd stream. A page has a few; compressed logs have thousands."""

_FIRST_PIECE, _LARGEST_PIECE = 4 * 1024, 256 * 1024  # bytes given to a decoder at a time
_TEXT_SAMPLE = 1024  # bytes
_NEVER_IN_TEXT = bytes({*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)})
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = tuple(bytes((low, 0x2A, 0x4D, 0x18)) for low in range(0x50, 0x60))  # RFC 8878, 3.1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A payload with its codings undone. Where `short` says something, `body` is a part only, and that says why."""

    body: bytes
    short: str | None = None


def decode_content(payload: bytes, content_encoding: str | None, *, limit: int = LIMIT) -> Decoded:
    """Undo the codings of a payload, the last one first; cut the body at `limit` bytes.

    `content_encoding` holds the values of all Content-Encoding headers, separated by commas. All members of a gzip
    stream and all frames of a zstd stream are read; what else follows a stream is left out, as in browsers. gzip that is
    called deflate and the like is read as what it is. A payload that is in no coding (a common server fault) is the
    body. A stream that has no end, or that breaks off because it is damaged, gives its beginning as a `short` body.
    """
    codings = [c.strip().lower() for c in (content_encoding or "").split(",") if c.strip()]
    known = [c for c in reversed(codings) if c in _ATTEMPTS][:MAX_CODINGS]
    body, short = payload, None
    for number, coding in enumerate(known):
        if number and len(body) >= limit:
            return Decoded(body=body[:limit], short=short or f"it grows over {limit} bytes")
        found = _undo(body, coding, limit)
        body, short = found.body, short or found.short
    return Decoded(body=body, short=short)


def _undo(payload: bytes, coding: str, limit: int) -> Decoded:
    for attempt in _ATTEMPTS[coding]:
        if (found := attempt(payload, limit)) is not None:
            return found
    return Decoded(body=payload)


# -- formats: each gives None for a payload that is not in it ---------------------------------------------------


class _Decoder(Protocol):
    """What zlib's and zstd's decoders have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(slots=True)
class _Member:
    """One member of a stream, read until its end, until `room` bytes of output, or until it proves to be damaged."""

    decoder: _Decoder
    room: int  # bytes
    out: bytearray = field(default_factory=bytearray)
    used: int = 0  # bytes of input
    damaged: bool = False

    def read(self, data: memoryview, errors: type[Exception]) -> None:
        """Read from the beginning of `data`. Small pieces first: what follows a member is copied with each of them."""
        size = _FIRST_PIECE
        while self.used < len(data) and not self.decoder.eof and len(self.out) < self.room:
            piece = bytes(data[self.used : self.used + size])
            try:
                self.out += self.decoder.decompress(piece, self.room - len(self.out))
            except errors:
                self.damaged = True
                return
            self.used += len(piece)
            size = min(2 * size, _LARGEST_PIECE)
        self.used -= len(self.decoder.unused_data)


def _gzip(payload: bytes, limit: int) -> Decoded | None:
    def new() -> _Decoder:
        return zlib.decompressobj(zlib.MAX_WBITS | 16)

    return _members(payload, limit, "gzip", new, (_GZIP,), zlib.error)


def _zstd(payload: bytes, limit: int) -> Decoded | None:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    def new() -> _Decoder:
        return zstd.ZstdDecompressor()

    return _members(payload, limit, "zstd", new, (_ZSTD, *_ZSTD_SKIPPABLE), zstd.ZstdError)


def _members(
    payload: bytes,
    limit: int,
    name: str,
    new: Callable[[], _Decoder],
    magics: tuple[bytes, ...],
    errors: type[Exception],
) -> Decoded | None:
    """All members of a stream whose members begin with one of `magics`."""
    body, rest = bytearray(), memoryview(payload)
    for number in range(MAX_MEMBERS):
        start = bytes(rest[: len(magics[0])])
        if not start.startswith(magics):
            is_cut = bool(start) and magics[0].startswith(start)
            if not number and not is_cut:
                return None
            return Decoded(body=bytes(body), short=_no_end(name) if is_cut else None)
        member = _Member(new(), limit - len(body))
        member.read(rest, errors)
        body += member.out
        if len(body) >= limit:
            return Decoded(body=bytes(body[:limit]))
        if member.damaged or not member.decoder.eof:
            return Decoded(body=bytes(body), short=_damaged(name) if member.damaged else _no_end(name))
        rest = rest[member.used :]
    return Decoded(body=bytes(body), short=f"its {name} stream has more than {MAX_MEMBERS} members")


def _zlib(payload: bytes, limit: int) -> Decoded | None:
    """The zlib format (RFC 1950), which is what `deflate` means by the standard."""
    first, second = (*payload[:2], 0, 0)[:2]
    if first & 0x0F != 8 or first >> 4 > 7 or (first << 8 | second) % 31:
        return None
    return _deflated(payload, limit, zlib.MAX_WBITS)


def _raw_deflate(payload: bytes, limit: int) -> Decoded | None:
    """Deflate (RFC 1951) without the zlib format around it, which some servers send as `deflate`."""
    return _deflated(payload, limit, -zlib.MAX_WBITS)


def _deflated(payload: bytes, limit: int, window_bits: int) -> Decoded | None:
    """Deflate has no magic, or one that text can have by chance: text that is no stream is no short stream either."""
    member = _Member(zlib.decompressobj(window_bits), limit)
    member.read(memoryview(payload), zlib.error)
    body = bytes(member.out)
    if member.decoder.eof or len(body) >= limit:
        return Decoded(body=body[:limit])
    if member.damaged:
        is_stream = window_bits > 0 and not _is_text(payload)
        return Decoded(body=body, short=_damaged("deflate")) if is_stream else None
    return None if _is_text(payload) else Decoded(body=body, short=_no_end("deflate"))


def _brotli(payload: bytes, limit: int) -> Decoded | None:
    import brotli  # here, since hardly a server sends it to a client that asks for `identity`

    reader = _Brotli(brotli.Decompressor(), limit)
    try:
        reader.read(payload, _LARGEST_PIECE)
    except (
        brotli.error
    ):  # damaged, no Brotli at all, or something follows its end: byte by byte the end is found
        trusted = reader.used
        reader = _Brotli(brotli.Decompressor(), limit)
        try:
            reader.read(payload[:trusted], _LARGEST_PIECE)
            reader.read(payload[trusted : trusted + _LARGEST_PIECE], 1)
        except brotli.error:
            return None
    body = bytes(reader.out[:limit])
    if reader.is_finished or len(body) >= limit:
        return Decoded(body=body)
    return None if _is_text(payload) else Decoded(body=body, short=_no_end("br"))


class _BrotliDecoder(Protocol):
    def process(self, data: bytes, output_buffer_limit: int) -> bytes: ...
    def is_finished(self) -> bool: ...
    def can_accept_more_data(self) -> bool: ...


@dataclass(slots=True)
class _Brotli:
    """A Brotli stream, read piece by piece until its end or until `limit` bytes of output."""

    decoder: _BrotliDecoder
    limit: int  # bytes
    out: bytearray = field(default_factory=bytearray)
    used: int = 0  # bytes of input, those of a piece that raised left out

    @property
    def is_finished(self) -> bool:
        return self.decoder.is_finished()

    def read(self, data: bytes, size: int) -> None:
        """Read pieces of `size` bytes. Raises brotli.error, also for a piece that goes beyond the stream's end."""
        at = 0
        while at < len(data) and not self.is_finished and len(self.out) < self.limit:
            self._take(data[at : at + size])
            at += size
            self.used += size

    def _take(self, piece: bytes) -> None:
        while True:
            self.out += self.decoder.process(piece, output_buffer_limit=max(self.limit - len(self.out), 1))
            if len(self.out) >= self.limit or self.is_finished or self.decoder.can_accept_more_data():
                return
            piece = b""


def _is_text(payload: bytes) -> bool:
    """Whether bytes are text rather than compressed: those have control characters all over."""
    sample = payload[:_TEXT_SAMPLE]
    return len(sample.translate(None, _NEVER_IN_TEXT)) == len(sample)


def _no_end(name: str) -> str:
    return f"its {name} stream has no end"


def _damaged(name: str) -> str:
    return f"its {name} stream is damaged"


_Attempt = Callable[[bytes, int], Decoded | None]
_OF_GZIP: tuple[_Attempt, ...] = (_gzip, _zlib, _zstd, _raw_deflate)

_ATTEMPTS: dict[str, tuple[_Attempt, ...]] = {
    "gzip": _OF_GZIP,
    "x-gzip": _OF_GZIP,
    "deflate": _OF_GZIP,
    "br": (_brotli, _gzip, _zstd),
    "zstd": (_zstd, _gzip, _zlib),
}
"""What a payload may be in, by what its header says it is in."""
