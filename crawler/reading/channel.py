"""Talk to one child from an event loop: send jobs, receive answers in the same order, notice when the child breaks down."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable

from crawler.errors import Unread
from crawler.reading.frames import NUMBER_BYTES, length_of
from crawler.reading.process import Child, ReadingLimits

_PIECE_BYTES = 1 << 20


class OtherJobFailed(Exception):
    """The child broke down over another job, or left; this one must be run again."""


class Channel:
    """A child, its pending jobs, and the pipes' state. All in the thread of the event loop."""

    def __init__(self, limits: ReadingLimits, answered: Callable[[], None]) -> None:
        """Take a child. `answered` is called after each answer and when the child has ended."""
        self.child = Child.take(limits)
        self.failed = False
        self.pending_bytes = 0
        self.since = 0.0  # when the first pending job was begun, as `time.monotonic`
        self._answered = answered
        self._pending: deque[tuple[asyncio.Future[bytes], int, float]] = deque()
        self._unsent: deque[memoryview] = deque()
        self._received = bytearray()
        self._loop = asyncio.get_running_loop()
        self._in, self._out = self.child.jobs.fileno(), self.child.answers.fileno()
        for pipe in (self._in, self._out):
            os.set_blocking(pipe, False)
        self._loop.add_reader(self._out, self._receive)

    @property
    def pending(self) -> int:
        """Number of answers still to come."""
        return len(self._pending)

    def send(self, job: bytes, cpu_seconds: float) -> asyncio.Future[bytes]:
        """Send a job. The future gets its answer; Unread if it broke the child, OtherJobFailed if another one did."""
        future: asyncio.Future[bytes] = self._loop.create_future()
        if not self._pending:
            self.since = time.monotonic()
        self._pending.append((future, len(job), cpu_seconds))
        self.pending_bytes += len(job)
        waits = bool(self._unsent)
        self._unsent.append(memoryview(job))
        if not waits:
            self._write()
            if self._unsent:
                self._loop.add_writer(self._in, self._write)
        return future

    def _write(self) -> None:
        try:
            while self._unsent:
                sent = os.write(self._in, self._unsent[0])
                if sent == len(self._unsent[0]):
                    self._unsent.popleft()
                else:
                    self._unsent[0] = self._unsent[0][sent:]
        except BlockingIOError:
            return
        except BrokenPipeError:  # `_receive` sees the end too, and says why
            self._unsent.clear()
        self._loop.remove_writer(self._in)

    def _receive(self) -> None:
        try:
            piece = os.read(self._out, _PIECE_BYTES)
        except BlockingIOError:
            return
        if not piece:
            cpu_seconds = self._pending[0][2] if self._pending else 0.0
            self.fail(Unread(None, self.child.cause_of_end(cpu_seconds)))
            return
        received = self._received
        received += piece
        while len(received) >= NUMBER_BYTES:
            length, leaves = length_of(received[:NUMBER_BYTES])
            end = NUMBER_BYTES + length
            if len(received) < end:
                break
            answer = bytes(memoryview(received)[NUMBER_BYTES:end])
            del received[:end]
            self._take_answer(answer)
            if leaves:
                self.fail(OtherJobFailed())
                return

    def _take_answer(self, answer: bytes) -> None:
        future, size, _ = self._pending.popleft()
        self.pending_bytes -= size
        self.since = time.monotonic()
        if not future.done():  # done: its caller was cancelled
            future.set_result(answer)
        self._answered()

    def fail(self, first: Exception) -> None:
        """End the child. The job in work failed with `first`, those behind it because of that job."""
        if self.failed:
            return
        self.failed = True
        self._detach()
        self.child.end()
        self._end_jobs(first)

    def close(self) -> None:
        """Keep an idle child for the next reader, end any other. Pending jobs are cancelled."""
        if self.failed:
            return
        self.failed = True
        self._detach()
        if self._pending or self._received:
            self.child.end()
        else:
            self.child.keep()
        for future, *_ in self._pending:
            future.cancel()
        self._pending.clear()

    def _end_jobs(self, error: Exception) -> None:
        for future, *_ in self._pending:
            if not future.done():
                future.set_exception(error)
            error = error if not isinstance(error, Unread) else OtherJobFailed()
        self._pending.clear()
        self.pending_bytes = 0
        self._answered()

    def _detach(self) -> None:
        self._loop.remove_reader(self._out)
        self._loop.remove_writer(self._in)
