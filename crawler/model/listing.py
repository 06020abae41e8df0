"""Lists: what to ask for, and what a page of one shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ListKind = Literal["list", "sitemap", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry of a list page."""

    url: str
    title: str
    date: str | None = None  # ISO date shown beside it
    found_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """What to ask for to get a list page; `form` pairs are sent as application/x-www-form-urlencoded."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    form: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStep:
    """A page of a list, still to be read."""

    request: ListRequest
    first: ListRequest  # the list's first page; of a search, the address with a place for the number
    number: int = 1  # of this page within the list
    kind: ListKind = "list"

    @property
    def url(self) -> str:
        """Its address; pages that are POSTed for share one."""
        return self.request.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list page, understood: its entries in page order and the request for the page after it."""

    links: tuple[Link, ...]
    next: ListRequest | None = None
    others: tuple[ListRequest, ...] = ()  # further lists that it names, as an index of sitemaps does
    cms: str = "generic"
    fault: str = ""  # why it is not the list that was asked for, or not the whole of it
