"""Resolve the links of a document: against its address or its `<base>`, in its encoding, out of scripts too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.address import join

_MAX_SCRIPT_CHARS = 2000  # of a script in an attribute
_MIN_SITE_DOTS = 2  # x.gov.cn is a site, gov.cn is none
# control characters around and in the scheme, as the URL standard reads it
_JAVASCRIPT = re.compile(r"[\x00-\x20]*" + r"[\t\r\n]*".join("javascript:"), re.I)
_OBJECT = r"(?<![\w$.])(?:(?:window|self|top|parent|document|this)\s*\.\s*){0,5}"
_STRING = r"""(?:'([^'\\\n]*(?:\\.[^'\\\n]*)*)'|"([^"\\\n]*(?:\\.[^"\\\n]*)*)")"""
_LITERAL = re.compile(_STRING)
_NAVIGATION = re.compile(
    # window.open('/a.html', '_blank')   location.href = "/a.html"   location.replace('/a.html')
    _OBJECT
    + r"(?:open\s*\(\s*|location\s*(?:\.\s*href\s*)?=(?!=)\s*|location\s*\.\s*(?:replace|assign)\s*\(\s*)"
    + _STRING
    + r"\s*(?=[,;)}\n]|$)"  # no `+`: an address that a script composes is not known
)


@dataclass(frozen=True, slots=True)
class Base:
    """The base address of a document (HTML, 2.4.3) and the Python codec that it was read with."""

    url: str
    encoding: str = "utf-8"

    @classmethod
    def of(cls, tree: LexborHTMLParser, url: str, encoding: str) -> Base:
        """Return the base of a document: the first `<base>` with a href if that is a web address, otherwise `url`."""
        node = tree.css_first("base[href]")
        href = (node.attributes.get("href") or "") if node else ""
        return cls(join(url, href, encoding=encoding) or url, encoding)

    def join(self, href: str) -> str | None:
        """Return the address that a link leads to, also of `javascript:window.open('/x')`; None if it leads nowhere."""
        if _JAVASCRIPT.match(href):
            target = script_target(unquote(href.partition(":")[2]))
            return self.join(target) if target and not _JAVASCRIPT.match(target) else None
        return join(self.url, href, encoding=self.encoding)

    def target(self, node: LexborNode) -> str | None:
        """Return the address that an element leads to, by its href or otherwise by its onclick."""
        attributes = node.attributes
        target = self.join(attributes.get("href") or "")
        if target is None and (code := attributes.get("onclick")) and (href := script_target(code)):
            target = self.join(href)
        return target


_CALL = re.compile(
    r"\s{0,20}(?:return\s{1,5})?[A-Za-z_$][\w$.]{0,80}\s{0,5}\("
)  # toDetail('/zwgk/a.html', 1)
_PAGE_ENDINGS = (
    ".html",
    ".htm",
    ".shtml",
    ".jsp",
    ".jspx",
    ".aspx",
    ".asp",
    ".php",
    ".do",
    ".pdf",
    ".doc",
    ".docx",
    ".wps",
    ".ofd",
)


def script_target(code: str) -> str | None:
    """Return the one address that an attribute's script opens or goes to, if it is a literal; otherwise None.

    A function whose code is not known (`toDetail('/zwgk/a.html')`) goes to its argument, if one is the address of a page.
    """
    if len(code) > _MAX_SCRIPT_CHARS:
        return None
    found = {re.sub(r"\\(.)", r"\1", first or second) for first, second in _NAVIGATION.findall(code)}
    if (
        not found and _CALL.match(code) and "+" not in _LITERAL.sub("", code)
    ):  # no address that a script composes
        literals = {re.sub(r"\\(.)", r"\1", first or second) for first, second in _LITERAL.findall(code)}
        found = {literal for literal in literals if _is_page(literal)}
    return found.pop() if len(found) == 1 else None


def _is_page(text: str) -> bool:
    """Whether a text is the address of a page or document, and no name, message or part of an address."""
    path = text.partition("#")[0].partition("?")[0]
    return not any(char.isspace() for char in text) and path.lower().endswith(_PAGE_ENDINGS)


def is_same_site(url: str, other: str) -> bool:
    """Whether two addresses are of one site: the same host, or one below the other, such as zwgk.x.gov.cn and www.x.gov.cn."""
    one, two = ((urlsplit(each).hostname or "").removeprefix("www.") for each in (url, other))
    if not one or not two:
        return False
    shorter, longer = sorted((one, two), key=len)
    return one == two or (shorter.count(".") >= _MIN_SITE_DOTS and longer.endswith(f".{shorter}"))
