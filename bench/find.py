"""Measure how well the lists of reports are found from the home pages of portals.

`python -m bench.find [PORTALS] [--seed N] [--all-ways-only]` serves that many invented portals (300) on loopback, in all
systems, styles of home pages and depths, and lets `crawler.onboarding.find` look for the list of each: by all its ways, then
by each way alone. `tests.site.portals` knows what is true.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from bench.table import NOTHING, figure, percent, table
from crawler.fetch import Fetcher
from crawler.model import Capture
from crawler.reading.pages import PageProcess
from tests.site.portals import Portal, PortalWeb, list_key

PORTALS = 300
TODAY = "2026-11-29"
WAYS = {
    "links": frozenset({"navigation"}),
    "scripts": frozenset({"navigation", "menus"}),
    "sitemap": frozenset({"sitemap"}),
    "search": frozenset({"search", "report"}),
    "entry": frozenset({"entry"}),
    "parent": frozenset({"navigation", "parent"}),
}
"""Each way of `Portal.ways`, and the ways of the engine that it is tried with."""

MIN_FOUND, MAX_WRONG, MAX_REQUESTS = 0.95, 0.01, 15.0  # shares of portals; the median of a portal's requests
MAX_SHOWN_FAULTS = 60
ENGINE = "crawler.onboarding.find"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the engine says of one portal."""

    code: str
    ending: str
    lists: tuple[str, ...] = ()
    years: frozenset[int] = frozenset()  # of the reports it saw
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One portal, and how its search ended."""

    portal: Portal
    found: Found

    @property
    def has_list(self) -> bool:
        """Whether there is a list to be found."""
        return self.portal.kind == "list"

    @property
    def is_right(self) -> bool:
        """Whether its list was found; of a portal without a list: whether the ending is the true one."""
        if not self.has_list:
            return self.found.ending == self.portal.ending
        true = {list_key(url) for url in self.portal.lists}
        return self.found.ending == "found" and any(list_key(url) in true for url in self.found.lists)

    @property
    def is_wrong(self) -> bool:
        """Whether a list was found that has none of its reports; the departments' list is not wrong."""
        known = {list_key(url) for url in (*self.portal.lists, *self.portal.also)}
        lists = {list_key(url) for url in self.found.lists}
        return self.found.ending == "found" and (not self.has_list or bool(lists - known))


async def look(web: PortalWeb, portals: Sequence[Portal], ways: frozenset[str] | None) -> list[Found]:
    """Let the engine look for the lists of portals, by some of its ways or (None) by all that need no browser.

    This function alone knows the engine. Its table of portals, where it looks for the one above a district, is ours.
    """
    engine: Any = importlib.import_module(ENGINE)
    targets = [engine.Target(code=p.code, name=p.name, home=p.home, entry=p.entry or "") for p in portals]
    options = engine.Options(ways=ways) if ways else engine.Options()
    places = sys.modules.get(f"{ENGINE}.places", SimpleNamespace(portals=None))
    known = {portal.code: portal for portal in web.portals}
    fetching = Fetcher(sink=_drop, connect_to=web.hosts, sleep=_no_sleep)
    with patch.object(places, "portals", lambda: known):
        async with fetching as fetcher, PageProcess() as pages:
            return [
                Found(
                    code=one.target.code,
                    ending=str(one.result),
                    lists=tuple(found.url for found in one.lists),
                    years=frozenset(one.years),
                    requests=one.requests,
                )
                async for one in engine.find(
                    targets, fetcher=fetcher, page_process=pages, options=options, today=TODAY
                )
            ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.find", description=__doc__)
    parser.add_argument("portals", nargs="?", type=int, default=PORTALS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--all-ways-only", action="store_true", help="leave out each way alone, which takes longest"
    )
    words = parser.parse_args()
    try:
        importlib.import_module(ENGINE).find  # noqa: B018 - whether it is there
    except (ImportError, AttributeError) as error:
        raise SystemExit(f"{ENGINE} has no `find`: {error}") from None
    with PortalWeb(words.portals, seed=words.seed) as web:
        os.environ["SSL_CERT_FILE"] = str(web.ca_file)
        scores, seconds = run(web, web.portals, None)
        print(report(scores, seconds))
        if not words.all_ways_only:
            print("\n" + by_way(web))
    missed = misses(scores)
    for line in missed:
        print(f"MISSED: {line}")
    raise SystemExit(bool(missed))


def run(web: PortalWeb, portals: Sequence[Portal], ways: frozenset[str] | None) -> tuple[list[Score], float]:
    """Return the scores of portals in their order, and the seconds it took. A portal without an outcome is `none`."""
    start = time.monotonic()
    found = {one.code: one for one in asyncio.run(look(web, portals, ways))}
    took = time.monotonic() - start
    return [
        Score(portal=p, found=found.get(p.code, Found(code=p.code, ending="none"))) for p in portals
    ], took


def misses(scores: Sequence[Score]) -> list[str]:
    """Return a line for each aim that is missed."""
    share, wrong, requests = found_share(scores), wrong_share(scores), requests_of(scores)
    lines = []
    if share < MIN_FOUND:
        lines.append(
            f"the list was found on {share:.1%} of the portals that have one, at least {MIN_FOUND:.0%} is wanted"
        )
    if wrong > MAX_WRONG:
        lines.append(
            f"a wrong list was found on {wrong:.1%} of all portals, at most {MAX_WRONG:.0%} is wanted"
        )
    if requests > MAX_REQUESTS:
        lines.append(f"the median of a portal's requests is {requests:g}, at most {MAX_REQUESTS:g} is wanted")
    if unanswered := sum(score.found.ending == "none" for score in scores):
        lines.append(f"{unanswered} portals have no outcome")
    return lines


def found_share(scores: Iterable[Score]) -> float:
    """Return the share of portals with a list on which it was found."""
    listed = [score for score in scores if score.has_list]
    return sum(score.is_right for score in listed) / max(len(listed), 1)


def wrong_share(scores: Sequence[Score]) -> float:
    """Return the share of all portals on which a wrong list was found."""
    return sum(score.is_wrong for score in scores) / max(len(scores), 1)


def requests_of(scores: Sequence[Score]) -> float:
    """Return the median of the requests of the portals that answer."""
    return float(
        statistics.median([s.found.requests for s in scores if s.portal.kind != "unreachable"] or [0])
    )


def report(scores: Sequence[Score], seconds: float) -> str:
    """Return the figures of a run by all ways: in all, by family, by style of the home page, by depth, and what went wrong."""
    listed = [score for score in scores if score.has_list]
    most = max((score.found.requests for score in scores), default=0)
    seen = [score for score in listed if score.is_right and score.found.years]
    exact = sum(score.found.years == set(score.portal.reports) for score in seen)
    parts = [
        f"{len(scores)} portals, {len(listed)} with a list, {seconds:.0f} s",
        f"found {found_share(scores):.1%}   wrong {wrong_share(scores):.1%}"
        f"   requests: median {requests_of(scores):g}, most {most}",
        f"years of the reports, where they are stated: all right on {exact} of {len(seen)} lists",
        _groups("family", listed, lambda score: score.portal.family),
        _groups("home page", listed, lambda score: score.portal.style),
        _groups("clicks", listed, lambda score: str(score.portal.depth or "no link")),
        _endings(scores),
    ]
    bad = [score for score in scores if not score.is_right or score.is_wrong]
    bad.sort(key=lambda score: (not score.is_wrong, not score.has_list))
    parts += ["\n".join(map(_fault, bad[:MAX_SHOWN_FAULTS]))] if bad else []
    return "\n\n".join(parts)


def _groups(head: str, scores: Sequence[Score], group: Callable[[Score], str]) -> str:
    rows = []
    for name in sorted({group(score) for score in scores}):
        of = [score for score in scores if group(score) == name]
        rows.append(
            (
                name,
                str(len(of)),
                percent(found_share(of)),
                percent(wrong_share(of)),
                figure(requests_of(of), "g"),
            )
        )
    return table((head, "portals", "found", "wrong", "requests"), rows)


def _endings(scores: Sequence[Score]) -> str:
    """Return how the searches ended, by what is true."""
    kinds = Counter((score.portal.ending, score.found.ending) for score in scores)
    truths = list(dict.fromkeys(score.portal.ending for score in scores))
    endings = sorted({ending for _, ending in kinds})
    rows = [(true, *(str(kinds[true, ending] or NOTHING) for ending in endings)) for true in truths]
    return table(("is \\ ended as", *endings), rows)


def _fault(score: Score) -> str:
    portal, found = score.portal, score.found
    what = "WRONG" if score.is_wrong else "not found" if score.has_list else "other ending"
    where = " > ".join(f"{step.name or step.url} ({step.menu})" for step in portal.steps) or ", ".join(
        sorted(portal.ways)
    )
    return (
        f"{what}: {portal.home} {portal.family} {portal.style}, {portal.ending}: {where} {' '.join(portal.lists[:1])}\n"
        f"    ended as {found.ending} after {found.requests} requests {' '.join(found.lists[:3])}"
    )


def by_way(web: PortalWeb) -> str:
    """Return what each way alone finds of the portals where it is enough, and its part of all that have a list."""
    listed = sum(portal.kind == "list" for portal in web.portals)
    rows = []
    for way, ways in WAYS.items():
        scores, _ = run(web, [portal for portal in web.portals if way in portal.ways], ways)
        found = sum(score.is_right for score in scores)
        rows.append(
            (
                way,
                str(len(scores)),
                percent(found_share(scores)),
                percent(found / max(listed, 1)),
                percent(wrong_share(scores)),
                figure(requests_of(scores), "g"),
            )
        )
    heads = ("one way alone", "enough for", "found of these", "of all lists", "wrong", "requests")
    return table(heads, rows)


def _drop(capture: Capture) -> None:
    """Keep nothing."""


async def _no_sleep(_: float) -> None:
    """Do not wait: the servers are our own."""


if __name__ == "__main__":
    main()
