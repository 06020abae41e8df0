"""A worker: takes visits from the queue, visits the sites, delivers their segments. Any number of workers run at the same time.

Each visit has a scratch archive of its own. What a killed worker left in one is delivered by the next worker of its machine.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.archive import EMPTY_SLICE, Reader, Slice, file_sha256, readings_name
from crawler.crawl.halt import Halt
from crawler.errors import ArchiveError, CrawlerError
from crawler.extract import EXTRACTOR
from crawler.fetch import ConnectTo
from crawler.field.counting import counted
from crawler.field.times import utc_now
from crawler.model import Ending, Outcome, Site
from crawler.spread.asking import ask
from crawler.spread.leases import LEASE_SECONDS, Leases
from crawler.spread.places import SegmentPlace
from crawler.spread.planner import plan_due
from crawler.spread.planning import ServerVisit, by_server
from crawler.spread.queue.jobs import REREADINGS, UPKEEP, VISITS, Handlers, Queue, Rereading, open_queue
from crawler.spread.queue.working import STALLED_SECONDS, reach, work
from crawler.spread.rounds import Rounds
from crawler.spread.scratch import left_by_killed, own_scratch, salvaged
from crawler.spread.visit import SharedPages, VisitJob, hosts_of, visit, warm_up

DELIVERIES = 8
"""Attempts to deliver a segment, with twice the wait each. What cannot be delivered stays in its scratch folder."""

KEEP_JOBS_HOURS = 72
"""Jobs that ended are forgotten after so long."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """Where a worker finds what, and how much it does at a time."""

    sites: Sequence[Site]
    archive: Path
    database: str | None = None  # of the catalogue, if it is not in the archive's folder
    queue: str  # address of the database
    segments: SegmentPlace
    scratch: Path
    sites_at_once: int
    once: bool = False  # end when nothing waits
    lease_seconds: float = LEASE_SECONDS
    stalled_seconds: float = STALLED_SECONDS
    connect_to: ConnectTo = field(default_factory=dict)
    clock: Callable[[], datetime] = utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """What came of a visit, for people. `state`: complete, left, elsewhere (another worker has it), or failed (the error tells why)."""

    server: str
    sites: tuple[str, ...]
    state: str
    endings: Mapping[str, int]
    requests: int
    segments: tuple[str, ...]
    seconds: float


def process_name() -> str:
    """Return a name for this process that no other one has."""
    return f"{platform.node()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"


class Worker:
    """One worker process. `ended` is called with each visit that ended; `message` with what people must know."""

    def __init__(
        self, settings: WorkerSettings, ended: Callable[[Visited], None], message: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._ended = ended
        self._message = message
        self._by_id = {site.id: site for site in settings.sites}
        self._ending = asyncio.Event()
        self._why = ""
        self._halts: set[Halt] = set()
        self._pages: SharedPages | None = None
        self._leases: Leases | None = None
        self._queue: Queue | None = None
        self._rounds = Rounds()
        self._slicing = ThreadPoolExecutor(1, "slices")
        self.name = process_name()
        self._scratch = settings.scratch / self.name

    def end(self, why: str) -> None:
        """Begin no further visit, finish the pages in progress, and hand back what is left of each visit."""
        self._why = self._why or why
        for halt in self._halts:
            halt.request(why)
        if self._pages is not None:
            self._pages.hasten_all(why)
        self._ending.set()

    async def run(self) -> None:
        """Work until the end is asked for, or with `once` until nothing waits. A database that is away is
        waited for, unless `once`. Raises CrawlerError if the queue cannot be used.
        """
        settings = self._settings
        handlers = Handlers(
            visit=self._visit,
            reread=self._reread,
            plan=None if settings.once else self._plan,
            sweep=None if settings.once else self._sweep,
        )
        if not settings.once and not await reach(settings.queue, self._ending, self._message):
            return
        lock = own_scratch(self._scratch)
        try:
            warm_up(self._scratch / "0", settings.clock())
            connections = min(3 + settings.sites_at_once // 20, 8)
            async with (
                open_queue(settings.queue, handlers, connections) as self._queue,
                Leases(settings.queue, self.name, settings.lease_seconds, self._rounds) as self._leases,
                SharedPages(self._rounds) as self._pages,
            ):
                await self._deliver_left()
                await asyncio.gather(
                    self._work([VISITS] if settings.once else [VISITS, UPKEEP], settings.sites_at_once),
                    self._work([REREADINGS], 1),  # each takes all processors
                )
        finally:
            self._slicing.shutdown()
            lock.close()
            if not any(each.is_dir() for each in self._scratch.iterdir()):
                shutil.rmtree(self._scratch, ignore_errors=True)

    async def _work(self, queues: Sequence[str], concurrency: int) -> None:
        assert self._queue is not None
        await work(
            self._queue,
            queues,
            concurrency=concurrency,
            ending=self._ending,
            once=self._settings.once,
            stalled_seconds=self._settings.stalled_seconds,
        )

    # -- a visit --------------------------------------------------------------------------------------------

    async def _visit(self, number: int, asked: ServerVisit) -> None:
        assert self._leases is not None
        halt = Halt()
        self._halts.add(halt)
        begun = time.monotonic()
        counts: dict[str, int] = {}
        delivered: tuple[str, ...] = ()
        state = "failed"
        try:
            if self._ending.is_set():
                halt.request(self._why)
            async with self._leases.visit(asked.server, number, halt) as lease:
                sites = [self._by_id[each] for each in asked.sites if each in self._by_id]
                if lease is None or not sites or not halt.may_start_page():
                    state = "elsewhere" if lease is None else "left"
                    return

                def count(outcome: Outcome) -> None:
                    counts[outcome.ending.value] = counts.get(outcome.ending.value, 0) + 1

                held = await asyncio.get_running_loop().run_in_executor(self._slicing, self._slice, sites)
                assert self._pages is not None
                scratch = self._scratch / str(number)
                job = VisitJob(
                    sites=sites,
                    held=held,
                    scratch=scratch,
                    evidence=self._settings.archive,
                    command=f"worker visit {asked.server}",
                    page_process=self._pages,
                    turns=lease,
                    connect_to=self._settings.connect_to,
                    halt=halt,
                    clock=self._settings.clock,
                    rounds=self._rounds,
                )
                files = await visit(job, count)
            delivered = await self._deliver(scratch, files, asked.server)
            state = "left" if halt.why or Ending.LEFT.value in counts else "complete"
        finally:
            self._halts.discard(halt)
            self._ended(
                Visited(
                    server=asked.server,
                    sites=asked.sites,
                    state=state,
                    endings=counts,
                    requests=halt.exchanges,
                    segments=delivered,
                    seconds=time.monotonic() - begun,
                )
            )

    def _slice(self, sites: Sequence[Site]) -> Slice:
        settings, ids, hosts = self._settings, [site.id for site in sites], hosts_of(sites)
        held = ask(settings.archive, settings.database, lambda archive: archive.slice_of(ids, hosts))
        return held or EMPTY_SLICE

    async def _deliver(self, scratch: Path, files: Mapping[str, Path], server: str) -> tuple[str, ...]:
        """Store the segment of a visit, and queue that it is entered. Raises OSError if the store cannot be reached for minutes."""
        assert self._queue is not None
        for name, path in files.items():
            await self._store(name, path)
        shutil.rmtree(scratch, ignore_errors=True)
        for name in files:
            if not await self._queue.defer_enter(name, server):
                log.warning("not queued", extra={"segment": name})
        return tuple(files)

    async def _store(self, name: str, path: Path) -> None:
        wait = 0.5
        for attempt in range(1, DELIVERIES + 1):
            try:
                await asyncio.to_thread(self._settings.segments.put, name, path)
                return
            except OSError as error:
                if attempt == DELIVERIES:
                    raise
                log.warning("not delivered", extra={"segment": name, "error": str(error)})
                await asyncio.sleep(wait)
                wait *= 2

    # -- texts that are read again ------------------------------------------------------------------------------

    async def _reread(self, asked: Rereading) -> None:
        """Read the texts of a WARC file again, and deliver what is read differently. Raises CrawlerError, OSError."""
        assert self._queue is not None
        if asked.extractor != EXTRACTOR:
            raise CrawlerError(
                f"{asked.file}: is to be read by {asked.extractor}; this worker has {EXTRACTOR}"
            )
        with TemporaryDirectory(prefix="readings-", dir=self._scratch) as folder:
            path = Path(folder, "readings")
            number = await asyncio.to_thread(self._write_readings, asked.file, path)
            if number is None:
                await self._queue.defer_rereadings([asked])
                return
            name = readings_name(await asyncio.to_thread(file_sha256, path)) if number else ""
            if name:
                await self._store(name, path)
        if not await self._queue.defer_enter_readings(name, asked.file):
            log.warning("not queued", extra={"readings": name})
        self._message(f"{asked.file}: {counted(number, 'text')} read differently")

    def _write_readings(self, file: str, path: Path) -> int | None:
        settings = self._settings
        with Reader.read(settings.archive, notify=lambda _: None, database=settings.database) as archive:
            return archive.write_readings(file, path, notify=self._message, ending=self._ending.is_set)

    @cached_property
    def _servers(self) -> Mapping[str, Sequence[Site]]:
        return by_server(self._settings.sites)

    # -- upkeep -----------------------------------------------------------------------------------------------

    async def _plan(self) -> None:
        assert self._queue is not None
        await self._queue.defer_visits(
            await plan_due(
                self._settings.queue,
                self._servers,
                self._settings.archive,
                database=self._settings.database,
                at_once=self._settings.sites_at_once,
            )
        )

    async def _sweep(self) -> None:
        assert self._queue is not None
        stalled = await self._queue.fail_stalled(self._settings.stalled_seconds)
        for server in stalled:
            self._message(f"{server}: its worker has given no sign of life; it is planned anew")
        await self._queue.forget_ended(KEEP_JOBS_HOURS)
        await self._deliver_left()
        if stalled:
            await self._plan()

    async def _deliver_left(self) -> None:
        """Deliver what killed workers of this machine left in their scratch folders."""
        for scratch in left_by_killed(self._settings.scratch, but=self._scratch):
            try:
                files = await asyncio.to_thread(salvaged, scratch, self._settings.clock)
                await self._deliver(scratch, files, "")
            except (ArchiveError, OSError) as error:
                self._message(f"{scratch}: what a killed worker left cannot be delivered: {error}")
