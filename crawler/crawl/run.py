"""Crawl many sites in one run: a limited number at a time, each in a task of its own.

Takes sites, a Fetcher and an archive; yields Outcomes as they come; ends when all sites are done or `Halt` is requested.
Also resumes visits that an earlier run left, notes visits in the archive, and commits in intervals. `site` visits one site.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, nullcontext
from contextvars import ContextVar
from datetime import datetime

from crawler.archive import Archive, Recovery
from crawler.crawl.first_steps import first_url, start_urls
from crawler.crawl.halt import Halt
from crawler.crawl.site import crawl_site
from crawler.crawl.visit import Visit, is_trouble, note_outcome
from crawler.errors import ArchiveError
from crawler.fetch import Fetcher, Replay
from crawler.fetch.connections.descriptors import max_connections
from crawler.field.counting import counted
from crawler.field.times import china_day, utc_now
from crawler.model import ENDED_BEFORE, Capture, Ending, Outcome, Site, SiteVisit, VisitState
from crawler.reading.pages import PageProcess

MAX_SITES_AT_ONCE = 300
"""Each host gets one request at a time and mostly waits for its delay, so far fewer requests run at the same time."""

GRACE_SECONDS = 30.0
"""Time that pages in flight have to finish when the crawl must end. Then they are cancelled and left for the next run."""

COMMIT_INTERVAL_SECONDS = 1.0
"""Longest time that an outcome waits for the archive's next commit."""

MAX_LEFT_PER_SITE = 100
"""Addresses of a site beyond its budget that end as one `left` each. There may be tens of thousands; all are kept."""

NOTHING_SAVED = "nothing of this site is saved here"
"""Detail of the outcome of a site that a replay holds nothing of."""

Sink = Callable[[Capture], None]
OnVisit = Callable[[SiteVisit], None]

log = logging.getLogger(__name__)
logging.getLogger("crawler.crawl").addHandler(logging.NullHandler())
"""Where nobody asks for a log, Python would print bare names of events on stderr."""
_visiting: ContextVar[Visit | None] = ContextVar("visiting", default=None)


def counting_sink(sink: Sink, halt: Halt) -> Sink:
    """Return a sink for a Fetcher that also counts each exchange, for its visit and for the limits of the crawl."""

    def record(capture: Capture) -> None:
        sink(capture)
        halt.count_exchange()
        if (visit := _visiting.get()) is not None:
            visit.requests += 1
            visit.bytes += len(capture.payload)
        if log.isEnabledFor(logging.DEBUG):
            facts = {
                "site": visit.site.id if visit else None,
                "url": capture.url,
                "method": capture.method,
                "status": capture.status,
                "bytes": len(capture.payload),
                "truncated": capture.truncated,
            }
            log.debug("exchange", extra=facts)

    return record


async def crawl(
    sites: Sequence[Site],
    *,
    fetcher: Fetcher,
    archive: Archive | None,
    full: bool = False,
    replay: Replay | None = None,
    at_once: int = MAX_SITES_AT_ONCE,
    halt: Halt | None = None,
    grace: float = GRACE_SECONDS,
    on_visit: OnVisit | None = None,
    page_process: PageProcess | None = None,
    commit_interval: float | None = COMMIT_INTERVAL_SECONDS,
) -> AsyncGenerator[Outcome, None]:
    """Yield the outcomes of many sites as they come. Raises ArchiveError only.

    - `at_once`: sites visited at a time. Fewer where file descriptors are few, since each site keeps a connection.
    - `full`: request without validators, and do not resume visits that an earlier run left.
    - `halt`: once it is requested, pages in flight have `grace` seconds; then each address left ends as one `left`.
    - `on_visit`: called with each visit that has ended.
    - `page_process`: where pages are read; default: one of its own.
    - `commit_interval`: seconds that an outcome waits at most for the archive's next commit; None: until its batch is full.
    - `replay`: a site of which it holds nothing ends as one `skipped`, and no visits are noted.
    """
    at_once = min(at_once, max_connections() * 3 // 4)
    run = _Run(archive, replay, halt or Halt(), at_once, on_visit, commit_interval)
    async with nullcontext(page_process) if page_process else PageProcess() as pages:
        visits = [Visit(site, fetcher, archive, pages, full, halt=run.halt) for site in sites]
        if not full:
            run.resume_visits(visits)
        work = asyncio.create_task(run.visit_all(visits, pages, grace))
        try:
            while (outcome := await run.queue.get()) is not None:
                yield outcome
            await work
        except BaseExceptionGroup as group:
            if (fatal := group.subgroup(ArchiveError)) is not None:
                raise _first_error(fatal) from None  # one is enough: nothing more can be archived
            raise
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
    for outcome in run.report_left(visits):
        yield outcome


def _first_error(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class _Run:
    """What the tasks of one run share, and the tasks themselves."""

    def __init__(
        self,
        archive: Archive | None,
        replay: Replay | None,
        halt: Halt,
        at_once: int,
        on_visit: OnVisit | None,
        commit_interval: float | None,
    ) -> None:
        self.halt = halt
        self._commit_interval = commit_interval
        self.queue: asyncio.Queue[Outcome | None] = asyncio.Queue(maxsize=at_once)
        self._archive = archive
        self._visit_log = archive if replay is None else None  # a replay is no visit of a site
        self._replay = replay
        self._slots = asyncio.Semaphore(at_once)
        self._on_visit = on_visit
        self._started = archive.started_at if archive else utc_now()
        self._resumed: dict[str, datetime] = {}  # start of visits that are resumed, by site
        self._ended: set[str] = set()

    def resume_visits(self, visits: Sequence[Visit]) -> None:
        """Continue those visits that an earlier run left."""
        pasts = self._visit_log.pasts() if self._visit_log else {}
        for visit in visits:
            past = pasts.get(visit.site.id)
            if past and past.unfinished and visit.resume(past.last) and past.last.requests:
                self._resumed[visit.site.id] = past.last.began_at

    async def visit_all(self, visits: Sequence[Visit], pages: PageProcess, grace: float) -> None:
        """Visit all sites. Outcomes go into the queue; None is the last item."""
        try:
            async with asyncio.TaskGroup() as beside:
                helpers = [beside.create_task(self._commit_in_intervals())]
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(self._visit_site(visit)) for visit in visits]
                    helpers.append(beside.create_task(self._end_after_halt(tasks, pages, grace)))
                for helper in helpers:
                    helper.cancel()
        finally:
            await self.queue.put(None)

    async def _commit_in_intervals(self) -> None:
        while self._archive is not None and self._commit_interval is not None:
            await asyncio.sleep(self._commit_interval)
            self._archive.flush()

    async def _end_after_halt(
        self, tasks: Sequence[asyncio.Task[None]], pages: PageProcess, grace: float
    ) -> None:
        await self.halt.requested()
        pages.hasten(self.halt.why or "")
        await asyncio.sleep(grace)
        for task in tasks:
            task.cancel()

    async def _visit_site(self, visit: Visit) -> None:
        async with self._slots:
            if not self.halt.may_start_page():
                return
            _visiting.set(visit)
            if self._visit_log:
                site_id = visit.site.id
                since = self._resumed.get(site_id, self._started)
                watched = self._visit_log.watched(site_id, since, anyway=visit.full)
                visit.load_past(self._visit_log.memory(site_id), watched, self._started)
                self._visit_log.begin_visit(self._summary(visit, None), visit.site)
            begin = time.monotonic()
            try:
                async with aclosing(self._outcomes(visit)) as outcomes:
                    async for outcome in outcomes:
                        visit.troubled |= is_trouble(outcome, visit.site)
                        _log_outcome(outcome)
                        await self.queue.put(outcome)
            finally:
                visit.seconds = time.monotonic() - begin
            if (recovered := self._end_visit(visit)) is not None:
                _log_outcome(recovered)
                await self.queue.put(recovered)

    async def _outcomes(self, visit: Visit) -> AsyncGenerator[Outcome, None]:
        """Yield a site's outcomes; one `skipped` for a site that the replay holds nothing of."""
        site = visit.site
        if self._replay is not None and not any(map(self._replay.holds, start_urls([site]))):
            visit.frontier.clear()
            yield Outcome(ending=Ending.SKIPPED, url=first_url(site), site_id=site.id, detail=NOTHING_SAVED)
            return
        async for outcome in crawl_site(visit):
            yield outcome

    def _end_visit(self, visit: Visit) -> Outcome | None:
        """Note that a visit has ended. Return an outcome if trouble of its site is over."""
        recovery = None
        self._ended.add(visit.site.id)
        state = VisitState.FAILED if visit.troubled else VisitState.COMPLETE
        summary = self._summary(visit, VisitState.LEFT if visit.frontier else state)
        if self._visit_log:
            recovery = self._visit_log.end_visit(summary)
            if visit.read_pages or visit.requested:
                self._visit_log.learn(visit.site.id, visit.memory_after(self._started))
        visit.release()
        if self._on_visit:
            self._on_visit(summary)
        log.info(
            "visit",
            extra={
                "site": visit.site.id,
                "url": first_url(visit.site),
                "state": summary.state,
                "left": len(summary.frontier),
                "requests": summary.requests,
                "bytes": summary.bytes,
                "seconds": round(summary.seconds, 3),
            },
        )
        return recovered_outcome(summary.site_id, recovery) if recovery else None

    def _summary(self, visit: Visit, state: VisitState | None) -> SiteVisit:
        return SiteVisit(
            site_id=visit.site.id,
            began_at=self._resumed.get(visit.site.id, self._started),
            state=state,
            entries=tuple(start_urls([visit.site])),
            frontier=tuple(visit.frontier) if state else (),
            found=visit.found,
            years=tuple(sorted(visit.years)),
            troubled=visit.troubled,
            requests=visit.requests,
            bytes=visit.bytes,
            seconds=visit.seconds,
        )

    def _left(self, visit: Visit) -> Iterator[Outcome]:
        """Yield one `left` for each step of a frontier. Of a site beyond its budget, the last one counts all further."""
        why = visit.stopped or f"{ENDED_BEFORE} ({self.halt.why})"
        shown = MAX_LEFT_PER_SITE if visit.stopped else len(visit.frontier)
        for step in itertools.islice(visit.frontier, shown):
            yield note_outcome(visit, Ending.LEFT, step.url, f"{why}; the next crawl goes on here")
        if (further := len(visit.frontier) - shown) > 0:
            others = counted(further - 1, "further address", "further addresses")
            detail = f"{why}; this and {others} are left for the next crawl"
            yield note_outcome(visit, Ending.LEFT, visit.frontier[shown].url, detail)

    def report_left(self, visits: Sequence[Visit]) -> list[Outcome]:
        """Return one `left` for each address not requested, and note it as where the next run goes on."""
        outcomes = [outcome for visit in visits for outcome in self._left(visit)]
        for visit in visits:
            if visit.site.id not in self._ended:
                self._end_visit(visit)
        if outcomes and self._archive and self.halt.why:
            self._archive.mark_stopped(self.halt.why)
        for outcome in outcomes:
            _log_outcome(outcome)
        return outcomes


def recovered_outcome(site_id: str, recovery: Recovery) -> Outcome:
    """Return the outcome that tells of trouble that is over. It is shown and not archived: it follows from the others."""
    where = counted(len(recovery.urls), "address", "addresses")
    still = (
        f"; trouble at {counted(recovery.still, 'address', 'addresses')} goes on" if recovery.still else ""
    )
    was = "not read to its end" if recovery.ending is Ending.LISTED else recovery.ending.value
    return Outcome(
        ending=Ending.RECOVERED,
        url=recovery.urls[0],
        site_id=site_id,
        since=recovery.since,
        detail=f"{where}, {was} since {china_day(recovery.since)}: {recovery.detail}{still}",
    )


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
