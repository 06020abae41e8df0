"""Read lists (PlfLst, PlfLfo; MS-DOC, sections 2.9.150 and 2.9.131) and count the numbers of their paragraphs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crawler.extract.documents.numbering import binary_format, format_number
from crawler.extract.documents.ole.binary import OversizedFile, cut, i32, u8, u16, u32
from crawler.extract.documents.ole.information_block import WordFile
from crawler.extract.documents.word.paragraphs import with_gap

LEVELS = 9
_LIST_BYTES, _OVERRIDE_BYTES, _LEVEL_BYTES = 28, 16, 28
_MAX_LISTS = 4096
_IN_DECIMAL, _NEVER_RESTARTS = 4, 8  # flags of a level
_STARTS, _FORMATS = 0x10, 0x20  # flags of a level's override
_FOLLOWED_BY_NOTHING = 2
_MAX_NUMBER = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How paragraphs of a level are numbered."""

    start: int
    style: str  # a name of `numbering`
    text: str  # with the characters 0 to 8 in the place of the numbers of levels
    in_decimal: bool  # numbers of higher levels are written in decimal digits
    restarts_after: int  # its number starts again after a paragraph of a level below this number
    follow: int


@dataclass(frozen=True, slots=True)
class _Override:
    """A use of a list (LFO), with changed levels."""

    list_id: int
    starts: dict[int, int]
    levels: dict[int, Level]


@dataclass(slots=True)
class Lists:
    """The lists of a file, with the numbers counted so far."""

    levels: dict[int, list[Level]]  # by the list's id
    overrides: list[_Override]
    _counts: dict[int, list[int | None]] = field(default_factory=dict)
    _begun: set[tuple[int, int]] = field(default_factory=set)

    def number(self, use: int, level: int) -> str:
        """Count a paragraph; return its number as text, such as 一、; no text for bullets and unknown lists.

        `use`: number of the list's use (sprmPIlfo), from 1. `level`: from 0 (sprmPIlvl).
        """
        if not 0 < use <= len(self.overrides) or not 0 <= level < LEVELS:
            return ""
        override = self.overrides[use - 1]
        levels = [
            override.levels.get(i, each) for i, each in enumerate(self.levels.get(override.list_id, ()))
        ]
        if level >= len(levels):
            return ""
        counts = self._counts.setdefault(override.list_id, [None] * LEVELS)
        self._count(counts, levels, level, override, use)
        return _written(counts, levels, level)

    def _count(
        self, counts: list[int | None], levels: list[Level], level: int, override: _Override, use: int
    ) -> None:
        if level in override.starts and (use, level) not in self._begun:
            self._begun.add((use, level))
            counts[level] = override.starts[level]
        else:
            last = counts[level]
            counts[level] = levels[level].start if last is None else min(last + 1, _MAX_NUMBER)
        for higher in range(level):
            if counts[higher] is None:
                counts[higher] = levels[higher].start
        for deeper in range(level + 1, len(levels)):
            if level < levels[deeper].restarts_after:
                counts[deeper] = None


def _written(counts: list[int | None], levels: list[Level], level: int) -> str:
    own = levels[level]
    if own.style == "bullet":
        return ""
    parts = []
    for char in own.text:
        place = ord(char)
        if place >= LEVELS:
            parts.append(char)
        elif place < len(levels):
            style = "decimal" if own.in_decimal and place < level else levels[place].style
            parts.append(format_number(counts[place] or 0, style))
    text = "".join(parts)
    return text if own.follow == _FOLLOWED_BY_NOTHING else with_gap(text)


def read_lists(file: WordFile) -> Lists:
    """Return the lists of a file. Files of Word 6 and 95 have none of this kind."""
    table = file.table("lists")
    if not table:
        return Lists({}, [])
    count = u16(table, 0)
    if count > _MAX_LISTS:
        raise OversizedFile(f"{count} lists are more than the limit of {_MAX_LISTS}")
    rest, at = file.tables_from("lists"), 2 + count * _LIST_BYTES
    levels: dict[int, list[Level]] = {}
    for number in range(count):
        head = cut(table, 2 + number * _LIST_BYTES, _LIST_BYTES, "a list")
        of_list = []
        for level in range(1 if head[26] & 1 else LEVELS):
            found, at = _level(rest, at, level)
            of_list.append(found)
        levels[i32(head, 0)] = of_list
    return Lists(levels, _overrides(file.table("list_overrides")))


def _level(data: bytes, at: int, number: int) -> tuple[Level, int]:
    """A level (LVL), and where it ends."""
    head = cut(data, at, _LEVEL_BYTES, "a level of a list")
    at += _LEVEL_BYTES + head[24] + head[25]
    length = u16(data, at)
    text = cut(data, at + 2, 2 * length, "the text of a level").decode("utf-16-le", "replace")
    limit = head[26] if head[5] & _NEVER_RESTARTS else number
    found = Level(
        start=i32(head, 0),
        style=binary_format(head[4]),
        text=text,
        in_decimal=bool(head[5] & _IN_DECIMAL),
        restarts_after=limit,
        follow=head[15],
    )
    return found, at + 2 + 2 * length


def _overrides(table: bytes) -> list[_Override]:
    if not table:
        return []
    count = u32(table, 0)
    if count > _MAX_LISTS:
        raise OversizedFile(f"{count} uses of lists are more than the limit of {_MAX_LISTS}")
    heads = [cut(table, 4 + i * _OVERRIDE_BYTES, _OVERRIDE_BYTES, "a use of a list") for i in range(count)]
    at = 4 + count * _OVERRIDE_BYTES
    found = []
    for head in heads:
        override = _Override(i32(head, 0), {}, {})
        at += 4
        for _ in range(min(head[12], LEVELS)):
            at = _add_level(override, table, at)
        found.append(override)
    return found


def _add_level(override: _Override, table: bytes, at: int) -> int:
    """Add a changed level (LFOLVL); return where it ends."""
    start, flags = i32(table, at), u8(table, at + 4)
    at += 8
    level = flags & 0xF
    if flags & _FORMATS:
        found, at = _level(table, at, level)
        override.levels[level] = replace(found, start=found.start)
        start = found.start
    if flags & _STARTS:
        override.starts[level] = start
    return at
