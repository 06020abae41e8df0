"""Leave out the tags of elements that are nested more deeply than in any real page.

A simplified tree builder: a stack of open elements, with the end tags that HTML lets an author omit and the elements that an
end tag cannot reach across (HTML standard, 13.2.4.2 and 13.2.6.4.7). It need not be right about a page, only about depth.
"""

from __future__ import annotations

import re

from crawler.extract.page.long_tags import RAW_END
from crawler.extract.page.tag_marks import VOID

_MAX_DEPTH = 500  # elements inside each other; browsers stop at 512
_MAX_FORMATTING_DEPTH = 40  # the parser opens all open formatting elements again in each further paragraph
_MAX_OPTION_TAGS = 4000  # of a page: lexbor looks at all options of a menu at each further one

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)[^<>]*+>|<!--")
_FORMATTING = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_CLOSED_BY = {  # elements without a needed end tag, and those whose start closes them, if nothing else is open between
    name: frozenset(group.split())
    for group in ("p", "li", "dd dt", "option", "tr", "td th", "thead tbody tfoot")
    for name in group.split()
}
_OPTIONS = frozenset(("select", "option", "optgroup"))
_BARRIERS = frozenset(
    ["table", "td", "th", "caption", "template", "object", "marquee", "applet", "select", "button"]
)
_TABLE_PARTS = frozenset(["table", "tr", "thead", "tbody", "tfoot"])


def flatten(text: str) -> str:
    """Return the text without the tags of elements nested too deeply."""
    return "".join(_Flattener(text).kept())


class _Flattener:
    """One pass over the tags of a page."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.open: list[str] = []  # not the formatting elements
        self.formatting = 0
        self.options = 0  # tags of menus so far
        self.excess = 0  # elements left out and not closed yet

    def kept(self) -> list[str]:
        """Return the parts of the text that stay."""
        text, parts, last, at = self.text, [], 0, 0
        while tag := _TAG.search(text, at):
            at = tag.end()
            closes, name = tag[1], (tag[2] or "").lower()
            if not name:
                end = text.find("-->", at)
                at = end if end >= 0 else len(text)
            elif name in RAW_END and not closes:
                raw_end = RAW_END[name].search(text, at)
                at = raw_end.start() if raw_end else len(text)
            elif name not in VOID and not self._keeps(name, bool(closes)):
                parts.append(text[last : tag.start()])
                last = at
        parts.append(text[last:])
        return parts

    def _keeps(self, name: str, closes: bool) -> bool:
        """Enter a tag, and return whether it stays."""
        if name in _FORMATTING:
            return self._keeps_formatting(closes)
        if name in _OPTIONS:
            self.options += 1
            if self.options > _MAX_OPTION_TAGS:
                return False
        if closes:
            return self._keeps_end(name)
        if name in _CLOSED_BY:
            self._close_implied(name)
        if len(self.open) < _MAX_DEPTH:
            self.open.append(name)
            return True
        if name not in _CLOSED_BY:
            self.excess += 1
        return False

    def _keeps_formatting(self, closes: bool) -> bool:
        depth, limit = self.formatting, _MAX_FORMATTING_DEPTH
        self.formatting = max(depth - 1, 0) if closes else depth + 1
        return depth < limit or (depth == limit and closes)

    def _keeps_end(self, name: str) -> bool:
        if self.excess and name not in _CLOSED_BY:
            self.excess -= 1
            return False
        for place in range(len(self.open) - 1, -1, -1):
            other = self.open[place]
            if other == name:
                del self.open[
                    place : place + 1 if name == "form" else None
                ]  # what is open in a form stays open
                break
            if other in _BARRIERS and not (name in _TABLE_PARTS and other not in ("table", "template")):
                break
        return True

    def _close_implied(self, name: str) -> None:
        """Close the element of the same group that is open with nothing but others of this kind within it."""
        group = _CLOSED_BY[name]
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place] in group:
                del self.open[place:]
                return
            if self.open[place] not in _CLOSED_BY:
                return
