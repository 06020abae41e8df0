"""Cuts markup on which a parser would take time that grows with the square of it. No real page has any of this."""

from __future__ import annotations

import re

_SMALL = 60_000  # characters; below this even the worst page takes a moment only
_MANY_TAGS = 5_000
_DEEPEST = 500  # elements inside each other; browsers stop at 512 too
_MOST_FORMATS = (
    40  # formatting elements open at once: a parser opens them all again in each further paragraph
)
_LONGEST_TAG = 20_000  # characters

_KEPT = 2000  # characters of a tag that is longer
_LONG_TAG = re.compile(rf"(<[a-zA-Z][^<>]{{{_KEPT}}})[^<>]{{{_LONGEST_TAG},}}")
_NESTING = re.compile(
    r"<(?P<end>/?)(?:(?P<format>a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)"
    r"|div|section|article|ul|ol|dl|blockquote|center|form|table|fieldset|main|aside|header|footer|nav|pre|span|button|h[1-6]"
    r"|address|details|dialog|figure|label|listing|menu|object|sub|sup|svg|math)\b[^<>]*>",
    re.I,
)


def tame(text: str) -> str:
    """A page without elements nested beyond reason and without the endless tail of a tag's attributes.

    lexbor walks all open elements at each new one, and all attributes at each further one:
    100,000 nested elements took it 9 seconds, 200,000 attributes 70.
    """
    if len(text) < _SMALL:
        return text
    if _may_have_long_tag(text):
        text = _LONG_TAG.sub(r"\1", text)
    return _flatten(text) if text.count("<") > _MANY_TAGS else text


def _may_have_long_tag(text: str) -> bool:
    """Whether so many characters without a tag's end stand behind some tag's beginning. Goes from reach to reach."""
    at = text.find("<")
    while 0 <= at < len(text) - _LONGEST_TAG:
        last = text.rfind("<", at + 1, at + _LONGEST_TAG + 1)
        if last < 0 and text.find(">", at, at + _KEPT) < 0:
            return True
        at = last if last >= 0 else text.find("<", at + 1)
    return False


def _flatten(text: str) -> str:
    kept: list[str] = []
    depths = {True: 0, False: 0}  # of formatting elements, and of others
    last = 0
    for tag in _NESTING.finditer(text):
        formats = tag["format"] is not None
        depth, most = depths[formats], _MOST_FORMATS if formats else _DEEPEST
        closes = bool(tag["end"])
        if depth > most or (depth == most and not closes):
            kept.append(text[last : tag.start()])
            last = tag.end()
        depths[formats] = max(depth - 1, 0) if closes else depth + 1
    return "".join([*kept, text[last:]]) if kept else text
