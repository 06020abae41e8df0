"""The nouns of the loopback web: governments, columns, documents. `templates/` makes HTML of them, `server` speaks HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Form = Mapping[str, str]
"""The parameters of a request: of its query and of its posted form."""

Render = Callable[[Form], str]
"""A function from a request's parameters to the page."""

GOLD_KEYS = ("title", "issuer", "region", "year", "published", "source", "signed", "index", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report or a news item, in the archive's form: folded, one paragraph a line.

    A line with tabs is a row of a data table. `attachments` are (file name, title); the title is a line of the body, or
    the end of one.
    """

    url: str
    title: str
    body: str
    published: str  # ISO date or date-time at the precision that the page shows
    issuer: str | None = None
    region: str | None = None
    year: int | None = None  # the year reported on; None: news
    source: str | None = None
    signed: str | None = None
    index: Mapping[str, str] | None = None
    author: str | None = None
    attachments: tuple[tuple[str, str], ...] = ()

    @property
    def gold(self) -> dict[str, object]:
        """Return the expected fields of the page, with the keys of the gold seeds."""
        return {key: getattr(self, key) for key in GOLD_KEYS}

    @property
    def paragraphs(self) -> list[str]:
        """The lines of the body."""
        return self.body.split("\n")

    @property
    def day(self) -> str:
        """The date of publication, without the time: 2023-02-21."""
        return self.published[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a site: its list's address, its breadcrumb, and the addresses of its entries, newest first."""

    url: str
    trail: tuple[str, ...]
    entries: tuple[str, ...]
    per_page: int = 15

    @property
    def name(self) -> str:
        """The last part of the breadcrumb."""
        return self.trail[-1]

    @property
    def pages(self) -> int:
        """The number of list pages."""
        return -(-len(self.entries) // self.per_page)

    def page(self, number: int) -> tuple[str, ...]:
        """Return the entries of one list page, counted from 1."""
        return self.entries[(number - 1) * self.per_page : number * self.per_page]


@dataclass(frozen=True, slots=True, kw_only=True)
class Government:
    """One government and its site."""

    id: str
    name: str  # 武汉市人民政府
    place: str  # 武汉市, as its pages call it
    region: str  # GB/T 2260, six digits
    base: str  # scheme and host: https://www.wuhan.gov.cn
    template: str  # name of the template that its pages are made with
    code: str  # 网站标识码, ten digits
    record: str  # ICP 备案号
    columns: tuple[Column, ...]
    documents: tuple[Document, ...]  # its reports
    news: tuple[Document, ...]
    copies: tuple[Document, ...] = ()  # reports that are also in a second column, under another address
    aliases: tuple[str, ...] = ()  # other host names of the same site
    encoding: str = "utf-8"  # of the bytes
    content_type: str = "text/html; charset=utf-8"  # the header
    https: Literal["no", "also", "only"] = "no"  # only: http redirects
    robots: str | None = None  # None: 404

    @property
    def lists(self) -> tuple[str, ...]:
        """The addresses of its list pages, as sources.yaml has them."""
        return tuple(column.url for column in self.columns)

    @property
    def host(self) -> str:
        """The host name of its pages' addresses."""
        return self.base.rpartition("//")[2]

    @property
    def articles(self) -> dict[str, Document]:
        """Reports and news by address."""
        return {document.url: document for document in (*self.documents, *self.copies, *self.news)}
