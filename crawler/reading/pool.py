"""Read pages in several child processes while the caller, who has no event loop, goes on: begin a job early, take it later.

The children are those of `pages.PageProcess`, whose event loop runs in a thread of its own here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, Self, TypeVar

from crawler.errors import Unread
from crawler.reading.alone import read_alone
from crawler.reading.process import end_idle
from crawler.reading.processors import MAX_PROCESSES, available_processors

if TYPE_CHECKING:
    import asyncio

    from crawler.reading.pages import PageProcess

P = ParamSpec("P")
T = TypeVar("T")

MIN_JOBS_FOR_CHILDREN = 8
"""Jobs begun and not taken, from which the children are started. Fewer are read one after the other, without that cost."""


class Call(NamedTuple):
    """A pure function of a module, and its arguments."""

    work: Callable[..., Any]
    args: tuple[Any, ...]
    named: Mapping[str, Any]

    def alone(self) -> Any:
        """Return or raise what the function does, in the child of this thread."""
        return read_alone(self.work, *self.args, **self.named)

    @property
    def address(self) -> str:
        """The address among the arguments, for messages."""
        return next((each for each in self.args if isinstance(each, str) and each), "a page")


class Job(Generic[T]):
    """A job that was begun. Take its result once, or cancel it."""

    def __init__(self, pool: ReadingPool, call: Call) -> None:
        self._pool, self.call = pool, call
        self.future: Future[T] | None = None

    @property
    def was_sent(self) -> bool:
        """Whether a child has it. If not, `result` does it."""
        return self.future is not None

    def result(self) -> T:
        """Return or raise what the work returned or raised, as `read_alone` does.

        A job that broke its child is done once more, alone: another one may have taken the machine's memory.
        """
        self._pool.forget(self)
        if self.future is not None:
            try:
                return self.future.result()
            except Unread as error:
                address, reason = self.call.address, error.reason
                self._pool.notify(f"{address}: {reason}; it is read once more, alone")
            except OSError as error:
                self._pool.stop_ahead(error)
        found: T = self.call.alone()
        return found

    def cancel(self) -> None:
        """Give the job up. Its child may do it all the same."""
        self._pool.forget(self)
        if self.future is not None:
            self.future.cancel()


class ReadingPool:
    """Child processes that read pages ahead. A context manager: none is left after the block.

    With one process, jobs are done when their results are taken. So are they, after a notice, where the system starts no
    process.
    """

    def __init__(self, processes: int | None, notify: Callable[[str], None]) -> None:
        """`processes`: number of children; default: that of the processors that may be used."""
        self.processes = min(processes or available_processors(), MAX_PROCESSES)
        self.notify = notify
        self._waiting: dict[int, Job[Any]] = {}  # begun before there were children, by identity
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pages: PageProcess | None = None
        self._end: asyncio.Event | None = None
        self._reads_ahead = self.processes > 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reads_ahead = False
        if self._thread is not None and self._loop is not None and self._end is not None:
            with suppress(RuntimeError):  # the loop is closed: it could not start its first child
                self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    @property
    def reads_ahead(self) -> bool:
        """Whether jobs are done before their results are taken."""
        return self._reads_ahead

    def begin(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> Job[T]:
        """Begin a job: a pure function of a module, and its arguments, which are kept until its result is taken."""
        job: Job[T] = Job(self, Call(work, args, named))
        if self._reads_ahead:
            self._waiting[id(job)] = job
            if self._thread is not None or len(self._waiting) >= MIN_JOBS_FOR_CHILDREN:
                self._send_waiting()
        return job

    def forget(self, job: Job[Any]) -> None:
        """Do not send a job whose result is taken, or that was given up."""
        self._waiting.pop(id(job), None)

    def stop_ahead(self, error: Exception) -> None:
        """Begin no more jobs ahead, and say why: the system starts no further process."""
        if self._reads_ahead:
            self._reads_ahead = False
            why = getattr(error, "strerror", None) or str(error)
            self.notify(f"no further process can be started ({why}): pages are read one after the other")

    def _send_waiting(self) -> None:
        jobs, self._waiting = self._waiting, {}
        if self._thread is None and not self._start():
            return
        from asyncio import run_coroutine_threadsafe  # here: most commands never get so far

        assert self._loop is not None
        assert self._pages is not None
        for job in jobs.values():
            work, args, named = job.call
            job.future = run_coroutine_threadsafe(self._pages.run(work, *args, **named), self._loop)

    def _start(self) -> bool:
        """Start the thread with the event loop and the first child. Return whether the system started both."""
        ready: Future[None] = Future()
        thread = threading.Thread(target=self._run, args=(ready,), name="pages", daemon=True)
        try:
            thread.start()
            self._thread = thread
            ready.result()
        except (OSError, RuntimeError) as error:  # RuntimeError: no thread
            self.stop_ahead(error)
            return False
        return True

    def _run(self, ready: Future[None]) -> None:
        import asyncio

        try:
            asyncio.run(self._serve(ready))
        except OSError as error:
            if ready.done():
                raise
            ready.set_exception(error)
        finally:
            end_idle()  # the kernel would end it with this thread

    async def _serve(self, ready: Future[None]) -> None:
        import asyncio

        from crawler.reading.pages import PageProcess

        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with PageProcess(max_children=self.processes) as self._pages:
            ready.set_result(None)
            await self._end.wait()
