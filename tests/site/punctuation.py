"""Restore the full-width punctuation that folding replaced; folding the result gives the input again."""

from __future__ import annotations

import re

_FULL_WIDTH = str.maketrans(",:;()!?", "，：；（）！？")
_MARK = re.compile(r"(?<![0-9A-Za-z])[,:;()!?]|[,:;()!?](?![0-9A-Za-z])|[()]")


def widen(text: str) -> str:
    """Return the text with `,` `:` `;` `(` `)` `!` `?` as full-width characters, except inside 12,000 or 10:00."""
    return _MARK.sub(lambda mark: mark[0].translate(_FULL_WIDTH), text)


_ASCII = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})


def fold(text: str) -> str:
    """Return the text with full-width ASCII forms (U+FF01 to U+FF5E) as ASCII, the form of stored documents."""
    return text.translate(_ASCII)
