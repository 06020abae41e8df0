"""Prepared statements return the same rows and raise the same errors as SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.session_memory import next_number
from crawler.archive.catalogue.engine import sqlite_engine, upgrade
from crawler.archive.catalogue.models import MemoryRow, RunRow, WarcRow
from crawler.archive.catalogue.prepared import Prepared

AT = datetime(2026, 11, 25, 3, 0, 0, 5, tzinfo=UTC)
RUN = {
    "started_at": AT,
    "finished_at": None,
    "command": "c",
    "software": "s",
    "state": "running",
    "detail": "",
}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = sqlite_engine(tmp_path / "catalogue.db", writes=True)
    upgrade(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_rows_come_back_as_sqlalchemy_gives_them(session: Session) -> None:
    number = next_number(session, RunRow)
    Prepared(insert(RunRow)).post(session, {"id": number, **RUN})
    query = select(RunRow.id, RunRow.started_at, RunRow.finished_at).where(RunRow.id == bindparam("id"))
    found = Prepared(query).first(session, {"id": number})
    assert found == session.execute(query, {"id": number}).one() == (number, AT, None)
    assert Prepared(query).first(session, {"id": number + 1}) is None


def test_json_and_many_rows_go_in_and_limits_hold(session: Session) -> None:
    row = {"walked_at": AT, "rules": "r", "owed": ["甲"], "gone": [], "not_reports": {}}
    Prepared(insert(MemoryRow)).post(
        session, *({"site_id": name, "lists": {"url": name}, **row} for name in "abc")
    )
    query = select(MemoryRow.site_id, MemoryRow.lists, MemoryRow.owed).order_by(MemoryRow.site_id).limit(2)
    assert Prepared(query).all(session, {}) == [("a", {"url": "a"}, ["甲"]), ("b", {"url": "b"}, ["甲"])]


def test_pending_changes_of_the_session_are_seen(session: Session) -> None:
    session.add(RunRow(started_at=AT, command="mine"))
    found = Prepared(select(RunRow.command)).all(session, {})
    assert found == [("mine",)]
    Prepared(update(RunRow).values(command=bindparam("new"))).post(session, {"new": "other"})
    assert session.scalars(select(RunRow.command)).all() == ["other"]


def test_errors_are_those_of_sqlalchemy(session: Session) -> None:
    with pytest.raises(IntegrityError):
        Prepared(insert(WarcRow)).post(session, {"file": "a", "run_id": 99, "entered": 0})
