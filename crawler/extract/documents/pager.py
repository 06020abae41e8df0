"""Whether a page is one of several that an article is set on, by its links: which one, and where the next one is.

A link counts whose address is the page's own but for a number, and whose text is a pager's: 2, 下一页, Next, >.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from crawler.cms.base_url import Base
from crawler.cms.lists.numbering import Numbering, numbering
from crawler.extract.roles.pager_lines import (
    FIRST,
    LAST,
    LONGEST_LABEL,
    is_backward,
    is_forward,
    is_pagers,
    said,
)
from crawler.field.text import fold


class Pager(NamedTuple):
    """Where a page stands in its article. Numbers count from 1; `total` is the least number of pages that it speaks of."""

    following: str | None = None
    number: int = 1
    total: int = 1


ALONE = Pager()

_ANCHOR = re.compile(
    rf"<a ([^>]*)>((?:<(?!/a>|a )[^>]*>|\s)*+([^<]{{0,{LONGEST_LABEL}}}+)(?:<(?!/a>|a )[^>]*>|\s)*+)</a>"
)
_SHOWN = re.compile(rf'\b(?:alt|title)="([^"]{{1,{LONGEST_LABEL}}})"')
_ATTRIBUTE = re.compile(r'\b(href|onclick)="([^"]*)"')
_QUOTED = re.compile(r"""['"]([^'"\s]{1,400})['"]""")
_SUFFIX = re.compile(r"(?P<base>.+?)[_-](?P<number>\d{1,3})")
_PAGE_KEYS = frozenset((
    "page", "p", "pn", "pg", "paged", "pageno", "page_no", "pagenum", "pagenumber", "page_num", "pageindex", "page_index",
    "currentpage", "curpage", "current_page", "cpage", "nowpage",
))  # fmt: skip
_SECOND = ('=2"', "=2&amp;", "=2'")  # how a query that asks for page 2 stands in markup
_SINGLE_DIGIT = 9  # con_2.html -> con_3.html: larger numbers may be those of articles
_LONG_NAME = re.compile(r"\d{8}|[0-9a-f]{16}")  # t20230315_2170174: no other article's name begins so
_NOWHERE = "http://unknown.invalid/"  # in the place of an address that is not known
_REACH = 400  # characters of an address before its last segment


class _Name(NamedTuple):
    """An address as a pager sees it."""

    host: str
    folder: str  # path up to the last segment
    name: str
    ext: str
    query: tuple[tuple[str, str], ...]


class _Link(NamedTuple):
    """A link with a pager's label."""

    url: str
    name: _Name
    label: str


class _Candidate(NamedTuple):
    """A link to a page of the article."""

    url: str
    number: int  # in its address; 0 where the address has none
    label: str


class Signs(NamedTuple):
    """What a page's source tells before it is parsed."""

    numbered: Numbering | None
    addresses: dict[str, list[_Candidate]]  # by the name that a number is added to


def read_signs(source: str, url: str | None, base: Base | None) -> Signs:
    """What scripts in a page's source state, and addresses in it that are the page's own with a number added."""
    own = _parse(url) if url else None
    addresses: dict[str, list[_Candidate]] = {}
    if base and own:
        found = _SUFFIX.fullmatch(own.name)
        for name in (own.name, *([found["base"]] if found else [])):
            addresses[name] = list(_by_address(source, own._replace(name=name), base))
    return Signs(numbering(source), addresses)


def find(html: str, url: str | None, base: Base | None, signs: Signs) -> Pager:
    """What the addresses on a page, and its scripts, tell of the article's other pages.

    `html`: its body as well-formed markup, without scripts; `url`: its own address; `base`: what its links are
    resolved against; `signs`: those of its source.
    """
    own = _parse(url) if url else None
    numbered = signs.numbered
    if base is None or own is None:
        if numbered and numbered.total > 1 and numbered.name != "index":
            return Pager(None, numbered.number, numbered.total)
        return _without_address(html)
    links = list(_links(html, base, own)) if _may_link(html, own) else []
    first, here = _place(links, own)
    candidates = _candidates(links, first)
    known = {each.number for each in candidates}
    candidates += [each for each in signs.addresses.get(first.name, []) if each.number not in known]
    return _scripted(_choose(candidates, here), numbered, first, base)


def _may_link(html: str, own: _Name) -> bool:
    """Whether a page can have a link to another page of its article: few have, and looking at each link takes long."""
    found = _SUFFIX.fullmatch(own.name)
    if any(key.lower() in _PAGE_KEYS for key, _ in own.query):
        return True
    signs = [f"{own.name or 'index'}{mark}" for mark in "_-/"]
    if found:
        signs += [f"{found['base']}{mark}" for mark in ("_", "-", own.ext)]
    return any(sign in html for sign in (*signs, *_SECOND))


def _candidates(links: Sequence[_Link], first: _Name) -> list[_Candidate]:
    return [
        _Candidate(link.url, number, link.label)
        for link in links
        if (number := _number(first, link.name)) is not None
    ]


def _without_address(html: str) -> Pager:
    """Of how many pages a page is one whose own address is not known: by links that have one name, and numbers."""
    links = list(_links(html, Base(_NOWHERE)))
    for link in links:
        found = _SUFFIX.fullmatch(link.name.name)
        if found and (is_forward(link.label) or (said(link.label) or 0) > 1):
            first = link.name._replace(name=found["base"])
            if _is_page(links, first, int(found["number"]) - 1):
                return _choose(_candidates(links, first), 0)._replace(following=None)
    return ALONE


def _parse(url: str) -> _Name | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    folder, _, last = parts.path.rpartition("/")
    name, dot, ext = last.rpartition(".")
    if not dot:
        name, ext = last, ""
    return _Name(
        parts.netloc, f"{folder}/", name, dot + ext, tuple(parse_qsl(parts.query, keep_blank_values=True))
    )


def _links(html: str, base: Base, own: _Name | None = None) -> Iterator[_Link]:
    """The links that may be a pager's, those that a script would open too.

    What stands in the folder that `<base>` names stands beside the page itself: relative links mean that one.
    """
    named = _parse(base.url)
    for found in _ANCHOR.finditer(html):
        label = found[3].strip()
        if not label:
            shown = _SHOWN.search(found[2]) or _SHOWN.search(found[1])
            label = shown[1] if shown else ""
        if not label or not is_pagers(label := fold(unescape(label))):
            continue
        for attribute, value in _ATTRIBUTE.findall(found[1]):
            value = unescape(value)
            by_script = attribute == "onclick" or value.lower().startswith("javascript:")
            for place in _QUOTED.findall(value) if by_script else (value,):
                if (target := base.join(place)) and (there := _parse(target)):
                    if own and named and (there.host, there.folder) == (own.host, named.folder):
                        there = there._replace(folder=own.folder)
                    yield _Link(target, there, label)


def _place(links: Sequence[_Link], own: _Name) -> tuple[_Name, int]:
    """The address that the article's first page has, as this page's own tells it, and the number in this page's own."""
    pages = [value for key, value in own.query if key.lower() in _PAGE_KEYS and value.isdecimal()]
    if pages:
        return own, int(pages[-1])
    found = _SUFFIX.fullmatch(own.name)
    if found:
        first, number = own._replace(name=found["base"]), int(found["number"])
        if _is_page(links, first, number):
            return first, number
    return own, 0


def _is_page(links: Sequence[_Link], first: _Name, number: int) -> bool:
    """Whether the number at the end of a page's address is that of a page, and not of an article.

    So where the page links to an address without it, where labels count as the addresses do, or where the next one follows
    and the number has one digit, or a name before it that is an article's.
    """
    if any(link.name == first for link in links):
        return True
    told = [(link.label, there) for link in links if (there := _number(first, link.name)) is not None]
    shifts = {label - there for text, there in told if (label := said(text)) is not None}
    if shifts and (shifts == {0} or shifts == {1}):
        return True
    is_likely = number <= _SINGLE_DIGIT or _LONG_NAME.search(first.name) is not None
    return is_likely and any(is_forward(text) and there == number + 1 for text, there in told)


def _number(first: _Name, there: _Name) -> int | None:
    """The number of a page in its address, seen from that of the first page; None for what is no page of the article."""
    if there.host != first.host or (there.ext != first.ext and first.name):
        return None
    if (there.folder, there.name) == (first.folder, first.name):
        return _in_query(first, there)
    if there.query != first.query:
        return None
    if there.folder == first.folder:
        found = _SUFFIX.fullmatch(there.name)
        return int(found["number"]) if found and found["base"] == (first.name or "index") else None
    below = first.name and there.folder == f"{first.folder}{first.name}/"
    return int(there.name) if below and re.fullmatch(r"\d{1,3}", there.name) else None


def _in_query(first: _Name, there: _Name) -> int | None:
    """The number of a page in a query that differs in that alone; 0 for a query without one."""
    pages = [value for key, value in there.query if key.lower() in _PAGE_KEYS]
    if _without_page(there) != _without_page(first) or len(pages) > 1:
        return None
    if not pages:
        return 0
    return int(pages[0]) if re.fullmatch(r"\d{1,3}", pages[0]) else None


def _without_page(name: _Name) -> list[tuple[str, str]]:
    return [pair for pair in name.query if pair[0].lower() not in _PAGE_KEYS]


def _by_address(source: str, first: _Name, base: Base) -> Iterator[_Candidate]:
    """Addresses anywhere in the source that are the page's own, long enough to be no other's, with a number added."""
    if not first.ext or _LONG_NAME.search(first.name) is None or first.name not in source:
        return
    for found in re.finditer(
        rf"{re.escape(first.name)}[_-](\d{{1,3}}){re.escape(first.ext)}(?![\w.])", source
    ):
        before = source[max(0, found.start() - _REACH) : found.start()]
        target = base.join(re.split(r"""["'\s<>()=\\]""", before)[-1] + found[0])
        there = _parse(target) if target else None
        if target and there and there.host == first.host:
            yield _Candidate(target, int(found[1]), "")


def _choose(candidates: Sequence[_Candidate], here: int) -> Pager:
    """The next page among those that the links lead to; `here` is the number in this page's own address."""
    told = {each.number: number for each in candidates if (number := said(each.label)) is not None}
    shift = next((number - address for address, number in told.items() if address), None)
    number = max(here + (_shift(candidates, here) if shift is None else shift), 1) if here else 1
    total = max((number, *told.values()))
    ahead = [
        each
        for each in candidates
        if each.number > here
        and told.get(each.number) != 1
        and not FIRST.fullmatch(each.label)
        and not is_backward(each.label)
    ]
    if not ahead:
        return Pager(None, number, total)
    nearest = min(ahead, key=lambda each: each.number)
    sure = not all(LAST.fullmatch(each.label) for each in ahead if each.number == nearest.number)
    if nearest.number in told:
        is_next = told[nearest.number] == number + 1
    else:  # the second page's number is 1 with some systems, 2 with others
        is_next = nearest.number == here + 1 or (not here and nearest.number == 2 and sure)
    return Pager(nearest.url if is_next else None, number, max(total, number + 1))


def _shift(candidates: Sequence[_Candidate], here: int) -> int:
    """How far a page's place is ahead of the number in its address, where no label tells: con.html, con_1.html, con_2.html."""
    unnumbered = any(each.number == 0 for each in candidates)
    lowest = min((each.number for each in candidates if each.number), default=here)
    return 1 if unnumbered and min(lowest, here) == 1 else 0


def _scripted(pager: Pager, numbered: Numbering | None, first: _Name, base: Base) -> Pager:
    """What a script states of these pages, together with what links told."""
    if numbered is None or numbered.total < 2:
        return pager
    found = _SUFFIX.fullmatch(first.name)
    stem = found["base"] if found and numbered.number > 1 else first.name
    if numbered.name and numbered.name not in (stem, first.name or "index"):
        return pager  # that of a list
    total = max(pager.total, numbered.total)
    if numbered.number >= numbered.total:
        return Pager(None, numbered.number, total)
    name = f"{numbered.name or stem}_{numbered.following}.{numbered.ext or first.ext.lstrip('.')}"
    return Pager(base.join(name), numbered.number, total)
