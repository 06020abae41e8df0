"""The links of a page with their whole titles and the dates beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.cms.base_url import Base
from crawler.field.text import iso_date, one_line
from crawler.model import Link

_CUT = re.compile(r"(…|\.{2,}|・{3})$")  # 关于2022年法治政府建设情…
_TRAILING_DATE = re.compile(r"[\s\[(]*20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\s\])]*$")
_ENTRY_TAGS = frozenset(("li", "tr", "dd", "dl", "p", "td", "div"))
_ENTRY_LENGTH = 400  # characters; what holds more is a list, not an entry
_LEVELS = 3  # elements around a link that may be its entry


def links_of(tree: LexborHTMLParser, base: Base, *, found_on: str) -> Iterator[Link]:
    """Every link with a title, in page order. The first address and the fullest title win when two say the same.

    A link is what a visitor can follow: `<a>`, an area of an image, and an element whose onclick goes to an address.
    """
    seen: dict[str, Link] = {}
    dates = _Dates()
    holding = {node.mem_id for node in tree.css("a[href]:has([title])")}
    for node in tree.css("a[href], area[href], [onclick]"):
        target = base.target(node)
        if not target or not (title := _shown(node, titled=node.mem_id in holding)):
            continue
        known = seen.get(target)
        if known is None or len(title) > len(known.title):
            seen[target] = Link(url=target, title=title, date=dates.beside(node), found_on=found_on)
    yield from seen.values()


def _shown(node: LexborNode, *, titled: bool) -> str:
    """What a link is called; empty for an element that is clicked on anywhere and holds more than an entry."""
    text, attributes = node.text(), node.attributes
    if node.tag != "a" and len(text) > _ENTRY_LENGTH:
        return ""
    titles = [attributes.get("title")]
    if titled:
        titles += [inner.attributes["title"] for inner in node.css("[title]")]
    if title := _title(text, titles):
        return title
    alternatives = [attributes.get("alt"), *(image.attributes["alt"] for image in node.css("img[alt]"))]
    return _title("", alternatives)  # of an image that is all the link shows


def is_selector(text: str) -> bool:
    """Whether a text is a CSS selector as pages are asked with."""
    try:
        LexborHTMLParser("<p></p>").css(text)
    except SelectolaxError:
        return False
    return bool(text.strip())


def is_cut(title: str) -> bool:
    """Whether a title was cut for display."""
    return bool(_CUT.search(title))


def _title(text: str, titles: Iterable[str | None]) -> str:
    """The shown text, or the `title` attribute (of the link or of something in it) where the text is cut or shorter."""
    shown = _clean(text)
    best = max((_clean(title) for title in titles if title and title != text), key=len, default="")
    if not best:
        return shown
    stem = _CUT.sub("", shown)
    if not shown or (best.startswith(stem[:6]) and len(best) > len(stem)):
        return best
    return shown


def _clean(text: str) -> str:
    text = one_line(text)
    return (_TRAILING_DATE.sub("", text) if "20" in text else text).lstrip("·•▪■◆>-* ")


class _Dates:
    """The dates beside a page's links. What many links stand in is read once."""

    def __init__(self) -> None:
        self._around: dict[int, str | None] = {}  # what was found in an element, by its id

    def beside(self, node: LexborNode) -> str | None:
        """The date shown in the entry that the link stands in: the nearest ancestor that has one and is still an entry."""
        found = _date_in(node)
        ancestor = node.parent
        for _ in range(_LEVELS):
            if found is None or found or ancestor is None:
                break
            place = ancestor.mem_id
            if place not in self._around:
                self._around[place] = _date_in(ancestor, entry=ancestor.tag in _ENTRY_TAGS)
            found = self._around[place]
            ancestor = ancestor.parent
        return found or None


def _date_in(node: LexborNode, *, entry: bool = True) -> str | None:
    """The day that an element shows, empty where it shows none or is no `entry`; None where it holds too much for one."""
    text = node.text(separator=" ")
    if len(text) > _ENTRY_LENGTH:
        return None
    return (iso_date(text) or "")[:10] if entry else ""
