"""Read the text of a Word file from its table of pieces (Clx; MS-DOC, section 2.4.1): one character for each position."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from dataclasses import dataclass

from crawler.extract.documents.ole.binary import DamagedFile, OversizedFile, cut, read_plc, u8, u16, u32
from crawler.extract.documents.ole.information_block import WordFile

FILLER = "\x1a"
"""Stands at the position of a character's second byte. Like other control characters it is left out of the text."""
_PRL_BLOCK, _PIECES = 1, 2
_COMPRESSED = 0x4000_0000
_PIECE_BYTES = 8
_MAX_PIECES = 200_000
_TRADITIONAL = (0x0404, 0x0C04, 0x1404)
_CODE_PAGES = {0x04: "gb18030", 0x11: "cp932", 0x12: "cp949", 0x19: "cp1251", 0x22: "cp1251"}
"""By the lowest byte of a Windows language id. Others are Western."""
_WESTERN, _MAC = "cp1252", "mac_roman"
_MIN_CHINESE = 4  # characters of an 8-bit piece that is not Western
_MIN_CHINESE_SHARE, _MIN_COMMON_SHARE = 0.9, 0.05
_COMMON = "的是在不了有和人为上个国以要政法行建设市府年一依区县工作全"
_MAC_CHARACTERS = 0x100
_ASCII_END, _PAIR_START = 0x80, 0x81
_SIMPLE_CHANGES = {
    0x0C: 0x260A,  # sprmPIlvl
    0x18: 0x2416,  # sprmPFInTable
    0x19: 0x2417,  # sprmPFTtp
    0x41: 0x0800,  # sprmCFRMarkDel
    0x42: 0x0801,  # sprmCFRMarkIns
    0x43: 0x0802,  # sprmCFFldVanish
    0x5C: 0x083C,  # sprmCFVanish
}
"""The changes of one byte that a piece may state (Prm0; MS-DOC, section 2.9.215), of those that matter here."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A range of characters that are stored together."""

    start: int  # position of its first character
    end: int
    offset: int  # of its first byte in the stream WordDocument
    width: int  # bytes of a character: 1 or 2
    changes: bytes  # a grpprl: formatting that holds for the whole piece, from a fast save

    def offset_of(self, position: int) -> int:
        """Return where a character is stored."""
        return self.offset + (position - self.start) * self.width


@dataclass(frozen=True, slots=True)
class Text:
    """All texts of a file, one character for each position; where each is stored."""

    characters: str
    pieces: list[Piece]

    def piece_at(self, position: int) -> Piece | None:
        """Return the piece that holds a position."""
        number = bisect_right(self.pieces, position, key=lambda piece: piece.start) - 1
        return self.pieces[number] if number >= 0 and position < self.pieces[number].end else None


def read_text(file: WordFile) -> Text:
    """Return all texts of a file. Raise DamagedFile if the pieces hold fewer characters than the file says it has."""
    pieces = _read_pieces(file)
    held = pieces[-1].end if pieces else 0
    if held < file.total:
        raise DamagedFile(f"the file says it has {file.total} characters, its table of pieces holds {held}")
    parts: list[str] = []
    end = 0
    for piece in pieces:
        if piece.start != end:
            raise DamagedFile(f"characters {end} to {piece.start} are in no piece")
        end = piece.end
        data = cut(file.main, piece.offset, (piece.end - piece.start) * piece.width, "a piece of the text")
        parts.append(_wide(data) if piece.width == 2 else _narrow(data, file))
    return Text("".join(parts), pieces)


def _read_pieces(file: WordFile) -> list[Piece]:
    if file.is_old and not file.is_complex:
        return [Piece(0, file.total, file.text_start, _width(file), b"")] if file.total else []
    changes, table = _split(file.table("pieces"))
    if len(table) > 4 * (_MAX_PIECES + 1) + _PIECE_BYTES * _MAX_PIECES:
        raise OversizedFile(f"more than {_MAX_PIECES} pieces of text")
    pieces = []
    for start, end, item in read_plc(table, _PIECE_BYTES).ranges():
        start, end = min(start, file.total), min(end, file.total)
        if start < end:
            pieces.append(_piece(start, end, item, changes, file))
    return pieces


def _piece(start: int, end: int, item: bytes, changes: list[bytes], file: WordFile) -> Piece:
    place, change = u32(item, 2), u16(item, 6)
    if file.is_old:
        return Piece(start, end, place, _width(file), b"")
    of_piece = _change(change, changes)
    if place & _COMPRESSED:
        return Piece(start, end, (place & ~_COMPRESSED) // 2, 1, of_piece)
    return Piece(start, end, place, 2, of_piece)


def _width(file: WordFile) -> int:
    """Bytes of a character in Word 6 and 95."""
    return 2 if file.is_wide else 1


def _change(value: int, changes: list[bytes]) -> bytes:
    """The formatting that a piece states: a number among the file's blocks, or a change of one byte."""
    if value & 1:
        number = value >> 1
        return changes[number] if number < len(changes) else b""
    code = _SIMPLE_CHANGES.get((value >> 1) & 0x7F)
    return code.to_bytes(2, "little") + bytes((value >> 8,)) if code else b""


def _split(table: bytes) -> tuple[list[bytes], bytes]:
    """The blocks of formatting of a Clx, and its table of pieces."""
    blocks: list[bytes] = []
    at = 0
    while at < len(table):
        kind = u8(table, at)
        if kind == _PIECES:
            return blocks, cut(table, at + 5, u32(table, at + 1), "the table of pieces")
        if kind != _PRL_BLOCK:
            break
        length = u16(table, at + 1)
        blocks.append(cut(table, at + 3, length, "a block of formatting"))
        at += 3 + length
    raise DamagedFile("the file has no table of pieces")


def _wide(data: bytes) -> str:
    """The characters of UTF-16, one for each two bytes: a pair of surrogates stays two."""
    text = data.decode("utf-16-le", "surrogatepass")
    if len(text) * 2 == len(data):
        return text
    return "".join(chr(int.from_bytes(data[at : at + 2], "little")) for at in range(0, len(data), 2))


def _narrow(data: bytes, file: WordFile) -> str:
    """The characters of a piece of 8 bits a character: Western, or a Chinese code page where it cannot be Western."""
    codec = _code_page(file) if file.is_old else _WESTERN
    if codec not in (_WESTERN, _MAC):
        return _pairs(data, codec)
    if _is_chinese(data):
        return _pairs(data, "gb18030")
    return codecs.charmap_decode(data, "strict", _TABLES[codec])[0]


def _code_page(file: WordFile) -> str:
    """The code page of a file of Word 6 or 95."""
    if file.language in _TRADITIONAL:
        return "big5hkscs"
    if u16(file.main, 0x14) == _MAC_CHARACTERS:
        return _MAC
    return _CODE_PAGES.get(file.language & 0xFF, _WESTERN)


_TABLES = {
    name: "".join(bytes((code,)).decode(name, "ignore") or chr(code) for code in range(256))
    for name in (_WESTERN, _MAC)
}


def _is_chinese(data: bytes) -> bool:
    """Whether bytes can only be meant as GBK. Word 97 has no such pieces; some converters from Word 6 write them."""
    try:
        text = data.decode("gbk")
    except UnicodeDecodeError:
        return False
    other = [char for char in text if char > "\x7f"]
    chinese = sum("\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" for char in other)
    common = sum(map(text.count, _COMMON))
    return chinese >= max(
        _MIN_CHINESE, _MIN_CHINESE_SHARE * len(other)
    ) and common >= _MIN_COMMON_SHARE * len(other)


def _pairs(data: bytes, name: str) -> str:
    """The characters of a code page of one or two bytes, with FILLER in the place of the second byte."""
    known: dict[bytes, str] = {}
    parts: list[str] = []
    at, end = 0, len(data)
    while at < end:
        if data[at] < _PAIR_START or at + 1 == end:
            parts.append(chr(data[at]) if data[at] < _ASCII_END else "\ufffd")
            at += 1
            continue
        pair = data[at : at + 2]
        if pair not in known:
            char = pair.decode(name, "replace")
            known[pair] = char + FILLER if len(char) == 1 else pair[:1].decode(name, "replace")
        parts.append(known[pair])
        at += len(known[pair])
    return "".join(parts)
