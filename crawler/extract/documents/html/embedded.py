"""Find what a page shows inside it instead of text: frames, objects, viewers that a script opens, and images.

Before the elements that are no text are removed, `mark_frames` leaves an empty `<iframe>` in their places, so that the flow
of the page knows where they stand. `embedded` reads the flow's tags. What is offered is decided in `meaning/offers`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.documents.material import Embedded
from crawler.extract.page.flow import Flow, attribute
from crawler.extract.roles.file_links import is_document_address

_MAX_FRAMES = 60  # of a page that are marked
_MAX_SCRIPT_LENGTH = 40_000  # characters of a script that shows a document
_MAX_DOCUMENTS_OF_SCRIPT = 5  # a script with more holds a list
_MIN_FRAME_SIZE, _MIN_IMAGE_SIZE = 180, 240  # pixels on each side of what may hold a page's text
_HOW = "data-fazhi-how"
_SCRIPT_WORDS = (".pdf", ".PDF", ".doc", ".ofd", ".OFD", ".wps", "showVsbpdfIframe", "viewer.html?")
_VIEWER_CALL = re.compile(
    r"""(?<![\w$])(?:showVsbpdfIframe|PDFObject\.embed)\s?\(\s?["']([^"'\s<>]{1,1000})["']"""
)
_LITERAL = re.compile(r"""\"([^"\n]{1,1000})\"|'([^'\n]{1,1000})'""")  # pdfurl: "/u/a.pdf"
_IN_MARKUP = re.compile(
    r"""(?:src|data|href)=\\?["']?([^"'\s<>\\]{4,600})""", re.I
)  # '<iframe src="/u/a.pdf">'
_DOCUMENT = re.compile(r"[^\s./]\.(?:pdf|docx?|wps|ofd)(?:\?|$)|viewer\.html\?\w{1,8}=[^&+]", re.I)
_VIEWER_ATTRIBUTES = (
    "data-url",
    "data-src",
    "data-file",
    "data-path",
    "data-pdf",
    "data-pdfurl",
    "data-pdf-url",
)
_VIEWER_TAGS = frozenset(("div", "section", "canvas"))
_EMPTY_VIEWERS = ", ".join(f"[{name}]" for name in _VIEWER_ATTRIBUTES)
"""Elements in which a script may show a document that one of their attributes names."""

_LINE_COMMENT = re.compile(r"^[ \t]*+//.*$", re.M)
_LIST = re.compile(r"<record>|CDATA|<li\b|<datastore", re.I)
_SIZE = {
    name: re.compile(rf"(?<![\w-]){name}\s?:\s?(\d{{1,5}})(?:\.\d{{1,5}})?(?:px)?\s?(?:;|!|$)", re.I)
    for name in ("width", "height")
}
_PIXELS = re.compile(r"(\d{1,5})(?:\.\d{1,5})?(?:px)?\s?;?")
_NO_PAGE_IMAGE = re.compile(
    r"icon|logo|qr_?code|ewm|erweima|weixin|wechat|weibo|share|print|btn|button|arrow|spacer|blank|loading|filetype|banner|emoji|emotion|smiley"
    r"|/(?:images?|img|skins?|static|theme|template)s?/(?:[^/]{1,40}/){0,2}[a-z_-]{1,24}\d{0,2}\.(?:png|gif)$"
    r"|二维码|扫一扫|图标|\.gif(?:$|\?)|\.svg(?:$|\?)|^data:",
    re.I,
)


def mark_frames(tree: LexborHTMLParser, named: Collection[str], source: str) -> bool:
    """Leave an empty `<iframe>` for each frame, object and viewer of a page. Return whether there is any.

    `named`: names of the elements in the source that are no text.
    """
    marked = False
    if "iframe" in named:
        for number, node in enumerate(tree.css("iframe")):
            src = node.attributes.get("src") or node.attributes.get("data-src") or ""
            if number < _MAX_FRAMES:
                marked |= _mark(tree, node, src, "frame")
            node.decompose()
    if "object" in named:
        for node in tree.css("object")[:_MAX_FRAMES]:
            marked |= _mark(tree, node, _object_address(node), "object")
    if "data-" in source and any(word in source for word in _SCRIPT_WORDS):
        for node in tree.css(_EMPTY_VIEWERS)[:_MAX_FRAMES]:
            marked |= _mark(tree, node, _viewer_address(node), "script")
    if "script" in named and any(word in source for word in _SCRIPT_WORDS):
        for node in tree.css("script"):
            for address in list(_scripted(node.text()))[:_MAX_DOCUMENTS_OF_SCRIPT]:
                marked |= _mark(tree, node, address, "script")
    return marked


def _mark(tree: LexborHTMLParser, node: LexborNode, address: str, how: str) -> bool:
    if not address.strip() or node.parent is None or "none" in (node.attributes.get("style") or ""):
        return False
    mark = tree.create_node("iframe")
    for name in ("width", "height", "style", "title", "id", "name", "hidden"):
        if value := node.attributes.get(name):
            mark.attrs[name] = value
    mark.attrs["src"] = address
    mark.attrs[_HOW] = how
    node.insert_before(mark)
    return True


def _viewer_address(node: LexborNode) -> str:
    """The address of the document that a script shows in an empty element, which has it in an attribute; empty if it has none."""
    if node.tag not in _VIEWER_TAGS or node.text(strip=True):
        return ""
    given = (node.attributes.get(name) or "" for name in _VIEWER_ATTRIBUTES)
    return next((address for address in given if _is_document(address)), "")


def _object_address(node: LexborNode) -> str:
    """The address of an `<object>`: its own, that of its parameter, or that of the element inside it."""
    if data := node.attributes.get("data"):
        return data
    for inner in node.css("param"):
        if (inner.attributes.get("name") or "").lower() in ("src", "filename", "url", "movie", "data"):
            return inner.attributes.get("value") or ""
    for name, key in (("embed", "src"), ("iframe", "src"), ("a", "href")):
        if inner_node := node.css_first(name):
            return inner_node.attributes.get(key) or ""
    return ""


def _scripted(script: str) -> Iterator[str]:
    """The addresses of documents that a script shows. Those that it composes are not known."""
    if len(script) > _MAX_SCRIPT_LENGTH or not any(word in script for word in _SCRIPT_WORDS):
        return
    called = dict.fromkeys(_VIEWER_CALL.findall(script))
    if called:
        yield from called
        return
    if _LIST.search(script):
        return
    literals = [first or second for first, second in _LITERAL.findall(_LINE_COMMENT.sub("", script))]
    written = [address for one in literals if "<" in one for address in _IN_MARKUP.findall(one)]
    found = dict.fromkeys(filter(_is_document, (*literals, *written)))
    if len(found) <= _MAX_DOCUMENTS_OF_SCRIPT:
        yield from found


def _is_document(literal: str) -> bool:
    return _DOCUMENT.search(literal) is not None and not any(char in literal for char in "<> +${}")


def embedded(flow: Flow, start: int, end: int) -> Iterator[Embedded]:
    """Yield what is shown inside pieces[start:end] of a flow, in order: frames and images of some size."""
    for place, tag in flow.embedded:
        if start <= place < end and (found := _embedded(tag)):
            yield found


def shown_places(flow: Flow, start: int, end: int) -> set[int]:
    """Return the pieces among pieces[start:end] in which something is shown."""
    return {place for place, tag in flow.embedded if start <= place < end and _embedded(tag)}


def _embedded(tag: str) -> Embedded | None:
    address = unescape(attribute(tag, "src")).strip()
    if tag.startswith("img"):
        return _image(tag, address)
    how = attribute(tag, _HOW) or ("embed" if tag.startswith("embed") else "frame")
    is_small = _is_small(tag, _MIN_FRAME_SIZE) and not is_document_address(address)
    return Embedded(how, address, unescape(attribute(tag, "title"))) if address and not is_small else None


def _image(tag: str, address: str) -> Embedded | None:
    """The image of a tag, if it may show a page of text: no icon, no spacer, no QR code."""
    for lazy in ("data-src", "data-original", "_src"):
        if value := unescape(attribute(tag, lazy)):
            address = value
            break
    alt = unescape(attribute(tag, "alt") or attribute(tag, "title"))
    is_other = not address or _NO_PAGE_IMAGE.search(address[:1000]) or _NO_PAGE_IMAGE.search(alt[:200])
    return None if is_other or _is_small(tag, _MIN_IMAGE_SIZE) else Embedded("image", address.strip(), alt)


def _is_small(tag: str, least: int) -> bool:
    """Whether a tag says that its element is smaller than that many pixels on a side."""
    style = attribute(tag, "style") if " style=" in tag else ""
    for name, pattern in _SIZE.items():
        pixels = _PIXELS.fullmatch(attribute(tag, name)) or pattern.search(style)
        if pixels and int(pixels[1]) < least:
            return True
    return False
