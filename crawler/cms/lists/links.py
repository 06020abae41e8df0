"""Read the links of a page, each with its full title and the date beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.cms.base_url import Base
from crawler.cms.lists.entry_dates import (
    MAX_ENTRY_CHARS,
    YEAR_HEADINGS,
    EntryDates,
    is_date_piece,
    pieces_of,
    year_of_heading,
)
from crawler.field.text import fold, one_line
from crawler.model import Link

_ELLIPSIS = re.compile(r"(…|(?<!\.)\.{2,}+|・{3})$")  # 关于2022年法治政府建设情…
_CUT = re.compile(r"…|\.{3}|・{3}")
_TRAILING_DATE = re.compile(r"(?<![\s\[(])[\s\[(]*+20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\s\])]*+$")
MAX_TITLE_CHARS = 1000
"""A longer title is cut. It is no title: an element was never closed, or an attribute holds a text."""

_MIN_ENTRY_CHARS = 8  # of a title; shorter ones are menus, tabs and page numbers
_MIN_TITLE_CHARS = 4  # of the beginning of a text that its `title` repeats
_MIN_SUMMARY_CHARS = 15  # by which a text with a summary is longer than its heading
_NUMBER = re.compile(r"\d{1,4}[.、．)]?")  # before an entry: 1. 02、
_LEADING_NUMBER = re.compile(r"^\d{1,3}(?:[、．]\s{0,3}|\.\s{0,3}(?!\d)|\s{1,3}(?![\d年月日]))")
_VIEWS = re.compile(
    r"[\s(\[]{0,3}(?:阅读|浏览|点击|访问|查看)(?:量|数|次数|人数)?\s?[:：]?\s?\d{1,9}\s?次?[)\]]?$|[\s(\[]{1,3}\d{1,9}\s?(?:次|人)?(?:阅读|浏览|点击|访问)(?:过)?[)\]]?$"
)
_VIEWS_WORDS = re.compile(r"[阅浏点访查]")
_VIEWS_LABEL = re.compile(r"(?:阅读|浏览|点击|访问|查看)(?:量|数|次数|人数)?:?|次")
_HEADINGS = "h1, h2, h3, h4, h5, h6, strong, b, dt, [class*='tit'], [class*='Tit'], [class*='bt']"


def links_of(tree: LexborHTMLParser, base: Base, *, found_on: str) -> Iterator[Link]:
    """Yield every link with a title, in page order, once for each address, with the longest of its titles.

    A link is an `<a>`, an area of an image map, or an element whose onclick goes to an address.
    """
    seen: dict[str, Link] = {}
    dates = EntryDates()
    holding = {node.mem_id for node in tree.css("a[href]:has([title])")}
    for node in tree.css(f"a[href], area[href], [onclick], {YEAR_HEADINGS}"):
        if (year := year_of_heading(node)) is not None:
            dates.see_heading(year)
        target = base.target(node) if _may_lead(node) else None
        if not target or not (title := _title_of(node, titled=node.mem_id in holding)):
            continue
        known = seen.get(target)
        if known is None or len(title) > len(known.title):
            seen[target] = Link(url=target, title=title, date=dates.beside(node, target), found_on=found_on)
        if len(title) >= _MIN_ENTRY_CHARS:
            dates.see_entry()
    yield from seen.values()


def _may_lead(node: LexborNode) -> bool:
    attributes = node.attributes
    return "onclick" in attributes or (node.tag in ("a", "area") and "href" in attributes)


def _title_of(node: LexborNode, *, titled: bool) -> str:
    """Return the title of a link; empty for an element with an onclick that holds more than one entry."""
    text, attributes = node.text(), node.attributes
    if node.tag != "a" and len(text) > MAX_ENTRY_CHARS:
        return ""
    titles = [attributes.get("title")]
    if titled:
        titles += [inner.attributes["title"] for inner in node.css("[title]")]
    if title := _title(_shown(node, text), titles):
        return title
    alternatives = [attributes.get("alt"), *(image.attributes["alt"] for image in node.css("img[alt]"))]
    return _title("", alternatives)  # of images, where the link has no text


def _shown(node: LexborNode, text: str) -> str:
    """Return the text of a link without what stands in elements of its own: number, date, views, a summary."""
    if node.child is None or (node.child.next is None and node.child.tag == "-text"):
        return text
    pieces = pieces_of(node)
    kept = _without_ends(pieces)
    if kept and len(kept) < len(pieces):
        start, end = text.find(kept[0]), text.rfind(kept[-1])
        text = text[start : end + len(kept[-1])] if 0 <= start <= end else text
    heading = next((inner for inner in node.css(_HEADINGS) if inner.mem_id != node.mem_id), None)
    title = heading.text().strip() if heading is not None else ""
    if len(title) >= _MIN_ENTRY_CHARS and len(text) >= len(title) + _MIN_SUMMARY_CHARS:
        return title
    if kept and len(kept[0]) >= _MIN_ENTRY_CHARS and _is_summary("".join(kept[1:])):
        return kept[0]
    return text


def _is_summary(text: str) -> bool:
    """Whether a text that follows a title is a summary: it has sentences, or is cut off. A title may have two lines."""
    folded = fold(text)
    is_sentence = any(mark in folded for mark in "。;!") or folded.count(",") > 1
    return len(text) >= _MIN_SUMMARY_CHARS and (is_sentence or is_cut(text))


def _without_ends(pieces: list[str]) -> list[str]:
    """Return the pieces of a link's text without numbers, dates and views at both ends."""
    first, last = 0, len(pieces)
    while first < last - 1 and _is_beside(pieces[first], pieces[first + 1]):
        first += 1
    while last - 1 > first and (_is_beside(pieces[last - 1]) or _VIEWS_LABEL.fullmatch(pieces[last - 1])):
        last -= 1
    return pieces[first:last]


def _is_beside(piece: str, following: str = "") -> bool:
    """Whether a piece of text is a number or a date beside a title. 2023 before 年度报告 is a part of it."""
    if following[:1] in ("年", "月", "日", "-"):
        return False
    return bool(_NUMBER.fullmatch(piece)) or is_date_piece(piece) or bool(_VIEWS.fullmatch(f" {piece}"))


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
    whole = _ELLIPSIS.sub("", best)
    if len(best) >= _MIN_TITLE_CHARS and whole == best and shown.startswith(best):
        return best  # a summary follows
    begun = _CUT.split(shown, maxsplit=1)[0]  # the title, cut, and a summary after it
    return best if len(begun) >= _MIN_ENTRY_CHARS and best.startswith(begun) else shown


def _clean(text: str) -> str:
    text = one_line(text)[:MAX_TITLE_CHARS]
    if _VIEWS_WORDS.search(text):
        text = _VIEWS.sub("", text)
    if "20" in text:
        text = _TRAILING_DATE.sub("", text)
    return _LEADING_NUMBER.sub("", text.lstrip("·•▪■◆>-* "))
