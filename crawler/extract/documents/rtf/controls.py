"""Control words of RTF that change the state: fonts, encodings, hidden text, tables. `CONTROLS` has a function for each."""

from __future__ import annotations

from crawler.extract.documents.rtf.charsets import CODECS_OF_CHARSETS, codec_of_page
from crawler.extract.documents.rtf.groups import FONTS, TEXT
from crawler.extract.documents.rtf.machine import Control, Machine

_MAX_FONTS = 10_000
_MAX_SKIPPED = 8  # characters after one \\u
_MAX_PAGES = 100_000
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


def _unicode(machine: Machine, number: int | None) -> None:
    code = (number or 0) & 0xFFFF
    machine.to_skip = machine.group.skip
    high, machine.high = machine.high, 0
    if code in _HIGH:
        machine.high = code
    elif code in _LOW:
        if high:
            machine.say(chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00))
    elif code:
        machine.say(chr(code))


def _skip_count(machine: Machine, number: int | None) -> None:
    machine.group.skip = min(max(number or 0, 0), _MAX_SKIPPED) if number is not None else 1


def _set_font(machine: Machine, number: int | None) -> None:
    if machine.group.use == FONTS:
        machine.font = number or 0
        if len(machine.fonts) < _MAX_FONTS:
            machine.fonts.setdefault(machine.font, None)
    else:
        machine.group.font = number


def _set_other_font(machine: Machine, number: int | None) -> None:
    if machine.group.names_east:
        machine.group.east = number


def _charset(machine: Machine, number: int | None) -> None:
    if machine.group.use == FONTS and machine.font in machine.fonts:
        machine.fonts[machine.font] = CODECS_OF_CHARSETS.get(number or 0)


def _font_page(machine: Machine, number: int | None) -> None:
    if machine.group.use == FONTS and machine.font in machine.fonts:
        machine.fonts[machine.font] = codec_of_page(number)


def _page(machine: Machine, number: int | None) -> None:
    machine.codec = codec_of_page(number)


def _hide(machine: Machine, number: int | None) -> None:
    machine.group.hidden = number != 0


def _plain(machine: Machine, number: int | None) -> None:
    machine.group.hidden = False
    machine.group.font, machine.group.east = machine.default_font, None


def _default(machine: Machine, number: int | None) -> None:
    machine.default_font = machine.group.font = number


def _east(machine: Machine, number: int | None) -> None:
    machine.group.names_east = True


def _not_east(machine: Machine, number: int | None) -> None:
    machine.group.names_east = False


def _paragraph_defaults(machine: Machine, number: int | None) -> None:
    machine.group.depth = 0


def _in_table(machine: Machine, number: int | None) -> None:
    machine.group.depth = max(machine.group.depth, 1)


def _table_depth(machine: Machine, number: int | None) -> None:
    machine.group.depth = max(number or 0, 0)


def _end_cell(machine: Machine, number: int | None) -> None:
    if machine.group.use == TEXT:
        machine.group.flow.end_cell(1)


def _end_nested_cell(machine: Machine, number: int | None) -> None:
    if machine.group.use == TEXT:
        machine.group.flow.end_cell(max(machine.group.depth, 2))


def _end_row(machine: Machine, number: int | None) -> None:
    if machine.group.use == TEXT:
        machine.group.flow.end_row(1)


def _end_nested_row(machine: Machine, number: int | None) -> None:
    if machine.group.use == TEXT:
        machine.group.flow.end_row(max(machine.group.depth, 2))


def _define_row(machine: Machine, number: int | None) -> None:
    if not machine.group.in_nested:
        machine.group.flow.define_row()


def _continue_cell(machine: Machine, number: int | None) -> None:
    if not machine.group.in_nested:
        machine.group.flow.define_cell(True)


def _define_cell(machine: Machine, number: int | None) -> None:
    if not machine.group.in_nested:
        machine.group.flow.define_cell()


def _count_pages(machine: Machine, number: int | None) -> None:
    if number and 0 < number <= _MAX_PAGES:
        machine.pages = number


CONTROLS: dict[bytes, Control] = {
    b"u": _unicode,
    b"uc": _skip_count,
    b"f": _set_font,
    b"af": _set_other_font,
    b"dbch": _east,
    b"loch": _not_east,
    b"hich": _not_east,
    b"fcharset": _charset,
    b"cpg": _font_page,
    b"ansicpg": _page,
    b"deff": _default,
    b"v": _hide,
    b"deleted": _hide,
    b"mvf": _hide,
    b"plain": _plain,
    b"pard": _paragraph_defaults,
    b"intbl": _in_table,
    b"itap": _table_depth,
    b"cell": _end_cell,
    b"nestcell": _end_nested_cell,
    b"row": _end_row,
    b"nestrow": _end_nested_row,
    b"trowd": _define_row,
    b"clmrg": _continue_cell,
    b"clvmrg": _continue_cell,
    b"cellx": _define_cell,
    b"nofpages": _count_pages,
}
