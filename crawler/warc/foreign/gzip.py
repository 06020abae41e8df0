"""Members of gzip files (RFC 1952)."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from isal import isal_zlib

from crawler.warc.foreign.compressed import Coding, Decoder

GZIP_MAGIC = b"\x1f\x8b\x08"
GZIP_WINDOW_BITS = 31  # zlib's, with gzip's header and trailer
_ERRORS: tuple[type[Exception], ...] = (
    isal_zlib.error,  # type: ignore[assignment] # its stub takes the class for an instance
    EOFError,
)


class _Member:
    """Decoder of one member."""

    def __init__(self) -> None:
        self._decoder = isal_zlib.decompressobj(GZIP_WINDOW_BITS)

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    @property
    def unused(self) -> int:
        return len(self._decoder.unused_data)

    def feed(self, data: bytes, max_length: int) -> bytes:
        return self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)


def _decoders(_file: BinaryIO) -> Callable[[], Decoder]:
    return _Member


GZIP = Coding(
    name="gzip",
    magic=GZIP_MAGIC,
    is_start=lambda data: data.startswith(GZIP_MAGIC),
    decoders=_decoders,
    errors=_ERRORS,
    skip=lambda _file, _offset: 0,
)
