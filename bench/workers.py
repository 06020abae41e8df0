"""A task for each of many numbers, in processes that may hang or die: the number at fault is named, the others are done.

Knows nothing of what the task does.
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

PATIENCE = 60.0  # seconds of processor time for one number, whatever else the machine does
_STUCK = 10  # times that in wall clock: a process that only waits uses no time
_LOOK = 1.0  # seconds between two looks for one that hangs
_SPAWN = multiprocessing.get_context("spawn")
"""Each process has hash seeds of its own: a result that hangs on them would show."""


def run(task: Task, numbers: Sequence[int], *, jobs: int, patience: float = PATIENCE) -> Iterator[Trial]:
    """A Trial for each number, in the order they end. One that hangs or kills its process has a fault that says so.

    `task` goes to other processes and so must be picklable. `patience` is in seconds of processor time for one number.
    """
    workers = [_Worker(task, share, patience) for job in range(jobs) if (share := numbers[job::jobs])]
    while workers:
        ready = wait([worker.connection for worker in workers], timeout=_LOOK)
        for worker in tuple(workers):
            if trial := worker.news(worker.connection in ready):
                yield trial
            if worker.over:
                workers.remove(worker)
                if worker.left:
                    workers.append(_Worker(task, worker.left, patience))


class _Worker:
    """A process and the numbers it has still to do, in order: the first of `left` is the one it is at."""

    def __init__(self, task: Task, numbers: Iterable[int], patience: float) -> None:
        self._patience = patience
        self.left = deque(numbers)
        self.over = False
        self.connection, far_end = _SPAWN.Pipe(duplex=False)
        self._process = _SPAWN.Process(
            target=_work, args=(far_end, task, tuple(self.left), patience), daemon=True
        )
        self._process.start()
        far_end.close()  # so that its death is the end of the stream
        self._since = math.inf  # until it has started: imports are nobody's fault

    def news(self, ready: bool) -> Trial | None:
        """What has ended since the last look, if anything. `ready`: there is something to read, or the end."""
        trial = None
        if ready:
            trial = self._received()
        elif time.monotonic() - self._since > _STUCK * self._patience:
            trial = self._lost("it waits for something")
        if trial:
            self.left.popleft()
        return trial

    def _received(self) -> Trial | None:
        try:
            trial = cast(Trial | None, self.connection.recv())
        except (EOFError, OSError):  # the end, or half a message
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
        # at its end the system ends the process, even within C code
        signal.setitimer(signal.ITIMER_PROF, patience)
        connection.send(task(number))
