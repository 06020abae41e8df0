"""Find the target of a redirect: by status and Location, by Refresh, or by a script that only sets `location`.

Pure; no script is executed. Whether a redirect leads to a login or an error page is decided in `judge`.
"""

from __future__ import annotations

import re
from html import unescape

from crawler.address import has_credentials, join
from crawler.errors import Refused
from crawler.fetch.answers.visible_text import Visible, looks_like_text, visible
from crawler.model import Capture

REDIRECT_STATUSES = (301, 302, 303, 307, 308)
MAX_REDIRECT_PAGE_CHARS = 100  # visible on a page that only redirects
MAX_REDIRECT_PAGE_BYTES = 16 * 1024
MAX_REFRESH_SECONDS = 10.0  # a page with a longer delay reloads itself to stay current
_MAX_SCRIPT_CHARS = 600

_NON_ASCII = re.compile(r"[\x80-\xff]")  # of a value that was decoded as ISO-8859-1
_REFRESH = re.compile(
    r"\s*+(\d++(?:\.\d+)?)\s*+(?:[;,]\s*+(?:url\s*+=\s*+)?[\"']?(.*+))?", re.I | re.S
)  # 0; url='/a'; the closing quote is in the second group
_META = re.compile(r"<meta\b[^>]{0,2000}>", re.I)
_IS_REFRESH = re.compile(r"http-equiv\s*+=\s*+[\"']?\s*+refresh\b", re.I)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.I)
_NOSCRIPT = re.compile(r"<noscript\b.*?(?:</noscript\s*>|\Z)", re.S | re.I)
_ONLOAD = re.compile(r"<body\b[^>]{0,500}\bonload\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)
_PLACE = r"(?:(?:window|self|top|parent|document)\s*\.\s*){0,5}location(?:\s*\.\s*href)?"
_NAVIGATION = re.compile(
    _PLACE
    + r"\s*(?:=\s*|\.\s*(?:replace|assign)\s*\(\s*)(?:\"([^\"<>\n]+)\"|'([^'<>\n]+)')\s*\)?\s*(?:[;})]|$)",
    re.M,
)
_RELOAD = re.compile(_PLACE + r"\s*\.\s*reload\s*\(|" + _PLACE + r"\s*=\s*" + _PLACE + r"\s*;?")
_DECIDES = re.compile(
    r"\bif\s*\(|\?[^=&'\"]*:|navigator|userAgent|referrer|switch\b|confirm\b|\+\s*location", re.I
)


def redirect_target(capture: Capture, body: bytes) -> str | None:
    """Return the address that an answer redirects to, None if it is a page. Raises Refused if it is not an http address.

    `body` is the capture's, uncompressed.
    """
    if capture.status in REDIRECT_STATUSES:
        return _by_location(capture)
    if not 200 <= capture.status < 300:
        return None
    if header := capture.header("refresh"):
        return _refresh(capture, _escaped(header))
    if len(body) > MAX_REDIRECT_PAGE_BYTES or not looks_like_text(body) or b"<" not in body:
        return None
    return _by_page(capture, visible(capture, body))


def _escaped(value: str) -> str:
    """Return a header's value with its raw bytes (GBK or UTF-8) percent-encoded, so that the same bytes are sent back."""
    return _NON_ASCII.sub(lambda found: f"%{ord(found[0]):02X}", value)


def _by_location(capture: Capture) -> str | None:
    value = capture.header("location")
    if not value:
        return None
    href = _escaped(value)
    target = join(capture.url, href)
    if target is None and has_credentials(href, capture.url):
        raise Refused(capture.url, "redirects to an address with a password in it")
    if target is None:
        raise Refused(capture.url, f"redirects to {value!r}, which is no http address")
    return target


def _by_page(capture: Capture, page: Visible) -> str | None:
    if len(page.text) > MAX_REDIRECT_PAGE_CHARS:
        return None
    for tag in _META.findall(_NOSCRIPT.sub("", page.markup)):
        content = _CONTENT.search(tag)
        if _IS_REFRESH.search(tag) and content:
            return _refresh(capture, unescape(content[1] or content[2] or content[3] or ""))
    return _by_script(capture, page)


def _refresh(capture: Capture, value: str) -> str | None:
    """Return the target of a Refresh (HTML, "shared declarative refresh steps"); None if it waits long or only reloads."""
    found = _REFRESH.fullmatch(value)
    if not found or float(found[1]) > MAX_REFRESH_SECONDS:
        return None
    target = (found[2] or "").rstrip()
    return _elsewhere(capture, (target[:-1] if target[-1:] in ("'", '"') else target) or capture.url)


def _by_script(capture: Capture, page: Visible) -> str | None:
    """Return the single address that the page's scripts go to; None if they are longer or have a condition."""
    code = [text for attributes, text in page.scripts if "src" not in attributes.lower()]
    code += [first or second for first, second in _ONLOAD.findall(page.markup)]
    whole = "\n".join(code)
    if not whole.strip() or len(whole) > _MAX_SCRIPT_CHARS or _DECIDES.search(whole):
        return None
    targets = {first or second for first, second in _NAVIGATION.findall(whole)}
    if len(targets) == 1:
        return _elsewhere(capture, targets.pop())
    return _elsewhere(capture, capture.url) if _RELOAD.search(whole) else None


def _elsewhere(capture: Capture, href: str) -> str | None:
    """Return the absolute address; None for the page itself, unless the answer has set a cookie."""
    target = join(capture.url, href.strip())
    same = target is not None and target.partition("#")[0] == capture.url.partition("#")[0]
    return target if not same or capture.header("set-cookie") else None
