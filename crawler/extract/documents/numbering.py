"""Write the numbers of automatic numbering as word processors do. Formats have the names of OOXML (ECMA-376, ST_NumberFormat)."""

from __future__ import annotations

from collections.abc import Callable

_DIGITS = "〇一二三四五六七八九"
_LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "十", "百", "千")
_LEGAL_UNITS = ("", "拾", "佰", "仟")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MAX_ROMAN, _MAX_LETTERS = 32767, 780  # the largest numbers that word processors write so
_LETTERS = 26
_MAX_COUNTED = 99_999_999
_TEN, _TEN_THOUSAND = 10, 10_000


def format_number(number: int, style: str) -> str:
    """Return a number in a numbering format, such as 十二 for 12 in `chineseCounting`.

    An unknown format, and a number that the format cannot write, gives decimal digits; `none` and `bullet` give no text.
    """
    write = _WRITERS.get(style, str)
    return write(number) if number >= 0 else str(number)


def _roman(number: int) -> str:
    if not 0 < number <= _MAX_ROMAN:
        return str(number)
    text = ""
    for value, numeral in _ROMAN:
        count, number = divmod(number, value)
        text += numeral * count
    return text


def _letters(number: int) -> str:
    """a to z, then aa, bb, cc …"""
    if not 0 < number <= _MAX_LETTERS:
        return str(number)
    repeats, letter = divmod(number - 1, _LETTERS)
    return chr(ord("a") + letter) * (repeats + 1)


def _digits(number: int) -> str:
    """一〇三 for 103."""
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def _counted(number: int, digits: str, units: tuple[str, ...], *, one_ten: bool) -> str:
    """一百零三 for 103. `one_ten`: whether 10 to 19 begin with one (壹拾)."""
    if number == 0 or number > _MAX_COUNTED:
        return digits[0] if number == 0 else str(number)
    high, low = divmod(number, _TEN_THOUSAND)
    text = ""
    if high:
        text = _counted(high, digits, units, one_ten=one_ten) + "万"
        if low and low < _TEN_THOUSAND // _TEN:
            text += "零"
    text += _below_ten_thousand(low, digits, units)
    is_teen = not one_ten and text.startswith(digits[1] + units[1])
    return text[1:] if is_teen else text


def _below_ten_thousand(number: int, digits: str, units: tuple[str, ...]) -> str:
    text, skipped = "", False
    for place, digit in enumerate(reversed(str(number))):
        if digit == "0":
            skipped = bool(text)
        else:
            text = digits[int(digit)] + units[place] + ("零" if skipped else "") + text
            skipped = False
    return text


def _chinese(number: int) -> str:
    return _counted(number, "零" + _DIGITS[1:], _UNITS, one_ten=False)


def _chinese_legal(number: int) -> str:
    return _counted(number, _LEGAL_DIGITS, _LEGAL_UNITS, one_ten=True)


def _chinese_to_99(number: int) -> str:
    """十二 for 12, but 一〇三 for 103."""
    return _chinese(number) if number < _TEN * _TEN else _digits(number)


def _ranged(*ranges: tuple[int, int, str]) -> Callable[[int], str]:
    """A format of single characters: (first number, last number, character of the first)."""

    def write(number: int) -> str:
        for first, last, start in ranges:
            if first <= number <= last:
                return chr(ord(start) + number - first)
        return str(number)

    return write


def _cycled(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else str(number)


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_CIRCLED = _ranged((0, 0, "⓪"), (1, 20, "①"), (21, 35, "㉑"), (36, 50, "㊱"))

_WRITERS: dict[str, Callable[[int], str]] = {
    "none": lambda number: "",
    "bullet": lambda number: "",
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalFullWidth2": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalEnclosedCircle": _CIRCLED,
    "decimalEnclosedCircleChinese": _CIRCLED,
    "decimalEnclosedFullstop": _ranged((1, 20, "⒈")),
    "decimalEnclosedParen": _ranged((1, 20, "⑴")),
    "numberInDash": lambda number: f"- {number} -",
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerLetter": _letters,
    "hex": lambda number: f"{number:X}",
    "ideographDigital": _digits,
    "japaneseDigitalTenThousand": _digits,
    "taiwaneseDigital": _digits,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese_to_99,
    "taiwaneseCountingThousand": _chinese,
    "chineseCounting": _chinese_to_99,
    "chineseCountingThousand": _chinese,
    "chineseLegalSimplified": _chinese_legal,
    "ideographLegalTraditional": _chinese_legal,
    "ideographEnclosedCircle": _ranged((1, 10, "㊀")),
    "ideographTraditional": _cycled(_STEMS),
    "ideographZodiac": _cycled(_BRANCHES),
}

BINARY_FORMATS = (
    "decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "ordinal", "cardinalText", "ordinalText",
    "hex", "chicago", "ideographDigital", "japaneseCounting", "aiueo", "iroha", "decimalFullWidth", "decimalHalfWidth",
    "japaneseLegal", "japaneseDigitalTenThousand", "decimalEnclosedCircle", "decimalFullWidth2", "aiueoFullWidth",
    "irohaFullWidth", "decimalZero", "bullet", "ganada", "chosung", "decimalEnclosedFullstop", "decimalEnclosedParen",
    "decimalEnclosedCircleChinese", "ideographEnclosedCircle", "ideographTraditional", "ideographZodiac",
    "ideographZodiacTraditional", "taiwaneseCounting", "ideographLegalTraditional", "taiwaneseCountingThousand",
    "taiwaneseDigital", "chineseCounting", "chineseLegalSimplified", "chineseCountingThousand",
)  # fmt: skip
"""Names of the formats of DOC and RTF by their number there (MSONFC; MS-OSHARED, section 2.2.1.3). 255 is `none`."""


def binary_format(code: int) -> str:
    """Return the name of a format of DOC and RTF."""
    return (
        BINARY_FORMATS[code]
        if code < len(BINARY_FORMATS)
        else {57: "numberInDash", 255: "none"}.get(code, "decimal")
    )
