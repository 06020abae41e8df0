"""Read MHT (MHTML, RFC 2557): an HTML page in a MIME message, as Word saves 单个文件网页. The page is read as any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from crawler.extract.documents.html.reader import HTML
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.origin import Origin
from crawler.model import Headers

_HEAD_BYTES = 2048  # in which the message says what it is
_MARK = re.compile(rb"^(?:mime-version|from|subject|date|x-[a-z-]{1,40}|content-[a-z-]{1,40}):", re.I | re.M)
_HTML = re.compile(rb"content-type:[ \t\r\n]{0,80}(?:multipart/related|text/html)", re.I)
MAX_MHT_PARTS = 2000  # boundaries: each part takes memory
MAX_MHT_DEPTH = 10


def _recognises(body: bytes, headers: Headers) -> bool:
    """Whether bytes begin as a MIME message that has a page."""
    head = body[:_HEAD_BYTES].lstrip()
    return (
        head[:1] not in (b"<", b"{")
        and _MARK.match(head) is not None
        and b"mime-version:" in head.lower()
        and _HTML.search(head) is not None
    )


def page_of(body: bytes, origin: Origin) -> tuple[bytes, Headers]:
    """Return the page in a message: its bytes, and the type that the message declares.

    Raise UnreadDocument: `too_large` for too many parts, `damaged`, or `empty` without a page.
    """
    if body.count(b"\n--") > MAX_MHT_PARTS:
        raise origin.fault("too_large", f"the message has more than {MAX_MHT_PARTS} parts")
    try:
        page = next(_pages(BytesParser().parsebytes(body.lstrip()), 0), None)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise origin.fault("damaged", f"the message cannot be read: {error}") from error
    if page is None:
        raise origin.fault("empty", "the message has no page of HTML")
    return page[0], (("Content-Type", page[1]),)


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    """Raise UnreadDocument as `page_of`, NoBody if the page has no article."""
    html, declared = page_of(body, Origin(url, "mht"))
    return HTML.read(html, declared, url, hint)


def _pages(message: Message, depth: int) -> Iterator[tuple[bytes, str]]:
    """The pages of a message in order: bytes, and their type as the message declares it."""
    if message.is_multipart() and depth < MAX_MHT_DEPTH:
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _pages(part, depth + 1)
    elif message.get_content_type() == "text/html" and isinstance(
        payload := message.get_payload(decode=True), bytes
    ):
        yield payload, str(message.get("Content-Type", ""))


MHT = Format(recognises=_recognises, read=_read)
