"""Write docs/sources.md from sources.yaml and docs/sources.tsv: how many are configured, what is confirmed about each, how. `make sources`."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.field.portals import portals
from crawler.field.regions import LEVELS, outward, path, region
from crawler.model import Site
from crawler.onboarding.find.targets import has_portal_only
from crawler.sources import load_sites

ROOT = Path(__file__).parent.parent
KINDS = {
    "report": "a report's own page",
    "republished": "a report on another's site",
    "column": "a list page for these reports",
    "documents": "a general list page",
    "portal": "the portal",
}
"""Kinds of evidence, best first; the keys are those in docs/sources.tsv."""

LOOKED_FOR = "2026-11-25 and 29"
_COUNTS = ("<!-- by province -->", "<!-- end of by province -->")

_HEAD = """# The governments of sources.yaml

Made by `make sources` from [sources.yaml](../sources.yaml) and the evidence in [sources.tsv](sources.tsv), which names each
address that was seen, what it is, the year it reports on, and where it was seen. **Seen** means: found in public material,
mostly as a stored copy of the page itself. Nothing of it was visited, and any address may have moved; entries that were
tried live say so by `seen:`, and those that came later need no evidence here.

A list page of an entry is **seen** where the evidence names it, and **derived** where it was made from the address of a seen
report: its folder (`…/zwgk/fzzfj/202303/t20230315_2170174.shtml` gives `…/zwgk/fzzfj/`), or its column number by the rule of
大汉版通 (`/art/2025/3/28/art_60096_11528160.html` gives `/col/col60096/index.html`) or of the sites with numbered columns
(`/columns/0a84…ffe6/202601/23/476d…e50e.html` gives `/columns/0a84…ffe6/index.html`); the entry's `note` says which. Where an
address does not tell its column, there is none.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One row of docs/sources.tsv."""

    id: str  # of the entry
    address: str
    what: str  # a key of KINDS
    year: str  # reported on, "" if not told
    seen: str  # "itself", or what names the address


def evidence(path: Path = ROOT / "docs" / "sources.tsv") -> list[Evidence]:
    """Return the rows of the evidence file."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [Evidence(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def looked_for(path: Path = ROOT / "docs" / "sources-missing.txt") -> list[str]:
    """Return the codes of the divisions that were searched for and not found."""
    return [line.split()[0] for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]


def page(sites: Sequence[Site], rows: Iterable[Evidence], missing: Iterable[str]) -> str:
    """Return docs/sources.md: counts by province, a summary, a table of what was seen, and what was not found.

    Without the counts it depends on the evidence only, so it does not change with every new entry, address or system in
    sources.yaml.
    """
    counts = "\n".join(_by_province(sites))
    by_id: dict[str, list[Evidence]] = {}
    for row in rows:
        by_id.setdefault(row.id, []).append(row)
    sites = [site for site in sites if site.id in by_id]
    parts = [_HEAD, counts, "\n".join(_summary(sites, by_id)), "\n".join(_table(sites, by_id))]
    return "\n".join([*parts, "\n".join(_missing(missing)), ""])


def without_counts(text: str) -> str:
    """Return the page without the counts by province, which alone change with every new entry."""
    before, _, rest = text.partition(_COUNTS[0])
    return before + rest.partition(_COUNTS[1])[2]


def _by_province(sites: Sequence[Site]) -> Iterator[str]:
    """The counts of the last `make sources`. A government counts once, however many entries it has."""
    known = Counter(code[:2] for code in portals())
    configured = Counter(code[:2] for code in {site.region for site in sites if not has_portal_only(site)})
    working = Counter(code[:2] for code in {site.region for site in sites if site.seen})
    yield f"## By province\n\n{_COUNTS[0]}"
    yield "| province | portals known | governments configured | seen to work |\n|---|---|---|---|"
    for code in sorted(known | configured):
        yield f"| {path(code + '0000')} | {known[code]} | {configured[code]} | {working[code]} |"
    yield f"| all | {known.total()} | {configured.total()} | {working.total()} |"
    yield (
        "\nA portal is the home page of a government's own site, from [a table](../crawler/field/portals.tsv) of the 31"
        "\nprovinces, with [corrections](../crawler/field/portals-corrected.tsv). A government is configured if sources.yaml"
        "\nhas an entry for it with more than its portal, and seen to work if an entry of it has `seen:`, the day on which it was"
        "\ntried live."
    )
    yield f"{_COUNTS[1]}\n\n## What was seen\n"


def _best(rows: list[Evidence]) -> str:
    return min((row.what for row in rows), key=list(KINDS).index)


def _level(site: Site) -> str:
    found = region(site.region)
    return found.level if found else "?"


def _summary(sites: list[Site], by_id: dict[str, list[Evidence]]) -> Iterator[str]:
    levels = Counter(map(_level, sites))
    best = Counter(_best(by_id[site.id]) for site in sites)
    yield (
        f"{len(sites)} entries have evidence: "
        + ", ".join(f"{levels[level]} of {level} level" for level in LEVELS)
        + "."
    )
    yield "\n| the best that was seen | entries |\n|---|---|"
    yield from (f"| {words} | {best[kind]} |" for kind, words in KINDS.items())
    yield ""


def _table(sites: list[Site], by_id: dict[str, list[Evidence]]) -> Iterator[str]:
    yield "| code | entry | the best that was seen | reports seen |\n|---|---|---|---|"
    for site in sorted(sites, key=lambda site: site.region):
        rows = by_id[site.id]
        years = sorted({row.year or "?" for row in rows if row.what in ("report", "republished")})
        if _best(rows) == "republished":
            years.append("(another's site)")
        yield f"| {site.region} | {site.id} {site.name} | {KINDS[_best(rows)]} | {' '.join(years) or 'none'} |"


def _missing(codes: Iterable[str]) -> Iterator[str]:
    yield f"\n## Looked for on {LOOKED_FOR} and not found\n"
    yield "No address of a report or of a list page was seen in public material, or only on copies under strange hosts:\n"
    for code in sorted(codes):
        yield f"- {code} " + "".join(step.name for step in reversed(list(outward(code))))


def main() -> None:
    """Write docs/sources.md."""
    text = page(load_sites(ROOT / "sources.yaml"), evidence(), looked_for())
    (ROOT / "docs" / "sources.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
