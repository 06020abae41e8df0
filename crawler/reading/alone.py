"""Read one page in a child process and wait for it: for imports, rebuilds and commands, which have no event loop."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from crawler.errors import Unread
from crawler.reading.frames import NUMBER_BYTES, framed_job, length_of, value_of
from crawler.reading.process import Child, ReadingLimits

P = ParamSpec("P")
T = TypeVar("T")

_PIECE_BYTES = 1 << 20


def read_alone(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Return or raise what `work`, a pure function of a module, returns or raises in a child process.

    Raises Unread when the page crashed the child or was over its limits of time or memory. An exception here, such as
    KeyboardInterrupt, ends the child.
    """
    return read_within(ReadingLimits(), work, *args, **named)


def read_within(limits: ReadingLimits, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Do as `read_alone` with other limits."""
    child = Child.take(limits)
    idle = False
    try:
        job_limits = limits.for_job(args)
        answer, leaves = _ask(child, framed_job(work, args, named, job_limits), job_limits.cpu_seconds)
        idle = not leaves
    finally:
        if idle:
            child.keep()
        else:
            child.end()
    result: T = value_of(answer)
    return result


def _ask(child: Child, job: bytes, cpu_seconds: float) -> tuple[bytes, bool]:
    """Send a job, return its answer and whether the child leaves after it."""
    until = time.monotonic() + child.limits.wait_seconds
    view = memoryview(job)
    try:
        while view:  # the child reads a whole job before it does anything
            view = view[os.write(child.jobs.fileno(), view) :]
        length, leaves = length_of(_read(child, NUMBER_BYTES, until))
        return _read(child, length, until), leaves
    except (BrokenPipeError, EOFError):
        raise Unread(None, child.cause_of_end(cpu_seconds)) from None


def _read(child: Child, number: int, until: float) -> bytes:
    read = bytearray()
    while len(read) < number:
        if not select.select([child.answers], [], [], max(0.0, until - time.monotonic()))[0]:
            raise Unread(None, f"reading it was not done within {child.limits.wait_seconds:g} seconds")
        piece = os.read(child.answers.fileno(), min(_PIECE_BYTES, number - len(read)))
        if not piece:
            raise EOFError
        read += piece
    return bytes(read)
