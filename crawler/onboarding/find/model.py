"""What is searched for the reports of a government, and what comes of it: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from crawler.model import Link, Site
from crawler.onboarding.limits import DEFAULT_BUDGET, WAYS


class Result(StrEnum):
    """What came of one portal."""

    FOUND = "found"  # a list with reports of the government, or reports whose list is not known
    COLUMN = "column"  # a column by its name, without a report in it
    NOTHING = "nothing"
    CHALLENGED = "challenged"  # the server answers with a script to solve
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A portal to be searched."""

    home: str  # address of the home page
    code: str | None = None  # GB/T 2260; None: read from the home page
    name: str | None = None  # of the division
    entry: str = ""  # a page from which its documents can be reached

    @property
    def key(self) -> str:
        """The name of the search in the state file."""
        return self.code or self.home


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How portals are searched."""

    budget: int = DEFAULT_BUDGET
    ways: frozenset[str] = frozenset(WAYS) - {"render"}
    departments: bool = False
    site: Site = field(default_factory=lambda: Site(id="", name="", region=""))  # delay, contact, proxy …

    @property
    def mark(self) -> str:
        """The options that change what is found; results of others do not count."""
        more = "+departments" if self.departments else ""
        return f"{self.budget} {','.join(way for way in WAYS if way in self.ways)}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """A list that holds reports."""

    url: str
    title: str  # of the link that led to it
    reports: tuple[tuple[Link, int | None], ...]  # with the years in their titles, newest first
    way: str
    trail: tuple[str, ...] = ()  # the links from the home page to it, by their titles
    cms: str = "generic"
    next: str | None = None  # address of its second page
    match: str | None = None  # expression for the government's own reports, where it holds others' too
    render: bool = False  # its entries are there only when a browser draws it


@dataclass(frozen=True, slots=True, kw_only=True)
class FindResult:
    """What came of one portal."""

    target: Target
    result: Result
    day: str  # ISO date
    requests: int
    name: str | None = None  # of the government
    code: str | None = None
    lists: tuple[FoundList, ...] = ()
    pages: tuple[tuple[Link, int | None], ...] = ()  # reports whose list is not known
    departments: tuple[FoundList, ...] = ()
    column: Link | None = None
    checked: str = ""  # what was read of the newest report; empty: nothing was read
    detail: str = ""  # why nothing was found, or what is doubtful

    @property
    def reports(self) -> tuple[tuple[Link, int | None], ...]:
        """All reports that were seen, once each."""
        seen = {link.url: (link, year) for found in self.lists for link, year in found.reports}
        return tuple((seen | {link.url: (link, year) for link, year in self.pages}).values())

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the reports seen, in order."""
        return tuple(sorted({year for _, year in self.reports if year}))
