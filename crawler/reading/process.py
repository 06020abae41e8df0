"""Start child processes that read pages, keep an idle one for the next reader, and end them.

A child inherits stdin, stdout and stderr only: no lock, no socket, no database. It ends with this process, however that
ends: idle, by the end of its pipe; at work, by the kernel (Linux) or by the limit of processor time.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from crawler.reading.frames import JobLimits

MAX_CPU_SECONDS = 60.0
"""Processor time for one page, whatever its size."""

BASE_CPU_SECONDS, CPU_SECONDS_PER_MB = 3.0, 6.0
"""Processor time for one page by its size. Real pages take 0.1 seconds a MB, pages of one-letter lines 2.5. A page over this costs time
that grows faster than its size."""

MAX_WAIT_SECONDS = 180.0
"""Time on the clock for one page, for a child that waits for ever or a machine that hardly runs it."""

MAX_MEMORY_BYTES = 2 * 1024 * 1024 * 1024
"""Address space of a child. A page of 30 MB, the most that is fetched, takes 0.2 GB as text, and 1.2 GB if it is nothing
but tags."""

MAX_DOCUMENT_CPU_SECONDS = 60.0
MAX_DOCUMENT_MEMORY_BYTES = 512 * 1024 * 1024
MAX_DOCUMENT_ANSWER_BYTES = 32 * 1024 * 1024
"""Limits for one document that is no page, whatever its size: a small one can hold very much, packed. Its memory is counted
beyond what the child has before."""

_OWN_INTERPRETER = "/proc/self/exe"
_GZIP = b"\x1f\x8b"
_DOCUMENT_MARKS = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_MARK_BYTES = 1024  # at the start of a file, in which PDF allows its mark
_PIPE_BYTES = 1024 * 1024
_MAX_SECONDS_TO_END = 5.0


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Limits for one page (seconds) and for the child that reads it (bytes)."""

    cpu_seconds: float = MAX_CPU_SECONDS
    wait_seconds: float = MAX_WAIT_SECONDS
    memory_bytes: int = MAX_MEMORY_BYTES

    def for_job(self, args: Sequence[object]) -> JobLimits:
        """Return the limits for a job with these arguments: by the bytes among them, unless they are compressed or a document."""
        bodies = [each for each in args if isinstance(each, bytes)]
        if any(map(_is_document, bodies)):
            seconds = min(self.cpu_seconds, MAX_DOCUMENT_CPU_SECONDS)
            return JobLimits(seconds, MAX_DOCUMENT_MEMORY_BYTES, MAX_DOCUMENT_ANSWER_BYTES)
        if any(body.startswith(_GZIP) for body in bodies):  # of a sitemap
            return JobLimits(self.cpu_seconds)
        megabytes = sum(map(len, bodies)) / 1e6
        return JobLimits(min(self.cpu_seconds, BASE_CPU_SECONDS + CPU_SECONDS_PER_MB * megabytes))


def _is_document(body: bytes) -> bool:
    head = body[:_MARK_BYTES]
    return head.startswith(_DOCUMENT_MARKS) or _DOCUMENT_MARKS[0] in head


class Child:
    """A child process and the pipes to it. `jobs` is written to, `answers` read from; both are unbuffered."""

    def __init__(self, limits: ReadingLimits) -> None:
        """Start the process. Jobs may be sent before it is ready."""
        self.limits = limits
        self._owner = os.getpid()
        same_modules = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        numbers = (str(self._owner), str(limits.memory_bytes))
        command = (sys.executable, "-P", "-m", "crawler.reading.child", *numbers)
        started: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
        # a group of its own: Ctrl-C goes to the parent alone, also while the child is not yet ready to ignore it
        started |= {"env": same_modules, "process_group": 0}
        try:
            self._process = subprocess.Popen(command, **started)
        except PermissionError:  # the interpreter lies in a folder that this user may not enter
            if not os.path.exists(_OWN_INTERPRETER):
                raise
            self._process = subprocess.Popen(command, executable=_OWN_INTERPRETER, **started)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.jobs: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self.answers: BinaryIO = self._process.stdout  # type: ignore[assignment]
        for end in (self.jobs, self.answers):
            _enlarge(end.fileno())

    @classmethod
    def take(cls, limits: ReadingLimits) -> Child:
        """Return the idle child of this thread, or a new one."""
        child: Child | None = _idle.__dict__.pop("child", None)
        if child is not None and child._usable(limits):
            return child
        if child is not None:
            child.end()
        return cls(limits)

    def keep(self) -> None:
        """Keep this idle child for the next `take` in this thread: starting one costs a sixth of a second.

        Of this thread: the kernel ends a child with the thread that started it.
        """
        if other := _idle.__dict__.pop("child", None):
            other.end()
        for end in (self.jobs, self.answers):
            os.set_blocking(end.fileno(), True)
        _idle.child = self

    def _usable(self, limits: ReadingLimits) -> bool:
        return self.limits == limits and self._owner == os.getpid() and self._process.poll() is None

    def cause_of_end(self, cpu_seconds: float) -> str:
        """Wait until the process has ended, and say in words why. `cpu_seconds`: processor time of the job in work."""
        try:
            code = self._process.wait(_MAX_SECONDS_TO_END)
        except subprocess.TimeoutExpired:  # it closed its pipe and goes on
            self._process.kill()
            code = self._process.wait()
        if code == -signal.SIGPROF:
            return f"reading it takes more than {cpu_seconds:.2g} seconds of processor time"
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"reading it ended the process that reads pages ({cause})"

    def end(self) -> None:
        """Kill the process and close the pipes."""
        if self._owner == os.getpid():  # and not in a fork of it
            self._process.kill()
            self._process.wait()
        for end in (self.jobs, self.answers):
            with suppress(OSError):
                end.close()

    def __del__(self) -> None:
        if "answers" in self.__dict__ and not self.answers.closed:
            self.end()


_idle = threading.local()


@atexit.register
def end_idle() -> None:
    """End the idle child of this thread, if there is one."""
    if child := _idle.__dict__.pop("child", None):
        child.end()


def _enlarge(pipe: int) -> None:
    """Let a pipe hold many pages, where the system can. The default is 64 KB, which splits most pages."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # the pipes of a user have a limit
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
