"""A TrueType font of one glyph, a box: embedded in made PDFs, where every character is drawn as it. No font file is needed."""

from __future__ import annotations

import struct

UNITS_PER_EM = 1000


def box_font() -> bytes:
    """Return the font: glyph 0 and 1 are a box as wide as the font's size."""
    glyph = struct.pack(">hhhhh", 1, 50, -100, 950, 850)  # one contour, its bounds
    glyph += struct.pack(">HH", 3, 0) + bytes((1, 1, 1, 1))  # four points on the curve, no instructions
    glyph += struct.pack(">8h", 50, 0, 900, 0, -100, 950, 0, -950)
    return _font(
        {
            b"glyf": glyph,
            b"head": struct.pack(
                ">IIIIHHqqhhhhHHhhh",
                0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0, UNITS_PER_EM, 0, 0, 50, -100, 950, 850, 0, 8, 2, 1, 0,
            ),
            b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x00010000, 880, -120, 0, 1000, 50, 50, 950, 1, *[0] * 7, 2),
            b"hmtx": struct.pack(">HhHh", 1000, 50, 1000, 50),
            b"loca": struct.pack(">III", 0, len(glyph), 2 * len(glyph)),
            b"maxp": struct.pack(">I14H", 0x00010000, 2, 4, 1, *[0] * 11),
        },
        {b"glyf": glyph * 2},
    )  # fmt: skip


def _font(tables: dict[bytes, bytes], changed: dict[bytes, bytes]) -> bytes:
    """The tables as a font file."""
    tables = tables | changed
    offset = 12 + 16 * len(tables)
    head = struct.pack(">IHHHH", 0x00010000, len(tables), 64, 2, 16 * len(tables) - 64)
    body = b""
    for name, table in sorted(tables.items()):
        head += struct.pack(">4sIII", name, 0, offset + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    return head + body
