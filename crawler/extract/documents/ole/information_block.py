"""Read the file information block (FIB) of a Word file: where its text and tables are, and how long its texts are."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.extract.documents.ole.binary import (
    DamagedFile,
    OversizedFile,
    ProtectedFile,
    UnsupportedFile,
    cut,
    i32,
    u16,
    u32,
)

_WORD97, _WORD2 = 0xA5EC, 0xA5DB  # wIdent
_WORD6 = (0xA5DC, 0xA697, 0xA698, 0xA699)  # the last three: editions for East Asia
_ENCRYPTED, _SECOND_TABLE, _COMPLEX, _WIDE = 0x0100, 0x0200, 0x0004, 0x1000
MAX_CHARACTERS = 2_000_000
"""Of all texts of a file together. The longest report has about 60,000."""
_MAX_TABLE_BYTES = 8 * 1024 * 1024  # of one table of formatting or positions

_LENGTHS = ("text", "footnotes", "headers", "macros", "comments", "endnotes", "boxes")
"""The texts of a file, in the order in which they are stored: ccpText, ccpFtn …"""

_TABLES = {
    "styles": (0xA2, 0),
    "footnote_marks": (0xAA, 0x68),
    "footnote_texts": (0xB2, 0x70),
    "character_pages": (0xFA, 0xB8),
    "paragraph_pages": (0x102, 0xC0),
    "pieces": (0x1A2, 0x160),
    "shapes": (0x1DA, 0),
    "endnote_marks": (0x20A, 0),
    "endnote_texts": (0x212, 0),
    "box_texts": (0x25A, 0),
    "lists": (0x2E2, 0),
    "list_overrides": (0x2EA, 0),
}
"""Where the place and length of a table stand in the FIB: of Word 97 and later (MS-DOC, section 2.5), and of Word 6 and 95."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFile:
    """The FIB, and the streams that it points into."""

    main: bytes
    tables: bytes
    is_old: bool  # of Word 6 or 95
    is_complex: bool  # whether a file of Word 6 or 95 has a table of pieces
    is_wide: bool  # whether such a file has two bytes a character
    language: int  # a Windows language id
    text_start: int  # of a file of Word 6 or 95 without a table of pieces
    lengths: dict[str, int]  # characters of each text in `_LENGTHS`

    def table(self, name: str) -> bytes:
        """Return a table; no bytes if the file has none. Raise DamagedFile if it lies outside its stream."""
        at = _TABLES[name][self.is_old]
        if not at:
            return b""
        length = u32(self.main, at + 4)
        if length > _MAX_TABLE_BYTES:
            raise OversizedFile(f"a table ({name}) of {length} bytes; the limit is {_MAX_TABLE_BYTES}")
        return cut(self.tables, u32(self.main, at), length, f"the table of {name}") if length else b""

    def tables_from(self, name: str) -> bytes:
        """Return a table with all that is stored behind it. Some programs count the levels of lists in, some do not."""
        at = _TABLES[name][self.is_old]
        return self.tables[u32(self.main, at) :] if at else b""

    def start(self, name: str) -> int:
        """Return the position of a text's first character."""
        return sum(self.lengths[each] for each in _LENGTHS[: _LENGTHS.index(name)])

    @property
    def total(self) -> int:
        """Characters of all texts that the file has, but for the text boxes of headers, which come last."""
        return sum(self.lengths.values())


def read_information_block(main: bytes, first: bytes | None, second: bytes | None) -> WordFile:
    """Return the FIB of a stream WordDocument; `first`, `second`: the streams 0Table and 1Table.

    Raise DamagedFile, ProtectedFile, OversizedFile or UnsupportedFile.
    """
    mark, flags = u16(main, 0), u16(main, 10)
    if mark == _WORD2:
        raise UnsupportedFile("a file of Word 2")
    if mark not in (_WORD97, *_WORD6):
        raise DamagedFile(f"a Word file begins with 0xA5EC, this one with 0x{mark:04X}")
    if flags & _ENCRYPTED:
        raise ProtectedFile("the file is encrypted with a password")
    is_old = mark in _WORD6
    tables = main if is_old else second if flags & _SECOND_TABLE else first
    if tables is None:
        raise DamagedFile(f"the stream {'1Table' if flags & _SECOND_TABLE else '0Table'} is missing")
    found = WordFile(
        main=main,
        tables=tables,
        is_old=is_old,
        is_complex=bool(flags & _COMPLEX),
        is_wide=bool(flags & _WIDE),
        language=u16(main, 6),
        text_start=u32(main, 24),
        lengths=_lengths(main, 0x34 if is_old else 0x4C),
    )
    if found.total > MAX_CHARACTERS:
        raise OversizedFile(f"{found.total} characters are more than the limit of {MAX_CHARACTERS}")
    return found


def _lengths(main: bytes, at: int) -> dict[str, int]:
    lengths = {name: i32(main, at + 4 * i) for i, name in enumerate(_LENGTHS)}
    if wrong := [name for name, length in lengths.items() if length < 0]:
        raise DamagedFile(f"a text ({wrong[0]}) of {lengths[wrong[0]]} characters")
    return lengths
