"""Find the files that a page offers with its article."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from urllib.parse import unquote, urlsplit

from crawler.cms.base_url import Base
from crawler.extract.page.lines import Line
from crawler.extract.roles.file_links import ANY_FILE, is_document_address, is_document_link
from crawler.model import Attachment, Offer

_MAX_NAME_LENGTH = 200  # characters of a file's name


def attachments(lines: Iterable[Line], base: Base | None) -> tuple[Attachment, ...]:
    """Return the links to documents, in page order, each address once."""
    links = [link for line in lines for link in line.links]
    if not ANY_FILE.search("\n".join(chain.from_iterable(links))):
        return ()
    found: dict[str, Attachment] = {}
    for text, href in links:
        if is_document_link(text, href):
            target = base.join(href) if base else href
            if target and target not in found:
                found[target] = Attachment(title=text, url=target)
    return tuple(found.values())


def with_offered(linked: tuple[Attachment, ...], offers: Iterable[Offer]) -> tuple[Attachment, ...]:
    """Return the linked documents, and those that the page shows in a viewer, a frame or an object."""
    known = {each.url for each in linked}
    shown = [
        Attachment(title=offer.title or _file_name(offer.url), url=offer.url)
        for offer in offers
        if offer.url not in known and (offer.how == "viewer" or is_document_address(offer.url))
    ]
    return (*linked, *shown)


def _file_name(url: str) -> str:
    """The last part of an address's path, as people read it."""
    try:
        name = unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        return ""
    return name[:_MAX_NAME_LENGTH] if name.isprintable() else ""
