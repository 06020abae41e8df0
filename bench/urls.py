"""Compare `crawler.address.join` with the browsers' test suite: `python -m bench.urls FILE`.

FILE is urltestdata.json of web-platform-tests. Links that we refuse on purpose are counted separately: credentials, and
links to the page itself.
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
class Comparison:
    """One case: the link, its base, the address that browsers give and the one that we give."""

    base: str | None
    href: str
    expected: str | None
    found: str | None

    @property
    def agrees(self) -> bool:
        """Whether both addresses are equal."""
        return self.expected == self.found


def cases(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every case of the suite with the reason why we refuse it on purpose; empty if we do not."""
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


def compare(case: dict[str, Any]) -> Comparison:
    """Return the addresses that browsers and we give for a case; None for a scheme other than HTTP."""
    base, href = case["base"], case["input"]
    http = case.get("protocol") in ("http:", "https:")
    expected = case["href"].partition("#")[0] if http else None
    return Comparison(base, href, expected, join(base, href) if base else normal(href))


def main() -> None:
    """Print how many cases agree, and each that does not."""
    path = Path(sys.argv[1])
    agree = number = 0
    apart: dict[str, int] = {}
    for why, case in cases(path):
        if why:
            apart[why] = apart.get(why, 0) + 1
            continue
        one = compare(case)
        number, agree = number + 1, agree + one.agrees
        if not one.agrees:
            print(f"{one.href!r} on {one.base!r}: {one.found!r}, browsers say {one.expected!r}")
    print(f"{agree} of {number} agree; refused on purpose: {apart}")


if __name__ == "__main__":
    main()
