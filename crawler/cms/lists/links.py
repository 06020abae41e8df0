"""Read the links of a page, each with its full title and the date beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.cms.base_url import Base
from crawler.field.text import iso_date, one_line
from crawler.model import Link

_ELLIPSIS = re.compile(r"(…|(?<!\.)\.{2,}+|・{3})$")  # 关于2022年法治政府建设情…
_TRAILING_DATE = re.compile(r"(?<![\s\[(])[\s\[(]*+20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\s\])]*+$")
MAX_TITLE_CHARS = 1000
"""A longer title is cut. It is no title: an element was never closed, or an attribute holds a text."""

_ENTRY_TAGS = frozenset(("li", "tr", "dd", "dl", "p", "td", "div"))
_MAX_ENTRY_CHARS = 400  # an element with more text is a list, not an entry
_MAX_ANCESTORS = 3  # elements around a link that can be its entry


def links_of(tree: LexborHTMLParser, base: Base, *, found_on: str) -> Iterator[Link]:
    """Yield every link with a title, in page order, once for each address, with the longest of its titles.

    A link is an `<a>`, an area of an image map, or an element whose onclick goes to an address.
    """
    seen: dict[str, Link] = {}
    dates = _Dates()
    holding = {node.mem_id for node in tree.css("a[href]:has([title])")}
    for node in tree.css("a[href], area[href], [onclick]"):
        target = base.target(node)
        if not target or not (title := _title_of(node, titled=node.mem_id in holding)):
            continue
        known = seen.get(target)
        if known is None or len(title) > len(known.title):
            seen[target] = Link(url=target, title=title, date=dates.beside(node), found_on=found_on)
    yield from seen.values()


def _title_of(node: LexborNode, *, titled: bool) -> str:
    """Return the title of a link; empty for an element with an onclick that holds more than one entry."""
    text, attributes = node.text(), node.attributes
    if node.tag != "a" and len(text) > _MAX_ENTRY_CHARS:
        return ""
    titles = [attributes.get("title")]
    if titled:
        titles += [inner.attributes["title"] for inner in node.css("[title]")]
    if title := _title(text, titles):
        return title
    alternatives = [attributes.get("alt"), *(image.attributes["alt"] for image in node.css("img[alt]"))]
    return _title("", alternatives)  # of images, where the link has no text


def is_selector(text: str) -> bool:
    """Whether a text is a CSS selector that the parser can use."""
    try:
        LexborHTMLParser("<p></p>").css(text)
    except SelectolaxError:
        return False
    return bool(text.strip())


def is_cut(title: str) -> bool:
    """Whether a title was cut for display: it ends with an ellipsis."""
    return bool(_ELLIPSIS.search(title))


def _title(text: str, titles: Iterable[str | None]) -> str:
    """Return the text shown, or the longest `title` attribute of the link or in it, where the text is cut or shorter."""
    shown = _clean(text)
    best = max((_clean(title) for title in titles if title and title != text), key=len, default="")
    if not best:
        return shown
    stem = _ELLIPSIS.sub("", shown)
    if not shown or (best.startswith(stem[:6]) and len(best) > len(stem)):
        return best
    return shown


def _clean(text: str) -> str:
    text = one_line(text)[:MAX_TITLE_CHARS]
    return (_TRAILING_DATE.sub("", text) if "20" in text else text).lstrip("·•▪■◆>-* ")


class _Dates:
    """Finds the dates beside the links of a page. An element around many links is read once."""

    def __init__(self) -> None:
        self._around: dict[int, str | None] = {}  # result for an element, by its id

    def beside(self, node: LexborNode) -> str | None:
        """Return the date in the entry of a link: in the nearest ancestor that has one and is not larger than an entry."""
        found = _date_in(node)
        ancestor = node.parent
        for _ in range(_MAX_ANCESTORS):
            if found is None or found or ancestor is None:
                break
            place = ancestor.mem_id
            if place not in self._around:
                self._around[place] = _date_in(ancestor, entry=ancestor.tag in _ENTRY_TAGS)
            found = self._around[place]
            ancestor = ancestor.parent
        return found or None


def _date_in(node: LexborNode, *, entry: bool = True) -> str | None:
    """Return the day in an element's text; empty if there is none or if it is no `entry`; None if it is too long for one."""
    text = node.text(separator=" ")
    if len(text) > _MAX_ENTRY_CHARS:
        return None
    return (iso_date(text) or "")[:10] if entry else ""
