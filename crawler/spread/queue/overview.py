"""What the queue and the leases hold, for people and for the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from crawler.spread.leases import VISIT as VISIT_KEY
from crawler.spread.planning import Failures
from crawler.spread.queue.jobs import ENTER, VISIT, unreachable

_BUSY = """
SELECT DISTINCT args ->> 'server' FROM procrastinate_jobs
 WHERE status IN ('todo', 'doing') AND task_name = ANY (%s)
"""
_FAILURES = """
WITH ended AS (
    SELECT job.args ->> 'server' AS server, job.status, max(event.at) AS at
      FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id
     WHERE job.task_name = %s AND job.status IN ('failed', 'succeeded')
     GROUP BY job.id
), good AS (SELECT server, max(at) AS at FROM ended WHERE status = 'succeeded' GROUP BY server)
SELECT ended.server, count(*), max(ended.at) FROM ended LEFT JOIN good USING (server)
 WHERE ended.status = 'failed' AND (good.at IS NULL OR ended.at > good.at)
 GROUP BY ended.server
"""
_COUNTS = "SELECT task_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2 ORDER BY 1, 2"
_JOBS = """
SELECT job.id, job.task_name AS task, job.status::text AS status, job.args ->> 'server' AS server,
       job.args -> 'sites' AS sites, job.args ->> 'name' AS segment, max(event.at) AS since
  FROM procrastinate_jobs job LEFT JOIN procrastinate_events event ON event.job_id = job.id
 WHERE job.status = ANY (%s::procrastinate_job_status[]) AND job.task_name = ANY (%s)
 GROUP BY job.id ORDER BY job.status, job.priority DESC, job.id LIMIT %s
"""
_LEASES = """
SELECT key, holder, fence, lease_until, CASE WHEN next_at > clock_timestamp() THEN next_at END AS next_at
  FROM server_budget WHERE lease_until > clock_timestamp() ORDER BY key LIMIT %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """State of the queue. `counts`: jobs by task and status; `jobs`: those that run, failed or wait; `leases`: those held."""

    counts: Mapping[str, Mapping[str, int]]
    jobs: tuple[dict[str, Any], ...]
    leases: tuple[dict[str, Any], ...]


async def busy_servers(url: str) -> set[str]:
    """Return the servers whose visit is queued or under way, or whose segment is not entered yet."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        rows = await (await connection.execute(_BUSY, ([VISIT, ENTER],))).fetchall()
    return {row[0] for row in rows}


async def failures(url: str) -> dict[str, Failures]:
    """Return the servers whose last visits ended without a segment."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        rows = await (await connection.execute(_FAILURES, (VISIT,))).fetchall()
    return {server: Failures(number=number, last=last) for server, number, last in rows}


async def overview(url: str, *, most: int) -> Overview:
    """Return what waits, runs and has failed: at most so many jobs of each, and leases. Raises CrawlerError."""
    try:
        async with await psycopg.AsyncConnection.connect(url, row_factory=dict_row) as connection:
            counts: dict[str, dict[str, int]] = {}
            for row in await (await connection.execute(_COUNTS)).fetchall():
                counts.setdefault(row["task_name"], {})[row["status"]] = row["count"]
            jobs: list[dict[str, Any]] = []
            for status in ("doing", "failed", "todo"):
                found = await connection.execute(_JOBS, ([status], [VISIT, ENTER], most))
                jobs += await found.fetchall()
            leases = await (await connection.execute(_LEASES, (most,))).fetchall()
    except (psycopg.Error, OSError) as error:
        raise unreachable(url, error) from error
    for lease in leases:
        lease["what"] = "visit" if lease["key"].startswith(VISIT_KEY) else "server"
        lease["key"] = lease["key"].removeprefix(VISIT_KEY)
    return Overview(counts=counts, jobs=tuple(jobs), leases=tuple(leases))


def since(value: datetime | None) -> str | None:
    """Return a time as JSON has it."""
    return value.isoformat() if value else None
