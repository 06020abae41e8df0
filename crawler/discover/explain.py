"""Explain how a page is read: which marks of which CMS it has, which preset takes it, and what its rules find. Pure.

`crawler.discover.discover` reads the page the same way; this module also tells what did not count, for those who add a CMS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import SelectolaxError

from crawler.cms import PRESETS, ListPage, Preset, recognise
from crawler.discover import discover, is_article, judge_title, list_page
from crawler.discover.sitemaps import is_sitemap
from crawler.errors import ExtractError
from crawler.extract import extract
from crawler.model import Headers, Link, Report

_SOURCE_CHARS = 60  # shown of the source around a mark
_PAGER_WORDS = re.compile(
    r"下一?页|下页|上一?页|尾页|末页|共\s*\d+\s*[页条]|createpagehtml|countpage|pagecount|totalpage|totalrecord|[?&_]page(?:no|num|index)?=",
    re.I,
)
"""In the source of a pager. Only for people: the rules in `crawler.cms.lists` decide."""
_MAX_PAGER_SIGNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark of a CMS on a page."""

    text: str  # what matches, in lower case
    place: str  # address or source
    line: int | None  # of the source, from 1; None in the address
    counts: bool  # marks of some systems count in the address only


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A paging rule and the page to which it leads."""

    preset: str
    rule: str  # name of its class
    means: str  # first sentence of its docstring
    method: str | None  # None: it leads nowhere from here
    url: str | None
    sends: str = ""  # with the request: a form or JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetReading:
    """One CMS and a page."""

    name: str
    maker: str
    taken: bool
    why: str
    marks: tuple[Mark, ...]
    bodies: tuple[
        tuple[str, int], ...
    ]  # body hints that the page has, each with the characters of text within
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLink:
    """A link of a list, and what its title is taken for."""

    url: str
    title: str
    date: str | None
    report: bool
    year: int | None
    why: str  # why it is no report


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExplanation:
    """How a page is read as a list, and as an article."""

    url: str
    is_article_address: bool
    is_sitemap: bool
    taken: str  # name of the preset
    presets: tuple[PresetReading, ...]  # in the order in which they are tried
    stated_pages: int | None
    stated_entries: int | None
    next: Way | None
    pager_signs: tuple[
        tuple[int, str], ...
    ]  # line of the source, and the words there that look like a pager's
    links: tuple[SeenLink, ...]
    fault: str  # of the list
    article: Report | None
    no_article: str  # why there is none


def explain(body: bytes, headers: Headers, url: str) -> PageExplanation:
    """Return how a page is read. `body`: bytes as served, content codings undone; `url`: its address after redirects."""
    page = list_page(body, headers, url)
    listing = discover(body, headers, url)
    taken = recognise(page.html, url)
    presets = tuple(_readings(page, taken))
    ways = next(each.ways for each in presets if each.taken)
    article, no_article = _article(body, headers, url)
    sitemap = is_sitemap(body, headers, url)
    return PageExplanation(
        url=url,
        is_article_address=is_article(url),
        is_sitemap=sitemap,
        taken=taken.name,
        presets=presets,
        stated_pages=listing.stated_pages,
        stated_entries=listing.stated_entries,
        next=None if sitemap else next((way for way in ways if way.url), None),
        pager_signs=tuple(_pager_signs(page.html)),
        links=tuple(map(_seen, listing.links)),
        fault=listing.fault,
        article=article,
        no_article=no_article,
    )


def _readings(page: ListPage, taken: Preset) -> Iterator[PresetReading]:
    source, address = page.html.lower(), page.first.url.lower()
    is_after = False
    for preset in PRESETS:
        marks = (
            *(
                Mark(text=text, place="address", line=None, counts=True)
                for text, _ in preset.marks.found_in(address)
            ),
            *(
                Mark(
                    text=text,
                    place="source",
                    line=source.count("\n", 0, at) + 1,
                    counts=not preset.by_address,
                )
                for text, at in preset.marks.found_in(source)
            ),
        )
        yield PresetReading(
            name=preset.name,
            maker=preset.maker,
            taken=preset is taken,
            why=_why(preset, taken, marks, is_after=is_after),
            marks=marks,
            bodies=tuple(_bodies(page, preset)),
            ways=tuple(_ways(page, preset)),
        )
        is_after = is_after or preset is taken


def _why(preset: Preset, taken: Preset, marks: tuple[Mark, ...], *, is_after: bool) -> str:
    if preset is PRESETS[-1] and preset is not taken:
        return "for pages without any mark"
    if preset is taken:
        return "the first one with a mark here" if marks else "no other one has a mark here"
    if is_after:
        return (
            f"has marks, but {taken.name} is tried before it"
            if marks
            else f"no mark here; {taken.name} took it before"
        )
    return (
        "its marks count in the address only, because pages of other systems link to it"
        if marks
        else "no mark here"
    )


def _bodies(page: ListPage, preset: Preset) -> Iterator[tuple[str, int]]:
    for selector in preset.body:
        try:
            found = page.tree.css(selector)
        except SelectolaxError:
            continue
        if found:
            yield selector, max(len("".join(node.text().split())) for node in found)


def _ways(page: ListPage, preset: Preset) -> Iterator[Way]:
    for rule in preset.paging:
        leads = rule.next(page)
        yield Way(
            preset=preset.name,
            rule=type(rule).__name__,
            means=(type(rule).__doc__ or "").strip().partition("\n")[0],
            method=leads.method if leads else None,
            url=leads.url if leads else None,
            sends=leads.body_text if leads else "",
        )


def _pager_signs(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of the source with words of a pager, each with what stands around the first of them."""
    line, told = 0, 0
    for number, match in enumerate(_PAGER_WORDS.finditer(source)):
        here = source.count("\n", 0, match.start()) + 1
        if here == line:
            continue
        if told == _MAX_PAGER_SIGNS or number > _MAX_PAGER_SIGNS * 50:
            return
        line, told = here, told + 1
        around = source[max(0, match.start() - _SOURCE_CHARS) : match.end() + _SOURCE_CHARS]
        yield here, " ".join(around.split())


def _seen(link: Link) -> SeenLink:
    verdict = judge_title(link.title)
    return SeenLink(
        url=link.url,
        title=link.title,
        date=link.date,
        report=verdict.report,
        year=verdict.year,
        why=verdict.why,
    )


def _article(body: bytes, headers: Headers, url: str) -> tuple[Report | None, str]:
    try:
        return extract(body, headers, url), ""
    except ExtractError as error:
        return None, error.reason
