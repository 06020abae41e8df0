"""Find whether a page is one of several of an article, which one it is, and where the next one is.

Takes the markup, the page's address and its scripts, and returns a `Pager`. A link counts if its address is the page's own
but for a number and its label is a pager's: 2, 下一页, Next, >. `pager_links` finds such links, `page_address` compares
addresses. What the page's text says of its pages (第1页 共2页) is read by `roles/pager_lines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crawler.cms.base_url import Base
from crawler.cms.lists.numbering import Numbering, numbering
from crawler.extract.documents.page_address import SUFFIX, PageAddress, page_number, parse
from crawler.extract.documents.pager_buttons import pager_buttons
from crawler.extract.documents.pager_links import (
    PageLink,
    PagerLink,
    is_article_name,
    may_have_pager,
    numbered_addresses,
    pager_links,
)
from crawler.extract.roles.pager_lines import FIRST, LAST, is_backward, is_forward, label_number


class Pager(NamedTuple):
    """Place of a page in its article. Numbers count from 1; `total` is the least number of pages that the page names."""

    following: str | None = None
    number: int = 1
    total: int = 1


ALONE = Pager()

_MAX_SINGLE_DIGIT = 9  # con_2.html -> con_3.html: larger numbers may be those of articles
_UNKNOWN_BASE = "http://unknown.invalid/"  # for a page whose address is not known


class SourceSigns(NamedTuple):
    """What a page's source says of the article's other pages before it is parsed."""

    numbered: Numbering | None  # from its scripts
    addresses: dict[str, list[PageLink]]  # by the name that a number is added to
    buttons: list[tuple[str, str]]  # label and address


def read_source_signs(source: str, url: str | None, base: Base | None) -> SourceSigns:
    """Return what the scripts of a page say, and the addresses in it that are its own with a number added."""
    own = parse(url) if url else None
    addresses: dict[str, list[PageLink]] = {}
    if base and own:
        found = SUFFIX.fullmatch(own.name)
        for name in (own.name, *([found["base"]] if found else [])):
            addresses[name] = list(numbered_addresses(source, own._replace(name=name), base))
    return SourceSigns(numbering(source), addresses, list(pager_buttons(source)))


def find_pager(html: str, url: str | None, base: Base | None, signs: SourceSigns) -> Pager:
    """Return the place of a page in its article, as its links and scripts say.

    `html`: the body as well-formed markup, without scripts. `url`: the page's own address. `base`: what its links are
    resolved against. `signs`: those of its source.
    """
    own = parse(url) if url else None
    numbered = signs.numbered
    if base is None or own is None:
        if numbered and numbered.total > 1 and numbered.name != "index":
            return Pager(None, numbered.number, numbered.total)
        return _without_address(html)
    links = list(pager_links(html, base, own)) if may_have_pager(html, own) else []
    for label, place in signs.buttons:
        if (target := base.join(place)) and (address := parse(target)):
            links.append(PagerLink(target, address, label))
    first, here = _first_page(links, own)
    pages = _pages_of_article(links, first)
    known = {page.number for page in pages}
    pages += [page for page in signs.addresses.get(first.name, []) if page.number not in known]
    return _with_script(_next_page(pages, here), numbered, first, base)


def _pages_of_article(links: Sequence[PagerLink], first: PageAddress) -> list[PageLink]:
    return [
        PageLink(link.url, number, link.label)
        for link in links
        if (number := page_number(first, link.address)) is not None
    ]


def _without_address(html: str) -> Pager:
    """The pager of a page whose own address is not known, from links that share one name and differ in a number."""
    links = list(pager_links(html, Base(_UNKNOWN_BASE)))
    for link in links:
        found = SUFFIX.fullmatch(link.address.name)
        if found and (is_forward(link.label) or (label_number(link.label) or 0) > 1):
            first = link.address._replace(name=found["base"])
            if _is_page_number(links, first, int(found["number"]) - 1):
                return _next_page(_pages_of_article(links, first), 0)._replace(following=None)
    return ALONE


def _first_page(links: Sequence[PagerLink], own: PageAddress) -> tuple[PageAddress, int]:
    """The address of the article's first page, and the number in this page's own address (0: none)."""
    if (number := own.page_in_query) is not None:
        return own, number
    found = SUFFIX.fullmatch(own.name)
    if found:
        first, number = own._replace(name=found["base"]), int(found["number"])
        if _is_page_number(links, first, number):
            return first, number
    return own, 0


def _is_page_number(links: Sequence[PagerLink], first: PageAddress, number: int) -> bool:
    """Whether the number at the end of a page's address counts pages, and is no part of an article's name.

    It does where the page links to an address without it, or where labels count as the addresses do. It also does where
    the next number follows, if it has one digit or the name before it is long enough to be one article's.
    """
    if any(link.address == first for link in links):
        return True
    labelled = [
        (link.label, there) for link in links if (there := page_number(first, link.address)) is not None
    ]
    shifts = {named - there for label, there in labelled if (named := label_number(label)) is not None}
    if shifts and (shifts == {0} or shifts == {1}):
        return True
    is_likely = number <= _MAX_SINGLE_DIGIT or is_article_name(first.name)
    return is_likely and any(is_forward(label) and there == number + 1 for label, there in labelled)


def _next_page(pages: Sequence[PageLink], here: int) -> Pager:
    """The pager that links to pages of the article make; `here` is the number in this page's own address."""
    labels = {page.number: number for page in pages if (number := label_number(page.label)) is not None}
    shift = next((label - address for address, label in labels.items() if address), None)
    number = max(here + (_shift(pages, here) if shift is None else shift), 1) if here else 1
    total = max((number, *labels.values()))
    ahead = [
        page
        for page in pages
        if page.number > here
        and labels.get(page.number) != 1
        and not FIRST.fullmatch(page.label)
        and not is_backward(page.label)
    ]
    if not ahead:
        return Pager(None, number, total)
    nearest = min(ahead, key=lambda page: page.number)
    is_certain = not all(LAST.fullmatch(page.label) for page in ahead if page.number == nearest.number)
    if nearest.number in labels:
        is_next = labels[nearest.number] == number + 1
    else:  # the second page's number is 1 with some systems, 2 with others
        is_next = nearest.number == here + 1 or (not here and nearest.number == 2 and is_certain)
    return Pager(nearest.url if is_next else None, number, max(total, number + 1))


def _shift(pages: Sequence[PageLink], here: int) -> int:
    """Difference of a page's place and the number in its address, if no label says so: con.html, con_1.html, con_2.html."""
    has_unnumbered = any(page.number == 0 for page in pages)
    lowest = min((page.number for page in pages if page.number), default=here)
    return 1 if has_unnumbered and min(lowest, here) == 1 else 0


def _with_script(pager: Pager, numbered: Numbering | None, first: PageAddress, base: Base) -> Pager:
    """The pager that the links make, completed by what a script of the page states."""
    if numbered is None or numbered.total < 2:
        return pager
    found = SUFFIX.fullmatch(first.name)
    stem = found["base"] if found and numbered.number > 1 else first.name
    if numbered.name and numbered.name not in (stem, first.name or "index"):
        return pager  # the script counts the pages of a list
    total = max(pager.total, numbered.total)
    if numbered.number >= numbered.total:
        return Pager(None, numbered.number, total)
    name = f"{numbered.name or stem}_{numbered.following}.{numbered.ext or first.ext.lstrip('.')}"
    return Pager(base.join(name), numbered.number, total)
