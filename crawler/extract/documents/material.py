"""`Material`, the result of every format's reader, and `Format`, the reader itself. Values without behaviour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from crawler.cms.base_url import Base
from crawler.extract.documents.pager import ALONE, Pager
from crawler.extract.page.lines import Line
from crawler.model import Clue, Headers


class Embedded(NamedTuple):
    """What a page shows in its article instead of text."""

    how: str  # as in `Offer`: frame, object, embed, script, image
    address: str  # as written
    title: str  # words of the element; mostly empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The lines of a document in reading order and what it says of itself. The body lies within `lines[first:last]`."""

    lines: list[Line]
    first: int = 0
    last: int | None = None
    titles: tuple[str, ...] = ()  # from the document's head, best first
    clues: tuple[Clue, ...] = ()
    site_code: str | None = None  # 网站标识码
    undecodable: int = 0
    base: Base | None = None  # what its links are resolved against; None: its address
    pager: Pager = ALONE  # what its links say of the article's other pages
    embedded: tuple[Embedded, ...] = ()  # what the article shows instead of text
    reader: str | None = None  # of a document that is no page: library and version, such as "pypdfium2 5.15"
    pages: int | None = None  # of a document that has pages
    confidence: float | None = None  # of OCR, 0 to 1: the mean of its characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One document format: a test that recognises it, and its reader.

    Both take the bytes and the headers; `read` also takes the address and a CSS selector of the body.
    """

    recognises: Callable[[bytes, Headers], bool]
    read: Callable[[bytes, Headers, str | None, str | None], Material]
