"""Judge a page as the list of a government's reports: how many of which years, and how much else is on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.address import canonical
from crawler.discover import judge_title, leads_to_report
from crawler.discover.portal.authors import Author, author_of
from crawler.discover.portal.columns import NAMED, names_departments, score
from crawler.discover.portal.page import PortalPage, column_name
from crawler.model import Link

Reports = tuple[tuple[Link, int | None], ...]

MIN_YEARS = 3
"""Years of reports on one page, from which it is a list of them; an overview shows the newest one or two."""

_MIN_ENTRY_CHARS = 8  # of an article's title; shorter ones are menus
MIN_PRECISION = 0.3
"""Share of a page's entries that are reports, from which a page without a column's name is taken for a list of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The reports that a page links to, by whose they are."""

    own: Reports = ()
    departments: Reports = ()  # of departments, towns and districts
    others: Reports = ()  # of other governments
    entries: int = 0  # articles that only this page has, reports included

    @property
    def precision(self) -> float:
        """Share of the government's own reports among the entries."""
        return len(self.own) / max(self.entries, len(self.own), 1)


@dataclass(slots=True)
class Candidate:
    """A page that may be the list."""

    page: PortalPage
    sight: Sight
    title: str  # of the link that led to it
    score: int  # of that link
    way: str
    trail: tuple[str, ...]
    foreign: bool = False  # on another government's site
    render: bool = False
    confirmed: bool = False  # the page of a report names it as its list
    further: list[PortalPage] = field(default_factory=list)  # further pages of the list

    @property
    def named(self) -> bool:
        """Whether it is a column on 法治政府 by its name or its address."""
        return not self.page.is_whole_catalogue and (self.score >= NAMED or is_named(self.page))

    @property
    def years(self) -> set[int]:
        """The years of the government's own reports on it."""
        return {year for _, year in self.sight.own if year}

    @property
    def precise(self) -> bool:
        """Whether it is a list of such reports, by its name or by what is on it."""
        return self.named or self.sight.precision >= MIN_PRECISION or len(self.years) >= MIN_YEARS

    @property
    def value(self) -> float:
        """By which the best of several is chosen."""
        others = len(self.sight.others) + len(self.sight.departments)
        mixed = others / max(others + len(self.sight.own), 1)
        return (
            min(len(self.years), 10)
            + 6 * self.sight.precision
            + (3 if self.named else 0)
            + (1 if self.confirmed else 0)
            - (3 if self.foreign else 0)
            - 4 * mixed
        )


def look_at(
    page: PortalPage,
    code: str | None,
    *,
    common: frozenset[str] | set[str],
    explicit: bool,
    departments: bool = False,
) -> Sight:
    """Return the reports on a page.

    `common`: canonical addresses of the links of the home page, which are on many pages. `explicit`: only titles that name
    the government count as its own. `departments`: the column is one of departments by its name, so a title without an
    organ is theirs.
    """
    own: dict[str, tuple[Link, int | None]] = {}
    below: dict[str, tuple[Link, int | None]] = {}
    others: dict[str, tuple[Link, int | None]] = {}
    entries = 0
    for link in page.links:
        key = canonical(link.url)
        if not leads_to_report(link):
            entries += key not in common and len(link.title) >= _MIN_ENTRY_CHARS
            continue
        entries += 1
        author = author_of(link.title, code)
        if author is Author.UNNAMED:
            author = Author.DEPARTMENT if departments else Author.OTHER if explicit else Author.OWN
        into = own if author is Author.OWN else others if author is Author.OTHER else below
        into.setdefault(key, (link, judge_title(link.title).year))
    return Sight(
        own=newest_first(own), departments=newest_first(below), others=newest_first(others), entries=entries
    )


def newest_first(reports: dict[str, tuple[Link, int | None]]) -> Reports:
    """Return reports by year and date, the newest first."""
    return tuple(sorted(reports.values(), key=lambda pair: (pair[1] or 0, pair[0].date or ""), reverse=True))


def joined(first: Sight, other: Sight) -> Sight:
    """Return what two pages of one list show."""

    def both(one: Reports, more: Reports) -> Reports:
        return newest_first({link.url: (link, year) for link, year in (*one, *more)})

    return Sight(
        own=both(first.own, other.own),
        departments=both(first.departments, other.departments),
        others=both(first.others, other.others),
        entries=first.entries + other.entries,
    )


def is_named(page: PortalPage) -> bool:
    """Whether a page's own title or address names a column on 法治政府."""
    name = column_name(page.title)
    return score(name, page.url) >= NAMED and not names_departments(name)


def is_of_departments(title: str, page: PortalPage) -> bool:
    """Whether a column is of departments by the words of its link or of its own title."""
    return names_departments(title) or names_departments(column_name(page.title))
