"""Cut markup on which the parser's time grows with the square of the page's size. No real page has such markup."""

from __future__ import annotations

import re

_SMALL_PAGE = 60_000  # characters; the worst page of this size is still parsed quickly
_MANY_TAGS = 5_000
_MAX_DEPTH = 500  # elements inside each other; browsers stop at 512
_MAX_FORMATTING_DEPTH = 40  # the parser opens all open formatting elements again in each further paragraph
_MAX_TAG_LENGTH = 20_000  # characters
_KEPT_TAG_LENGTH = 2000  # characters that stay of a longer tag

_LONG_TAG = re.compile(rf"(<[a-zA-Z][^<>]{{{_KEPT_TAG_LENGTH}}})[^<>]{{{_MAX_TAG_LENGTH},}}")
_NESTING = re.compile(
    r"<(?P<end>/?)(?:(?P<format>a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)"
    r"|div|section|article|ul|ol|dl|blockquote|center|form|table|fieldset|main|aside|header|footer|nav|pre|span|button|h[1-6]"
    r"|address|details|dialog|figure|label|listing|menu|object|sub|sup|svg|math)\b[^<>]*>",
    re.I,
)


def limit_markup(text: str) -> str:
    """Return a page without elements nested too deeply and without the rest of a tag's attributes.

    lexbor walks all open elements at each new one, and all attributes at each further one:
    100,000 nested elements took it 9 seconds, 200,000 attributes 70.
    """
    if len(text) < _SMALL_PAGE:
        return text
    if _may_have_long_tag(text):
        text = _LONG_TAG.sub(r"\1", text)
    return _flatten(text) if text.count("<") > _MANY_TAGS else text


def _may_have_long_tag(text: str) -> bool:
    """Whether some tag may be longer than the limit. Looks at one stretch of that length after the other."""
    at = text.find("<")
    while 0 <= at < len(text) - _MAX_TAG_LENGTH:
        last = text.rfind("<", at + 1, at + _MAX_TAG_LENGTH + 1)
        if last < 0 and text.find(">", at, at + _KEPT_TAG_LENGTH) < 0:
            return True
        at = last if last >= 0 else text.find("<", at + 1)
    return False


def _flatten(text: str) -> str:
    """The text without the tags of elements nested too deeply."""
    kept: list[str] = []
    depths = {True: 0, False: 0}  # of formatting elements, and of others
    last = 0
    for tag in _NESTING.finditer(text):
        is_formatting = tag["format"] is not None
        depth, limit = depths[is_formatting], _MAX_FORMATTING_DEPTH if is_formatting else _MAX_DEPTH
        closes = bool(tag["end"])
        if depth > limit or (depth == limit and not closes):
            kept.append(text[last : tag.start()])
            last = tag.end()
        depths[is_formatting] = max(depth - 1, 0) if closes else depth + 1
    return "".join([*kept, text[last:]]) if kept else text
