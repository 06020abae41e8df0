"""What is known of one content management system, as a value. Facts only: the systems themselves are in their own files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from selectolax.lexbor import LexborHTMLParser

from crawler.cms.base_url import Base
from crawler.model import Link, ListRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list page as presets see it."""

    url: str
    html: str
    tree: LexborHTMLParser
    base: Base  # what its links are resolved against
    request: ListRequest  # what was asked for to get it
    first: ListRequest  # what was asked for to get the list's first page


class Paging(Protocol):
    """A way from one page of a list to the next."""

    def next(self, page: ListPage) -> ListRequest | None:
        """The request for the page after this one; None at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What stands in the source or the address of a system's pages, in small letters: one of these is enough."""

    words: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()  # quick to search for if they begin with plain characters
    opening: re.Pattern[str] | None = None  # what the whole source begins with

    def stand_in(self, text: str) -> bool:
        """Whether one of them stands in a text, which must be in small letters."""
        return (
            any(word in text for word in self.words)
            or any(pattern.search(text) for pattern in self.patterns)
            or (self.opening is not None and self.opening.match(text) is not None)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One system. Everything here is a hint that can be outvoted by the page itself."""

    name: str  # what `cms:` in sources.yaml says
    maker: str  # for people
    marks: Marks
    body: tuple[str, ...] = ()  # containers of an article's body: tag, #id or .class
    paging: tuple[Paging, ...] = ()  # tried in order
    records: Callable[[ListPage], Iterator[Link]] | None = None  # entries that are not plain links
    by_address: bool = False  # the marks count in a page's address only: other systems' pages link to it
