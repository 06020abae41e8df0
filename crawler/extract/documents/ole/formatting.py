"""Read formatting: property modifiers (sprm; MS-DOC, section 2.6), and which ones hold for a stored character or paragraph."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from crawler.extract.documents.ole.binary import OversizedFile, cut, read_plc, u8, u16
from crawler.extract.documents.ole.information_block import WordFile

PAGE_BYTES = 512  # of a page of formatting (FKP)
_MAX_RUNS = 300_000  # of characters or paragraphs formatted alike
_PARAGRAPH_ENTRY_BYTES = 13
_OLD_ENTRY_BYTES = 7
_OLD_CODES = {24: 0x2416, 25: 0x2417}  # sprmPFInTable, sprmPTtp
_OLD_OPERAND_BYTES: dict[int, int | None] = {
    2: 2, 3: None, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1, 11: 1, 12: None, 13: 1, 14: 1, 15: None, 16: 2, 17: 2,
    18: 2, 19: 2, 20: 4, 21: 2, 22: 2, 23: None, 24: 1, 25: 1, 26: 2, 27: 2, 28: 2, 29: 1, 37: 1,
}  # fmt: skip
"""Of the modifiers of paragraphs in Word 6 and 95, which are a byte; None: the operand states its length."""
_OPERAND_BYTES = (
    1,
    1,
    2,
    4,
    2,
    2,
    0,
    3,
)  # by the three highest bits of a modifier; 0: the operand states its length
_TABLE_DEFINITION, _TAB_CHANGE = 0xD608, 0xC615  # their operands state their length in another way
_VARIABLE = 6


class Runs(NamedTuple):
    """Formatting by where characters are stored: a run begins at each start and ends at its end."""

    starts: list[int]
    ends: list[int]
    modifiers: list[bytes]

    def number_at(self, offset: int) -> int | None:
        """Return the number of the run that holds a byte of the stream WordDocument."""
        number = bisect_right(self.starts, offset) - 1
        return number if number >= 0 and offset < self.ends[number] else None

    def between(self, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
        """Return the runs that overlap a range of bytes."""
        number = max(bisect_right(self.starts, start) - 1, 0)
        while number < len(self.starts) and self.starts[number] < end:
            if self.ends[number] > start:
                yield self.starts[number], self.ends[number], self.modifiers[number]
            number += 1


def modifiers(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the modifiers in a grpprl with their operands. Ends where the rest is too short to be one."""
    at = 0
    while at + 3 <= len(data):
        code = u16(data, at)
        at += 2
        length = _OPERAND_BYTES[code >> 13]
        if code >> 13 == _VARIABLE:
            length, at = _stated_length(code, data, at)
        if at + length > len(data):
            return
        yield code, data[at : at + length]
        at += length


def _stated_length(code: int, data: bytes, at: int) -> tuple[int, int]:
    """The length of an operand that states it, and where the operand begins."""
    if code == _TABLE_DEFINITION:
        return (u16(data, at) - 1 if at + 2 <= len(data) else 0), at + 2
    stated = data[at]
    if code == _TAB_CHANGE and stated == 255:
        deleted = data[at + 1] if at + 1 < len(data) else 0
        place = at + 2 + 4 * deleted
        added = data[place] if place < len(data) else 0
        return 2 + 4 * deleted + 3 * added, at + 1
    return stated, at + 1


def read_character_runs(file: WordFile) -> Runs:
    """Return the formatting of characters (PlcfBteChpx). Files of Word 6 and 95 have other modifiers: no runs."""
    runs = Runs([], [], [])
    if file.is_old:
        return runs
    for page in _pages(file, "character_pages"):
        count = page[-1]
        places = page[4 * (count + 1) : 4 * (count + 1) + count]
        grpprls = [
            cut(page, 2 * place + 1, u8(page, 2 * place), "formatting") if place else b"" for place in places
        ]
        _add(runs, page, grpprls)
    return runs


def read_paragraph_runs(file: WordFile) -> Runs:
    """Return the formatting of paragraphs (PlcfBtePapx): the number of the style in two bytes, then modifiers."""
    runs = Runs([], [], [])
    entry, read = (
        (_OLD_ENTRY_BYTES, _old_grpprl) if file.is_old else (_PARAGRAPH_ENTRY_BYTES, _paragraph_grpprl)
    )
    for page in _pages(file, "paragraph_pages"):
        count = page[-1]
        places = [u8(page, 4 * (count + 1) + entry * i) for i in range(count)]
        _add(runs, page, [read(page, 2 * place) if place else b"" for place in places])
    return runs


def _paragraph_grpprl(page: bytes, at: int) -> bytes:
    """The length is in words: one less byte than twice the first number, or, if that is 0, twice the next."""
    count = u8(page, at)
    if count:
        return cut(page, at + 1, 2 * count - 1, "formatting")
    return cut(page, at + 2, 2 * u8(page, at + 1), "formatting")


def _old_grpprl(page: bytes, at: int) -> bytes:
    """The formatting of a paragraph in Word 6 and 95, as far as it says where tables are, as later versions write it."""
    data = cut(page, at + 1, 2 * u8(page, at), "formatting")
    found, at = data[:2], 2
    while at + 1 < len(data) and data[at] in _OLD_OPERAND_BYTES:
        if code := _OLD_CODES.get(data[at]):
            found += code.to_bytes(2, "little") + data[at + 1 : at + 2]
        length = _OLD_OPERAND_BYTES[data[at]]
        at += 1 + (1 + data[at + 1] if length is None else length)
    return found


def _pages(file: WordFile, name: str) -> Iterator[bytes]:
    seen: set[int] = set()
    for item in read_plc(file.table(name), 2 if file.is_old else 4).items:
        number = int.from_bytes(item, "little") & 0x3FFFFF
        if number not in seen:  # each page is listed once; a hostile table lists one a million times
            seen.add(number)
            yield cut(file.main, number * PAGE_BYTES, PAGE_BYTES, "a page of formatting")


def _add(runs: Runs, page: bytes, grpprls: list[bytes]) -> None:
    """Add the runs of a page. Runs out of order are skipped: searching needs the order."""
    offsets = [int.from_bytes(page[4 * i : 4 * i + 4], "little") for i in range(len(grpprls) + 1)]
    for start, end, grpprl in zip(offsets, offsets[1:], grpprls, strict=False):
        if start < end and (not runs.ends or start >= runs.ends[-1]):
            runs.starts.append(start)
            runs.ends.append(end)
            runs.modifiers.append(grpprl)
    if len(runs.starts) > _MAX_RUNS:
        raise OversizedFile(f"more than {_MAX_RUNS} runs of formatting")
