"""Fetch and read the pages of one portal, each once, within the budget. What was read is noted in the state file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from crawler.discover.portal.page import PortalPage, column_fragment, read_portal_page
from crawler.errors import (
    Challenged,
    ExtractError,
    FetchError,
    LeftAlone,
    NotSaved,
    ProxyFailed,
    ProxyGivenUp,
    Unreachable,
    Unrendered,
    Untrusted,
)
from crawler.fetch import Fetcher
from crawler.model import ListRequest, Page, Site
from crawler.reading.pages import PageProcess

UNRENDERED = "unrendered"
_FIREWALL = re.compile(r"robots\.txt answers (?:412|468|521)\b")
"""A firewall that wants a browser answers so for robots.txt too, and then no page is asked for."""
_UNREACHABLE = (Unreachable, Untrusted, LeftAlone, NotSaved, ProxyFailed)


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that could not be had."""

    kind: str  # challenged, unreachable, unrendered, or another ending
    reason: str


Answer = PortalPage | Failure


@dataclass(slots=True)
class Pages:
    """Reads the pages of one portal. `known`: the answers that an earlier run got, by the keys of their requests."""

    site: Site  # its `max_requests` is the budget
    fetcher: Fetcher
    page_process: PageProcess
    known: dict[str, Answer] = field(default_factory=dict)
    asked_before: int = 0  # requests of the earlier run
    note: Callable[[str, Answer, int], None] = lambda *_: None
    failures: list[Failure] = field(default_factory=list)
    _kept: dict[str, Page] = field(default_factory=dict)  # pages of reports, which are read twice

    @property
    def asked(self) -> int:
        """Requests sent so far, with those of an earlier run."""
        return self.asked_before + self.fetcher.requests_of(self.site)

    @property
    def left(self) -> int:
        """Requests that the budget still allows."""
        return max(self.site.max_requests - self.asked, 0)

    async def read(
        self,
        request: ListRequest,
        *,
        first: ListRequest | None = None,
        render: bool = False,
        keep: bool = False,
    ) -> PortalPage | None:
        """Return a page; None if it cannot be had, which `failures` tells, or if the budget is used up.

        `first`: the request for the list's first page, if this is a further one. `keep`: `report` will want the page. Raises ProxyGivenUp, and nothing of a site's.
        """
        key = request_key(request, render=render)
        if key not in self.known:
            if not self.left:
                return None
            self.known[key] = answer = await self._answer(request, first, render, keep)
            self.note(key, answer, self.asked)
        got = self.known[key]
        if isinstance(got, Failure):
            self.failures.append(got)
            return None
        return got

    async def report(self, url: str, site: Site) -> Page:
        """Return the page of a report as it was fetched. Raises FetchError."""
        kept = self._kept.get(url)
        return kept if kept is not None and not site.render else await self.fetcher.page(url, site=site)

    async def _answer(
        self, request: ListRequest, first: ListRequest | None, render: bool, keep: bool
    ) -> Answer:
        try:
            site = replace(self.site, render=True) if render else self.site
            got = await self.fetcher.page(request, site=site)
            if keep:
                self._kept[request.url] = got
            page = await self.page_process.run(
                read_portal_page, got.body, got.headers, got.url, request if first else None, first or request
            )
            return replace(page, url=page.url.partition("#")[0] + column_fragment(request.url))
        except ProxyGivenUp:  # says nothing of the portal, and the next one would fail too
            raise
        except Challenged as error:
            return Failure("challenged", error.reason)
        except FetchError as error:
            kind = "unreachable" if isinstance(error, _UNREACHABLE) else error.ending.value
            kind = "challenged" if _FIREWALL.search(error.reason) else kind
            kind = UNRENDERED if isinstance(error, Unrendered) else kind
            return Failure(kind, error.reason)
        except ExtractError as error:
            return Failure("failed", error.reason)


def request_key(request: ListRequest, *, render: bool = False) -> str:
    """Return the key by which an answer is noted."""
    return " ".join(filter(None, (request.method, request.url, request.body_text, "drawn" if render else "")))
