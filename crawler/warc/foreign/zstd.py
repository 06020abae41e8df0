"""Frames of zstd-compressed WARC files (IIPC, Zstandard Compression for WARC Files 1.0; RFC 8878).

The file may begin with a dictionary for all its frames, in a skippable frame of its own, compressed or not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import BinaryIO

from crawler.warc.foreign.compressed import Coding, Decoder

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
DICTIONARY_FRAME = b"\x5d\x2a\x4d\x18"
_DICTIONARY_MAGIC = b"\x37\xa4\x30\xec"
_SKIPPABLE = tuple(bytes((0x50 + low, 0x2A, 0x4D, 0x18)) for low in range(16))
MAX_DICTIONARY_BYTES = 8 << 20  # compressed and not, as the specification says of decoders
_WINDOW_LOG_MAX = 23  # 8 MB, as the specification says of decoders: so much memory a frame may need


class _Frame:
    """Decoder of one frame."""

    def __init__(self, dictionary: zstd.ZstdDict | None) -> None:
        options = {int(zstd.DecompressionParameter.window_log_max): _WINDOW_LOG_MAX}
        self._decoder = zstd.ZstdDecompressor(zstd_dict=dictionary, options=options)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return self._decoder.needs_input

    @property
    def unused(self) -> int:
        return len(self._decoder.unused_data)

    def feed(self, data: bytes, max_length: int) -> bytes:
        return self._decoder.decompress(data, max_length)


def _decoders(file: BinaryIO) -> Callable[[], Decoder]:
    """Return what makes decoders for a file's frames. Raises ZstdError, ValueError for a dictionary that is none."""
    dictionary = _dictionary(file)
    _Frame(dictionary)  # raises for content that is no dictionary's
    return lambda: _Frame(dictionary)


def _dictionary(file: BinaryIO) -> zstd.ZstdDict | None:
    file.seek(0)
    head = file.read(8)
    if not head.startswith(DICTIONARY_FRAME):
        return None
    size = int.from_bytes(head[4:8], "little")
    if size > MAX_DICTIONARY_BYTES:
        raise zstd.ZstdError(f"it has {size} bytes, and {MAX_DICTIONARY_BYTES} are read")
    data = file.read(size)
    if data.startswith(ZSTD_MAGIC):
        frame = _Frame(None)
        data = frame.feed(data, MAX_DICTIONARY_BYTES)
        if not frame.eof:
            raise zstd.ZstdError(f"it is cut off, or inflates to over {MAX_DICTIONARY_BYTES} bytes")
    if not data.startswith(_DICTIONARY_MAGIC):
        raise zstd.ZstdError("it is none")
    return zstd.ZstdDict(data)


def _skip(file: BinaryIO, offset: int) -> int:
    """Return the length of a skippable frame at a byte; 0 if there is none. One that is cut off reaches beyond the file."""
    file.seek(offset)
    head = file.read(8)
    return 8 + int.from_bytes(head[4:8], "little") if len(head) == 8 and head.startswith(_SKIPPABLE) else 0


ZSTD = Coding(
    name="zstd",
    magic=ZSTD_MAGIC,
    is_start=lambda data: data.startswith((ZSTD_MAGIC, *_SKIPPABLE)),
    decoders=_decoders,
    errors=(zstd.ZstdError, ValueError, EOFError),
    skip=_skip,
)
