"""Read pages in child processes from an event loop, which never blocks on one."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from crawler.errors import Halted, Unread
from crawler.reading.channel import Channel, OtherJobFailed
from crawler.reading.frames import framed_job, value_of
from crawler.reading.process import ReadingLimits
from crawler.reading.processors import available_processors

P = ParamSpec("P")
T = TypeVar("T")

MAX_PENDING_JOBS = 50
"""Jobs sent to a child and not yet answered; further ones wait. Answers not yet read here count as pending, so a lower
limit would let a child be idle."""

MAX_PENDING_BYTES = 64 * 1024 * 1024
"""Bytes of those jobs. A larger job is sent when no other is pending."""

MAX_CHILDREN = 4
"""Children of one reader, if there are as many processors and one for the event loop."""

HURRY_SECONDS = 1.0
"""Time on the clock for one page once the crawl must end."""

_MIN_PENDING_FOR_ANOTHER = 8  # jobs pending at each child, from which a further child is worth its start
_WATCH_INTERVAL_SECONDS = 0.2


class PageProcess:
    """Run pure functions of pages in child processes. An async context manager: no child is at work after the block.

    The first child is started with the block, further ones when the first cannot keep up.
    """

    def __init__(self, limits: ReadingLimits | None = None, *, max_children: int | None = None) -> None:
        self._limits = limits or ReadingLimits()
        self._max_children = max_children or max(1, min(MAX_CHILDREN, available_processors() - 1))
        self._channels: list[Channel] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._hurried_at: float | None = None
        self._why = ""
        self._ended = False

    async def __aenter__(self) -> Self:
        self._channels.append(Channel(self._limits, self._wake))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        if self._watch is not None:
            self._watch.cancel()
        for channel in self._channels:
            channel.close()
        for waiter in self._waiting:
            waiter.cancel()

    async def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return or raise what `work`, a pure function of a module, returns or raises.

        Raises Unread when this page crashed the child or was over a limit of time or memory, Halted when the crawl had to
        end before it was read.
        """
        size = sum(len(each) for each in args if isinstance(each, bytes))
        limits = self._limits.for_job(args)
        while True:
            channel = await self._free_channel(size)
            job = channel.send(framed_job(work, args, named, limits), limits.cpu_seconds)
            if self._watch is None:
                self._look()
            try:
                result: T = value_of(await job)
            except OtherJobFailed:
                continue
            return result

    def hasten(self, why: str) -> None:
        """Give each page HURRY_SECONDS from now on; the first that takes longer ends all reading, as Halted."""
        if self._hurried_at is None:
            self._hurried_at, self._why = time.monotonic(), why

    async def _free_channel(self, size: int) -> Channel:
        """Return a channel with room for a job of so many bytes; wait until there is one."""
        while True:
            if self._ended:
                raise Halted(f"the crawl ends before it was read: {self._why}")
            channel = self._least_busy()
            fits = channel.pending_bytes + size <= MAX_PENDING_BYTES
            if not channel.pending or (channel.pending < MAX_PENDING_JOBS and fits):
                return channel
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                self._wake()
                raise

    def _least_busy(self) -> Channel:
        self._channels = [channel for channel in self._channels if not channel.failed]
        best = min(self._channels, key=lambda channel: channel.pending, default=None)
        is_busy = best is None or best.pending >= _MIN_PENDING_FOR_ANOTHER
        if best is None or (is_busy and len(self._channels) < self._max_children):
            try:
                started = Channel(self._limits, self._wake)
            except OSError:  # too many processes, or too little memory for one more
                if best is None:
                    raise
                self._max_children = len(self._channels)
            else:
                best = started
                self._channels.append(best)
        return best

    def _wake(self) -> None:
        """Let one job that waits try again; all of them if no job is pending."""
        busy = any(channel.pending for channel in self._channels)
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                if busy:
                    return

    def _look(self) -> None:
        """End children that are over the limit of time on the clock. Called in intervals while jobs are pending."""
        now = time.monotonic()
        for channel in self._channels:
            if not channel.pending:
                continue
            if self._hurried_at is not None and now - max(channel.since, self._hurried_at) > HURRY_SECONDS:
                self._end_all()
            elif now - channel.since > self._limits.wait_seconds:
                channel.fail(
                    Unread(None, f"reading it was not done within {self._limits.wait_seconds:g} seconds")
                )
        pending = any(channel.pending for channel in self._channels)
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(_WATCH_INTERVAL_SECONDS, self._look) if pending else None

    def _end_all(self) -> None:
        self._ended = True
        for channel in self._channels:
            channel.fail(Halted(f"the crawl ends before it was read: {self._why}"))
        while self._waiting:
            self._wake()
