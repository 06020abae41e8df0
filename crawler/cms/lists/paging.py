"""Rules that lead from one page of a list to the next (`Paging` of `crawler.cms.preset`). Each reads one page only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from crawler.address import canonical
from crawler.cms.base_url import is_same_site
from crawler.cms.lists.numbering import counting_scripts, numbering
from crawler.cms.lists.query import PAGE_NUMBER_KEYS, is_number, query_pairs, with_query
from crawler.cms.lists.stated import stated
from crawler.cms.preset import ListPage
from crawler.model import ListRequest

_NEXT_TEXT = re.compile(
    r"^[\s\[【(<]*([下后]\s?一?\s?[页頁]|next(\s*page)?|[>›»→▶►]{1,2})[\s>›»→▶►\]】)]*"
    r"(?:[(（]\d{1,4}\s?/\s?\d{1,4}[)）])?$",
    re.I,
)
_MAX_NEXT_CHARS = 12  # of the text of such a link
_NEXT_CLASS = re.compile(r"(?:^|page|pager|pages|pagination|^p|jump)[-_]?next(?:[-_]?page)?$")
_NEXT_IMAGE = re.compile(r"(?:^|[/_-])(?:next|xiayiye|nextpage)[\w-]{0,4}\.(?:gif|png|jpe?g|svg|webp)$", re.I)
_NAMING_ATTRIBUTES = (
    "title",
    "aria-label",
    "value",
)  # a text may stand there in the place of the element's own
_ADDRESS_ATTRIBUTES = ("data-url", "data-href", "data-link", "tagname")  # easysite writes tagname


@dataclass(frozen=True, slots=True)
class Numbered:
    """File names have numbers, and a script of the page states the total: `numbering` reads it."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return `index_1.html` after `index.html`, and so on, up to the total."""
        found = numbering(page.html)
        if (
            found and not found.name
        ):  # the links are written elsewhere: the pages are called as the first one is
            if (found.number == 1) != (page.request == page.first):
                return None  # counted from 1: the variables of a list that a script loads
            stem, _, ext = (urlsplit(page.first.url).path.rpartition("/")[2] or "index.html").rpartition(".")
            found = found._replace(name=stem or None, ext=ext)
        file = found.next_file if found else None
        url = page.base.join(file) if file else None
        return ListRequest(url=url) if url and is_same_site(url, page.url) else None


@dataclass(frozen=True, slots=True)
class Countdown:
    """博达: first `fzgz.htm`, then `fzgz/12.htm` down to `fzgz/1.htm`, so that old pages keep their addresses."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the page with the number below this one's; from the first page, the highest number that it links to."""
        stem = re.sub(r"\.html?$", "", page.first.url)
        numbered = re.compile(re.escape(stem) + r"/(\d{1,9})(\.html?)$")
        here = numbered.match(page.url)
        if here:
            below = int(here[1]) - 1
            return ListRequest(url=f"{stem}/{below}{here[2]}") if below else None
        urls = (page.base.target(a) for a in page.tree.css("a[href]"))
        matches = [m for url in urls if url and (m := numbered.match(url))]
        highest = max(matches, key=lambda m: int(m[1]), default=None)
        return ListRequest(url=highest[0]) if highest else None


@dataclass(frozen=True, slots=True)
class NextLink:
    """A link is marked as 下一页 by its text, title, class or rel."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the first such link that leads to another page of the same host."""
        for node in (*next_links(page), *page.tree.css("link[rel~=next]")):
            url = _address(page, node)
            if (
                url
                and canonical(url) != canonical(page.url)
                and urlsplit(url).netloc == urlsplit(page.url).netloc
            ):
                return ListRequest(url=url)
        return None


def is_next(text: str) -> bool:
    """Whether the text of a link means the next page: 下一页, 下页, Next, >."""
    return len(text) <= _MAX_NEXT_CHARS and _NEXT_TEXT.match(text) is not None


def next_links(page: ListPage) -> Iterator[LexborNode]:
    """Yield the elements of a page that are marked as 下一页 and are not disabled, in page order."""
    yield from filter(_is_next_link, page.tree.css("a, [onclick]"))


_CALLED_NUMBER = re.compile(r"""\(\s{0,5}['"]?(\d{1,6})['"]?\s{0,5}[,)]""")  # javascript:goPage(2)


def called_number(page: ListPage) -> int | None:
    """Return the number of the page that a function gets which 下一页 calls: 2 of `javascript:goPage(2)`; None without any."""
    for node in next_links(page):
        code = script_of(node)
        if len(code) <= _MAX_CALL_CHARS and (found := _CALLED_NUMBER.search(code)):
            return int(found[1])
    return None


def script_of(node: LexborNode) -> str:
    """Return the script that an element runs on a click: of its href, or of its onclick."""
    attributes = node.attributes
    href = attributes.get("href") or ""
    return (href if _CALLS.match(href) else attributes.get("onclick")) or ""


_CALLS = re.compile(r"\s{0,20}javascript:\s{0,20}(?!void\b)[^\s;]", re.I)
"""A href that runs a function, and not javascript:; or javascript:void(0)."""


_MAX_CALL_CHARS = 500
_CALLED_QUERY = re.compile(
    r"""['"]([^'"\s<>?]{0,300}\?(?:[^'"\s<>?]{0,300}&)?(\w{1,20})=\d{1,6}(?:&[^'"\s<>]{0,300})?)['"]"""
)
"""query(this, '/eportal/ui?pageId=12&currentPage=2')"""


def _is_next_link(node: LexborNode) -> bool:
    attributes = node.attributes
    classes = (attributes.get("class") or "").lower().split()
    if "disabled" in attributes or "disabled" in classes or attributes.get("aria-disabled") == "true":
        return False
    text = node.text(strip=True)
    return (
        is_next(text)
        or any(is_next(attributes.get(name) or "") for name in _NAMING_ATTRIBUTES)
        or any(map(_NEXT_CLASS.search, classes))
        or "next" in (attributes.get("rel") or "").lower().split()
        or (not text and any(map(_shows_next, node.css("img"))))
    )


def _shows_next(image: LexborNode) -> bool:
    """Whether an image means the next page: by its text, or by the name of its file (next.gif)."""
    attributes = image.attributes
    named = any(is_next(attributes.get(name) or "") for name in ("alt", "title"))
    return named or bool(_NEXT_IMAGE.search((attributes.get("src") or "")[-_MAX_FILE_CHARS:]))


def _address(page: ListPage, node: LexborNode) -> str | None:
    """Return where a link to the next page leads: by its href, its script, or an attribute that a script reads."""
    found = page.base.target(node)
    code = script_of(node)
    called = _CALLED_QUERY.findall(code) if len(code) <= _MAX_CALL_CHARS and "+" not in code else ()
    given = [address for address, key in called if key.lower() in PAGE_NUMBER_KEYS]
    given += filter(None, (node.attributes.get(name) for name in _ADDRESS_ATTRIBUTES))
    return found or next((url for each in given if (url := page.base.join(each))), None)


_WRITTEN_FILE = re.compile(  # location.href = "index_" + obj.curr + ".html"
    r"""location(?:\.href)?\s{0,5}(?:=|\.(?:replace|assign)\()\s{0,5}['"]([\w./-]{0,200})['"]\s{0,5}\+\s{0,5}\(?\s{0,5}[A-Za-z_$][\w$.]{0,40}(?:\(\))?"""
    r"""\s{0,5}(-\s{0,5}1)?\s{0,5}\)?\s{0,5}\+\s{0,5}['"](\.(?:s?html?|jsp))['"]"""
)
_WRITTEN_QUERY = re.compile(r"""['"]([^'"\s<>?]{0,300}\?(?:[^'"\s<>?]{0,300}&)?(\w{1,20})=)['"]\s{0,5}\+""")
_MAX_FILE_CHARS = 60
_ENDS_WITH_NUMBER = re.compile(r"(?<!\d)(\d{1,6})$")
_MAX_LABELS = 20  # a calendar has more links whose text is a number


@dataclass(frozen=True, slots=True)
class NumberedLinks:
    """Links to further pages are labelled 2, 3, 4, …; this page's number is without a link, or links to itself."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the page whose label is one above this page's."""
        groups: dict[tuple[str, ...], dict[int, str]] = {}
        for node in page.tree.css("a, option[value]"):
            label = node.text(strip=True).strip("[]()【】第页 ")
            if not is_number(label, 4):
                continue
            url = _target(page, node)
            if url and urlsplit(url).netloc == urlsplit(page.url).netloc:
                groups.setdefault(_series(url), {}).setdefault(int(label), url)
        for labelled in sorted(groups.values(), key=len, reverse=True):
            here = _number_of(page, labelled) if len(labelled) <= _MAX_LABELS else None
            url = labelled.get(here + 1) if here else None
            if url and canonical(url) != canonical(page.url):
                return ListRequest(url=url)
        return None


def _target(page: ListPage, node: LexborNode) -> str | None:
    """Return where a link or an option of a list of pages leads to. The value of an option may be a number only."""
    if node.tag != "option":
        return page.base.target(node)
    value = node.attributes.get("value") or ""
    return page.base.join(value) if any(char in value for char in "./?") else None


def _series(url: str) -> tuple[str, ...]:
    """Return what is equal in the addresses of one list's pages: the path but for numbers, and the names in the query."""
    parts = urlsplit(url)
    names = sorted(name for name, _ in query_pairs(url))
    folder, _, file = parts.path.rpartition("/")
    return (re.sub(r"(?:^index)?_?\d+", "#", file), re.sub(r"\d+", "#", folder), *names)


def _number_of(page: ListPage, labelled: dict[int, str]) -> int | None:
    """Return this page's number: its own label, or that of its address, or 1 where its address has none."""
    own = canonical(page.url)
    linked = next((number for number, url in labelled.items() if canonical(url) == own), None)
    if linked is not None:
        return linked
    lowest = min(labelled)
    if _series(page.url) != _series(labelled[lowest]):  # /list?id=3, where the others have &page=2
        is_first = lowest == 2 or urlsplit(labelled[lowest]).path == urlsplit(page.url).path
        return 1 if is_first and lowest <= 2 else None
    here, there = _last_number(page.url), _last_number(labelled[lowest])
    if here is not None and there is not None:
        return here - there + lowest
    return next((number for number in range(1, max(labelled)) if number not in labelled), None)


def _last_number(url: str) -> int | None:
    """Return the number of a page in its address: the one at the end of the file's name or of a parameter."""
    values = [value for key, value in query_pairs(url) if _is_page_number(key, value)]
    file = urlsplit(url).path.rpartition("/")[2].partition(".")[0]
    found = _ENDS_WITH_NUMBER.search(file[-_MAX_FILE_CHARS:])
    if values:
        return int(values[0])
    return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class QueryNumbered:
    """The address numbers its page (`?page=2`, `?pageNo=2`), and the page states how many there are.

    The first page may have no number: then a script of it says how it is written, `location.href = "?page=" + n`.
    """

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the same address with the next number; None at the total, and where no total is stated."""
        pairs = query_pairs(page.url)
        at = next((i for i, (key, value) in enumerate(pairs) if _is_page_number(key, value)), None)
        total = stated(page).pages or called_number(page)
        if total is None or page.request.method != "GET":
            return None
        if at is None:
            return self._second(page) if total > 1 and page.request == page.first else None
        number = int(pairs[at][1])
        from_zero = _starts_at_zero(page, pairs[at][0])
        if number + from_zero >= total:
            return None
        pairs[at] = (pairs[at][0], str(number + 1))
        return ListRequest(url=with_query(page.url, pairs))

    @staticmethod
    def _second(page: ListPage) -> ListRequest | None:
        written = _WRITTEN_QUERY.findall(counting_scripts(page.html))
        start = next((start for start, key in written if key.lower() in PAGE_NUMBER_KEYS), None)
        url = page.base.join(f"{start}2") if start else None
        return ListRequest(url=url) if url and is_same_site(url, page.url) else None


def _is_page_number(key: str, value: str) -> bool:
    return key.lower() in PAGE_NUMBER_KEYS and is_number(value, 6)


def _starts_at_zero(page: ListPage, key: str) -> bool:
    return dict(query_pairs(page.first.url)).get(key) == "0"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A script goes to a file whose name has the number, `location.href = "index_" + n + ".html"`, and the page states the total."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the file with the next number; None at the total, and where no total is stated."""
        found = _WRITTEN_FILE.search(counting_scripts(page.html))
        total = stated(page).pages or called_number(page) if found else None
        if not found or total is None:
            return None
        name, from_zero, ext = found[1], int(bool(found[2])), found[3]
        stem = name.rpartition("/")[2]
        file = urlsplit(page.url).path.rpartition("/")[2]
        digits = file.removeprefix(stem).removesuffix(ext)
        here = int(digits) + from_zero if file == f"{stem}{digits}{ext}" and is_number(digits, 6) else 1
        url = page.base.join(f"{name}{here + 1 - from_zero}{ext}") if here < total else None
        return ListRequest(url=url) if url and is_same_site(url, page.url) else None
