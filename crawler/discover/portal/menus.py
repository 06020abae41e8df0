"""Find the links of a portal's menus that stand in scripts, JSON and attributes, and the files that menus are loaded from.

Nothing is executed: literals that stand as a pair of a title and an address are taken. Every pattern is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.address import host_of, registrable_domain
from crawler.cms.base_url import Base
from crawler.cms.lists.links import links_of
from crawler.discover.portal.columns import LEADING, address_score
from crawler.field.text import one_line
from crawler.model import Link

MAX_SCRIPT_CHARS = 400_000
"""Characters of a page's scripts, or of a script, that are read."""

MAX_MENU_LINKS = 1500
MAX_LOADS = 12
MAX_TITLE_CHARS = 40

_STRING = r"""(?:"((?:[^"\\\n]|\\.){1,300})"|'((?:[^'\\\n]|\\.){1,300})')"""
_TITLE_KEY = re.compile(
    r"""["']?\b(?:_?doctitle|realtitle|infotitle|maintitle|title|name|text|label|menuname|channelname|columnname|chnlname|chnldesc|catename|categoryname|itemname|colname|mc|lmmc|nodename)["']?\s{0,4}:\s{0,4}"""
    + _STRING,
    re.I,
)
_URL_KEY = re.compile(
    r"""["']?\b(?:docpuburl|puburl|infourl|realurl|url|href|link|path|linkurl|channelurl|chnlurl|columnurl|menuurl|src|weburl|visiturl|nodeurl|colurl|dz|lmdz)["']?\s{0,4}:\s{0,4}"""
    + _STRING,
    re.I,
)
_ID_KEY = re.compile(r"""["']?\b(?:id|classify_id|cid)["']?\s{0,4}:\s{0,4}["']?(\d{1,9})\b""", re.I)
_ADDRESS = r"(?:https?:)?/{1,2}[^\s\"'<>\\]{1,300}|(?:\.{1,2}/)?[\w./-]{1,200}\.(?:s?html?|jsp|jhtml|aspx?|do)(?:\?[^\s\"'<>]{0,200})?|(?:\.{1,2}/)?[\w-]{1,60}/[\w./-]{0,200}"
_TITLE = r"[^\"'<>\\/\n]{0,6}[\u4e00-\u9fff][^\"'<>\\\n]{1,36}"
_PAIR = re.compile(
    rf"""(["'])({_TITLE})\1\s{{0,4}},\s{{0,4}}(?:[\w"']{{1,12}},\s{{0,4}})?(["'])({_ADDRESS})\3"""
)
_PAIR_TURNED = re.compile(
    rf"""(["'])({_ADDRESS})\1\s{{0,4}},\s{{0,4}}(?:[\w"']{{1,12}},\s{{0,4}})?(["'])({_TITLE})\3"""
)
_JOINED = re.compile(r"""["']\s{0,4}\+\s{0,4}["']""")
_CALL_ADDRESS = re.compile(
    r"""\w{1,40}\s{0,3}\(\s{0,3}(?:this\s{0,3},\s{0,3})?["'](""" + _ADDRESS + r""")["']"""
)
_DATA_ATTRIBUTES = ("data-href", "data-url", "data-link", "data-src", "_href", "data-path", "href-data")
_LOADED = re.compile(
    r"""(?:\.load|\$\.get|getJSON|\.post|\.ajax|fetch|axios(?:\.get|\.post)?|\bopen|include\w{0,12})\s{0,3}\(\s{0,3}(?:["'](?:GET|POST)["']\s{0,3},\s{0,3})?["']([^"'\s]{2,300})["']"""
    r"""|\burl\s{0,3}:\s{0,3}["']([^"'\s]{2,300})["']""",
    re.I,
)
_MOVED = re.compile(
    r"""\blocation(?:\.href)?\s{0,3}(?:=|\.(?:replace|assign)\s{0,3}\()\s{0,3}["']([^"'\s]{2,300})["']"""
)
_LIBRARY = re.compile(
    r"jquery|swiper|slick|bootstrap|layui|vue|react|echarts|polyfill|html5|respond|analytics|tongji|\bstat\b|statistic|baidu|\bhm\.js|visit|count|share|qrcode|wza|video|player|animate|weather|sha256|crypto|md5|superslide|lazyload|font|comment|jsencrypt|slider|scroll|banner|focus|float|piao",
    re.I,
)
_COMPOSED = re.compile(r"%22|%5C|%27|%20\+%20|\+%20", re.I)  # in an address that a script composes
_TAG = re.compile(r"</?[a-z][^<>]{0,60}>", re.I)
_SEARCH = re.compile(r"[?&](?:q|qt|keyword|searchword)=|/search/", re.I)
_MENU_FILE = re.compile(
    r"nav|menu|channel|column|lanmu|tree|head|daohang|top|dh|lm|catalog|sitemap|mulu|site", re.I
)
_DATA_FILE = re.compile(r"\.(?:json|do|jsp|action|s?html?)(?:\?|$)|/api/|interface|json", re.I)
_SCRIPTS = re.compile(r"<script\b[^<>]{0,600}>(?P<code>(?:[^<]++|<(?!/?script\b))*+)", re.I)
"""A script ends at its end, or where another one begins."""


def menu_links(html: str, tree: LexborHTMLParser, base: Base) -> list[Link]:
    """Return links that stand in a page's scripts and attributes, or in a script or JSON answer itself, once each."""
    found: dict[str, Link] = {}
    scripts = _script_text(html)
    for title, href in (*_in_objects(scripts), *_in_pairs(scripts), *_in_attributes(tree)):
        _add(found, title, column_target(base, href), base.url)
    if "/gkmlpt" in base.url:
        for title, column in _gkmlpt_columns(scripts):
            _add(found, title, f"{base.url.partition('/gkmlpt')[0]}/gkmlpt/index#{column}", base.url)
    for link in _in_written_html(scripts, base):
        _add(found, link.title, link.url, base.url)
    return list(found.values())[:MAX_MENU_LINKS]


def column_target(base: Base, href: str) -> str | None:
    """Return the address that a link leads to, with the fragment that names a column of 广东 gkmlpt: `/gkmlpt/index#505`."""
    target = base.join(href)
    _, _, fragment = href.partition("#")
    if target and fragment.isdigit() and len(fragment) < 10 and "/gkmlpt" in target:
        return f"{target.partition('#')[0]}#{fragment}"
    return target


def loads(html: str, tree: LexborHTMLParser, base: Base) -> list[tuple[str, int]]:
    """Return the files of the site that a page loads and that may hold its menu, each with a score of 0 to 100."""
    scripts = _script_text(html)
    found: dict[str, int] = {}
    here = registrable_domain(host_of(base.url))
    named = [(m[1] or m[2], 36) for m in _LOADED.finditer(scripts)]
    named += [(node.attributes.get("src") or "", 18) for node in tree.css("script[src]")]
    named += [(node.attributes.get("src") or "", 46) for node in tree.css("iframe[src], frame[src]")]
    named += [(m[1], 50) for m in _MOVED.finditer(scripts)] if len(tree.css("a[href]")) < _FEW_LINKS else []
    for href, value in named:
        target = base.join(href)
        if not target or registrable_domain(host_of(target)) != here or target == base.url:
            continue
        path = urlsplit(target).path
        file = path.rpartition("/")[2] or path
        if value < 46 and (_LIBRARY.search(file) or _LIBRARY.search(host_of(target))):
            continue
        if _SEARCH.search(target) or 0 < address_score(target) < LEADING:
            continue
        value = max(value, address_score(target))
        if _MENU_FILE.search(file):
            value = max(value, 44)
        elif value == 36 and not _DATA_FILE.search(target):
            continue
        found[target] = max(found.get(target, 0), value)
    return sorted(found.items(), key=lambda pair: -pair[1])[:MAX_LOADS]


_FEW_LINKS = 15
"""A page with fewer links is a shell, which a script fills, or stands in front of the site."""


def is_markup(text: str) -> bool:
    """Whether a text is HTML, not a script or JSON."""
    return text[:1000].lstrip("\ufeff \t\r\n").startswith("<")


def _script_text(html: str) -> str:
    """The scripts of a page, or the whole text where it is a script or JSON itself."""
    if not is_markup(html):
        return html[:MAX_SCRIPT_CHARS]
    return "\n".join(found["code"] for found in _SCRIPTS.finditer(html))[:MAX_SCRIPT_CHARS]


def _in_objects(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of objects: `{name: "政务公开", url: "/zwgk/"}`. An object ends where one in it begins."""
    for part in re.split(r"[{}]", text):
        if len(part) < 10 or ":" not in part:
            continue
        title, url = _TITLE_KEY.search(part), _URL_KEY.search(part)
        if title and url:
            yield _unescaped(title[1] or title[2]), _unescaped(url[1] or url[2])


def _gkmlpt_columns(text: str) -> Iterator[tuple[str, str]]:
    """Yield the columns of 广东 gkmlpt, whose page has them as `window._CONFIG.TREE`: `{"id": 505, "name": "…", "children": …}`."""
    for part in re.split(r"[{}\[\]]", text):
        title, column = _TITLE_KEY.search(part), _ID_KEY.search(part)
        if title and column:
            yield _unescaped(title[1] or title[2]), column[1]


def _in_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of calls and arrays: `d.add(3, 1, "政务公开", "/zwgk/")`, `["/zwgk/", "政务公开"]`."""
    text = text.replace("\\/", "/")
    for found in _PAIR.finditer(text):
        yield found[2], found[4]
    for found in _PAIR_TURNED.finditer(text):
        yield found[4], found[2]


def _in_written_html(text: str, base: Base) -> Iterator[Link]:
    """Yield the links of HTML in strings, as `document.write` has it."""
    if "<a" not in text and "\\u003ca" not in text.lower():
        return
    markup = _JOINED.sub("", text)
    markup = re.sub(
        r"\\u003([ce])", lambda found: "<" if found[1].lower() == "c" else ">", markup, flags=re.I
    )
    markup = markup.replace('\\"', '"').replace("\\'", "'").replace("\\/", "/")
    yield from links_of(LexborHTMLParser(markup), base, found_on=base.url)


def _in_attributes(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield the addresses in data attributes, options of a choice, and calls in onclick: `go('/zwgk/')`."""
    for node in tree.css(", ".join(f"[{name}]" for name in _DATA_ATTRIBUTES)):
        href = next((node.attributes[name] for name in _DATA_ATTRIBUTES if node.attributes.get(name)), None)
        if href:
            yield _shown(node.attributes.get("title"), node.text()), href
    for node in tree.css("option[value]"):
        value = node.attributes.get("value") or ""
        if "/" in value:
            yield _shown(None, node.text()), value
    for node in tree.css("[onclick]"):
        if called := _CALL_ADDRESS.search((node.attributes.get("onclick") or "")[:2000]):
            yield _shown(node.attributes.get("title"), node.text()), called[1]


def _shown(title: str | None, text: str) -> str:
    return text if 0 < len(text.strip()) <= MAX_TITLE_CHARS else title or ""


def _add(found: dict[str, Link], title: str, target: str | None, page: str) -> None:
    title = one_line(_TAG.sub("", title))  # a search marks its words with <em>
    if target and 1 < len(title) <= 200 and target not in found and not _COMPOSED.search(target):
        found[target] = Link(url=target, title=title, found_on=page)


def _unescaped(text: str) -> str:
    """A literal's text: `\\/` and escapes of Unicode undone."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return text.replace("\\/", "/").replace('\\"', '"')
