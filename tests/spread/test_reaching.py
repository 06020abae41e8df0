"""Processes that begin while the queue's database is away, or while the archive is being made."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from crawler.archive import Archive, Reader
from crawler.errors import ArchiveDamaged, CrawlerError
from crawler.field.times import utc_now
from crawler.spread import asking
from crawler.spread.queue import working
from crawler.spread.queue.jobs import QueueAway, open_queue
from tests.spread.servers import Postgres

AWAY = "postgresql://fazhi@127.0.0.1:1/fazhi"


async def test_a_database_that_is_away_is_told_once_and_waited_for(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "_RETRY_SECONDS", 0.01)
    answers, real = iter([AWAY, AWAY, AWAY, database]), working.prepare

    async def prepare(_: str) -> None:
        await real(next(answers))

    monkeypatch.setattr(working, "prepare", prepare)
    told: list[str] = []
    assert await working.reach(database, asyncio.Event(), told.append)
    away, back = told
    assert "the queue's database cannot be used" in away
    assert "waited for" in away
    assert "is there" in back


async def test_the_end_ends_the_wait_for_a_database() -> None:
    ending = asyncio.Event()
    assert not await asyncio.wait_for(working.reach(AWAY, ending, lambda _: ending.set()), 30)


async def test_a_database_that_refuses_is_not_waited_for(database: str) -> None:
    missing = psycopg.conninfo.make_conninfo(database, dbname="fazhi_missing")
    with pytest.raises(CrawlerError, match="does not exist") as caught:
        await working.reach(missing, asyncio.Event(), lambda _: None)
    assert not isinstance(caught.value, QueueAway)


async def test_tables_that_only_their_owner_can_complete_are_told(
    database: str, postgres_server: Postgres
) -> None:
    async with open_queue(database):
        pass
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP INDEX fazhi_jobs_lock")
        connection.execute("DROP ROLE IF EXISTS fazhi_guest")
        connection.execute("CREATE ROLE fazhi_guest LOGIN")
    other = psycopg.conninfo.make_conninfo(database, user="fazhi_guest")
    try:
        with pytest.raises(CrawlerError, match="as the owner of the table procrastinate_jobs"):
            async with open_queue(other):
                pass
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP ROLE fazhi_guest")


def test_an_archive_that_is_just_being_made_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asking.ask(tmp_path, None, lambda _: 1) is None
    with Archive.create(tmp_path, clock=utc_now, notify=lambda _: None):
        pass
    real, attempts = Reader.read, []

    def read(*given: object, **named: object) -> Reader:
        attempts.append(given)
        if len(attempts) < 3:
            raise ArchiveDamaged("its catalogue has no tables")
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(asking, "_WAIT_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(Reader, "read", read)
    assert asking.ask(tmp_path, None, lambda reader: len(reader.runs())) == 1
    attempts.clear()
    monkeypatch.setattr(asking, "_WAIT_SECONDS", (0.0,))
    with pytest.raises(ArchiveDamaged):
        asking.ask(tmp_path, None, lambda _: 1)
