"""Encodings of the bytes in RTF: by the font's charset, or the document's code page."""

from __future__ import annotations

CODECS_OF_CHARSETS = {
    134: "gb18030", 136: "big5hkscs", 128: "cp932", 129: "cp949", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
    178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 77: "mac_roman",
}  # fmt: skip
"""`\\fcharset` of a font. 0 (ANSI), 1 (default) and 2 (symbol) say nothing of the encoding."""
CODECS_OF_PAGES = {
    936: "gb18030", 54936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949", 65001: "utf-8", 10008: "gb18030",
    10002: "big5hkscs",
}  # fmt: skip
"""`\\ansicpg` and `\\cpg`. Others are code pages of Windows with the same number."""
DOUBLE = frozenset(("gb18030", "big5hkscs", "cp932", "cp949", "utf-8"))
_DEFAULT = "cp1252"


def codec_of_page(number: int | None) -> str:
    """Return the codec of a code page."""
    number = number or 0
    known = CODECS_OF_PAGES.get(number)
    return known or (f"cp{number}" if 1250 <= number <= 1258 or number in (437, 850, 874) else _DEFAULT)


def chosen(*codecs: str | None) -> str:
    """Return the codec of a run: the first of two bytes a character among the font's, the East Asian font's, the document's.

    Word writes Chinese punctuation in Western fonts, whose charset is then wrong for it.
    """
    return next(
        (each for each in codecs if each in DOUBLE), next((each for each in codecs if each), _DEFAULT)
    )
