"""The enterer: one process that enters the segments of all workers into the archive, many of those that wait together.

It finds them where they wait, and hears of new ones by the queue. One that was entered is removed from there; delivered
twice, it is entered once.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler.archive import SEGMENTS_FOLDER, Archive, Entered, file_sha256, readings_digest_in
from crawler.errors import ArchiveDamaged, NotMerged
from crawler.field.times import utc_now
from crawler.spread.places import SegmentPlace
from crawler.spread.queue.jobs import ENTRIES, Handlers, open_queue
from crawler.spread.queue.working import reach, work

SCAN_SECONDS = 60.0
"""Interval between two looks at the place where segments wait, for those that no job tells of."""

MAX_SEGMENTS_TOGETHER = 32
MAX_BYTES_TOGETHER = 16 * 1024 * 1024
"""Segments that are entered in one transaction, and bytes of them after which no further one is taken."""


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
    _listed: deque[str] = field(default_factory=deque)  # segments that waited when they were last listed

    def enter_waiting(self, ending: Callable[[], bool] = lambda: False) -> None:
        """Enter all segments that wait, the oldest visits first, until `ending`. Raises ArchiveError, OSError."""
        self._list()
        while self._listed and not ending():
            self._enter_some()
        for name in self.segments.readings():
            if not ending():
                self.enter_readings(name)

    def enter_readings(self, name: str) -> None:
        """Enter what a worker read again, if it waits, and remove it from there. Raises ArchiveDamaged, OSError."""
        if name in self.faulty or not self.segments.has(name):
            return
        with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
            target = Path(folder, name)
            self.segments.fetch(name, target)
            try:
                if file_sha256(target) != readings_digest_in(name):
                    raise NotMerged(f"{name}: its bytes have another digest; nothing was entered")
                self.reread += self.archive.enter_readings(target, self.message)
            except NotMerged as error:
                self._refuse(name, error)
                return
        self.segments.remove(name)

    def enter(self, name: str) -> None:
        """Enter a segment, if it is not entered yet, and others that wait with it. Raises ArchiveDamaged, OSError."""
        if name in self.faulty or not self.segments.has(name):
            return
        if not self._listed:
            self._list()
        self._enter_some(name)

    def _list(self) -> None:
        self._listed = deque(name for name in self.segments.names() if name not in self.faulty)

    def _enter_some(self, *first: str) -> None:
        """Enter these segments and the next ones of those listed, in one transaction, and remove them from where they wait."""
        with tempfile.TemporaryDirectory(prefix="fazhi-") as folder:
            fetched = self._fetched(Path(folder), first)
            brought = self.archive.enter_all(dict(sorted(fetched.items())), self.message, self._refuse)
        for each in brought:
            self.entered += 1
            self.told(each)
        for name in fetched:
            if name not in self.faulty:
                self.segments.remove(name)

    def _fetched(self, root: Path, first: Iterable[str]) -> dict[str, Path]:
        """Return the folder in which each segment has been fetched, by its name. One that is not there was entered before."""
        names, size = deque(first), 0
        found: dict[str, Path] = {}
        while len(found) < MAX_SEGMENTS_TOGETHER and size < MAX_BYTES_TOGETHER:
            if not names and not self._listed:
                break
            name = names.popleft() if names else self._listed.popleft()
            folder = root / str(len(found))
            target = folder / SEGMENTS_FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                self.segments.fetch(name, target)
            except FileNotFoundError:
                continue
            found[name] = folder
            size += target.stat().st_size
        return found

    def _refuse(self, name: str, fault: NotMerged) -> None:
        self.faulty.add(name)
        self.message(f"{fault}; it stays where it waits")


async def enter_until_end(enterer: Enterer, queue_url: str, ending: asyncio.Event, *, once: bool) -> None:
    """Enter what waits, then what the queue tells of, until the end is asked for; with `once` until nothing waits.

    A database that is away is waited for, unless `once`. Raises ArchiveError, CrawlerError if the queue cannot be used.
    """
    if not once and not await reach(queue_url, ending, enterer.message):
        return
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
