"""What a person at a terminal is told when a database refuses, or goes away: once, in a line, and what to do."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.damage import database_fault
from crawler.errors import CrawlerError
from crawler.spread.queue import absence, working
from crawler.spread.queue.jobs import ENTER, VISIT, QueueAway, open_queue
from tests.conftest import Fazhi

ROOT = Path(__file__).parent.parent.parent
AWAY = "postgresql://fazhi@127.0.0.1:1/fazhi"
LOST = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fazhi' AND datname = current_database()"


@pytest.mark.parametrize(
    ("says", "advice"),
    [
        ('connection failed: FATAL:  password authentication failed for user "fazhi"', "PGPASSWORD"),
        ("connection failed: fe_sendauth: no password supplied", "PGPASSWORD"),
        ('FATAL:  role "fazhi" does not exist', "PGPASSWORD"),
        ('FATAL:  no pg_hba.conf entry for host "::1", user "fazhi", database "archives"', "PGPASSWORD"),
        ('FATAL:  database "archives" does not exist', "createdb"),
        ('FATAL:  permission denied for database "archives"', "rights of each role"),
        ("FATAL:  the database system is starting up", "in a moment"),
        ("FATAL:  the database system is shutting down", "in a moment"),
        ("FATAL:  sorry, too many clients already", "max_connections"),
        ("FATAL:  remaining connection slots are reserved for superusers", "max_connections"),
        ('FATAL:  too many connections for role "fazhi"', "max_connections"),
        ("consuming input failed: server closed the connection unexpectedly", "was lost"),
        ('invalid connection option "nonsense"', "correct the address"),
        ("connection failed: Connection refused", "is the server running"),
    ],
)
def test_what_to_do_is_told_of_each_refusal(says: str, advice: str) -> None:
    found = database_fault(psycopg.OperationalError(says))
    assert found is not None
    assert advice in found[1]


def test_a_statement_is_not_quoted(database: str) -> None:
    with psycopg.connect(database) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute("SELECT nothing\nFROM nowhere")
    assert "LINE" in str(caught.value)
    found = database_fault(caught.value)
    assert found is not None
    assert found[0] == 'relation "nowhere" does not exist'


def test_a_forgotten_or_wrong_database_is_told_with_the_option_to_use(
    tmp_path: Path, database: str, fazhi: Fazhi
) -> None:
    fixtures = str(ROOT / "tests" / "fixtures")
    in_database, other = str(tmp_path / "one"), str(tmp_path / "other")
    for folder, words in ((in_database, ["--database", database]), (other, [])):
        assert fazhi("crawl", "-q", "wuhan", "--replay", fixtures, "--archive", folder, *words)[0] == 0
    code, _, forgotten = fazhi("reports", "--archive", in_database)
    assert code == 4
    assert "name that with --database" in forgotten
    schema = f"{database}{'&' if '?' in database else '?'}schema=nobody"
    code, _, empty = fazhi("reports", "--archive", in_database, "--database", schema)
    assert code == 4
    assert "schema=nobody: has no catalogue of" in empty
    code, out, _ = fazhi("verify", "--archive", other, "--database", database)
    assert code == 4
    (fault,) = (line for line in out.splitlines() if "another archive" in line)
    assert fault.count("postgresql+psycopg://") == 1
    assert "fazhi rebuild" not in fault  # it would refuse too


def test_a_lost_connection_is_not_logged_beside_its_error(
    tmp_path: Path, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_catalogue(tmp_path, database).writing_engine()
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        with psycopg.connect(database, autocommit=True) as other:
            other.execute(LOST)
        with pytest.raises(psycopg.OperationalError), driver.pipeline():
            driver.execute("SELECT 1").fetchone()
        connection.invalidate()
    engine.dispose()
    assert [each.getMessage() for each in caplog.records if each.name == "psycopg"] == []
    logging.getLogger("psycopg").warning("another matter")
    assert [each.getMessage() for each in caplog.records if each.name == "psycopg"] == ["another matter"]


async def test_an_absence_of_the_queue_is_told_once_and_its_end_once(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "_RETRY_SECONDS", 0.01)
    answers, real = iter([AWAY, AWAY, database]), working.prepare

    async def prepare(_: str) -> None:
        await real(next(answers))

    monkeypatch.setattr(working, "prepare", prepare)
    told: asyncio.Queue[str] = asyncio.Queue()
    log = logging.getLogger("procrastinate.worker.worker")
    async with absence.absence_told(database, told.put_nowait):
        for _ in range(3):
            try:
                raise ConnectorException from psycopg.OperationalError("server closed the connection")
            except ConnectorException:
                log.exception("listener error")
            logging.getLogger("psycopg.pool").warning("error connecting in 'pool-1': Connection refused")
            log.error("Job plan[1] ended with status: Error", exc_info=QueueAway("cannot be used"))
        async with asyncio.timeout(30):
            away, back = await told.get(), await told.get()
    assert told.empty()
    assert "waited for" in away
    assert "is there" in back


async def test_a_failed_job_is_told_in_a_line_and_a_fault_of_the_program_with_its_traceback(
    database: str,
) -> None:
    told: list[str] = []
    log = logging.getLogger("procrastinate.worker.worker")
    async with absence.absence_told(database, told.append):
        for task, server, error in (
            (VISIT, "a.gov.cn", CrawlerError("the store refuses this")),
            (ENTER, "b.gov.cn", CrawlerError("the archive is damaged")),  # with which the enterer ends
            (VISIT, "c.gov.cn", ZeroDivisionError("division by zero")),
        ):
            job = {"task_name": task, "task_kwargs": {"server": server}}
            log.error("Job visit[1] ended with status: Error", exc_info=error, extra={"job": job})
    line, fault = told
    assert line == "a.gov.cn: its job failed: the store refuses this"
    assert "ZeroDivisionError: division by zero" in fault


@pytest.mark.parametrize(
    ("right", "says"),
    [("CREATE", "permission denied for schema public"), ("ALL", "no schema has been selected to create in")],
)
async def test_a_user_who_may_make_no_tables_is_told_who_may(database: str, right: str, says: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS fazhi_stranger")
        connection.execute("CREATE ROLE fazhi_stranger LOGIN")
        connection.execute(f"REVOKE {right} ON SCHEMA public FROM PUBLIC")
    try:
        with pytest.raises(CrawlerError, match=f"{says}.*as a user that may make tables"):
            async with open_queue(psycopg.conninfo.make_conninfo(database, user="fazhi_stranger")):
                pass
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP ROLE fazhi_stranger")
