"""Decide on whose site an address is: the portal's own, one that it shares, its city's or province's, or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from crawler.address import host_of, registrable_domain
from crawler.field.portals import portals
from crawler.field.regions import outward, region


class Place(StrEnum):
    """Whose site an address is on, seen from a portal."""

    OWN = "own"
    SHARED = "shared"  # on the portal's host, outside its folder
    PARENT = "parent"  # of the government of the city or province around
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Places:
    """The hosts of one portal."""

    host: str
    folder: str  # of a portal below a path of a host, such as /jaq/; else /
    parents: frozenset[str]  # registrable domains of the portals of the divisions around
    is_shared: bool  # other governments have their portals on this host too

    @classmethod
    def of(cls, home: str, code: str | None) -> Self:
        """Return the hosts of the portal with a home page."""
        host = host_of(home)
        around = [row.code for row in outward(code)][1:] if code and region(code) else []
        known = portals()
        homes = [known[each].home for each in around if each in known]
        folder = urlsplit(home).path.rpartition("/")[0] + "/"
        return cls(
            host,
            folder if folder.count("/") == 2 else "/",
            frozenset(registrable_domain(host_of(each)) for each in homes),
            host in {host_of(each) for each in homes},
        )

    def of_address(self, url: str) -> Place:
        """Return whose site an address is on."""
        host = host_of(url)
        if host == self.host:
            inside = urlsplit(url).path.startswith(self.folder)
            return Place.OWN if inside and not self.is_shared else Place.SHARED
        if host.endswith(f".{self.host}"):
            return Place.SHARED if self.is_shared else Place.OWN
        domain = registrable_domain(host)
        if domain in self.parents:
            return Place.PARENT
        return Place.OWN if domain == registrable_domain(self.host) else Place.ELSEWHERE

    def is_departments(self, url: str, owner: str | None) -> bool:
        """Whether a page is of a department's own site, by its host and the owner that it names."""
        return host_of(url) != self.host and bool(owner) and str(owner).endswith(("局", "厅", "委员会"))
