"""One run over many sites: so many at a time, each a task of its own, until they are done or the crawl is to end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from contextvars import ContextVar
from datetime import datetime

from crawler.archive import Archive
from crawler.crawl.halt import Halt
from crawler.crawl.page_process import Readers
from crawler.crawl.site import crawl_site
from crawler.crawl.visit import Visit, entries, front, is_trouble, noted
from crawler.errors import ArchiveError
from crawler.fetch import Fetcher, Replay
from crawler.fetch.client import utc_now
from crawler.fetch.connections.descriptors import max_connections
from crawler.model import Capture, Ending, Outcome, Site, SiteVisit, VisitState

AT_ONCE = 300
"""Sites visited at a time. A host is asked one thing at a time anyway, and mostly waits for its delay, so that hardly
ever so many are really asked."""

GRACE = 30.0
"""Seconds that pages under way are given when the crawl is to end; what is not done by then is left too."""

COMMIT_EVERY = 1.0
"""Seconds that an outcome may wait for the archive's next commit."""

NOTHING_SAVED = "nothing of this site is saved here"

Sink = Callable[[Capture], None]
OnVisit = Callable[[SiteVisit], None]

log = logging.getLogger(__name__)
_visiting: ContextVar[Visit | None] = ContextVar("visiting", default=None)


def counted(sink: Sink, halt: Halt) -> Sink:
    """A Fetcher's sink that also counts each exchange, for its visit and for the limits of the crawl."""

    def record(capture: Capture) -> None:
        sink(capture)
        halt.count()
        if (visit := _visiting.get()) is not None:
            visit.requests += 1
            visit.bytes += len(capture.payload)
        if log.isEnabledFor(logging.DEBUG):
            seen = {
                "site": visit.site.id if visit else None,
                "url": capture.url,
                "method": capture.method,
                "status": capture.status,
                "bytes": len(capture.payload),
                "truncated": capture.truncated,
            }
            log.debug("exchange", extra=seen)

    return record


async def crawl(
    sites: Sequence[Site],
    *,
    fetcher: Fetcher,
    archive: Archive | None,
    full: bool = False,
    replay: Replay | None = None,
    at_once: int = AT_ONCE,
    halt: Halt | None = None,
    grace: float = GRACE,
    on_visit: OnVisit | None = None,
    readers: Readers | None = None,
) -> AsyncGenerator[Outcome, None]:
    """Outcomes of many sites as they come, at most `at_once` sites at a time. Raises ArchiveError only.

    Fewer sites are visited at a time where file descriptors are few: each needs a connection, and keeps one for its next
    request.

    Sites that an earlier run left are gone on with, unless `full`. Once `halt` is asked, pages under way have `grace`
    seconds; each address then left ends as one `left`. `on_visit` is told of each visit that has ended.
    `readers`: where pages are read; here, if there are none. With `replay`, a site of which nothing is saved ends as one `skipped`, and no visits are noted.
    """
    at_once = min(at_once, max_connections() * 3 // 4)
    run = _Run(archive, replay, halt or Halt(), at_once, on_visit)
    readers = readers or Readers.only_here()
    visits = [Visit(site, fetcher, archive, full, halt=run.halt, readers=readers) for site in sites]
    if not full:
        run.take_up(visits)
    work = asyncio.create_task(run.everything(visits, grace))
    try:
        while (outcome := await run.queue.get()) is not None:
            yield outcome
        await work
    except BaseExceptionGroup as group:
        if (fatal := group.subgroup(ArchiveError)) is not None:
            raise _leaf(fatal) from None  # one is enough: nothing more can be kept
        raise
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    for outcome in run.left_over(visits):
        yield outcome


def _leaf(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class _Run:
    """What the tasks of one run share."""

    def __init__(
        self,
        archive: Archive | None,
        replay: Replay | None,
        halt: Halt,
        at_once: int,
        on_visit: OnVisit | None,
    ) -> None:
        self.halt = halt
        self.queue: asyncio.Queue[Outcome | None] = asyncio.Queue(maxsize=at_once)
        self._archive = archive
        self._diary = archive if replay is None else None  # saved pages are no visit of a site
        self._replay = replay
        self._slots = asyncio.Semaphore(at_once)
        self._on_visit = on_visit
        self._started = archive.started_at if archive else utc_now()
        self._began: dict[str, datetime] = {}  # by site; of visits gone on with
        self._ended: set[str] = set()

    def take_up(self, visits: Sequence[Visit]) -> None:
        """Set those visits that an earlier run left to where it left them."""
        pasts = self._diary.pasts() if self._diary else {}
        for visit in visits:
            past = pasts.get(visit.site.id)
            if past and past.unfinished and visit.go_on(past.last) and past.last.requests:
                self._began[visit.site.id] = past.last.began_at

    async def everything(self, visits: Sequence[Visit], grace: float) -> None:
        """All sites; the queue's None is the end."""
        try:
            async with asyncio.TaskGroup() as beside:
                helpers = [beside.create_task(self._commits())]
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(self._one(visit)) for visit in visits]
                    helpers.append(beside.create_task(self._grace(tasks, grace)))
                for helper in helpers:
                    helper.cancel()
        finally:
            await self.queue.put(None)

    async def _commits(self) -> None:
        while self._archive is not None:
            await asyncio.sleep(COMMIT_EVERY)
            self._archive.flush()

    async def _grace(self, tasks: Sequence[asyncio.Task[None]], seconds: float) -> None:
        await self.halt.asked()
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()

    async def _one(self, visit: Visit) -> None:
        async with self._slots:
            if not self.halt.may_begin():
                return
            _visiting.set(visit)
            if self._diary:
                site_id = visit.site.id
                since = self._began.get(site_id, self._started)
                watched = self._diary.watched(site_id, since, anyway=visit.full)
                visit.remember(self._diary.memory(site_id), watched, self._started)
                self._diary.begin_visit(self._summary(visit, None))
            begin = time.monotonic()
            try:
                async with aclosing(self._guarded(visit)) as outcomes:
                    async for outcome in outcomes:
                        visit.troubled |= is_trouble(outcome, visit.site)
                        _log_outcome(outcome)
                        await self.queue.put(outcome)
            finally:
                visit.seconds = time.monotonic() - begin
            self._end(visit)

    async def _guarded(self, visit: Visit) -> AsyncGenerator[Outcome, None]:
        """A site's outcomes; one `skipped` for a site that a replay holds nothing of."""
        site = visit.site
        if self._replay is not None and not any(map(self._replay.holds, entries([site]))):
            visit.frontier.clear()
            yield Outcome(ending=Ending.SKIPPED, url=front(site), site_id=site.id, detail=NOTHING_SAVED)
            return
        async for outcome in crawl_site(visit):
            yield outcome

    def _end(self, visit: Visit) -> None:
        self._ended.add(visit.site.id)
        left, bad = VisitState.LEFT, VisitState.FAILED
        summary = self._summary(
            visit, left if visit.frontier else bad if visit.troubled else VisitState.COMPLETE
        )
        if self._diary:
            self._diary.end_visit(summary)
            if visit.read or visit.asked:
                self._diary.learn(visit.site.id, visit.lesson(self._started))
        visit.forget()
        if self._on_visit:
            self._on_visit(summary)
        log.info(
            "visit",
            extra={
                "site": visit.site.id,
                "url": front(visit.site),
                "state": summary.state,
                "left": len(summary.frontier),
                "requests": summary.requests,
                "bytes": summary.bytes,
                "seconds": round(summary.seconds, 3),
            },
        )

    def _summary(self, visit: Visit, state: VisitState | None) -> SiteVisit:
        return SiteVisit(
            site_id=visit.site.id,
            began_at=self._began.get(visit.site.id, self._started),
            state=state,
            entries=tuple(entries([visit.site])),
            frontier=tuple(visit.frontier) if state else (),
            found=visit.found,
            years=tuple(sorted(visit.years)),
            troubled=visit.troubled,
            requests=visit.requests,
            bytes=visit.bytes,
            seconds=visit.seconds,
        )

    def left_over(self, visits: Sequence[Visit]) -> list[Outcome]:
        """One `left` for each address known and not asked for; noted as what the next run goes on with."""
        why = f"the crawl ended before ({self.halt.why}); the next one goes on here"
        outcomes = [noted(visit, Ending.LEFT, step.url, why) for visit in visits for step in visit.frontier]
        for visit in visits:
            if visit.site.id not in self._ended:
                self._end(visit)
        if outcomes and self._archive:
            self._archive.mark_stopped(self.halt.why or "")
        for outcome in outcomes:
            _log_outcome(outcome)
        return outcomes


def _log_outcome(outcome: Outcome) -> None:
    log.info(
        "outcome",
        extra={
            "site": outcome.site_id,
            "url": outcome.url,
            "ending": outcome.ending,
            "detail": outcome.detail,
            "report_id": outcome.report_id,
            "version": outcome.version,
        },
    )
