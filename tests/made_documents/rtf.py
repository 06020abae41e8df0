"""Make RTF for tests, as Word, WPS or LibreOffice write it: bytes of GBK or Unicode, tables, numbers as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_SPECIAL = re.compile(r"[\\{}]")
_LABEL = re.compile(r"[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)")
HEAD = (
    r"{\rtf1\ansi\ansicpg936\deff0\deflang1033\deflangfe2052{\fonttbl{\f0\froman\fcharset0 Times New Roman;}"
    r"{\f1\fnil\fcharset134{\*\falt SimSun}\'cb\'ce\'cc\'e5;}{\f2\fnil\fcharset136 PMingLiU;}{\f3\fnil\fcharset2 Wingdings;}}"
    r"{\colortbl;\red0\green0\blue0;}{\stylesheet{\s0\f1 Normal;}}"
    r"{\*\generator made for tests;}{\header\pard\f1 \'d2\'b3\'c3\'bc\par}"
)


def gbk(text: str) -> str:
    """Text as escaped bytes of GBK, as Word for Windows writes it."""
    return "".join(_gbk_char(char) for char in text)


def unicode(text: str) -> str:
    """Text as Unicode with two escaped bytes for programs that do not know it."""
    return r"\uc2 " + "".join(
        _escaped(char) if char.isascii() else _units(char, r"\'a1\'f5") for char in text
    )


def unicode_plain(text: str) -> str:
    """Text as Unicode with a question mark for programs that do not know it."""
    return r"\uc1 " + "".join(_escaped(char) if char.isascii() else _units(char, "?") for char in text)


def _gbk_char(char: str) -> str:
    if char.isascii():
        return _escaped(char)
    return "".join(f"\\'{byte:02x}" for byte in char.encode("gb18030"))


def _escaped(char: str) -> str:
    return r"\tab " if char == "\t" else _SPECIAL.sub(r"\\\g<0>", char)


def _units(char: str, fallback: str) -> str:
    data = char.encode("utf-16-le")
    units = [int.from_bytes(data[i : i + 2], "little", signed=True) for i in range(0, len(data), 2)]
    return "".join(f"\\u{unit}{fallback}" for unit in units)


def rtf(content: str) -> bytes:
    """A document with this content."""
    return f"{HEAD}\n{content}}}\n\0".encode("ascii")


def row(cells: Sequence[str]) -> str:
    """A table row as Word writes it, with its definition before and after."""
    definition = r"\trowd\trgaph108" + "".join(rf"\cellx{1000 * n}" for n in range(1, len(cells) + 1))
    inner = "".join(rf"\pard\intbl\f1 {cell}\cell" for cell in cells)
    return f"{definition}{inner}{{{definition}\\row}}"


def report(
    title: str,
    info: str,
    paragraphs: Sequence[str],
    *,
    write: Callable[[str], str] = gbk,
    numbered: bool = True,
) -> bytes:
    """A report as RTF. The numbers 一、 and (一) are text of the list, rows with tabs are tables."""
    parts = [rf"\pard\qc\b\fs44\f1 {write(title)}\par", rf"\pard\f1 {write(info)}\par"]
    for text in paragraphs:
        found = _LABEL.match(text) if numbered else None
        if "\t" in text:
            parts.append(row([write(cell) for cell in text.split("\t")]))
        elif found:
            label = rf"{{\listtext\pard\plain\f1 {write(found[0])}\tab}}"
            parts.append(rf"{label}\pard\ls1\ilvl0\f1 {write(text[found.end() :])}\par")
        else:
            parts.append(rf"\pard\plain\f1 {write(text)}\par")
    return rtf("\n".join(parts))
