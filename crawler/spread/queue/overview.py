"""What the queue and the leases hold, for people and for the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.errors import UndefinedTable
from psycopg.rows import dict_row

from crawler.spread.leases import VISIT as VISIT_KEY
from crawler.spread.planning import Failures, QueueState
from crawler.spread.queue.jobs import ENTER, ENTER_READINGS, REREAD, VISIT, unreachable

_BUSY = """
SELECT DISTINCT args ->> 'server' FROM procrastinate_jobs
 WHERE status IN ('todo', 'doing') AND task_name = ANY (%s)
"""
_FAILURES = """
WITH failed AS MATERIALIZED (
    SELECT id, args ->> 'server' AS server FROM procrastinate_jobs WHERE task_name = %(task)s AND status = 'failed'
), good AS (
    SELECT args ->> 'server' AS server, max(id) AS id FROM procrastinate_jobs
     WHERE task_name = %(task)s AND status = 'succeeded' AND args ->> 'server' IN (SELECT server FROM failed)
     GROUP BY 1
)
SELECT failed.server, count(DISTINCT failed.id), max(event.at)
  FROM failed LEFT JOIN good USING (server) JOIN procrastinate_events event ON event.job_id = failed.id
 WHERE good.id IS NULL OR failed.id > good.id
 GROUP BY failed.server
"""  # a server is queued once at a time: the later of two jobs ended later
_SIZES = """
SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s),
       (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '2 minutes')
"""
_COUNTS = "SELECT task_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2 ORDER BY 1, 2"
_JOBS = """
SELECT job.id, job.task_name AS task, job.status::text AS status, job.args ->> 'server' AS server,
       job.args -> 'sites' AS sites, job.args ->> 'name' AS segment, job.args ->> 'file' AS file, max(event.at) AS since
  FROM procrastinate_jobs job LEFT JOIN procrastinate_events event ON event.job_id = job.id
 WHERE job.status = ANY (%s::procrastinate_job_status[]) AND job.task_name = ANY (%s)
 GROUP BY job.id ORDER BY job.status, job.priority DESC, job.id LIMIT %s
"""
_LEASES = """
SELECT key, holder, fence, lease_until, CASE WHEN next_at > clock_timestamp() THEN next_at END AS next_at
  FROM server_budget WHERE lease_until > clock_timestamp() ORDER BY key LIMIT %s
"""
_SHOWN = [VISIT, REREAD, ENTER, ENTER_READINGS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """State of the queue. `counts`: jobs by task and status; `jobs`: those that run, failed or wait; `leases`: those held."""

    counts: Mapping[str, Mapping[str, int]]
    jobs: tuple[dict[str, Any], ...]
    leases: tuple[dict[str, Any], ...]


async def queue_state(url: str) -> QueueState:
    """Return what a planner must know of the queue. `failures`: of servers whose last visits ended without a segment.

    Raises CrawlerError.
    """
    try:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            busy = await (await connection.execute(_BUSY, ([VISIT, ENTER],))).fetchall()
            failed = await (await connection.execute(_FAILURES, {"task": VISIT})).fetchall()
            sizes = await (await connection.execute(_SIZES, (VISIT,))).fetchone()
    except UndefinedTable:  # nobody has used it yet
        return QueueState()
    except (psycopg.Error, OSError) as error:
        raise unreachable(url, error) from error
    assert sizes is not None
    return QueueState(
        busy=frozenset(row[0] for row in busy),
        failures={server: Failures(number=number, last=last) for server, number, last in failed},
        waiting=sizes[0],
        processes=sizes[1],
    )


async def overview(url: str, *, most: int) -> Overview:
    """Return what waits, runs and has failed: at most so many jobs of each, and leases. Raises CrawlerError."""
    try:
        async with await psycopg.AsyncConnection.connect(url, row_factory=dict_row) as connection:
            counts: dict[str, dict[str, int]] = {}
            for row in await (await connection.execute(_COUNTS)).fetchall():
                counts.setdefault(row["task_name"], {})[row["status"]] = row["count"]
            jobs: list[dict[str, Any]] = []
            for status in ("doing", "failed", "todo"):
                found = await connection.execute(_JOBS, ([status], _SHOWN, most))
                jobs += await found.fetchall()
            leases = await (await connection.execute(_LEASES, (most,))).fetchall()
    except UndefinedTable:  # nobody has used it yet
        return Overview(counts={}, jobs=(), leases=())
    except (psycopg.Error, OSError) as error:
        raise unreachable(url, error) from error
    for lease in leases:
        lease["what"] = "visit" if lease["key"].startswith(VISIT_KEY) else "server"
        lease["key"] = lease["key"].removeprefix(VISIT_KEY)
    return Overview(counts=counts, jobs=tuple(jobs), leases=tuple(leases))


def since(value: datetime | None) -> str | None:
    """Return a time as JSON has it."""
    return value.isoformat() if value else None
