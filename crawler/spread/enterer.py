"""The enterer: one process that enters the segments of all workers into the archive, one after the other.

It finds them where they wait, and hears of new ones by the queue. One that was entered is removed from there; delivered
twice, it is entered once.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler.archive import SEGMENTS_FOLDER, Archive, Entered, file_sha256, readings_digest_in
from crawler.errors import ArchiveDamaged, NotMerged
from crawler.field.times import utc_now
from crawler.spread.places import SegmentPlace
from crawler.spread.queue.jobs import ENTRIES, Handlers, open_queue
from crawler.spread.queue.working import work

SCAN_SECONDS = 60.0
"""Interval between two looks at the place where segments wait, for those that no job tells of."""


@dataclass(slots=True, kw_only=True)
class Enterer:
    """Enters segments into an open archive. `told` is called with what each brought, `message` with what people must know."""

    archive: Archive
    segments: SegmentPlace
    told: Callable[[Entered], None]
    message: Callable[[str], None]
    clock: Callable[[], datetime] = utc_now
    faulty: set[str] = field(default_factory=set)  # segments that were refused
    entered: int = 0
    reread: int = 0  # texts that got another reading

    def enter_waiting(self, ending: Callable[[], bool] = lambda: False) -> None:
        """Enter all segments that wait, the oldest visits first, until `ending`. Raises ArchiveError, OSError."""
        for names, enter in (
            (self.segments.names(), self.enter),
            (self.segments.readings(), self.enter_readings),
        ):
            for name in names:
                if ending():
                    return
                if name not in self.faulty:
                    enter(name)

    def enter_readings(self, name: str) -> None:
        """Enter what a worker read again, and remove it from where it waits. Raises ArchiveDamaged, OSError."""
        with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
            target = Path(folder, name)
            try:
                self.segments.fetch(name, target)
                if file_sha256(target) != readings_digest_in(name):
                    raise NotMerged(f"{name}: its bytes have another digest; nothing was entered")
                changed = self.archive.enter_readings(target, self.message)
            except FileNotFoundError:  # entered before
                return
            except NotMerged as error:
                self.faulty.add(name)
                self.message(f"{error}; it stays where it waits")
                return
        self.reread += changed
        self.segments.remove(name)

    def enter(self, name: str) -> None:
        """Enter one segment, if it is not entered yet, and remove it from where it waits. Raises ArchiveDamaged, OSError."""
        with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
            target = Path(folder, SEGMENTS_FOLDER, name)
            target.parent.mkdir(parents=True)
            try:
                self.segments.fetch(name, target)
            except FileNotFoundError:  # entered before
                return
            try:
                brought = self.archive.enter(Path(folder), name, self.message)
            except NotMerged as error:
                self.faulty.add(name)
                self.message(f"{error}; it stays where it waits")
                return
        if brought is not None:
            self.entered += 1
            self.told(brought)
        self.segments.remove(name)


async def enter_until_end(enterer: Enterer, queue_url: str, ending: asyncio.Event, *, once: bool) -> None:
    """Enter what waits, then what the queue tells of, until the end is asked for; with `once` until nothing waits.

    Raises ArchiveError, CrawlerError if the queue cannot be opened.
    """
    failed: list[ArchiveDamaged | OSError] = []

    def guarded(work: Callable[[], None]) -> None:
        if failed:
            return
        try:
            work()
        except (ArchiveDamaged, OSError) as error:
            failed.append(error)
            ending.set()

    async def enter(name: str, server: str) -> None:
        guarded(lambda: enterer.enter(name))
        if failed:
            raise failed[0]  # the job has not succeeded

    async def enter_readings(name: str, file: str) -> None:
        if name:
            guarded(lambda: enterer.enter_readings(name))
        if not failed and await queue.rereadings_left() <= 1:  # this job is the last
            guarded(lambda: enterer.archive.enter_past_edits(enterer.message))
        if failed:
            raise failed[0]

    async def scan() -> None:
        while not ending.is_set():
            guarded(lambda: enterer.enter_waiting(ending.is_set))
            await asyncio.sleep(SCAN_SECONDS)

    async with open_queue(queue_url, Handlers(enter=enter, enter_readings=enter_readings), 2) as queue:
        guarded(lambda: enterer.enter_waiting(ending.is_set))
        scanning = asyncio.create_task(scan())
        try:
            await work(queue, [ENTRIES], concurrency=1, ending=ending, once=once)
        finally:
            scanning.cancel()
            await asyncio.gather(scanning, return_exceptions=True)
    if failed:
        raise failed[0]
