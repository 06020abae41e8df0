"""Compound files with a stream WordDocument that no program writes any more: 8-bit pieces, fast saves, Word 95, and damaged ones."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_MIN_STREAM = 4096  # smaller streams would need mini sectors
_TEXT_AT = 0x800  # in the stream WordDocument, after the FIB
COMPRESSED = 0x4000_0000


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is stored together: as UTF-16, or in a code page of 8 bits. `change`: a Prm."""

    text: str
    codec: str = "utf-16-le"
    change: int = 0

    @property
    def data(self) -> bytes:
        """The bytes of the text."""
        return self.text.encode(self.codec, "surrogatepass")

    @property
    def length(self) -> int:
        """Positions that the text takes."""
        return len(self.data) // 2 if self.codec == "utf-16-le" else len(self.data)


def compound(streams: Mapping[str, bytes], *, storages: Sequence[str] = ()) -> bytes:
    """Return a compound file of version 3 with streams in its root storage."""
    padded = {
        name: data.ljust(max(_MIN_STREAM, -(-len(data) // _SECTOR) * _SECTOR), b"\0")
        for name, data in streams.items()
    }
    names = [*padded, *storages]
    directory_sectors = -(-(len(names) + 1) * 128 // _SECTOR)
    total = directory_sectors + sum(len(data) // _SECTOR for data in padded.values())
    fat_sectors = 1
    while fat_sectors * (_SECTOR // 4) < total + fat_sectors:
        fat_sectors += 1
    fat = [_FAT] * fat_sectors
    starts = {}
    for name, sectors in (
        ("", directory_sectors),
        *((name, len(data) // _SECTOR) for name, data in padded.items()),
    ):
        starts[name] = len(fat)
        fat += [*range(len(fat) + 1, len(fat) + sectors), _END]
    fat += [_FREE] * (fat_sectors * (_SECTOR // 4) - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, starts[""], 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(fat_sectors), *[_FREE] * (109 - fat_sectors))
    directory = _entry("Root Entry", 5, _FREE, 1 if names else _FREE, _END, 0)
    for i, name in enumerate(names, 1):
        following = i + 1 if i < len(names) else _FREE
        if name in padded:
            directory += _entry(name, 2, following, _FREE, starts[name], len(padded[name]))
        else:
            directory += _entry(name, 1, following, _FREE, 0, 0)
    table = struct.pack(f"<{len(fat)}I", *fat)
    return header + table + directory.ljust(directory_sectors * _SECTOR, b"\0") + b"".join(padded.values())


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII36xIQ", len(encoded), kind, 1, _FREE, right, child, start, size
    )


def word(
    pieces: Sequence[Piece],
    *,
    flags: int = 0,
    stated: int | None = None,
    shift: int = 0,
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a DOC of Word 97. `stated`: characters that it says it has; `shift`: added to where pieces are; `more`: streams."""
    main = bytearray(_TEXT_AT)
    struct.pack_into("<HHHHHH", main, 0, 0xA5EC, 0xC1, 0, 0x0804, 0, 0x0200 | flags)
    places, positions, at = b"", [0], 0
    for piece in reversed(pieces):  # stored in the order of the changes, not of the text
        main += piece.data
    ends = len(main)
    for piece in pieces:
        ends -= len(piece.data)
        offset = ends + shift
        stored = offset if piece.codec == "utf-16-le" else offset * 2 | COMPRESSED
        places += struct.pack("<HIH", 0, stored & 0xFFFFFFFF, piece.change)
        at += piece.length
        positions.append(at)
    struct.pack_into("<i", main, 0x4C, at if stated is None else stated)
    plc = struct.pack(f"<{len(positions)}I", *positions) + places
    clx = b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<II", main, 0x1A2, 0, len(clx))
    return compound({"WordDocument": bytes(main), "1Table": clx, **(more or {})})


def old_word(text: str, codec: str, *, language: int = 0x0804, mark: int = 0xA5DC, flags: int = 0) -> bytes:
    """Return a DOC of Word 95, whose text is stored in one place."""
    main = bytearray(_TEXT_AT)
    data = text.encode(codec)
    length = len(data) // 2 if codec == "utf-16-le" else len(data)
    struct.pack_into("<HHHHHH", main, 0, mark, 0x68, 0, language, 0, flags)
    struct.pack_into("<II", main, 24, _TEXT_AT, _TEXT_AT + len(data))
    struct.pack_into("<i", main, 0x34, length)
    return compound({"WordDocument": bytes(main) + data})
