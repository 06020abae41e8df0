"""Home pages of the governments of China's divisions, by division code.

The table `portals.tsv` beside this file states its origin and its doubts at its head. It is read on the first question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from crawler.address import host_of


@dataclass(frozen=True, slots=True)
class Portal:
    """The portal of one government, a row of the table."""

    code: str  # GB/T 2260, six digits
    name: str
    home: str  # address of the home page
    entry: str  # address of a page from which its documents can be reached; may be empty
    access: (
        str  # how a plain program got the home page: direct, other-scheme, mobile-agent, none; may be empty
    )


@cache
def portals() -> Mapping[str, Portal]:
    """Return the known portals by division code."""
    found: dict[str, Portal] = {}
    for line in Path(__file__).with_name("portals.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, name, home, entry, access, *_ = [*line.split("\t"), "", "", ""]
            found[code] = Portal(code, name, home, entry, access)
    return MappingProxyType(found)


@cache
def _by_host() -> Mapping[str, tuple[Portal, ...]]:
    found: dict[str, tuple[Portal, ...]] = {}
    for portal in portals().values():
        host = host_of(portal.home)
        found[host] = (*found.get(host, ()), portal)
    return found


def portals_at(url: str) -> tuple[Portal, ...]:
    """Return the portals that are on the host of an address; more than one where divisions share a host."""
    return _by_host().get(host_of(url), ())
