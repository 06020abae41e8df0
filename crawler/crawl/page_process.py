"""Pages are read in a process of their own, so that what fetches need not stand still meanwhile.

That process also bears a page that brings its reader down, or that takes it for ever: no more than this page fails.
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

HERE = 100
"""Pages read in this process before another one is started: most runs are over by then."""

MANY = 10
"""Sites whose crawl will hardly read less than HERE pages."""

BACKLOG = 50
"""Answers that the other process may owe; what comes on top is read here. Answers that lie here unread are owed too, so
that a low number would have a busy process do the work of an idle one."""

LONGEST = 60.0
"""Seconds that a page may take; the worst of many thousand mutilated ones took a fraction of one."""

_LENGTH = 4  # bytes, before each job and each answer
_PIPE = 1024 * 1024  # bytes


class Readers:
    """Runs pure functions of pages here or, once there are many, in a second process.

    An async context manager: the process ends with the block, and with this process in whatever way it ends.
    """

    def __init__(self, *, here: int = HERE, longest: float = LONGEST) -> None:
        self._here = here
        self._longest = longest
        self._done = 0
        self._starting = asyncio.Lock()
        self._reader: _Reader | None = None

    @classmethod
    def only_here(cls) -> Self:
        """Without a second process."""
        return cls(here=sys.maxsize)

    @classmethod
    def of_crawl(cls, sites: int) -> Self:
        """For the crawl of so many sites; with a second process only where there is a core for it."""
        if os.cpu_count() == 1:
            return cls.only_here()
        return cls(here=0 if sites >= MANY else HERE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            await self._reader.close()

    async def read(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What `work`, a pure function of a module, gives or raises.

        Raises Unread where its process broke down over this page, or was at it for too long.
        """
        if self._done < self._here:
            self._done += 1
            return work(*args, **named)
        while True:
            reader = await self._at_work()
            if reader.owes >= BACKLOG:
                return work(*args, **named)
            job = pickle.dumps((work, args, named), pickle.HIGHEST_PROTOCOL)
            try:
                fine, value = pickle.loads(await reader.answer(job))  # by our own process
            except _Innocent:
                continue
            if not fine:
                raise value
            read: T = value
            return read

    async def _at_work(self) -> _Reader:
        async with self._starting:
            if self._reader is None or self._reader.down:
                self._reader = await _Reader.start(self._longest)
            return self._reader


class _Innocent(Exception):
    """The process broke down over another job than this one."""


class _Reader:
    """The other process, and the answers that it owes, in the order of their jobs."""

    def __init__(self, process: Process, longest: float) -> None:
        self._process = process
        self._longest = longest
        self._owed: deque[asyncio.Future[bytes]] = deque()
        self._at_work = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())
        self.down = False

    @classmethod
    async def start(cls, longest: float) -> _Reader:
        """Started, and soon ready."""
        same_modules = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = (sys.executable, "-P", "-m", "crawler.crawl.page_process")
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=same_modules)
        assert process.stdin is not None
        _widen(process.stdin.transport.get_extra_info("pipe").fileno())
        return cls(process, longest)

    @property
    def owes(self) -> int:
        """Answers still to come."""
        return len(self._owed)

    async def answer(self, job: bytes) -> bytes:
        """What a job comes to. Raises Unread when it brought the process down, _Innocent when another one did."""
        if self.down:
            raise _Innocent
        owed: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._owed.append(owed)
        self._at_work.set()
        assert self._process.stdin is not None
        self._process.stdin.write(len(job).to_bytes(_LENGTH) + job)
        return await owed

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while await self._at_work.wait():
                async with asyncio.timeout(self._longest):
                    length = int.from_bytes(await self._process.stdout.readexactly(_LENGTH))
                    answer = await self._process.stdout.readexactly(length)
                owed = self._owed.popleft()
                if not owed.done():  # else the one who asked has been called off
                    owed.set_result(answer)
                if not self._owed:
                    self._at_work.clear()
        except TimeoutError:
            self._break_down(f"reading it was not done within {self._longest:g} seconds")
        except asyncio.IncompleteReadError:
            code = await self._process.wait()
            self._break_down(f"the process that read it broke down ({_cause(code)})")

    def _break_down(self, why: str) -> None:
        self.down = True
        if self._process.returncode is None:
            self._process.kill()
        errors = [Unread(None, why), *(_Innocent() for _ in self._owed)]
        for owed, error in zip(self._owed, errors, strict=False):
            if not owed.done():
                owed.set_exception(error)
        self._owed.clear()

    async def close(self) -> None:
        """End the process; what it still owes is wanted no more."""
        self._listening.cancel()
        for owed in self._owed:
            owed.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


def _widen(pipe: int) -> None:
    """Let a pipe hold many pages, where a system can: by itself it holds 64 KB, so that most pages go in pieces."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # a user's pipes have a limit
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """The other process's work: jobs in, answers out, to the end of the jobs."""
    while length := jobs.read(_LENGTH):
        job = jobs.read(int.from_bytes(length))
        try:
            work, args, named = pickle.loads(job)  # from the process that started this one
            told = (True, work(*args, **named))
        except CrawlerError as error:
            told = (False, error)
        except Exception as error:  # noqa: BLE001  whatever it is, the other side raises it
            fault = RuntimeError(repr(error))
            fault.add_note(traceback.format_exc())
            told = (False, fault)
        answer = pickle.dumps(told, pickle.HIGHEST_PROTOCOL)
        answers.write(len(answer).to_bytes(_LENGTH) + answer)
        answers.flush()


if __name__ == "__main__":
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # meant for the other one, which ends this one when it is done
        signal.signal(number, signal.SIG_IGN)
    said, sys.stdout = sys.stdout, sys.stderr  # what anything prints must not come between the answers
    serve(sys.stdin.buffer, said.buffer)
