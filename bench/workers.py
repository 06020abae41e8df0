"""Run a task for many numbers in processes that may hang or die. The number at fault is named; the others are done.

It does not know what the task does; `fuzz` gives it one.
"""

from __future__ import annotations

import math
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import cast

from bench.trial import Trial

Task = Callable[[int], Trial]

MAX_CPU_SECONDS = 60.0  # processor time of one number, independent of the machine's other work
_WALL_CLOCK_FACTOR = (
    10  # limit of wall-clock time, as a multiple: a process that waits uses no processor time
)
_POLL_SECONDS = 1.0  # between two checks for hanging processes
_SPAWN = multiprocessing.get_context("spawn")
"""Each process has its own hash seed, so a result that depends on it becomes visible."""


def run(
    task: Task, numbers: Sequence[int], *, jobs: int, patience: float = MAX_CPU_SECONDS
) -> Iterator[Trial]:
    """Yield a Trial for each number, in the order they end. If it hangs or kills its process, the Trial is a fault.

    `task` goes to other processes and so must be picklable. `patience` is in seconds of processor time for one number.
    """
    workers = [_Worker(task, share, patience) for job in range(jobs) if (share := numbers[job::jobs])]
    while workers:
        ready = wait([worker.connection for worker in workers], timeout=_POLL_SECONDS)
        for worker in tuple(workers):
            if trial := worker.news(worker.connection in ready):
                yield trial
            if worker.over:
                workers.remove(worker)
                if worker.left:
                    workers.append(_Worker(task, worker.left, patience))


class _Worker:
    """A process and the numbers that it has not finished, in order; it works on the first of `left`."""

    def __init__(self, task: Task, numbers: Iterable[int], patience: float) -> None:
        self._patience = patience
        self.left = deque(numbers)
        self.over = False
        self.connection, far_end = _SPAWN.Pipe(duplex=False)
        self._process = _SPAWN.Process(
            target=_work, args=(far_end, task, tuple(self.left), patience), daemon=True
        )
        self._process.start()
        far_end.close()  # so that the stream ends when the process dies
        self._since = math.inf  # until it has started: the time of imports does not count

    def news(self, ready: bool) -> Trial | None:
        """Return the Trial that ended since the last call, if any. `ready`: there is data to read, or the stream ended."""
        trial = None
        if ready:
            trial = self._received()
        elif time.monotonic() - self._since > _WALL_CLOCK_FACTOR * self._patience:
            trial = self._lost("it waits for something")
        if trial:
            self.left.popleft()
        return trial

    def _received(self) -> Trial | None:
        try:
            trial = cast(Trial | None, self.connection.recv())
        except (EOFError, OSError):  # the stream ended, perhaps within a message
            self.over = True
            self._process.join()
            return self._lost(self._death()) if self.left else None
        self._since = time.monotonic()
        return trial

    def _death(self) -> str:
        if self._process.exitcode == -signal.SIGPROF:
            return f"no end after {self._patience:.0f} s of processor time"
        return f"the process died with exit code {self._process.exitcode}"

    def _lost(self, why: str) -> Trial:
        self.over = True
        self._process.kill()
        self.connection.close()
        return Trial(number=self.left[0], size=0, seconds=0.0, ending=why, fault=True)


def _work(connection: Connection, task: Task, numbers: Sequence[int], patience: float) -> None:
    connection.send(None)  # started
    for number in numbers:
        # when the timer ends, the system kills the process, even within C code
        signal.setitimer(signal.ITIMER_PROF, patience)
        connection.send(task(number))
