"""Undo HTTP content codings (gzip, deflate, br, zstd; RFC 9110, section 8.4), within a limit on size.

Character encodings: see extract.page.decode.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

MAX_DECODED_BYTES = 30 * 1024 * 1024
"""Maximum size of a decoded payload, against decompression bombs."""

MAX_CODINGS = 5
"""Codings of one payload that are undone; further ones are ignored."""

MAX_MEMBERS = 10_000
"""Maximum members of a gzip stream, or frames of a zstd stream. A page has a few; compressed logs have thousands."""

_MIN_INPUT_BYTES, _MAX_INPUT_BYTES = 4 * 1024, 256 * 1024  # given to a decoder at a time
_TEXT_SAMPLE_BYTES = 1024
_NEVER_IN_TEXT = bytes({*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)})
_PADDING = re.compile(rb"\0+")  # of a gzip file, which gzip ignores behind a member (tar pads to blocks)
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = tuple(bytes((low, 0x2A, 0x4D, 0x18)) for low in range(0x50, 0x60))  # RFC 8878, 3.1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A payload with its codings undone. `short` is None for a complete body, else why `body` is only a part."""

    body: bytes
    short: str | None = None


def decode_content(
    payload: bytes, content_encoding: str | None, *, limit: int = MAX_DECODED_BYTES
) -> Decoded:
    """Undo the codings of a payload, the last one first; cut the body at `limit` bytes.

    `content_encoding` holds the values of all Content-Encoding headers, separated by commas. All members of a gzip
    stream and all frames of a zstd stream are read; other bytes after a stream are dropped, as in browsers. A stream
    under another coding's name (gzip called deflate) is decoded as what it is. A payload without any coding, a common
    server fault, is returned unchanged. A stream that is cut off or damaged gives its beginning as a `short` body.
    """
    codings = [c.strip().lower() for c in (content_encoding or "").split(",") if c.strip()]
    known = [c for c in reversed(codings) if c in _DECODERS][:MAX_CODINGS]
    body, short = payload, None
    for number, coding in enumerate(known):
        if number and len(body) >= limit:
            return Decoded(body=body[:limit], short=short or f"it grows over {limit} bytes")
        found = _undo(body, coding, limit)
        body, short = found.body, short or found.short
    return Decoded(body=body, short=short)


def _undo(payload: bytes, coding: str, limit: int) -> Decoded:
    for decode_format in _DECODERS[coding]:
        if (found := decode_format(payload, limit)) is not None:
            return found
    return Decoded(body=payload)


# -- formats: each returns None for a payload in another format -------------------------------------------------


class _Decoder(Protocol):
    """Common interface of zlib's and zstd's decoders."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(slots=True)
class _Member:
    """One member of a stream, decoded until its end, up to `max_output` bytes, or up to damage."""

    decoder: _Decoder
    max_output: int  # bytes
    out: bytearray = field(default_factory=bytearray)
    used: int = 0  # bytes of input
    damaged: bool = False

    def read(self, data: memoryview, errors: type[Exception]) -> None:
        """Decode from the start of `data`. Pieces grow: the decoder copies the bytes of a piece that follow the member."""
        size = _MIN_INPUT_BYTES
        while self.used < len(data) and not self.decoder.eof and len(self.out) < self.max_output:
            piece = bytes(data[self.used : self.used + size])
            try:
                self.out += self.decoder.decompress(piece, self.max_output - len(self.out))
            except errors:
                self.damaged = True
                return
            self.used += len(piece)
            size = min(2 * size, _MAX_INPUT_BYTES)
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
    """Decode all members of a stream; each begins with one of `magics`. Zero bytes between them are padding."""
    body, rest = bytearray(), memoryview(payload)
    for number in range(MAX_MEMBERS):
        start = bytes(rest[: len(magics[0])])
        if not start.startswith(magics):
            is_cut = bool(start) and magics[0].startswith(start)
            if not number and not is_cut:
                return None
            return Decoded(body=bytes(body), short=_cut_off_message(name) if is_cut else None)
        member = _Member(new(), limit - len(body))
        member.read(rest, errors)
        body += member.out
        if len(body) >= limit:
            return Decoded(body=bytes(body[:limit]))
        if member.damaged or not member.decoder.eof:
            return Decoded(
                body=bytes(body), short=_damaged_message(name) if member.damaged else _cut_off_message(name)
            )
        rest = rest[member.used :]
        if padding := _PADDING.match(rest):
            rest = rest[padding.end() :]
    return Decoded(body=bytes(body), short=f"its {name} stream has more than {MAX_MEMBERS} members")


def _zlib(payload: bytes, limit: int) -> Decoded | None:
    """Decode the zlib format (RFC 1950), which is the standard's `deflate`."""
    first, second = (*payload[:2], 0, 0)[:2]
    if first & 0x0F != 8 or first >> 4 > 7 or (first << 8 | second) % 31:
        return None
    return _deflated(payload, limit, zlib.MAX_WBITS)


def _raw_deflate(payload: bytes, limit: int) -> Decoded | None:
    """Decode raw deflate (RFC 1951) without the zlib format, which some servers send as `deflate`."""
    return _deflated(payload, limit, -zlib.MAX_WBITS)


def _deflated(payload: bytes, limit: int, window_bits: int) -> Decoded | None:
    """Decode deflate data. It has no magic, or one that text may begin with, so text that fails is not a short stream."""
    member = _Member(zlib.decompressobj(window_bits), limit)
    member.read(memoryview(payload), zlib.error)
    body = bytes(member.out)
    if member.decoder.eof or len(body) >= limit:
        return Decoded(body=body[:limit])
    if member.damaged:
        is_stream = window_bits > 0 and not _is_text(payload)
        return Decoded(body=body, short=_damaged_message("deflate")) if is_stream else None
    return None if _is_text(payload) else Decoded(body=body, short=_cut_off_message("deflate"))


def _brotli(payload: bytes, limit: int) -> Decoded | None:
    import brotli  # not on import: few servers send it, since we request `identity`

    reader = _Brotli(brotli.Decompressor(), limit)
    try:
        reader.read(payload, _MAX_INPUT_BYTES)
    except brotli.error:
        # damaged, not Brotli, or with bytes after its end, which reading byte by byte finds
        trusted = reader.used
        reader = _Brotli(brotli.Decompressor(), limit)
        try:
            reader.read(payload[:trusted], _MAX_INPUT_BYTES)
            reader.read(payload[trusted : trusted + _MAX_INPUT_BYTES], 1)
        except brotli.error:
            return None
    body = bytes(reader.out[:limit])
    if reader.is_finished or len(body) >= limit:
        return Decoded(body=body)
    return None if _is_text(payload) else Decoded(body=body, short=_cut_off_message("br"))


class _BrotliDecoder(Protocol):
    def process(self, data: bytes, output_buffer_limit: int) -> bytes: ...
    def is_finished(self) -> bool: ...
    def can_accept_more_data(self) -> bool: ...


@dataclass(slots=True)
class _Brotli:
    """A Brotli stream, decoded piece by piece until its end or up to `limit` bytes of output."""

    decoder: _BrotliDecoder
    limit: int  # bytes
    out: bytearray = field(default_factory=bytearray)
    used: int = 0  # bytes of input, without a piece that raised

    @property
    def is_finished(self) -> bool:
        return self.decoder.is_finished()

    def read(self, data: bytes, size: int) -> None:
        """Decode pieces of `size` bytes. Raises brotli.error, also for a piece that extends beyond the stream's end."""
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
    """Return whether bytes are text, not compressed data, which has control characters."""
    sample = payload[:_TEXT_SAMPLE_BYTES]
    return len(sample.translate(None, _NEVER_IN_TEXT)) == len(sample)


def _cut_off_message(name: str) -> str:
    return f"its {name} stream has no end"


def _damaged_message(name: str) -> str:
    return f"its {name} stream is damaged"


_DecodeFormat = Callable[[bytes, int], Decoded | None]
_GZIP_FAMILY: tuple[_DecodeFormat, ...] = (_gzip, _zlib, _zstd, _raw_deflate)

_DECODERS: dict[str, tuple[_DecodeFormat, ...]] = {
    "gzip": _GZIP_FAMILY,
    "x-gzip": _GZIP_FAMILY,
    "deflate": _GZIP_FAMILY,
    "br": (_brotli, _gzip, _zstd),
    "zstd": (_zstd, _gzip, _zlib),
}
"""Declared coding → decoders to try, in this order."""
