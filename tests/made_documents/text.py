"""Make plain text for tests: in any encoding, one paragraph a line or wrapped as mail programs and old editors wrap."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width


def report(
    title: str,
    info: str,
    paragraphs: Sequence[str],
    *,
    encoding: str = "utf-8",
    width: int = 0,
    indent: str = "\u3000\u3000",
) -> bytes:
    """A report. `width`: columns at which it is wrapped; 0 for one paragraph a line."""
    lines = [title, info, *(f"{indent}{text}" for text in paragraphs)]
    if width:
        lines = [part for line in lines for part in wrapped(line, width)]
    return "\r\n".join(lines).encode(encoding)


def wrapped(line: str, width: int) -> list[str]:
    """The lines of a paragraph. A Chinese character takes two columns; `。` and `,` do not begin a line."""
    parts, part, used = [], "", 0
    for char in line:
        size = 2 if east_asian_width(char) in "WFA" else 1
        if used + size > width and char not in "。，、；：,":
            parts.append(part)
            part, used = "", 0
        part += char
        used += size
    return [*parts, part]
