"""The jobs and how they are queued: visits, segments to be entered, the planner and the sweeper."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName
from psycopg_pool import PoolTimeout

from crawler.archive.damage import database_fault
from crawler.errors import ConfigError, CrawlerError
from crawler.spread.budget import SCHEMA
from crawler.spread.planning import ServerVisit

VISITS, REREADINGS, ENTRIES, UPKEEP = "visits", "rereadings", "entries", "upkeep"
"""Queues: two of the workers, that of the enterer, and that of the planner and the sweeper, which any worker runs."""

VISIT, REREAD, ENTER, ENTER_READINGS, PLAN, SWEEP = (
    "visit",
    "reread",
    "enter",
    "enter_readings",
    "plan",
    "sweep",
)
"""Tasks."""

MAX_ATTEMPTS = 3
"""Attempts to read a WARC file again. One at which so many workers have died is given up."""

PLAN_CRON, SWEEP_CRON = "*/10 * * * *", "* * * * * */20"
"""The planner runs every ten minutes, the sweeper every twenty seconds."""

_PER_INSERT = 20_000  # jobs
_MANY = 1000  # jobs, after which PostgreSQL's knowledge of the table is renewed

_INSERT = """
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('fazhi visits'))), queued AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
    SELECT %(queue)s, %(task)s, %(priority)s, key, key, args::jsonb
      FROM alone, unnest(%(keys)s::text[], %(args)s::text[]) WITH ORDINALITY AS job (key, args, place)
     ORDER BY place
        ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
    RETURNING 1
) SELECT count(*) AS number FROM queued
"""  # alone: two planners that insert in different orders would wait for each other for ever

_REREADINGS_LEFT = """
SELECT count(*) AS number FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = ANY (%(tasks)s)
"""
_ANALYZE = "ANALYZE procrastinate_jobs"

_LOCK_INDEX = """
CREATE INDEX fazhi_jobs_lock ON procrastinate_jobs (lock) WHERE status IN ('todo', 'doing')
"""  # fetching a job asks for others with its lock, for which procrastinate has no index
_CONNECT_SECONDS = 10.0
_WAIT_SECONDS = 30.0
"""Longest wait for one of the connections. When hundreds of visits end together, each says so over one of a few."""
_FOR_A_WHILE = ("starting", "shutting", "recovery", "clients", "slots")
"""Words with which a server refuses a connection that it may give later."""
_OF_A_CATALOGUE = ("42", "XX")
"""Beginnings of SQLSTATEs for which `database_fault` says what to do with a catalogue, not with a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """A WARC file whose texts are to be read again. `extractor`: with which; `attempt`: from 1."""

    file: str
    extractor: str
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """What is done for a job. A process that runs only some of the queues has only their handlers."""

    visit: Callable[[int, ServerVisit], Awaitable[None]] | None = None  # with the job's number
    reread: Callable[[Rereading], Awaitable[None]] | None = None
    enter: Callable[[str, str], Awaitable[None]] | None = None  # a segment's name, its server
    enter_readings: Callable[[str, str], Awaitable[None]] | None = (
        None  # name of the readings, or "", and WARC file
    )
    plan: Callable[[], Awaitable[None]] | None = None
    sweep: Callable[[], Awaitable[None]] | None = None


class QueueAway(CrawlerError):
    """The queue's database cannot be reached now."""


class Queue:
    """The queue in a database, opened by `open_queue`."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def defer_visits(self, visits: Sequence[ServerVisit], *, first: bool = False) -> int:
        """Queue visits; those of servers that are queued already are left out. Return the number queued.

        `first`: before all that is not queued so.
        """
        jobs = {each.server: {"server": each.server, "sites": each.sites} for each in visits}
        return await self._defer(VISITS, VISIT, jobs, priority=int(first))

    async def defer_rereadings(self, files: Sequence[Rereading]) -> int:
        """Queue WARC files whose texts are to be read again, unless they are queued. Return the number queued."""
        return await self._defer(REREADINGS, REREAD, {f"file:{each.file}": asdict(each) for each in files})

    async def _defer(self, queue: str, task: str, jobs: Mapping[str, Any], priority: int = 0) -> int:
        """Queue jobs in their order. `jobs`: their arguments by their locks; one whose lock is queued already is left out."""
        connector, queued, locks = self.app.connector, 0, list(jobs)
        for start in range(0, len(locks), _PER_INSERT):
            some = locks[start : start + _PER_INSERT]
            row = await connector.execute_query_one_async(
                _INSERT,
                queue=queue,
                task=task,
                priority=priority,
                keys=some,
                args=[json.dumps(jobs[each]) for each in some],
            )
            queued += row["number"]
        if queued >= _MANY:  # else fetching a job goes by the empty table's statistics: seconds each
            await connector.execute_query_async(_ANALYZE)
        return queued

    async def defer_enter(self, name: str, server: str) -> bool:
        """Queue a segment to be entered, unless it is queued already. `server`: of its visit, busy until then.

        Returns False if the database cannot be reached: the enterer finds the segment where it waits.
        """
        return await self._defer_entry(ENTER, name, name=name, server=server)

    async def defer_enter_readings(self, name: str, file: str) -> bool:
        """Queue that the readings of a WARC file are entered. `name`: empty if nothing is read differently.

        Returns False if the database cannot be reached: the enterer finds the readings where they wait.
        """
        return await self._defer_entry(ENTER_READINGS, f"readings:{file}", name=name, file=file)

    async def _defer_entry(self, task: str, lock: str, **named: str) -> bool:
        job = self.app.configure_task(task, queue=ENTRIES, queueing_lock=lock)
        with suppress(AlreadyEnqueued):
            try:
                await job.defer_async(**named)
            except (ConnectorException, psycopg.Error, PoolTimeout):
                return False
        return True

    async def rereadings_left(self) -> int:
        """Return the number of WARC files that wait, are read again, or whose readings are not entered."""
        row = await self.app.connector.execute_query_one_async(
            _REREADINGS_LEFT, tasks=[REREAD, ENTER_READINGS]
        )
        return int(row["number"])

    async def fail_stalled(self, seconds: float) -> list[str]:
        """Fail the jobs of workers that have given no sign of life for so long; return their servers or WARC files.

        What the planner does not plan anew is queued again.
        """
        manager = self.app.job_manager
        failed: list[procrastinate.jobs.Job] = []
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
            status = procrastinate.jobs.Status.FAILED
            try:
                await manager.finish_job_by_id_async(job_id=job.id, status=status, delete_job=False)
            except ConnectorException:  # another sweeper has ended it, or the next one will
                continue
            failed.append(job)
            if job.task_name == ENTER:  # the segment waits where it is
                await self.defer_enter(**job.task_kwargs)
            elif job.task_name == ENTER_READINGS:
                await self.defer_enter_readings(**job.task_kwargs)
            elif job.task_name == REREAD:
                await self._reread_anew(Rereading(**job.task_kwargs))
        return [job.task_kwargs.get("server") or job.task_kwargs.get("file", job.task_name) for job in failed]

    async def _reread_anew(self, asked: Rereading) -> None:
        if asked.attempt < MAX_ATTEMPTS:
            await self.defer_rereadings([replace(asked, attempt=asked.attempt + 1)])

    async def forget_ended(self, hours: int) -> None:
        """Delete jobs that ended so long ago."""
        await self.app.job_manager.delete_old_jobs(
            nb_hours=hours, include_failed=True, include_aborted=True, include_cancelled=True
        )


def _every(app: Any, name: str, cron: str, upkeep: Callable[[], Awaitable[None]]) -> None:
    """Let any worker run upkeep at the times that cron's five or six fields name. It is queued once at a time.

    The planner runs once at a time too. The sweeper has no lock: the job of one that was killed would hold it, and nobody
    would sweep that job, or any other, any more.
    """

    async def run(timestamp: int) -> None:
        await upkeep()

    lock = None if name == SWEEP else name
    app.periodic(cron=cron)(app.task(name=name, queue=UPKEEP, lock=lock, queueing_lock=name)(run))


def _app(url: str, handlers: Handlers, connections: int) -> Any:
    connector = procrastinate.PsycopgConnector(
        conninfo=url,
        min_size=1,
        max_size=connections,
        timeout=_WAIT_SECONDS,
        kwargs={"connect_timeout": int(_CONNECT_SECONDS)},
    )
    app = procrastinate.App(connector=connector)
    if visit := handlers.visit:

        async def run_visit(context: Any, server: str, sites: list[str]) -> None:
            await visit(context.job.id, ServerVisit(server=server, sites=tuple(sites)))

        app.task(name=VISIT, queue=VISITS, pass_context=True)(run_visit)
    if reread := handlers.reread:

        async def run_reread(file: str, extractor: str, attempt: int) -> None:
            await reread(Rereading(file=file, extractor=extractor, attempt=attempt))

        app.task(name=REREAD, queue=REREADINGS)(run_reread)
    if enter_readings := handlers.enter_readings:

        async def run_enter_readings(name: str, file: str) -> None:
            await enter_readings(name, file)

        app.task(name=ENTER_READINGS, queue=ENTRIES)(run_enter_readings)
    if enter := handlers.enter:

        async def run_enter(name: str, server: str) -> None:
            await enter(name, server)

        app.task(name=ENTER, queue=ENTRIES)(run_enter)
    for name, cron, upkeep in ((PLAN, PLAN_CRON, handlers.plan), (SWEEP, SWEEP_CRON, handlers.sweep)):
        if upkeep is not None:
            _every(app, name, cron, upkeep)
    return app


@asynccontextmanager
async def open_queue(
    url: str, handlers: Handlers | None = None, connections: int = 4
) -> AsyncIterator[Queue]:
    """Open the queue in a database, and make its tables if it has none. Raises CrawlerError, without the address's secrets."""
    await prepare(url)
    app = _app(url, handlers or Handlers(), connections)
    try:
        async with app.open_async():
            yield Queue(app)
    except ConnectorException as error:
        raise unreachable(url, error) from error


async def prepare(url: str) -> None:
    """Make the tables of the queue and of the leases, once, however many processes begin at the same time.

    Raises QueueAway if the database cannot be reached, CrawlerError if it can be and not be used.
    """
    try:
        async with await psycopg.AsyncConnection.connect(
            url, connect_timeout=int(_CONNECT_SECONDS)
        ) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('fazhi queue'))")
            if not await _exists(connection, "procrastinate_jobs"):
                await connection.execute(procrastinate.schema.SchemaManager.get_schema())
                await connection.execute(SCHEMA)
            if not await _exists(connection, "fazhi_jobs_lock"):
                await connection.execute(_LOCK_INDEX)
    except (InsufficientPrivilege, InvalidSchemaName) as error:
        raise CrawlerError(
            f"{masked(url)}: the tables of the queue are not complete, and this user may not make them"
            f" ({error.diag.message_primary}): run `fazhi enqueue --due` once as the owner of the table procrastinate_jobs,"
            " or, if there is none, as a user that may make tables"
        ) from error
    except (psycopg.Error, OSError) as error:
        raise unreachable(url, error) from error


async def _exists(connection: psycopg.AsyncConnection[Any], name: str) -> bool:
    row = await (await connection.execute("SELECT to_regclass(%s) IS NOT NULL", (name,))).fetchone()
    return row is not None and bool(row[0])


def unreachable(url: str, error: BaseException) -> CrawlerError:
    """Return the error for a database that cannot be used. It names no password."""
    kind = QueueAway if _is_away(error) else CrawlerError
    return kind(f"{masked(url)}: the queue's database cannot be used: {_reason(error, url)}")


def _is_away(error: BaseException) -> bool:
    """Whether nobody answers, or a server that begins, ends or has no connection left, and not one that refuses this user.

    Of a connection that failed libpq tells no SQLSTATE, only the server's words.
    """
    cause = error.__cause__ or error
    if not isinstance(cause, (psycopg.OperationalError, PoolTimeout, OSError)):
        return False
    told = str(cause)
    return "FATAL:" not in told or any(words in told for words in _FOR_A_WHILE)


def _reason(error: BaseException, url: str) -> str:
    cause = error.__cause__ or error
    found = database_fault(cause)
    says, advice = found if found is not None else (" ".join(str(cause).split()), "")
    if (getattr(cause, "sqlstate", None) or "").startswith(_OF_A_CATALOGUE):
        advice = ""
    text = (says or type(cause).__name__) + (f"; {advice}" if advice else "")
    password = psycopg.conninfo.conninfo_to_dict(url).get("password")
    return text.replace(str(password), "***") if password else text


def password_in(url: str) -> bool:
    """Whether a database's address holds a password, which the list of processes would show."""
    try:
        return bool(psycopg.conninfo.conninfo_to_dict(url).get("password"))
    except psycopg.ProgrammingError:
        return False


def masked(url: str) -> str:
    """Return a database's address without user and password, for messages. Raises ConfigError if it is none."""
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ConfigError("the queue's address must be postgresql://USER@HOST/DATABASE") from None
    place = parts.get("host") or "localhost"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{place}{port}/{parts.get('dbname') or ''}"
