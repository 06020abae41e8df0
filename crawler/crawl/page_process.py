"""Parse pages in a child process, so that the event loop never blocks on one.

Takes a pure function of a page (`extract`, `discover`) with its arguments and returns what it returns or raises. A page
that crashes the parser or keeps it busy without end fails alone, as `Unread`: the child is replaced, and its other jobs
are run again. Jobs and answers go through pipes, pickled, each after its length.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pickle
import signal
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, ParamSpec, Self, TypeVar

from crawler.errors import CrawlerError, Unread

P = ParamSpec("P")
T = TypeVar("T")

PAGES_BEFORE_CHILD = 100
"""Pages parsed in this process before a child is started: most runs end before."""

MIN_SITES_FOR_CHILD = 10
"""From so many sites on the child is started at once: such a crawl rarely parses fewer pages than PAGES_BEFORE_CHILD."""

MAX_PENDING_JOBS = 50
"""Jobs that may wait for the child; further ones run in this process. Answers not yet read here count as pending, so a
lower limit would give work to this process while the child is idle."""

MAX_SECONDS_PER_PAGE = 60.0
"""Time limit for one page. The slowest of many thousand mutilated pages took a fraction of a second."""

_LENGTH_BYTES = 4  # of the length before each job and each answer
_PIPE_BYTES = 1024 * 1024


class PageProcess:
    """Run pure functions of pages: the first ones in this process, later ones in a child process.

    An async context manager. The child ends with the block, and also when this process ends in any other way.
    """

    def __init__(
        self, *, pages_before_child: int = PAGES_BEFORE_CHILD, max_seconds: float = MAX_SECONDS_PER_PAGE
    ) -> None:
        self._pages_before_child = pages_before_child
        self._max_seconds = max_seconds
        self._done = 0
        self._starting = asyncio.Lock()
        self._child: _Child | None = None

    @classmethod
    def without_child(cls) -> Self:
        """Return one that runs everything in this process."""
        return cls(pages_before_child=sys.maxsize)

    @classmethod
    def for_sites(cls, sites: int) -> Self:
        """Return one for a crawl of so many sites. It starts a child only where there is a second core."""
        if os.cpu_count() == 1:
            return cls.without_child()
        return cls(pages_before_child=0 if sites >= MIN_SITES_FOR_CHILD else PAGES_BEFORE_CHILD)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            await self._child.close()

    async def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return or raise what `work`, a pure function of a module, returns or raises.

        Raises Unread when this page crashed the child or took longer than the time limit.
        """
        if self._done < self._pages_before_child:
            self._done += 1
            return work(*args, **named)
        while True:
            child = await self._running_child()
            if child.pending >= MAX_PENDING_JOBS:
                return work(*args, **named)
            job = pickle.dumps((work, args, named), pickle.HIGHEST_PROTOCOL)
            try:
                succeeded, value = pickle.loads(await child.answer(job))  # from our own child
            except _OtherJobFailed:
                continue
            if not succeeded:
                raise value
            result: T = value
            return result

    async def _running_child(self) -> _Child:
        async with self._starting:
            if self._child is None or self._child.failed:
                self._child = await _Child.start(self._max_seconds)
            return self._child


class _OtherJobFailed(Exception):
    """The child broke down over another job; this one must be run again."""


class _Child:
    """The child process and its pending answers, which come in the order of the jobs."""

    def __init__(self, process: Process, max_seconds: float) -> None:
        self._process = process
        self._max_seconds = max_seconds
        self._pending: deque[asyncio.Future[bytes]] = deque()
        self._has_jobs = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())
        self.failed = False

    @classmethod
    async def start(cls, max_seconds: float) -> _Child:
        """Start the process. Jobs may be sent before it is ready."""
        same_modules = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = (sys.executable, "-P", "-m", "crawler.crawl.page_process")
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=same_modules)
        assert process.stdin is not None
        _enlarge(process.stdin.transport.get_extra_info("pipe").fileno())
        return cls(process, max_seconds)

    @property
    def pending(self) -> int:
        """Number of answers still to come."""
        return len(self._pending)

    async def answer(self, job: bytes) -> bytes:
        """Send a job and return its answer. Raises Unread if this job broke the child, _OtherJobFailed if another did."""
        if self.failed:
            raise _OtherJobFailed
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._pending.append(future)
        self._has_jobs.set()
        assert self._process.stdin is not None
        self._process.stdin.write(len(job).to_bytes(_LENGTH_BYTES) + job)
        return await future

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while await self._has_jobs.wait():
                async with asyncio.timeout(self._max_seconds):
                    length = int.from_bytes(await self._process.stdout.readexactly(_LENGTH_BYTES))
                    answer = await self._process.stdout.readexactly(length)
                future = self._pending.popleft()
                if not future.done():  # done: its caller was cancelled
                    future.set_result(answer)
                if not self._pending:
                    self._has_jobs.clear()
        except TimeoutError:
            self._fail(f"parsing it was not done within {self._max_seconds:g} seconds")
        except asyncio.IncompleteReadError:
            code = await self._process.wait()
            self._fail(f"parsing it ended the process ({_cause(code)})")

    def _fail(self, why: str) -> None:
        """Kill the child. The job in work failed because of `why`, those behind it because of that job."""
        self.failed = True
        if self._process.returncode is None:
            self._process.kill()
        errors = [Unread(None, why), *(_OtherJobFailed() for _ in self._pending)]
        for future, error in zip(self._pending, errors, strict=False):
            if not future.done():
                future.set_exception(error)
        self._pending.clear()

    async def close(self) -> None:
        """End the process. Pending jobs are cancelled."""
        self._listening.cancel()
        for future in self._pending:
            future.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


def _enlarge(pipe: int) -> None:
    """Let a pipe hold many pages, where the system can. The default is 64 KB, which splits most pages."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # the pipes of a user have a limit
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Main loop of the child: read jobs and write answers until the jobs end."""
    while length := jobs.read(_LENGTH_BYTES):
        job = jobs.read(int.from_bytes(length))
        try:
            work, args, named = pickle.loads(job)  # from our own parent
            result = (True, work(*args, **named))
        except CrawlerError as error:
            result = (False, error)
        except Exception as error:  # noqa: BLE001  the parent raises it, whatever it is
            fault = RuntimeError(repr(error))
            fault.add_note(traceback.format_exc())
            result = (False, fault)
        answer = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
        answers.write(len(answer).to_bytes(_LENGTH_BYTES) + answer)
        answers.flush()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent handles them, and ends this process when done
        signal.signal(number, signal.SIG_IGN)
    pipe, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not come between the answers
    serve(sys.stdin.buffer, pipe.buffer)
