"""The index that a browser searches a static site with: small scripts, each loaded when a query needs it.

A script can be loaded from a disk, where browsers let no page read a file otherwise. `search/terms/NN.js` has the terms whose
first character has NN as remainder by SHARDS: pairs of Chinese characters, the last one of a run, Latin words and numbers.
Each leads to the numbers of its reports: differences in base 36, joined by spaces. `search/reports/N.js` has
REPORTS_IN_A_FILE reports from number N * REPORTS_IN_A_FILE on: file, title, division, year and date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crawler.field.search_tokens import tokens
from crawler.field.text import json_escaped
from crawler.model import Report

SHARDS = 256
REPORTS_IN_A_FILE = 500
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class SearchIndex:
    """Terms with the numbers of the reports that have them, and what is shown of each report."""

    shown: list[Sequence[object]] = field(default_factory=list)
    _postings: dict[str, list[str]] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)

    def add(self, report: Report, shown: Sequence[object]) -> None:
        """Add a report. `shown`: file, title, division, year and date."""
        number = len(self.shown)
        self.shown.append(shown)
        for term in set(tokens(f"{report.title}\n{report.body}")):
            if term.isalnum():
                self._postings.setdefault(term, []).append(_base_36(number - self._last.get(term, 0)))
                self._last[term] = number

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield name and content of each file."""
        shards: list[dict[str, str]] = [{} for _ in range(SHARDS)]
        for term in sorted(self._postings):
            shards[ord(term[0]) % SHARDS][term] = " ".join(self._postings[term])
        for number, shard in enumerate(shards):
            if shard:
                yield f"search/terms/{number:02x}.js", _call("terms", f"{number:02x}", shard)
        for first in range(0, len(self.shown), REPORTS_IN_A_FILE):
            part = first // REPORTS_IN_A_FILE
            yield (
                f"search/reports/{part}.js",
                _call("reports", str(part), self.shown[first : first + REPORTS_IN_A_FILE]),
            )
        facts = {"reports": len(self.shown), "in_a_file": REPORTS_IN_A_FILE, "shards": _present(shards)}
        yield "search/index.js", _call("index", "", facts)


def _present(shards: Iterable[dict[str, str]]) -> str:
    """Return the shards that have a file, two hexadecimal digits each."""
    return "".join(f"{number:02x}" for number, shard in enumerate(shards) if shard)


def _call(name: str, part: str, value: object) -> str:
    """Return a script that hands a value to search.js. JSON is a subset of ECMAScript (ES2019)."""
    body = json_escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return f"fazhi.{name}({json.dumps(part)},{body});\n"


def _base_36(number: int) -> str:
    out = ""
    while number or not out:
        number, digit = divmod(number, 36)
        out = _DIGITS[digit] + out
    return out
