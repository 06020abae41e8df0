"""The types in which a CMS file states its facts: Preset, Marks, and the ListPage that paging rules read."""

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
    """A parsed list page, as the rules of a preset get it."""

    url: str
    html: str
    tree: LexborHTMLParser
    base: Base  # what its links are resolved against
    request: ListRequest  # what was asked for to get it
    first: ListRequest  # what was asked for to get the list's first page


class Paging(Protocol):
    """A rule that leads from one page of a list to the next."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the request for the page after this one; None at the end or where the rule does not apply."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Strings and patterns in the source or the address of a CMS's pages, in lower case. One of them is enough."""

    words: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()  # faster if they begin with literal characters
    opening: re.Pattern[str] | None = None  # matches at the beginning of the source

    def are_in(self, text: str) -> bool:
        """Whether one of the marks is in a text, which must be in lower case."""
        return (
            any(word in text for word in self.words)
            or any(pattern.search(text) for pattern in self.patterns)
            or (self.opening is not None and self.opening.match(text) is not None)
        )

    def found_in(self, text: str) -> Iterator[tuple[str, int]]:
        """Yield what of a text each mark matches, and where; the first place of each. For people: `are_in` decides."""
        for word in filter(None, self.words):
            if (at := text.find(word)) >= 0:
                yield word, at
        for pattern in self.patterns:
            if found := pattern.search(text):
                yield found[0], found.start()
        if self.opening and (found := self.opening.match(text)):
            yield found[0], 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """The facts about one CMS. All are hints: the evidence of the page itself can outweigh them."""

    name: str  # value of `cms:` in sources.yaml
    maker: str  # for people
    marks: Marks
    body: tuple[str, ...] = ()  # containers of an article's body: tag, #id or .class
    paging: tuple[Paging, ...] = ()  # tried in order
    records: Callable[[ListPage], Iterator[Link]] | None = None  # yields entries that are not plain links
    by_address: bool = False  # marks count in a page's address only, since pages of other systems link to it
