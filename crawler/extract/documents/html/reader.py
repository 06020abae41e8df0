"""Read an HTML page: bytes to `Material`, the lines of the article and around it and what the head says.

`page/` turns the markup into a flow of text, `candidates` chooses the article in it, `head_clues` reads the head and
`pager` the links to the article's other pages. What each line and clue means is decided in `roles/` and `meaning/`.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawler.cms.base_url import Base
from crawler.errors import NoBody
from crawler.extract.documents.html.article_head import HEAD_PIECES, below_title, top_of, without_marks
from crawler.extract.documents.html.candidates import choose, weigh
from crawler.extract.documents.html.embedded import embedded, mark_frames
from crawler.extract.documents.html.head_clues import head_clues, json_ld, page_titles, site_code
from crawler.extract.documents.html.stubs import stub
from crawler.extract.documents.magic import magic
from crawler.extract.documents.material import Embedded, Format, Material
from crawler.extract.documents.pager import Pager, find_pager, read_source_signs
from crawler.extract.page.decode import decode
from crawler.extract.page.flow import Flow, read_flow
from crawler.extract.page.hidden_markup import may_swallow, opened
from crawler.extract.page.lines import lines_between
from crawler.extract.page.markup_limits import limit_markup
from crawler.extract.page.tag_marks import HINTED, UNSEEN
from crawler.extract.roles.file_links import is_document_address
from crawler.extract.roles.role import squeeze
from crawler.model import Clue, Headers

_MARKUP = re.compile(
    rb"<\s*(?:!doctype|!--|html|head|body|meta|title|script|div|p|table|span|br|a|h[1-6]|ul|li|td|tr|font|iframe|frameset|section|article|link)\b"
    rb"|<\0[a-zA-Z!]\0|\0<\0[a-zA-Z!]",
    re.I,
)
_TWO_LETTERS = "".join(f"[{''.join(sorted({name[i] for name in UNSEEN}))}]" for i in (0, 1))
_UNSEEN = re.compile(
    f"<(?={_TWO_LETTERS})({'|'.join(UNSEEN)})", re.I
)  # the look-ahead rules out most tags quickly
_SNIFFED_BYTES = 65536  # in which markup must begin
_PIECES_BELOW = 40  # read below the article
_LARGE_PAGE = 512 * 1024  # characters
_MAX_HEADING_LENGTH = 300  # characters of a piece that is a heading, marks included
_MAX_BUTTON_LENGTH = 200  # characters; no label of a button is longer
_MIN_SWALLOWED_RATIO = 1.1  # sentences with the markup mended to those without
_MIN_PROSE = 200  # characters of sentences; of a page with fewer the hidden text is read too
_MIN_SURE_PROSE = 120  # characters of sentences; of an article with fewer the place is asked too
_MIN_HIDDEN_PROSE, _MIN_HIDDEN_RATIO = 200, 4  # characters of a hidden article; times those displayed
_NOTICE = re.compile(
    r"即将离开|隐私|免责|cookie|浏览器|验证码|登录", re.I
)  # hidden texts that are no article
_NOTICE_OPENING = 200  # characters in which a notice says what it is


def _recognises(body: bytes, headers: Headers) -> bool:
    return magic(body) is None and _MARKUP.search(body, 0, _SNIFFED_BYTES) is not None


class _Page(NamedTuple):
    """Data of a parsed page. The tree of a large page is freed before its text is read: it is many times the page's size."""

    html: str  # the body's markup, well-formed, without the elements in UNSEEN
    titles: tuple[str, ...]
    clues: tuple[Clue, ...]
    site_code: str | None
    undecodable: int
    base: Base | None
    pager: Pager
    swallows: bool  # whether an element that is never closed may hide the rest of the page
    tree: (
        LexborHTMLParser | None
    )  # held for small pages, so that the next page need not ask for its memory again


def _parse(body: bytes, headers: Headers, url: str | None, hint: str | None) -> _Page:
    text, encoding, undecodable = decode(body, headers)
    as_sent = body if encoding == "utf-8" and not undecodable and _is_bare(body) else None
    return _page(text, as_sent, encoding, undecodable, url, hint)


def _parse_mended(body: bytes, headers: Headers, url: str | None, hint: str | None) -> _Page | None:
    """The page parsed with its hidden markup opened; None if it has none."""
    text, encoding, undecodable = decode(body, headers)
    mended = opened(text)
    return _page(mended, None, encoding, undecodable, url, hint) if mended else None


def _page(
    text: str, as_sent: bytes | None, encoding: str, undecodable: int, url: str | None, hint: str | None
) -> _Page:
    """The page's data. `as_sent`: its bytes, if they are the text in UTF-8, so that the parser need not encode it again."""
    limited = limit_markup(text)
    source = limited if as_sent is None or limited is not text else as_sent
    tree = LexborHTMLParser(source)
    is_small = len(text) < _LARGE_PAGE
    metas = _metas(tree)
    titles = page_titles(tree, metas)
    clues = (*head_clues(metas), *json_ld(tree))
    code = site_code(metas, text)
    base = Base.of(tree, url, encoding) if url else None
    named = {name.lower() for name in _UNSEEN.findall(text)}
    swallows = may_swallow(text, named)
    signs = read_source_signs(text, url, base)
    if "button" in named and any(len(node.text()) > _MAX_BUTTON_LENGTH for node in tree.css("button")):
        named.remove("button")  # one that is never closed; browsers show its content
    mark_frames(tree, named, text)
    del text, limited, source
    named.discard("iframe")  # each is marked or removed
    tree.strip_tags([name for name in UNSEEN if name in named])  # the parser searches the page for each name
    html = (tree.body and tree.body.html) or ""
    pager = find_pager(html, url, base, signs)
    if hint:
        html = _mark_hinted(html, tree, hint)
    kept = tree if is_small else None
    return _Page(html, titles, clues, code, undecodable, base, pager, swallows, kept)


def _is_bare(body: bytes) -> bool:
    """Whether a page has nothing that `decode` leaves out."""
    return not body.startswith(BOM_UTF8) and b"\0" not in body


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    page = _parse(body, headers, url, hint)
    found = _find_article(page)
    is_short = found.prose < _MIN_PROSE
    if (is_short or page.swallows) and (mended := _parse_mended(body, headers, url, hint)):
        again = _find_article(mended)
        was_swallowed = page.swallows and again.prose > max(_MIN_PROSE, _MIN_SWALLOWED_RATIO * found.prose)
        if was_swallowed or (
            is_short and _is_hidden_article(again.flow, again.place, mended.titles, found.prose)
        ):
            page, found = mended, again
    flow = found.flow
    place = found.place or _offering(flow, page.titles, url)
    start, end = place
    top = top_of(flow, start, page.titles)
    bottom = min(end + _PIECES_BELOW, len(flow.pieces))
    before, inner, after = lines_between(flow, (top, start, end, bottom))
    return Material(
        lines=[*before, *inner, *after],
        first=len(before),
        last=len(before) + len(inner),
        titles=page.titles,
        clues=page.clues,
        site_code=page.site_code,
        undecodable=page.undecodable,
        base=page.base,
        pager=page.pager,
        embedded=tuple(_shown(found, (start, end), bottom, page.titles)),
    )


def _offering(flow: Flow, titles: tuple[str, ...], url: str | None) -> tuple[int, int]:
    """The pieces below the title of a page that shows no text; all if it shows no title. Raise NoBody if it offers nothing."""
    last = len(flow.pieces)
    if not flow.embedded and not any(is_document_address(href) for href in flow.hrefs(0, last)):
        raise NoBody(url, "no text on the page can be an article")
    at = below_title(flow, titles, last)
    return (at if at < last else 0), last


def _shown(
    found: _Article, place: tuple[int, int], bottom: int, titles: tuple[str, ...]
) -> Iterator[Embedded]:
    """What is shown in an article, and beside it: documents, and for an article without sentences the frames as well."""
    flow, (start, end) = found.flow, place
    is_stub = found.prose < _MIN_PROSE
    top = below_title(flow, titles, start) if is_stub else start
    yield from embedded(flow, start, end)
    for each in (*embedded(flow, top, start), *embedded(flow, end, bottom)):
        if each.how != "image" and (is_stub or is_document_address(each.address)):
            yield each


class _Article(NamedTuple):
    """The flow of a page, the article's range of pieces in it, and the characters of sentences there."""

    flow: Flow
    place: tuple[int, int] | None
    prose: int


def _find_article(page: _Page) -> _Article:
    """The article of a page. It may be hidden until a script shows it, though its title and info line are not."""
    known = frozenset(map(squeeze, page.titles[:2]))
    best = _Article(flow := read_flow(page.html), place := choose(flow, known), _prose_length(flow, place))
    if best.prose >= _MIN_PROSE:
        return best
    flow = read_flow(page.html, skip_hidden=False)
    place = choose(flow, known)
    if _is_hidden_article(flow, place, page.titles, best.prose) or best.place is None:
        return _Article(flow, place, _prose_length(flow, place))
    if HINTED in best.flow.tags or (own := stub(best.flow, frozenset(map(squeeze, page.titles)))) is None:
        return best
    overlaps = own[0] < best.place[1] and best.place[0] < own[1]
    is_sure = best.prose >= _MIN_SURE_PROSE and overlaps
    return best if is_sure else _Article(best.flow, own, _prose_length(best.flow, own))


def _prose_length(flow: Flow, place: tuple[int, int] | None) -> int:
    """Characters of the sentences in a range of pieces."""
    return sum(len(piece) for piece in flow.pieces[slice(*place)] if "。" in piece) if place else 0


def _is_hidden_article(
    flow: Flow, place: tuple[int, int] | None, titles: tuple[str, ...], prose_displayed: int
) -> bool:
    """Whether a text that is not displayed is the article: it is far longer than the displayed text, and under the title.

    A notice that a script shows (您访问的链接即将离开…) is elsewhere.
    """
    if place is None or _prose_length(flow, place) < max(
        _MIN_HIDDEN_PROSE, _MIN_HIDDEN_RATIO * prose_displayed
    ):
        return False
    names = {squeeze(title) for title in titles}
    start, end = place
    if _NOTICE.search("".join(flow.pieces[start:end])[:_NOTICE_OPENING]):
        return False
    head = flow.pieces[max(0, start - HEAD_PIECES) : min(end, start + HEAD_PIECES)]
    return not names or any(
        squeeze(without_marks(piece)) in names for piece in head if 1 < len(piece) < _MAX_HEADING_LENGTH
    )


def _mark_hinted(html: str, tree: LexborHTMLParser, hint: str) -> str:
    """The markup with the element HINTED around the heaviest element that the hint selects; `choose` takes that one."""
    try:
        found = [node.html or "" for node in tree.css(hint)]
    except SelectolaxError:
        return html
    weights = {one: sum(weigh(read_flow(one))) for one in found}
    best = max(weights, key=lambda one: weights[one], default="")
    if not best or not weights[best]:
        return html
    before, _, after = html.partition(best)
    return f"{before}<{HINTED}>{best}</{HINTED}>{after}"


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    """Contents of the page's meta elements by lower-case name; the first one that is not empty counts."""
    metas: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
        content = attributes.get("content")
        if name and content and content.strip():
            metas.setdefault(name.strip().lower(), content.strip())
    return metas


HTML = Format(recognises=_recognises, read=_read)
