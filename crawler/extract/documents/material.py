"""What a format's reader hands on: lines in reading order and what the document says of itself. A value, no behaviour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.cms.base_url import Base
from crawler.extract.documents.pager import ALONE, Pager
from crawler.extract.page.lines import Line
from crawler.model import Clue, Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A document, read but not yet understood. `lines[first:last]` is where the body must lie."""

    lines: list[Line]
    first: int = 0
    last: int | None = None
    titles: tuple[str, ...] = ()  # what the document calls itself, best first
    clues: tuple[Clue, ...] = ()
    site_code: str | None = None  # 网站标识码
    undecodable: int = 0
    base: Base | None = (
        None  # what the document's links are resolved against, where that is not its address alone
    )
    pager: Pager = ALONE  # what its links tell of the article's other pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One document format: how its bytes are recognised, and how they are read.

    `read` takes the bytes, the headers, the address and a CSS hint of the body.
    """

    recognises: Callable[[bytes, Headers], bool]
    read: Callable[[bytes, Headers, str | None, str | None], Material]
