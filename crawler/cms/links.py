"""The links of a page with their whole titles and the dates beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.address import join
from crawler.model import Link
from crawler.text import fold, iso_date

_CUT = re.compile(r"(…|\.{2,}|・{3})$")  # 关于2022年法治政府建设情…
_TRAILING_DATE = re.compile(r"[\s\[(]*20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\s\])]*$")
_ENTRY_TAGS = frozenset(("li", "tr", "dd", "dl", "p", "td", "div"))
_ENTRY_LENGTH = 400  # characters; what holds more is a list, not an entry


def links_of(tree: LexborHTMLParser, url: str, *, found_on: str | None = None) -> Iterator[Link]:
    """Every link with a title, in page order. The first address and the fullest title win when two say the same."""
    seen: dict[str, Link] = {}
    for node in tree.css("a[href]"):
        target = join(url, node.attributes.get("href") or "")
        title = _title(node)
        if not target or not title:
            continue
        known = seen.get(target)
        if known is None or len(title) > len(known.title):
            seen[target] = Link(url=target, title=title, date=_date_beside(node), found_on=found_on or url)
    yield from seen.values()


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


def _title(node: LexborNode) -> str:
    """The shown text, or the `title` attribute (of the link or of something in it) where the text is cut or shorter."""
    shown = _clean(node.text())
    hidden = [_clean(node.attributes.get("title") or "")]
    hidden += [_clean(inner.attributes.get("title") or "") for inner in node.css("[title]")]
    best = max(hidden, key=len, default="")
    stem = _CUT.sub("", shown)
    if not shown or (best.startswith(stem[:6]) and len(best) > len(stem)):
        return best
    return shown


def _clean(text: str) -> str:
    text = " ".join(fold(text).split())
    return _TRAILING_DATE.sub("", text).lstrip("·•▪■◆>-* ")


def _date_beside(node: LexborNode) -> str | None:
    """The date shown in the entry that the link stands in: the nearest ancestor that has one and is still an entry."""
    ancestor: LexborNode | None = node
    for _ in range(4):
        if ancestor is None:
            return None
        text = ancestor.text(separator=" ")
        if len(text) > _ENTRY_LENGTH:
            return None
        if (ancestor is node or ancestor.tag in _ENTRY_TAGS) and (date := iso_date(text)):
            return date[:10]
        ancestor = ancestor.parent
    return None
