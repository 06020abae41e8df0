"""List pages: the request for one, and what it contains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ListKind = Literal["list", "sitemap", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a list page, or a report's address given in sources.yaml (without title)."""

    url: str
    title: str  # empty where the list has none
    date: str | None = None  # ISO date shown beside it
    found_on: str | None = None  # address of the list's first page


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """The request for a list page. `form` pairs are sent as application/x-www-form-urlencoded."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    form: tuple[tuple[str, str], ...] = ()
    json_body: str = ""  # JSON text; sent as application/json in the place of a form
    referer: str = field(
        default="", compare=False
    )  # the page whose script asks for it; some servers refuse without

    @property
    def body_text(self) -> str:
        """What the request sends besides its address, to tell requests apart: `name=value&…` of a form, or the JSON text."""
        return self.json_body or "&".join(f"{name}={value}" for name, value in self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStep:
    """A page of a list that is still to be read."""

    request: ListRequest
    first: ListRequest  # the list's first page; of a search, the template of its addresses
    number: int = 1  # of this page within the list
    kind: ListKind = "list"

    @property
    def url(self) -> str:
        """The address. Pages requested by POST share one."""
        return self.request.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A parsed list page: its links in page order and the request for the page after it."""

    links: tuple[Link, ...]
    next: ListRequest | None = None
    others: tuple[ListRequest, ...] = ()  # further lists that it names, as a sitemap index does
    cms: str = "generic"  # name of the preset
    stated_pages: int | None = None  # pages of the whole list, as this page states
    stated_entries: int | None = None  # entries of the whole list
    fault: str = ""  # why it is not the requested list, or not the whole of it
