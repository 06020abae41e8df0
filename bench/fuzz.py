"""Mutated pages through `extract`: nothing but a refusal is raised, nothing hangs, no page takes long.

`make bench-fuzz N=20000 SEED=1`. The rule of time: a page's processor time per KB, where a page below LEAST KB counts as
one of LEAST KB, is at most BOUND times the median of all mutants. A single measurement may be chance: the worst ones are
measured again, and the best of all counts. Exit code 1 when anything is broken; the pages at fault are saved.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.mutations import mutant
from bench.pages import Page, add_argument, load
from bench.trial import LEAST, Trial, attempt, best
from bench.workers import run

BOUND = 50  # times the median
_AGAIN = 3  # rounds in which a suspicious mutant is measured again
_CERTAIN = 5.0  # seconds; no chance of one measurement makes that of a few milliseconds
_SUSPECTS = 20  # the worst ones, which are measured again
_SAMPLE = 50  # each so manieth mutant goes through a second process, to the same Report
_SAVED = 10  # pages at fault that are saved


def main() -> None:
    """Run, print one summary, exit with 1 when a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_argument(parser)
    parser.add_argument("--number", type=int, default=20_000, help="how many mutants (20000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same mutants (1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (one a core)")
    arguments = parser.parse_args()
    found = load(arguments.pages)
    print(f"{arguments.number} mutants, seed {arguments.seed}, of {found}")
    faults = fuzz(arguments.seed, arguments.number, found.pages, arguments.jobs)
    raise SystemExit(1 if faults else 0)


def fuzz(seed: int, number: int, pages: Sequence[Page], jobs: int) -> list[Trial]:
    """The mutants at fault. Prints what was found on the way."""
    htmls = [page.html for page in pages]
    task = partial(_trial, seed, htmls)
    trials = list(run(task, range(number), jobs=jobs))
    sample = run(task, range(0, number, _SAMPLE), jobs=jobs)
    median = statistics.median(trial.cost for trial in trials)
    worst = _measured_again(seed, trials, htmls)
    faults = [trial for trial in trials if trial.fault]
    faults += changed(trials, list(sample))
    faults += [replace(trial, ending=_slow(trial, median)) for trial in worst if trial.cost > BOUND * median]
    endings = Counter("fault" if trial.fault else trial.ending for trial in trials)
    print(", ".join(f"{ending}: {count}" for ending, count in endings.most_common()))
    print(
        f"median {1e6 * median:.1f} µs per KB (of at least {LEAST} KB); worst {worst[0].cost / median:.1f} times"
        f" the median, bound {BOUND}: {_described(seed, worst[0], pages)}"
    )
    _report(seed, faults, pages)
    return faults


def _trial(seed: int, htmls: Sequence[bytes], number: int) -> Trial:
    return attempt(number, mutant(seed, number, htmls).html)


def changed(trials: Sequence[Trial], again: Sequence[Trial]) -> list[Trial]:
    """Mutants that gave another Report in another process, as faults."""
    first = {trial.number: trial.digest for trial in trials}
    return [
        replace(trial, ending="another Report from the same bytes", fault=True)
        for trial in again
        if trial.digest != first[trial.number]
    ]


def _measured_again(seed: int, trials: Sequence[Trial], htmls: Sequence[bytes]) -> list[Trial]:
    """The costliest mutants by their best time, worst first."""
    costly = sorted((trial for trial in trials if not trial.fault), key=lambda trial: -trial.cost)[:_SUSPECTS]
    again = [
        best(trial, mutant(seed, trial.number, htmls).html, _AGAIN if trial.seconds < _CERTAIN else 0)
        for trial in costly
    ]
    return sorted(again, key=lambda trial: -trial.cost)


def _slow(trial: Trial, median: float) -> str:
    return f"{1e3 * trial.seconds:.0f} ms, {trial.cost / median:.0f} times the median per KB"


def _described(seed: int, trial: Trial, pages: Sequence[Page]) -> str:
    made = mutant(seed, trial.number, [page.html for page in pages])
    return (
        f"mutant {trial.number}, {len(made.html) / 1024:.0f} KB, {1e3 * trial.seconds:.1f} ms,"
        f" of {pages[made.page].id} by {', '.join(made.mutations)}"
    )


def _report(seed: int, faults: Sequence[Trial], pages: Sequence[Page]) -> None:
    """Each fault with the file that holds its page; no file is written without faults."""
    if not faults:
        print("no fault")
        return
    folder = Path(tempfile.mkdtemp(prefix="fazhi-fuzz-"))
    for trial in faults[:_SAVED]:
        file = folder / f"{seed}-{trial.number}.html"
        file.write_bytes(mutant(seed, trial.number, [page.html for page in pages]).html)
        print(f"FAULT {trial.ending}: {_described(seed, trial, pages)}: {file}")
    if len(faults) > _SAVED:
        print(f"and {len(faults) - _SAVED} more faults")


if __name__ == "__main__":
    main()
