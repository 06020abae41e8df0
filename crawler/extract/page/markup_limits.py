"""Cut markup on which the parser's time grows with the square of the page's size. No real page has such markup.

lexbor walks all open elements at each new one, and all attributes of a tag at each further one: 100,000 nested elements took
it 9 seconds, 200,000 attributes 70. Two passes over the source hold both: `long_tags` and `nesting`.
"""

from __future__ import annotations

from crawler.extract.page.long_tags import cut_long_tags
from crawler.extract.page.nesting import flatten

_SMALL_PAGE = 60_000  # characters; the worst page of this size is still parsed quickly
_MANY_TAGS = 5_000


def limit_markup(text: str) -> str:
    """Return a page without elements nested too deeply and without the rest of a tag's attributes."""
    if len(text) < _SMALL_PAGE:
        return text
    text = cut_long_tags(text)
    return flatten(text) if text.count("<") > _MANY_TAGS else text
