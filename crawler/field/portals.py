"""Look up the portal of a government, the home page of its own site, by division code.

The table `portals.tsv` beside this file was gathered from public material, and `portals-corrected.tsv` has our corrections,
each with its reason and day; their heads state origin and columns. They are read on the first question. A portal is where a
search for reports begins. That it still answers, or has reports at all, is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from crawler.address import host_of

Access = Literal["direct", "other-scheme", "mobile-agent", "none", ""]
"""How a plain program got the home page in April 2026: as it stands, with http for https or the reverse, only when it named
itself a telephone's browser, not at all; "" if not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """The site of one government."""

    code: str  # of the division, six digits
    name: str  # of the division
    home: str  # address of the home page
    entry: str | None  # a page that leads to its documents, often of a narrower column
    access: Access
    size: int | None  # characters of the home page
    answered: str | None  # to programs that it kept out: HTTP412
    corrected: str | None  # why this is not what the table has


def portals_at(url: str) -> tuple[Portal, ...]:
    """Return the portals that are on the host of an address; more than one where divisions share a host."""
    return _by_host().get(host_of(url), ())


@cache
def _by_host() -> Mapping[str, tuple[Portal, ...]]:
    found: dict[str, tuple[Portal, ...]] = {}
    for each in portals().values():
        host = host_of(each.home)
        found[host] = (*found.get(host, ()), each)
    return found


def portal(code: str) -> Portal | None:
    """Return the portal of a division; None if none is known."""
    return portals().get(code)


@cache
def portals() -> Mapping[str, Portal]:
    """Return all portals by division code."""
    found = {}
    for code, name, home, entry, access, size, answered in _rows("portals.tsv"):
        found[code] = Portal(
            code=code,
            name=name,
            home=home,
            entry=entry or None,
            access=cast(Access, access),
            size=int(size) if size else None,
            answered=answered or None,
            corrected=None,
        )
    for code, name, home, entry, _day, reason in _rows("portals-corrected.tsv"):
        found.pop(code, None)
        if home:
            found[code] = Portal(
                code=code,
                name=name,
                home=home,
                entry=entry or None,
                access="",
                size=None,
                answered=None,
                corrected=reason,
            )
    return MappingProxyType(dict(sorted(found.items())))


def _rows(name: str) -> list[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]
