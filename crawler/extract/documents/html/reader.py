"""HTML pages: the article's element, the lines around it, and what the head says."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawler.cms.base_url import Base
from crawler.errors import NoBody
from crawler.extract.documents.html.candidates import choose, weigh
from crawler.extract.documents.html.head_clues import head_clues, json_ld, page_titles, site_code
from crawler.extract.documents.magic import magic
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.pager import Pager, find, read_signs
from crawler.extract.page.decode import decode
from crawler.extract.page.flow import Flow, read_flow
from crawler.extract.page.hidden_markup import may_swallow, shown
from crawler.extract.page.lines import lines_between
from crawler.extract.page.markup_limits import tame
from crawler.extract.page.tag_marks import BREAK, HINTED, MARKS, UNSEEN
from crawler.extract.roles.role import squeeze
from crawler.field.text import iso_date
from crawler.model import Clue, Headers

_MARKUP = re.compile(
    rb"<\s*(?:!doctype|!--|html|head|body|meta|title|script|div|p|table|span|br|a|h[1-6]|ul|li|td|tr|font|iframe|frameset|section|article|link)\b"
    rb"|<\0[a-zA-Z!]\0|\0<\0[a-zA-Z!]",
    re.I,
)
_OPENING = "".join(f"[{''.join(sorted({name[i] for name in UNSEEN}))}]" for i in (0, 1))
_UNSEEN = re.compile(f"<(?={_OPENING})({'|'.join(UNSEEN)})", re.I)  # two characters tell most tags apart
_SNIFFED = 65536  # bytes in which markup must begin
_NEAR, _WIDE, _FAR, _BELOW = 24, 40, 300, 40  # pieces read above and below the article
_LEAD = 3  # pieces before a title or date: its element
_LARGE = 512 * 1024  # bytes of a page
_HEAD = 40  # pieces of the article itself that may be its head
_TITLE_START = 10  # characters by which a title is found
_BUTTON = 200  # characters; no label of a button is longer
_SWALLOWED = 1.1  # how many times more text an element must hide that is never closed
_SAID = 200  # characters of sentences below which a page is searched for an article that is not displayed
_HIDDEN_SAID, _HIDDEN_TIMES = 200, 4  # characters that it must have, and how many times those displayed
_NOTICE = re.compile(r"即将离开|隐私|免责|cookie|浏览器|验证码|登录", re.I)  # what scripts show of other kind
_OPENING_TEXT = 200  # characters in which a notice says what it is
_INDENT = 40  # characters of a piece in which its first one stands, white space and marks before it
_DATE_LIKE = re.compile(r"20\d\d\s?[-/.年]\s?\d")
_INDEX_WORDS = ("索", "发布机构", "发文机关", "发文字号", "公开方式")
_INDEX = re.compile(r"索\s*引|发布机构|发文机关|发文字号|公开方式")


def _recognises(body: bytes, headers: Headers) -> bool:
    return magic(body) is None and _MARKUP.search(body, 0, _SNIFFED) is not None


class _Page(NamedTuple):
    """What is taken from a parsed page. The tree of a large one is freed before its text is read, being many times its size."""

    html: str  # the body's markup, well-formed, without what is no text
    titles: tuple[str, ...]
    clues: tuple[Clue, ...]
    site_code: str | None
    undecodable: int
    base: Base | None
    pager: Pager
    swallows: bool  # whether an element that is never closed may keep the rest of it from view
    tree: (
        LexborHTMLParser | None
    )  # kept of small pages: memory given back too soon is asked for again by the next page


def _parse(body: bytes, headers: Headers, url: str | None, hint: str | None) -> _Page:
    text, encoding, undecodable = decode(body, headers)
    as_sent = body if encoding == "utf-8" and not undecodable and _is_bare(body) else None
    return _take(text, as_sent, encoding, undecodable, url, hint)


def _parse_mended(body: bytes, headers: Headers, url: str | None, hint: str | None) -> _Page | None:
    """What is taken from a page whose source is mended; None where there is nothing to mend."""
    text, encoding, undecodable = decode(body, headers)
    mended = shown(text)
    return _take(mended, None, encoding, undecodable, url, hint) if mended else None


def _take(
    text: str, as_sent: bytes | None, encoding: str, undecodable: int, url: str | None, hint: str | None
) -> _Page:
    """`as_sent`: the bytes of the text, where they are its UTF-8."""
    tamed = tame(text)
    source = tamed if as_sent is None or tamed is not text else as_sent  # which it would only encode again
    tree = LexborHTMLParser(source)
    small = len(text) < _LARGE
    metas = _metas(tree)
    titles = page_titles(tree, metas)
    clues = (*head_clues(metas), *json_ld(tree))
    code = site_code(metas, text)
    base = Base.of(tree, url, encoding) if url else None
    named = {name.lower() for name in _UNSEEN.findall(text)}
    swallows = may_swallow(text, named)
    signs = read_signs(text, url, base)
    del text, tamed, source
    if "button" in named and any(len(node.text()) > _BUTTON for node in tree.css("button")):
        named.remove("button")  # one that is never closed; browsers show what it holds
    tree.strip_tags([name for name in UNSEEN if name in named])  # each is looked for all over the page
    html = (tree.body and tree.body.html) or ""
    pager = find(html, url, base, signs)
    if hint:
        html = _set_apart(html, tree, hint)
    kept = tree if small else None
    return _Page(html, titles, clues, code, undecodable, base, pager, swallows, kept)


def _is_bare(body: bytes) -> bool:
    """Whether there is nothing in a page that `decode` leaves out."""
    return not body.startswith(BOM_UTF8) and b"\0" not in body


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    """Raises NoBody where no text on the page can be an article."""
    page = _parse(body, headers, url, hint)
    flow, place, said = _find(page)
    if (said < _SAID or page.swallows) and (other := _parse_mended(body, headers, url, hint)):
        found = _find(other)
        whole = page.swallows and found.said > max(_SAID, _SWALLOWED * said)
        if whole or (said < _SAID and _is_hidden_article(found.flow, found.place, other.titles, said)):
            page, (flow, place, said) = other, found
    if place is None:
        raise NoBody(url, "no text on the page that could be an article")
    start, end = place
    top = _top(flow, start, page.titles)
    before, inner, after = lines_between(flow, (top, start, end, min(end + _BELOW, len(flow.pieces))))
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
    )


class _Found(NamedTuple):
    """A page's flow, the article's place in it, and how many characters of sentences stand there."""

    flow: Flow
    place: tuple[int, int] | None
    said: int


def _find(page: _Page) -> _Found:
    """The article of a page. It may be hidden until a script shows it, though its title and info line are not."""
    known = frozenset(map(squeeze, page.titles[:2]))
    best = _Found(flow := read_flow(page.html), place := choose(flow, known), _said(flow, place))
    if best.said < _SAID:
        flow = read_flow(page.html, hiding=False)
        place = choose(flow, known)
        if _is_hidden_article(flow, place, page.titles, best.said) or best.place is None:
            best = _Found(flow, place, _said(flow, place))
    return best


def _said(flow: Flow, place: tuple[int, int] | None) -> int:
    """Characters of the sentences in a place of a flow."""
    return sum(len(piece) for piece in flow.pieces[slice(*place)] if "。" in piece) if place else 0


def _is_hidden_article(
    flow: Flow, place: tuple[int, int] | None, titles: tuple[str, ...], said_openly: int
) -> bool:
    """Whether a text that is not displayed is the article all the same: far more than what is, and under its title.

    A notice that a script shows (您访问的链接即将离开…) stands elsewhere.
    """
    if place is None or _said(flow, place) < max(_HIDDEN_SAID, _HIDDEN_TIMES * said_openly):
        return False
    names = {squeeze(title) for title in titles}
    start, end = place
    if _NOTICE.search("".join(flow.pieces[start:end])[:_OPENING_TEXT]):
        return False
    head = flow.pieces[max(0, start - _HEAD) : min(end, start + _HEAD)]
    return not names or any(squeeze(_shown(piece)) in names for piece in head if 1 < len(piece) < 300)


def _set_apart(html: str, tree: LexborHTMLParser, hint: str) -> str:
    """The markup with the heaviest element that a hint selects set in one that `choose` takes."""
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
    """Names of the page's meta elements, lower case, to their contents; the first that is not empty counts."""
    metas: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
        content = attributes.get("content")
        if name and content and content.strip():
            metas.setdefault(name.strip().lower(), content.strip())
    return metas


def _top(flow: Flow, start: int, titles: tuple[str, ...]) -> int:
    """The piece from which on is read above an article: near it, or where title or index table stand farther away."""
    far = max(start - _FAR, 0)
    known = frozenset(map(squeeze, titles))
    top = start - _NEAR
    if not _has_head(flow.pieces[start : start + _HEAD], known):
        at = _title_above(flow, far, start, known)
        if at is None:
            top = start - _WIDE
            at = next((i for i in range(start - 1, far - 1, -1) if _DATE_LIKE.search(flow.pieces[i])), start)
        top = min(top, at - _LEAD)
    above = BREAK.join(flow.pieces[far:start])
    if any(word in above for word in _INDEX_WORDS) and (found := _INDEX.search(above)):
        top = min(top, far + above.count(BREAK, 0, found.start()) - _LEAD)
    return max(top, 0)


def _title_above(flow: Flow, far: int, start: int, titles: frozenset[str]) -> int | None:
    """The last piece above an article that begins as one of the titles does."""
    beginnings = tuple(title[:_TITLE_START] for title in titles if len(title) > 1)
    openings = {beginning[0] for beginning in beginnings}
    for i in range(start - 1, far - 1, -1):
        piece = flow.pieces[i]
        opening = piece[:_INDENT]
        if (
            len(piece) > 1
            and any(map(opening.__contains__, openings))
            and squeeze(_shown(piece)).startswith(beginnings)
        ):
            return i
    return None


def _has_head(pieces: list[str], titles: frozenset[str]) -> bool:
    """Whether the title is among the pieces; where the page names none, a date."""
    short = [piece for piece in pieces if 1 < len(piece) < 200]
    if not titles:
        return any(iso_date(_shown(piece)) for piece in short)
    openings = {title[0] for title in titles if title}
    return any(squeeze(_shown(piece)) in titles for piece in short if any(map(piece.__contains__, openings)))


def _shown(piece: str) -> str:
    return MARKS.sub("", piece)


HTML = Format(recognises=_recognises, read=_read)
