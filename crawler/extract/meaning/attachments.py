"""Find the files that a page offers with its article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from crawler.cms.base_url import Base
from crawler.extract.page.lines import Line
from crawler.extract.roles.role import DOCUMENT_EXTENSIONS
from crawler.model import Attachment

_FILE = re.compile(rf"\.(?:{DOCUMENT_EXTENSIONS})(?:$|[?#&])", re.I)
_ANY_FILE = re.compile(_FILE.pattern, re.I | re.M)


def attachments(lines: Iterable[Line], base: Base | None) -> tuple[Attachment, ...]:
    """Return the links to documents, in page order, each address once."""
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
