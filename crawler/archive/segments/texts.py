"""The texts that a worker has read, delivered behind the WARC file of its segment: the enterer reads no page again for them.

A delivered segment is the bytes of the WARC file, whose digest is in its name, a gzip member with a JSON list of the texts,
and 16 bytes: the length of the WARC file and a mark. The archive keeps the WARC file alone. A text is taken only by its own
digest, which an act of the WARC file states. Texts that are missing or cannot be read are read from their pages.
"""

from __future__ import annotations

import gzip
import json
import os
import stat
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from crawler.field.fingerprint import text_sha256

MAX_TEXTS_BYTES = 128 * 1024 * 1024
"""Size of all texts of a segment, as JSON. More are not delivered."""

_MARK = b"fazhi-t1"
_LENGTH_BYTES = 8
_END_BYTES = _LENGTH_BYTES + len(_MARK)
_GZIP_WINDOW_BITS = 31
_LEVEL = 6


def append_texts(path: Path, texts: Iterable[str]) -> None:
    """Append texts to a copy of a WARC file, unless there are none. Raises OSError."""
    encoded = json.dumps(list(texts), ensure_ascii=False).encode("utf-8", "replace")
    if encoded == b"[]" or len(encoded) > MAX_TEXTS_BYTES:
        return
    length = path.stat().st_size.to_bytes(_LENGTH_BYTES, "big")
    with path.open("ab") as file:
        file.write(gzip.compress(encoded, _LEVEL, mtime=0) + length + _MARK)


def take_texts(path: Path) -> Mapping[str, str]:
    """Return the texts behind a WARC file, by digest, and cut them off. A file without them stays as it is. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "r+b") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return {}
        length = _warc_length(file)
        if length is None:
            return {}
        file.seek(length)
        data = file.read()[:-_END_BYTES]
        file.truncate(length)
    return {text_sha256(text): text for text in _texts_in(data)}


def _warc_length(file: BinaryIO) -> int | None:
    size = file.seek(0, os.SEEK_END)
    if size < _END_BYTES:
        return None
    file.seek(size - _END_BYTES)
    end = file.read(_END_BYTES)
    length = int.from_bytes(end[:_LENGTH_BYTES], "big")
    return length if end[_LENGTH_BYTES:] == _MARK and length <= size - _END_BYTES else None


def _texts_in(data: bytes) -> list[str]:
    """Return the texts of a gzip member; none if it has another form. One that is no Unicode text is left out."""
    decoder = zlib.decompressobj(_GZIP_WINDOW_BITS)
    try:
        read = json.loads(decoder.decompress(data, MAX_TEXTS_BYTES))
    except (zlib.error, ValueError, RecursionError):
        return []
    found: list[str] = []
    for each in read if isinstance(read, list) else ():
        with suppress(UnicodeEncodeError, AttributeError):
            each.encode()
            found.append(each)
    return found
