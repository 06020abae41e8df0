"""The files a page offers with its article, and the address of the article's next page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from urllib.parse import urlsplit

from crawler.cms.base import Base
from crawler.extract.lines import Line
from crawler.model import Attachment

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|pptx?)(?:$|[?#&])", re.I)
_ANY_FILE = re.compile(_FILE.pattern, re.I | re.M)
_NEXT = re.compile(r"^[\[<(>\s]*(?:下一页|下页)[\]>)»\s]*$")

_PAGE_NUMBER = re.compile(r"(?<=\d)[_-]\d{1,2}$")  # t20230315_217_1


def attachments(lines: Iterable[Line], base: Base | None) -> tuple[Attachment, ...]:
    """Links to documents, in page order, each address once."""
    links = [link for line in lines for link in line.links]
    if not _ANY_FILE.search("\n".join(chain.from_iterable(links))):
        return ()
    found: dict[str, Attachment] = {}
    for text, href in links:
        if _FILE.search(href) or _FILE.search(text):
            target = base.join(href) if base else href
            if target and target not in found:
                found[target] = Attachment(title=text, url=target)
    return tuple(found.values())


def continues(lines: Iterable[Line], url: str | None, base: Base | None) -> str | None:
    """The next page of one article: a 下一页 whose address is the page's own with a number added."""
    if not url or not base:
        return None
    for line in lines:
        for text, href in line.links:
            if (
                "下" in text
                and _NEXT.match(text)
                and (target := base.join(href))
                and _same_article(url, target, base)
            ):
                return target
    return None


def _same_article(url: str, target: str, base: Base) -> bool:
    """Whether the name is the page's own with a number, in its folder or in the one that `<base>` names."""
    here, there = urlsplit(url), urlsplit(target)
    if here.netloc != there.netloc or target == url:
        return False
    named = urlsplit(base.join(f"./{here.path.rpartition('/')[2]}") or url)
    return bool(_stem(here.path)) and _stem(there.path) in (_stem(here.path), _stem(named.path))


def _stem(path: str) -> str:
    """/a/t20230315_217_1.shtml and /a/t20230315_217.shtml have one stem."""
    folder, _, name = path.rpartition("/")
    bare = name.partition(".")[0]
    return f"{folder}/{_PAGE_NUMBER.sub('', bare)}" if len(bare) > 3 else ""
