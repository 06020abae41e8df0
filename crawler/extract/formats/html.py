"""HTML pages: the article's element, the lines around it, and what the head says."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.errors import NoBody
from crawler.extract.candidates import choose
from crawler.extract.decode import decode
from crawler.extract.formats.magic import magic
from crawler.extract.lines import Line, linearise
from crawler.extract.material import Format, Material
from crawler.extract.roles import squeeze
from crawler.extract.tame import tame
from crawler.extract.witnesses import head_clues, json_ld, page_titles, site_code
from crawler.model import Headers
from crawler.text import iso_date

_MARKUP = re.compile(
    rb"<\s*(?:!doctype|!--|html|head|body|meta|title|script|div|p|table|span|br|a|h[1-6]|ul|li|td|tr|font|iframe|frameset|section|article|link)\b"
    rb"|<\0[a-zA-Z!]\0|\0<\0[a-zA-Z!]",
    re.I,
)
_SNIFFED = 65536  # bytes in which markup must begin
_LEVELS = 14  # ancestors climbed for the lines around the body
_INDEX_WORDS = ("索", "发布机构", "发文机关", "发文字号", "公开方式")
_INDEX = re.compile(r"索(?:\s|&nbsp;|<[^>]*>)*引|发布机构|发文机关|发文字号|公开方式")
_REACH, _REACH_FAR = 1500, 12000  # characters of markup read above the body
_LEAD = 400  # characters of markup before a title or date: its element
_TITLE_START = 10  # characters by which a title is found in markup
_DATE_LIKE = re.compile(r"20\d\d\s?[-/.年]\s?\d")
_HEAD_LINES = 15  # lines of the element itself that may be its head
_REACH_BELOW = 1200
_SILENT = frozenset(("script", "style", "-comment", "noscript"))


def _recognises(body: bytes, headers: Headers) -> bool:
    return magic(body) is None and _MARKUP.search(body, 0, _SNIFFED) is not None


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    """Raises NoBody where no text on the page can be an article."""
    text, _, undecodable = decode(body, headers)
    tree = LexborHTMLParser(tame(text))
    node = choose(tree, hint)
    if node is None:
        raise NoBody(url, "no text on the page that could be an article")
    metas = _metas(tree)
    titles = page_titles(tree, metas)
    known = frozenset(map(squeeze, titles))
    inner = linearise(node.html or "")
    inside = _has_head(inner[:_HEAD_LINES], known)
    before = _before(node, titles, inside)
    after = _after(node)
    return Material(
        lines=[*before, *inner, *after],
        first=len(before),
        last=len(before) + len(inner),
        titles=titles,
        clues=(*head_clues(metas), *json_ld(text)),
        site_code=site_code(metas, text),
        undecodable=undecodable,
    )


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


def _before(node: LexborNode, titles: tuple[str, ...], inside: bool) -> list[Line]:
    """The lines above an element: the near ones, or more where the title or an index table stands farther away.

    `inside`: the title stands in the element itself.
    """
    html = _beside(node, _REACH_FAR, forward=False)
    start = max(len(html) - _REACH, 0)
    if not inside:
        at = max((html.rfind(title[:_TITLE_START]) for title in titles), default=-1)
        if at < 0:
            at = max((match.start() for match in _DATE_LIKE.finditer(html)), default=-1)
        start = min(start, at) if at >= 0 else start
    if any(word in html for word in _INDEX_WORDS) and (found := _INDEX.search(html)):
        start = min(start, found.start())
    return _from(html, start)


def _from(html: str, start: int) -> list[Line]:
    """The lines from a place on, with the element that it stands in."""
    return linearise(html[max(html.rfind("<", 0, max(start - _LEAD, 0)), 0) :] if start else html)


def _after(node: LexborNode) -> list[Line]:
    """The first lines below an element: what is not body but belongs to it, such as attachments or the source."""
    return linearise(_beside(node, _REACH_BELOW, forward=True))


def _beside(node: LexborNode, reach: int, *, forward: bool) -> str:
    """About `reach` characters of markup before or after an element, gathered sibling by sibling, climbing."""
    pieces: list[str] = []
    total = 0
    here: LexborNode | None = node
    for _ in range(_LEVELS):
        if here is None or here.tag == "body" or total >= reach:
            break
        beside = here.next if forward else here.prev
        while beside is not None and total < reach:
            if beside.tag not in _SILENT and (html := beside.html):
                room = reach - total
                if len(html) > room:
                    html = (
                        html[: html.rfind("<", 0, room)]
                        if forward
                        else html[html.find("<", len(html) - room) :]
                    )
                pieces.append(html)
                total += len(html)
            beside = beside.next if forward else beside.prev
        pieces.append("<br>")
        here = here.parent
    return "".join(pieces if forward else reversed(pieces))


def _has_head(lines: list[Line], titles: frozenset[str]) -> bool:
    """Whether the title is among the lines; where the page names none, a date."""
    if titles:
        return any(len(line.text) < 200 and squeeze(line.text) in titles for line in lines)
    return any(iso_date(line.text) for line in lines if len(line.text) < 200)


HTML = Format(recognises=_recognises, read=_read)
