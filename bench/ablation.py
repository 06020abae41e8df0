"""Measure the effect of each extraction rule: extract the pages with one rule off at a time, `make bench-ablation`.

The table shows differences to the run with all rules: of the mean F1, and of the number of pages that are right. Each rule
runs in a new process, so that no cache of another run takes part. A rule without a difference is not needed on these pages.
The rules are in `ablations`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

from bench.ablations import ABLATIONS, Ablation
from bench.pages import Page, add_argument, load
from bench.score import Answer, Score, score, summary
from bench.table import table
from crawler.errors import ExtractError
from crawler.extract import extract


class Worth(NamedTuple):
    """Result of a run: the mean F1, and the number of pages that are right in each respect."""

    f1: float
    exact: int
    title: int
    date: int
    source: int

    def minus(self, whole: Worth) -> list[str]:
        """Return the difference as signed cells, empty for zero."""
        first, *others = (mine - theirs for mine, theirs in zip(self, whole, strict=True))
        return [
            f"{first:+.3f}" if round(first, 3) else "",
            *(f"{other:+d}" if other else "" for other in others),
        ]


def main() -> None:
    """Print the table, rules with the largest effect first. Exits with a message if the code of a rule is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_argument(parser)
    found = load(parser.parse_args().pages)
    if gone := missing(ABLATIONS):
        raise SystemExit("\n".join(["bench/ablations.py names code that does not exist:", *gone]))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn, max_tasks_per_child=1) as pool:
        whole, *others = pool.map(partial(worth, found.pages), [None, *range(len(ABLATIONS))])
    print(f"{found}\n")
    print(table(["without", "F1 mean", "to the character", "title", "date", "source"], _rows(whole, others)))


def _rows(whole: Worth, others: Iterable[Worth]) -> list[list[str]]:
    return [
        ["nothing (all rules on)", f"{whole.f1:.3f}", *map(str, whole[1:])],
        *(
            [rule.rule, *run.minus(whole)]
            for run, rule in by_worth(whole, zip(others, ABLATIONS, strict=True))
        ),
    ]


def by_worth(whole: Worth, runs: Iterable[tuple[Worth, Ablation]]) -> list[tuple[Worth, Ablation]]:
    """Sort runs by loss, largest first: by F1 as printed, then by pages."""
    return sorted(runs, key=lambda run: (round(run[0].f1 - whole.f1, 3), sum(run[0][1:])))


def missing(ablations: Sequence[Ablation]) -> list[str]:
    """Return a line for each rule whose code does not exist any more."""
    lines = []
    for ablation in ablations:
        try:
            with ablation.off():
                pass
        except (AttributeError, ImportError) as error:
            lines.append(f"{ablation.rule}: {error}")
    return lines


def worth(pages: Sequence[Page], without: int | None) -> Worth:
    """Return the result of the pages with all rules on, or with one of ABLATIONS off."""
    if without is None:
        return _worth([_score(page) for page in pages])
    with ABLATIONS[without].off():
        return _worth([_score(page) for page in pages])


def _score(page: Page) -> Score:
    try:
        report = extract(page.html, (), page.url)
    except ExtractError:
        return score(Answer(), page.gold)
    answer = Answer(body=report.body, title=report.title, date=report.published, source=report.source)
    return score(answer, page.gold)


def _worth(scores: Sequence[Score]) -> Worth:
    return Worth(
        f1=summary(scores).f1_mean,
        exact=sum(one.exact for one in scores),
        title=sum(one.title is True for one in scores),
        date=sum(one.date is True for one in scores),
        source=sum(one.source is True for one in scores),
    )


if __name__ == "__main__":
    main()
