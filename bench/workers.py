"""Mutants in processes that may hang or die: the one at fault is named, and the others are done all the same."""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import cast

from bench.mutations import mutant
from bench.trial import Trial, attempt

PATIENCE = 60.0  # seconds of wall clock for one mutant; the slowest honest one takes about one
_LOOK = 1.0  # seconds between two looks for one that hangs
_SPAWN = multiprocessing.get_context(
    "spawn"
)  # each process has hash seeds of its own, so that chance would show


def run(
    seed: int, numbers: Sequence[int], pages: Sequence[bytes], *, jobs: int, patience: float = PATIENCE
) -> Iterator[Trial]:
    """A Trial for each number, in the order they end. One that hangs or kills its process has a fault that says so."""
    shares = [numbers[job::jobs] for job in range(jobs)]
    workers = [_Worker(seed, share, pages) for share in shares if share]
    while workers:
        ready = wait([worker.connection for worker in workers], timeout=_LOOK)
        for worker in tuple(workers):
            if trial := worker.news(worker.connection in ready, patience):
                yield trial
            if worker.over:
                workers.remove(worker)
                if worker.left:
                    workers.append(_Worker(seed, worker.left, pages))


class _Worker:
    """A process and the mutants it has still to do, in order: the first of `left` is the one it is at."""

    def __init__(self, seed: int, numbers: Iterable[int], pages: Sequence[bytes]) -> None:
        self.left = deque(numbers)
        self.over = False
        self.connection, far_end = _SPAWN.Pipe(duplex=False)
        self._process = _SPAWN.Process(
            target=_work, args=(far_end, seed, tuple(self.left), pages), daemon=True
        )
        self._process.start()
        far_end.close()  # so that its death is the end of the stream
        self._since = time.monotonic()

    def news(self, ready: bool, patience: float) -> Trial | None:
        """What has ended since the last look, if anything. `ready`: there is something to read, or the end."""
        trial = None
        if ready:
            trial = self._received()
        elif time.monotonic() - self._since > patience:
            trial = self._lost(f"no end after {patience:.0f} s")
        if trial:
            self.left.popleft()
            self._since = time.monotonic()
        return trial

    def _received(self) -> Trial | None:
        try:
            return cast(Trial, self.connection.recv())
        except EOFError:
            self._process.join()
            self.over = True
            return (
                self._lost(f"the process died with exit code {self._process.exitcode}") if self.left else None
            )

    def _lost(self, why: str) -> Trial:
        self.over = True
        self._process.kill()
        self.connection.close()
        return Trial(number=self.left[0], size=0, seconds=0.0, ending=why, fault=True)


def _work(connection: Connection, seed: int, numbers: Sequence[int], pages: Sequence[bytes]) -> None:
    for number in numbers:
        connection.send(attempt(number, mutant(seed, number, pages).html))
