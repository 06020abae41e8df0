"""What a document's links are resolved against: its own address or what its `<base>` says, and its encoding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.address import join

_LONGEST_CODE = 2000  # characters of a script in an attribute
_JAVASCRIPT = re.compile(
    r"[\x00-\x20]*" + r"[\t\r\n]*".join("javascript:"), re.I
)  # as the URL standard reads a scheme
_PLACE = r"(?<![\w$.])(?:(?:window|self|top|parent|document|this)\s*\.\s*)*"
_TEXT = r"""(?:'([^'\\\n]*(?:\\.[^'\\\n]*)*)'|"([^"\\\n]*(?:\\.[^"\\\n]*)*)")"""
_GOES = re.compile(
    # window.open('/a.html', '_blank')   location.href = "/a.html"   location.replace('/a.html')
    _PLACE
    + r"(?:open\s*\(\s*|location\s*(?:\.\s*href\s*)?=(?!=)\s*|location\s*\.\s*(?:replace|assign)\s*\(\s*)"
    + _TEXT
    + r"\s*(?=[,;)}\n]|$)"  # no `+`: what is put together by a script is not known
)


@dataclass(frozen=True, slots=True)
class Base:
    """The base address of a document (HTML, 2.4.3) and the Python codec that it was read with."""

    url: str
    encoding: str = "utf-8"

    @classmethod
    def of(cls, tree: LexborHTMLParser, url: str, encoding: str) -> Base:
        """A document's base: the first `<base>` with a href counts; one that is no web address says nothing."""
        node = tree.css_first("base[href]")
        href = (node.attributes.get("href") or "") if node else ""
        return cls(join(url, href, encoding=encoding) or url, encoding)

    def join(self, href: str) -> str | None:
        """The address that a link of the document leads to, `javascript:window.open('/x')` too; None for nowhere."""
        if _JAVASCRIPT.match(href):
            target = scripted(unquote(href.partition(":")[2]))
            return self.join(target) if target and not _JAVASCRIPT.match(target) else None
        return join(self.url, href, encoding=self.encoding)

    def target(self, node: LexborNode) -> str | None:
        """The address that an element leads to, by its href or else by its onclick."""
        attributes = node.attributes
        target = self.join(attributes.get("href") or "")
        if target is None and (code := attributes.get("onclick")) and (href := scripted(code)):
            target = self.join(href)
        return target


def scripted(code: str) -> str | None:
    """The one address that a script of an attribute opens or goes to, where that is written out; None else."""
    if len(code) > _LONGEST_CODE:
        return None
    found = {re.sub(r"\\(.)", r"\1", first or second) for first, second in _GOES.findall(code)}
    return found.pop() if len(found) == 1 else None
