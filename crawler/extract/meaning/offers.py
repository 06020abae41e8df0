"""Find what a page offers as the text of its report: documents that it links to or shows, pages in frames, images.

Takes lines with links and what the article embeds; returns `Offer`s, the most likely first. `text_choice` decides which of
them is the text, after they were fetched and read.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.address import host_of, join, registrable_domain
from crawler.cms.base_url import Base
from crawler.extract.documents.material import Embedded
from crawler.extract.meaning.text_choice import IMAGE, may_name_text, similarity
from crawler.extract.roles.file_links import FILE, is_document_address
from crawler.model import Attachment, Offer

MAX_OFFERS = 100
"""Documents, frames and images of a page, each kind. No report has as many."""

_ORDER = ("viewer", "object", "embed", "script", "frame", "link", IMAGE)
"""Ways to refer to a document, the most likely first."""
_VIEWER = re.compile(
    r"viewer\.html?$|/(?:onlinepreview|pdfview|preview|view\.aspx|embed\.aspx)$|/pdf_?js/|/pdfview", re.I
)
_BASE64 = re.compile(r"[A-Za-z0-9+/ _-]{12,2000}={0,2}")
_MAX_ADDRESS_LENGTH = 4000  # characters of an address that may hold another one
_NO_TEXT_FRAME = re.compile(  # counters, maps, videos, share buttons, parts of the site's frame
    r"(?:^|[/_.?=&-])(?:visit\w{0,8}|count\w{0,6}|tongji|stat|cnzz|hm|analytics|share|bdshare|jiucuo|pinglun|comments?|maps?|ditu|weather|tianqi"
    r"|videos?|player|live|qrcode|login|sso|search|sousuo|top|head(?:er)?|foot(?:er)?|nav|menu|banner|left|right|links?|yqlj|counter|robot|zhichi|kefu"
    r"|ad|ads|guanggao|viewer|calendar|clock|date|time|blank)(?:$|[/_.?=&-])",
    re.I,
)
_NO_DOCUMENT = re.compile(r"\.(?:mp[34]|m3u8|flv|swf|avi|wmv|jpe?g|png|gif|svg|css|js)(?:$|[?#])", re.I)


def offers(
    linked: Iterable[Attachment], embedded: Iterable[Embedded], base: Base | None, title: str
) -> tuple[Offer, ...]:
    """Return what a page offers as its text, the most likely first, each address once.

    `linked`: its links to documents. `embedded`: what its article shows. `base`: what addresses are resolved against; they
    stay as written without one. `title`: the page's, which a document's words may repeat.
    """
    found = [Offer(title=each.title, url=each.url, how="link") for each in linked]
    for each in embedded:
        found += _offered(each, base)
    unique: dict[str, Offer] = {}
    for offer in sorted(found, key=lambda offer: _ORDER.index(offer.how)):
        known = unique.get(offer.url)
        if known is None:
            unique[offer.url] = offer
        elif offer.title and not known.title:
            unique[offer.url] = Offer(title=offer.title, url=offer.url, how=known.how)
    ranked = sorted(unique.values(), key=lambda offer: _rank(offer, title))
    images = [offer for offer in ranked if offer.how == IMAGE][:MAX_OFFERS]
    return (*[offer for offer in ranked if offer.how != IMAGE][:MAX_OFFERS], *images)


def _rank(offer: Offer, title: str) -> tuple[bool, bool, bool, float]:
    """What is shown in the page comes first, then the links, those of like title first; tables and images come last."""
    return (
        offer.how == IMAGE,
        not may_name_text(offer),
        offer.how == "link",
        -round(similarity(title, offer.title), 1) if offer.how == "link" else 0.0,
    )


def _offered(one: Embedded, base: Base | None) -> Iterator[Offer]:
    """The offer of what an article shows: the document of a viewer, or what stands at its address."""
    address = one.address
    target = base.join(address) if base else address
    if not target or len(target) > _MAX_ADDRESS_LENGTH:
        return
    if one.how == IMAGE:
        yield Offer(title=one.title, url=target, how=IMAGE)
    elif document := _viewed(target):
        yield Offer(title=one.title, url=document, how="viewer")
    elif is_document_address(target) or one.how == "script":
        yield Offer(title=one.title, url=target, how=one.how)
    elif _is_page_in_frame(one, target, base):
        yield Offer(title=one.title, url=target, how="frame")


def _viewed(viewer: str) -> str | None:
    """The address of the document that a viewer's address names in a parameter: `viewer.html?file=%2Fa.pdf`.

    Relative ones are resolved against the viewer's, as pdf.js does. kkFileView encodes the address in Base64.
    """
    try:
        parts = urlsplit(viewer)
    except ValueError:
        return None
    is_viewer = _VIEWER.search(parts.path) is not None
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if FILE.search(parts.path) or not value:
            continue
        value = unquote(value) if "%2f" in value.lower() else value
        if decoded := _from_base64(value):
            value = decoded
        names_file = key.lower() in (
            "file",
            "src",
            "url",
            "furl",
            "pdfurl",
            "fileurl",
            "_xdoc",
            "path",
            "href",
            "pdf",
        )
        if (names_file and is_viewer) or (FILE.search(value) and ("/" in value or names_file)):
            return join(viewer, value) if "://" in viewer else value
    return None


def _from_base64(value: str) -> str | None:
    """The address in Base64, if it is one."""
    if not _BASE64.fullmatch(value) or value.startswith("/"):
        return None
    try:
        text = b64decode(value.replace(" ", "+") + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (NotBase64, ValueError):
        return None
    text = unquote(text)
    return text if text.startswith(("http://", "https://", "/")) and text.isprintable() else None


def _is_page_in_frame(one: Embedded, target: str, base: Base | None) -> bool:
    """Whether a frame may hold the article: a page of the same site, no counter, map, video or part of the site's frame."""
    if one.how not in ("frame", "object", "embed") or _NO_DOCUMENT.search(target):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    if _NO_TEXT_FRAME.search(f"{parts.path}?{parts.query}"):
        return False
    if base is None or target == base.url:
        return base is None
    return registrable_domain(host_of(target)) == registrable_domain(host_of(base.url))
