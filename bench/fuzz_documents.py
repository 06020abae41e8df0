"""Extract mutated documents of all formats, each in the child process of a crawl: no hang, no crash, only outcomes with a reason.

`make bench-fuzz D=2000 SEED=1`. Exit code 1 if a mutant gives another exception than ExtractError, or takes longer than
MAX_SECONDS. That a mutant ends its child (memory, processor time, a signal) is an outcome for a crawl; the summary counts
it, because every reader should bound itself.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench.document_mutations import mutant
from bench.documents import REPORTS, Made, made, saved
from bench.trial import REPORT, Trial
from bench.workers import run
from crawler.errors import ExtractError, Unread, UnreadDocument
from crawler.extract import extract
from crawler.reading.alone import read_alone

MAX_SECONDS = 70.0
"""Clock time of one mutant: the limit of processor time is 60."""
_MAX_SAVED = 20
_DOCUMENTS = 3  # reports that are made in every format


def main() -> None:
    """Run, print a summary, and exit with 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=2_000, help="number of mutants (2000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same mutants (1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (one for each core)")
    arguments = parser.parse_args()
    documents = [*made(REPORTS[:_DOCUMENTS]), *saved()]
    print(f"{arguments.number} mutants, seed {arguments.seed}, of {len(documents)} documents")
    task = partial(_trial, arguments.seed, [each.body for each in documents])
    trials = list(run(task, range(arguments.number), jobs=arguments.jobs))
    raise SystemExit(1 if _report(trials, documents, arguments.seed) else 0)


def _trial(seed: int, bodies: Sequence[bytes], number: int) -> Trial:
    body = mutant(seed, number, bodies).body
    began = time.monotonic()
    ending, fault = _ending(body)
    seconds = time.monotonic() - began
    if seconds > MAX_SECONDS:
        ending, fault = f"{ending}, after {seconds:.0f} s", True
    return Trial(number=number, size=len(body), seconds=seconds, ending=ending, fault=fault)


def _ending(body: bytes) -> tuple[str, bool]:
    """How a mutant ended, and whether that is a fault."""
    try:
        read_alone(extract, body)
    except UnreadDocument as error:
        return error.fault, False
    except Unread as error:
        return f"child: {error.reason}", False
    except ExtractError as error:
        return type(error).__name__, False
    except Exception as error:  # noqa: BLE001  any other one is what is searched for
        return f"{error!r}"[:300], True
    return REPORT, False


def _report(trials: Sequence[Trial], documents: Sequence[Made], seed: int) -> list[Trial]:
    """Print how many mutants of each format ended how, the slowest, and each fault with the file that it is saved in."""
    bodies = [each.body for each in documents]
    endings: dict[str, Counter[str]] = {}
    for trial in trials:
        format = documents[trial.number % len(documents)].format
        ending = "fault" if trial.fault else trial.ending.partition(":")[0]
        endings.setdefault(format, Counter())[ending] += 1
    for format, counts in endings.items():
        print(f"{format:5}", ", ".join(f"{ending}: {count}" for ending, count in counts.most_common()))
    slowest = max(trials, key=lambda trial: trial.seconds)
    print(
        f"slowest: mutant {slowest.number}, {slowest.seconds:.1f} s, {slowest.size} bytes, {slowest.ending}"
    )
    faults = [trial for trial in trials if trial.fault]
    told = [*faults, *(trial for trial in trials if trial.ending.startswith("child"))][:_MAX_SAVED]
    folder = Path(tempfile.mkdtemp(prefix="fazhi-fuzz-")) if told else Path()
    for trial in told:
        found = mutant(seed, trial.number, bodies)
        file = folder / f"{seed}-{trial.number}-{documents[found.of].name}"
        file.write_bytes(found.body)
        word = "FAULT" if trial.fault else "ended its child:"
        print(
            f"{word} {trial.ending}: mutant {trial.number} of {documents[found.of].name} by {', '.join(found.mutations)}: {file}"
        )
    print(f"{len(faults)} faults")
    return faults


if __name__ == "__main__":
    main()
