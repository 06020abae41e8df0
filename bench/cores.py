"""Compare one process with all processors, in one run: `make bench-cores`.

`fazhi rebuild`, `fazhi verify --deep` and `fazhi import` of the same made pages, by turns with one process and with all. Two
ratios: of the time on the clock, which other work of the machine disturbs, and of the processor time on the longest path: all
of it with one process, the larger of the writer's and an equal share of the whole with all.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.archive import captures, clock, reports, store
from crawler.archive import Archive, rebuild
from crawler.intake.imports import import_paths
from crawler.questions.verify import verify
from crawler.reading.process import end_idle
from crawler.reading.processors import available_processors

AIM = 1.7  # of two processors
HEAD = f"{'':<16} {'one, s':>8} {'all, s':>8} {'ratio':>6}   {'one, CPU s':>10} {'all, CPU s':>10} {'writer':>8} {'ratio':>6}   aim"


class Cost(NamedTuple):
    """What a command took, in seconds."""

    clock: float
    cpu: float  # of all its processes
    writer: float  # processor time of the process that writes


class Compared(NamedTuple):
    """A command with one process and with all."""

    what: str
    one: Cost
    many: Cost
    processes: int

    @property
    def path_ratio(self) -> float:
        """Ratio of the processor time on the longest path."""
        return self.one.cpu / max(self.many.writer, self.many.cpu / self.processes)

    def __str__(self) -> str:
        one, many = self.one, self.many
        return (
            f"{self.what:<16} {one.clock:>8.1f} {many.clock:>8.1f} {one.clock / many.clock:>6.2f}   {one.cpu:>10.1f}"
            f" {many.cpu:>10.1f} {many.writer:>8.1f} {self.path_ratio:>6.2f}   ≥ {AIM}"
        )


def cost(work: Callable[[], object]) -> Cost:
    """Run a command and return what it took, its child processes included."""
    end_idle()
    before, begun, own = (
        resource.getrusage(resource.RUSAGE_CHILDREN),
        time.perf_counter(),
        time.process_time(),
    )
    work()
    own, taken = time.process_time() - own, time.perf_counter() - begun
    end_idle()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(taken, own + children, own)


def best(costs: list[Cost]) -> Cost:
    """Return the least of each: other work of the machine can only add to it."""
    return Cost(*map(min, zip(*costs, strict=True)))


def compared(what: str, work: Callable[[int], object], processes: int, rounds: int) -> Compared:
    """Run a command with one process and with all, by turns."""
    turns = [(cost(lambda: work(1)), cost(lambda: work(processes))) for _ in range(rounds)]
    return Compared(what, best([one for one, _ in turns]), best([many for _, many in turns]), processes)


def rows(number: int, processes: int, rounds: int, scratch: Path) -> Iterator[Compared]:
    """Yield a line for each command."""
    pages, folder = list(captures(number)), scratch / "archive"
    store(folder, pages, reports(pages))
    yield compared(
        "rebuild", lambda n: rebuild(folder, clock=clock, notify=print, processes=n), processes, rounds
    )
    yield compared("verify --deep", lambda n: _verified(folder, n), processes, rounds)
    warcs = sorted(folder.glob("warc/*/*.warc.gz"))
    yield compared("import", lambda n: _imported(warcs, scratch / "imported", n), processes, rounds)


def _verified(folder: Path, processes: int) -> None:
    faults = list(verify(folder, deep=True, notify=print, processes=processes))
    assert not faults, faults[:3]


def _imported(warcs: list[Path], folder: Path, processes: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with Archive.create(folder, clock=clock, notify=print, batch=100) as archive:
        number = sum(1 for _ in import_paths(warcs, archive, processes=processes, notify=print))
    assert number, "nothing was imported"


def main() -> None:
    """Print one table. Ends with an error if a ratio of the longest paths is below the aim, on two processors or more."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=600, help="number of different pages, 49 KB each")
    options.add_argument("--processes", type=int, default=available_processors(), help="beside one")
    options.add_argument("--rounds", type=int, default=3, help="the best one counts")
    given = options.parse_args()
    if given.processes < 2:
        raise SystemExit("one processor: there is nothing to compare")
    print(HEAD)
    with tempfile.TemporaryDirectory() as scratch:
        found = []
        for row in rows(given.pages, given.processes, given.rounds, Path(scratch)):
            print(row, flush=True)
            found.append(row)
    if any(row.path_ratio < AIM for row in found):
        raise SystemExit(f"a ratio is below {AIM}")


if __name__ == "__main__":
    main()
