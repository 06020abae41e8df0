"""What a session knows of rows without asking is what the rows say, whoever writes them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.catalogue.databases.read_ahead import find, is_absent, read_ahead
from crawler.archive.catalogue.databases.session_memory import forget, next_number
from crawler.archive.catalogue.engine import upgrade
from crawler.archive.catalogue.models import PageEventRow, PageRow, ReportRow, RunRow, VersionRow, WarcRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.ledger.similarity import texts_ahead
from crawler.archive.ledger.similarity.nearest import neighbours
from crawler.archive.ledger.similarity.texts_ahead import read_texts_ahead
from crawler.field.fingerprint import bands
from crawler.model import Report

AT = datetime(2026, 11, 30, 3, 0, 0, 5, tzinfo=UTC)
_INSERT_VERSION, _INSERT_REPORT = Prepared(insert(VersionRow)), Prepared(insert(ReportRow))
_INSERT_WARC = Prepared(insert(WarcRow))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session on an empty catalogue with one run."""
    engine = open_catalogue(tmp_path).writing_engine()
    upgrade(engine)
    with Session(engine, expire_on_commit=False) as session:
        session.add(RunRow(started_at=AT))
        session.commit()
        yield session
    engine.dispose()


def values(number: int, mark: str, length: int) -> dict[str, object]:
    """Return the values of a version of the report `r<number>`, by names of columns."""
    return {
        "number": 1,
        "title": "年度报告",
        "issuer": None,
        "kind": None,
        "published": None,
        "source": None,
        "signed": None,
        "page_index": None,
        "body": "字" * length,
        "sections": [],
        "attachments": [],
        "url": f"http://a.gov.cn/{number}",
        "text_sha256": f"{number:064x}",
        "simhash": mark,
        **{f"band_{place}": band for place, band in enumerate(bands(mark))},
        "first_seen": AT,
        "last_seen": AT,
        "capture_id": None,
        "text_file": "",
        "extractor": "e",
    }


def by_orm(session: Session, number: int, mark: str, length: int) -> VersionRow:
    found = values(number, mark, length)
    found["index"] = found.pop("page_index")
    row = VersionRow(report=ReportRow(id=f"r{number}", site_id="s"), **found)
    session.add(row)
    return row


def by_statement(session: Session, number: int, mark: str, length: int) -> None:
    _INSERT_REPORT.post(session, {"id": f"r{number}", "site_id": "s"})
    row = {"id": next_number(session, VersionRow), "report_id": f"r{number}", **values(number, mark, length)}
    defaults = {"parts": 1, "tombstone": False, "older": False, "origin": "own", "text_from": "page"}
    _INSERT_VERSION.post(session, row | defaults | {"further": [], "former": []})


def test_what_no_row_has_is_known_until_a_row_gets_it(session: Session) -> None:
    by_orm(session, 1, "0" * 16, 10)
    digests = {number: f"{number:064x}" for number in range(1, 7)}
    assert read_ahead(session, VersionRow.text_sha256, digests.values()) == {digests[1]}
    assert [is_absent(session, VersionRow.text_sha256, each) for each in digests.values()] == [False] + [
        True
    ] * 5
    by_orm(session, 2, "0" * 16, 10)
    by_statement(session, 3, "0" * 16, 10)
    row = session.scalars(select(VersionRow).where(VersionRow.report_id == "r1")).one()
    row.text_sha256 = digests[4]  # as another extractor reads it
    assert [
        number for number, each in digests.items() if is_absent(session, VersionRow.text_sha256, each)
    ] == [5, 6]
    assert not is_absent(session, VersionRow.text_sha256, f"{7:064x}"), "nobody has read that"
    session.commit()
    assert is_absent(session, VersionRow.text_sha256, digests[5])
    forget(session)
    assert not is_absent(session, VersionRow.text_sha256, digests[5])


def test_what_is_taken_back_is_not_known(session: Session) -> None:
    read_ahead(session, ReportRow.id, ["r1", "r2"])
    with session.begin_nested() as nested:
        by_statement(session, 1, "0" * 16, 10)
        number = next_number(session, VersionRow)
        nested.rollback()
    assert not is_absent(session, ReportRow.id, "r1")
    assert read_ahead(session, ReportRow.id, ["r1"]) == set()
    assert next_number(session, VersionRow) == number - 1


def test_a_row_is_found_by_its_key_unless_there_is_none(session: Session) -> None:
    session.add(WarcRow(file="a", run_id=1, entered=5))
    read_ahead(session, WarcRow.file, ["a", "b", "c"])
    _INSERT_WARC.post(session, {"file": "b", "run_id": 1, "entered": 7})
    found = {name: find(session, WarcRow, WarcRow.file, name) for name in "abcd"}
    assert {name: row and row.entered for name, row in found.items()} == {
        "a": 5,
        "b": 7,
        "c": None,
        "d": None,
    }


def test_numbers_follow_the_highest_whoever_inserts(session: Session) -> None:
    by_statement(session, 1, "0" * 16, 10)
    second = by_orm(session, 2, "0" * 16, 10)
    assert next_number(session, VersionRow) == 3
    assert second.id == 2
    given = RunRow(started_at=AT)
    given.id = 9
    assert next_number(session, RunRow) == 2
    session.add(given)
    assert next_number(session, RunRow) == 10
    third = by_orm(session, 3, "0" * 16, 10)
    session.flush()
    assert third.id == 4, "the number 3 was taken above"
    page = PageRow(
        report=second.report, url="u", url_key="u", site_id="s", text_sha256="", first_seen=AT, last_seen=AT
    )
    session.add(page)
    session.flush()
    session.add_all(PageEventRow(page_id=page.id, at=AT, state="live", detail=f"{n}") for n in range(3))
    session.commit()
    ids = select(PageEventRow.id, PageEventRow.detail).order_by(PageEventRow.id)
    assert [tuple(row) for row in session.execute(ids)] == [(1, "0"), (2, "1"), (3, "2")]


def near(mark: str, bits: int, chance: random.Random) -> str:
    """Return a simhash that differs in some bits."""
    number = int(mark, 16)
    for place in chance.sample(range(64), bits):
        number ^= 1 << place
    return f"{number:016x}"


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_text_read_ahead_is_the_one_that_is_looked_up(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    first = [f"{chance.getrandbits(64):016x}" for _ in range(6)]

    def some() -> tuple[str, int]:
        return near(chance.choice(first), chance.randrange(6), chance), chance.choice((90, 100, 105, 150))

    for number in range(60):
        by_orm(session, number, *some())
    asked = [some() for _ in range(60)]
    reports = [
        (Report(title="", url="http://b.gov.cn/", body="字" * length, text_sha256=f"{n}"), mark)
        for n, (mark, length) in enumerate(asked)
    ]

    def compare() -> int:
        """Compare all, and return how many are near another text."""
        looked_up, known = [], []
        for report, mark in reports:
            ahead = session.info["memory"].pop("texts_ahead", None)
            looked_up.append(neighbours(session, report, mark, "r5000"))
            assert ahead is not None
            assert ahead.has_all_near(mark)
            session.info["memory"]["texts_ahead"] = ahead
            known.append(neighbours(session, report, mark, "r5000"))
        assert known == looked_up
        return sum(found is not None for found, _ in known)

    read_ahead(session, ReportRow.id, ["r5000"])
    read_texts_ahead(session, {report.text_sha256: mark for report, mark in reports})
    before = compare()
    for number, (mark, length) in enumerate([some() for _ in range(60)]):
        (by_orm if number % 2 else by_statement)(session, 100 + number, mark, length)
    assert compare() >= before > 0
    changed = session.scalars(select(VersionRow).where(VersionRow.report_id == "r100")).one()
    changed.body = "字" * 1000
    compare()
    other = f"{chance.getrandbits(64):016x}"
    changed.simhash = other
    changed.band_0, changed.band_1, changed.band_2, changed.band_3 = bands(other)
    session.flush()
    assert not session.info["memory"]["texts_ahead"].has_all_near(reports[0][1]), (
        "it is known under its former one"
    )


def test_very_many_texts_alike_are_looked_up(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts_ahead, "_MAX_TEXTS", 5)
    for number in range(7):
        by_orm(session, number, "0" * 16, 100)
    read_ahead(session, ReportRow.id, ["r5000"])
    read_texts_ahead(session, {"a": "0" * 16})
    report = Report(title="", url="http://b.gov.cn/", body="字" * 100, text_sha256="a")
    assert not session.info["memory"]["texts_ahead"].has_all_near("0" * 16)
    assert neighbours(session, report, "0" * 16, "r5000") == (("r0", 0), False)
    assert neighbours(session, report, "0" * 16, "r6") == (("r0", 0), True)
