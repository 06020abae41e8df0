"""What each rule of the extraction is worth: the pages again with one rule off at a time, `make bench-ablation`.

Differences to the whole: of F1 in its mean, of all else in pages. Each rule in a process of its own, so that nothing
kept from another run can take part. A rule without difference is one that these pages do not need.
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
    """Marks of a run: the mean F1, and how many pages are right in each respect."""

    f1: float
    exact: int
    title: int
    date: int
    source: int

    def minus(self, whole: Worth) -> list[str]:
        """The difference as cells, signed; empty ones where there is none."""
        first, *others = (mine - theirs for mine, theirs in zip(self, whole, strict=True))
        return [
            f"{first:+.3f}" if round(first, 3) else "",
            *(f"{other:+d}" if other else "" for other in others),
        ]


def main() -> None:
    """Print the table, the most valuable rules first. Ends with a message where a rule's name is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_argument(parser)
    found = load(parser.parse_args().pages)
    if gone := missing(ABLATIONS):
        raise SystemExit("\n".join(["bench/ablations.py names what is not there:", *gone]))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn, max_tasks_per_child=1) as pool:
        whole, *others = pool.map(partial(worth, found.pages), [None, *range(len(ABLATIONS))])
    print(f"{found}\n")
    print(table(["without", "F1 mean", "to the character", "title", "date", "source"], _rows(whole, others)))


def _rows(whole: Worth, others: Iterable[Worth]) -> list[list[str]]:
    return [
        ["nothing (the whole)", f"{whole.f1:.3f}", *map(str, whole[1:])],
        *(
            [rule.rule, *run.minus(whole)]
            for run, rule in by_worth(whole, zip(others, ABLATIONS, strict=True))
        ),
    ]


def by_worth(whole: Worth, runs: Iterable[tuple[Worth, Ablation]]) -> list[tuple[Worth, Ablation]]:
    """Runs without a rule, the greatest loss first: of F1 as far as it is shown, then of pages."""
    return sorted(runs, key=lambda run: (round(run[0].f1 - whole.f1, 3), sum(run[0][1:])))


def missing(ablations: Sequence[Ablation]) -> list[str]:
    """A line for each rule whose name is no longer there."""
    lines = []
    for ablation in ablations:
        try:
            with ablation.off():
                pass
        except (AttributeError, ImportError) as error:
            lines.append(f"{ablation.rule}: {error}")
    return lines


def worth(pages: Sequence[Page], without: int | None) -> Worth:
    """The marks of the pages, all rules on or one of ABLATIONS off."""
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
