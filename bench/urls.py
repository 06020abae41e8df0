"""`join` held against the browsers' own suite: `python -m bench.urls FILE` with urltestdata.json of web-platform-tests.

What is refused on purpose is counted apart: other schemes, credentials, and links to the page itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.address import join, normal

_EDGES = "".join(map(chr, range(0x21)))


@dataclass(frozen=True, slots=True)
class Told:
    """One case: the link, its base, what browsers make of it and what we do."""

    base: str | None
    href: str
    expected: str | None
    found: str | None

    @property
    def agrees(self) -> bool:
        """Whether ours is what browsers make of it."""
        return self.expected == self.found


def cases(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every case of the suite, with the reason why it is refused on purpose; an empty one for those that are not."""
    for case in json.loads(path.read_text("utf-8")):
        if isinstance(case, dict):
            yield _refused(case), case


def _refused(case: dict[str, Any]) -> str:
    href = case["input"].strip(_EDGES)
    if not href or href.startswith("#"):
        return "the page itself"
    if case.get("username") or case.get("password"):
        return "credentials"
    return ""


def told(case: dict[str, Any]) -> Told:
    """What browsers and we make of a case. An address of another scheme is none to both."""
    base, href = case["base"], case["input"]
    http = case.get("protocol") in ("http:", "https:")
    expected = case["href"].partition("#")[0] if http else None
    return Told(base, href, expected, join(base, href) if base else normal(href))


def main() -> None:
    """Print how many agree, and each that does not."""
    path = Path(sys.argv[1])
    agree = number = 0
    apart: dict[str, int] = {}
    for why, case in cases(path):
        if why:
            apart[why] = apart.get(why, 0) + 1
            continue
        one = told(case)
        number, agree = number + 1, agree + one.agrees
        if not one.agrees:
            print(f"{one.href!r} on {one.base!r}: {one.found!r}, browsers say {one.expected!r}")
    print(f"{agree} of {number} agree; refused on purpose: {apart}")


if __name__ == "__main__":
    main()
