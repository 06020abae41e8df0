"""The nouns of the portals: columns in a tree, and what is true of a portal. `plan` decides, `tree` grows, `site` serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["list", "column", "nothing", "challenged", "unreachable"]
"""What a portal has: a list with reports; a column by its name without a report; neither; a firewall; no answer."""

ENDINGS: Mapping[Kind, str] = {
    "list": "found",
    "column": "column",
    "nothing": "nothing",
    "challenged": "challenged",
    "unreachable": "unreachable",
}
"""How a search for the list ends, by what the portal has."""

Fill = Literal["hub", "reports", "mixed", "departments", "districts", "plans", "empty", "near"]
"""What a column's page holds: links to columns below it, or entries.

`reports`: only the government's own. `mixed`: reports among news. `departments`: reports of its departments.
`districts`: reports of all districts of a city. `plans`: only plans and guides. `near`: what its name says.
"""


@dataclass(slots=True, kw_only=True, eq=False)
class Column:
    """A column of a portal: a hub with columns below it, or a list."""

    name: str
    url: str  # absolute; the address that links lead to
    fill: Fill = "near"
    below: list[Column] = field(default_factory=list)
    menu: str = "static"  # how a hub shows the columns below it: a name of `menus`
    trail: tuple[tuple[str, str], ...] = ()  # its breadcrumb: names and addresses, itself last
    guest: str = ""  # a government above, a report of which stands among the entries: not the portal's own

    def walk(self) -> Iterator[Column]:
        """Yield the column and all below it."""
        yield self
        for column in self.below:
            yield from column.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A click on the way from the home page to the list."""

    url: str  # the page it leads to
    name: str  # what the link says
    menu: str  # how it is shown: a name of `menus`, or of `doors`


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A portal and the truth about it."""

    code: str  # GB/T 2260, six digits
    name: str  # 黄石港区
    home: str
    entry: str | None  # a page from which its documents are reached, as the table of portals has it
    access: str  # how a plain program gets the home page: direct, other-scheme (https instead of http), none
    family: str  # the system its pages are made with: a name of tests.site.templates
    style: str  # how its home page leads on
    kind: Kind
    lists: tuple[str, ...] = ()  # addresses of the right list; each is right
    also: tuple[
        str, ...
    ] = ()  # other lists with reports, such as the departments': not wrong, and not the answer
    reports: Mapping[int, str] = field(default_factory=dict)  # the government's own, addresses by year
    steps: tuple[Step, ...] = ()  # from the home page to the list or the column; empty if no link leads there
    ways: frozenset[str] = frozenset()  # links, scripts, sitemap, search, entry, parent: each alone is enough

    @property
    def ending(self) -> str:
        """How a search for its list ends."""
        return ENDINGS[self.kind]

    @property
    def depth(self) -> int:
        """Clicks from the home page to the list; 0 if no link leads there."""
        return len(self.steps)

    @property
    def host(self) -> str:
        """The host name of its home page."""
        return urlsplit(self.home).hostname or ""
