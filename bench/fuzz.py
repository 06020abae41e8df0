"""Extract mutated pages: no unexpected exception, no hang, no slow page.

`make bench-fuzz N=20000 SEED=1`. A page is slow if its processor time per KB is more than MAX_MEDIANS times the median of
all mutants; a page below MIN_COUNTED_KB counts as one of that size. The slowest pages are measured again, and their best
time counts. Exit code 1 if there is a fault; the pages with faults are saved.
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
from bench.trial import MIN_COUNTED_KB, Trial, attempt, best
from bench.workers import run

MAX_MEDIANS = 50  # limit of the time per KB, in multiples of the median
_REMEASURE_ROUNDS = 3
_SURELY_SLOW_SECONDS = 5.0  # no measuring error turns a few milliseconds into this
_MAX_REMEASURED = 20  # the slowest mutants, which are measured again
_SAMPLE_STEP = 50  # every 50th mutant is extracted in a second process, and must give the same Report
_MAX_SAVED_FAULTS = 10  # pages that are written to files


def main() -> None:
    """Run, print a summary, and exit with 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_argument(parser)
    parser.add_argument("--number", type=int, default=20_000, help="number of mutants (20000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same mutants (1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (one for each core)")
    arguments = parser.parse_args()
    found = load(arguments.pages)
    print(f"{arguments.number} mutants, seed {arguments.seed}, of {found}")
    faults = fuzz(arguments.seed, arguments.number, found.pages, arguments.jobs)
    raise SystemExit(1 if faults else 0)


def fuzz(seed: int, number: int, pages: Sequence[Page], jobs: int) -> list[Trial]:
    """Extract the mutants, print statistics, and return those with a fault."""
    htmls = [page.html for page in pages]
    task = partial(_trial, seed, htmls)
    trials = list(run(task, range(number), jobs=jobs))
    sample = run(task, range(0, number, _SAMPLE_STEP), jobs=jobs)
    median = statistics.median(trial.cost for trial in trials)
    worst = _measured_again(seed, trials, htmls)
    faults = [trial for trial in trials if trial.fault]
    faults += changed(trials, list(sample))
    faults += [
        replace(trial, ending=_slow(trial, median)) for trial in worst if trial.cost > MAX_MEDIANS * median
    ]
    endings = Counter("fault" if trial.fault else trial.ending for trial in trials)
    print(", ".join(f"{ending}: {count}" for ending, count in endings.most_common()))
    print(
        f"median {1e6 * median:.1f} µs per KB (of at least {MIN_COUNTED_KB} KB); worst {worst[0].cost / median:.1f} times"
        f" the median, bound {MAX_MEDIANS}: {_described(seed, worst[0], pages)}"
    )
    _report(seed, faults, pages)
    return faults


def _trial(seed: int, htmls: Sequence[bytes], number: int) -> Trial:
    return attempt(number, mutant(seed, number, htmls).html)


def changed(trials: Sequence[Trial], again: Sequence[Trial]) -> list[Trial]:
    """Return the mutants that gave a different Report in another process, as faults."""
    first = {trial.number: trial.digest for trial in trials}
    return [
        replace(trial, ending="another Report from the same bytes", fault=True)
        for trial in again
        if trial.digest != first[trial.number]
    ]


def _measured_again(seed: int, trials: Sequence[Trial], htmls: Sequence[bytes]) -> list[Trial]:
    """Measure the slowest mutants again, and return them with their best time, slowest first."""
    costly = sorted((trial for trial in trials if not trial.fault), key=lambda trial: -trial.cost)[
        :_MAX_REMEASURED
    ]
    again = [
        best(
            trial,
            mutant(seed, trial.number, htmls).html,
            _REMEASURE_ROUNDS if trial.seconds < _SURELY_SLOW_SECONDS else 0,
        )
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
    """Print each fault and the file that its page is saved in; write no file if there are no faults."""
    if not faults:
        print("no fault")
        return
    folder = Path(tempfile.mkdtemp(prefix="fazhi-fuzz-"))
    for trial in faults[:_MAX_SAVED_FAULTS]:
        file = folder / f"{seed}-{trial.number}.html"
        file.write_bytes(mutant(seed, trial.number, [page.html for page in pages]).html)
        print(f"FAULT {trial.ending}: {_described(seed, trial, pages)}: {file}")
    if len(faults) > _MAX_SAVED_FAULTS:
        print(f"and {len(faults) - _MAX_SAVED_FAULTS} more faults")


if __name__ == "__main__":
    main()
