"""Runs and visits: what is stored of them and what the next run reads; migrations up and down with data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from crawler.archive import CATALOGUE, Archive
from crawler.archive.catalogue.engine import HEAD, migrations, sqlite_engine, upgrade
from crawler.field.fingerprint import bands, simhash
from crawler.model import Link, ListRequest, ListStep, SiteVisit, VisitState
from tests.archive.held import query
from tests.conftest import Clock

Opener = Callable[[], Archive]

LIST = ListRequest(url="http://a.gov.cn/list", method="POST", form=(("page", "2"), ("page", "3")))
FRONTIER = (
    Link(url="http://a.gov.cn/1.html", title="甲市2022年度", date="2023-02-21"),
    ListStep(request=LIST, first=ListRequest(url="http://a.gov.cn/list"), number=2),
    ListStep(
        request=ListRequest(
            url="http://a.gov.cn/api",
            method="POST",
            json_body='{"pageIndex":1,"名":"值"}',
            referer="http://a.gov.cn/",
        ),
        first=ListRequest(url="http://a.gov.cn/list"),
        number=2,
    ),
)


def a_visit(archive: Archive, state: VisitState | None, *, site: str = "a") -> SiteVisit:
    return SiteVisit(
        site_id=site, began_at=archive.started_at, state=state, entries=("http://a.gov.cn/list",)
    )


def visited(opened: Opener, state: VisitState, *, site: str = "a") -> None:
    with opened() as archive:
        archive.begin_visit(a_visit(archive, None, site=site))
        archive.end_visit(a_visit(archive, state, site=site))


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    return query(folder, sql)


def test_what_a_visit_left_is_read_back_unchanged(opened: Opener) -> None:
    with opened() as archive:
        left = replace(
            a_visit(archive, VisitState.LEFT), frontier=FRONTIER, found=7, years=(2021, 2022), troubled=True
        )
        archive.end_visit(left)
    with opened() as archive:
        past = archive.pasts()["a"]
    assert past.last == left
    step = past.last.frontier[-1]
    assert isinstance(step, ListStep)
    assert step.request.referer == "http://a.gov.cn/"
    assert past.unfinished


def test_a_row_has_a_json_body_only_where_a_request_has_one(opened: Opener, folder: Path) -> None:
    with opened() as archive:
        archive.end_visit(replace(a_visit(archive, VisitState.LEFT), frontier=FRONTIER))
    ((saved,),) = rows(folder, "SELECT CAST(frontier AS TEXT) FROM visits")
    steps = json.loads(str(saved))
    assert ["json_body" in step.get("request", {}) for step in steps] == [False, False, True]
    assert not any("json_body" in step.get("first", {}) for step in steps)


def test_a_visit_never_ended_is_unfinished(opened: Opener) -> None:
    with opened() as archive:
        archive.begin_visit(a_visit(archive, None))
    with opened() as archive:
        assert archive.pasts()["a"].unfinished


def test_failures_are_counted_since_the_last_complete_visit(opened: Opener) -> None:
    for state in (VisitState.FAILED, VisitState.COMPLETE):
        visited(opened, state)
    for site in ("a", "a", "b"):
        visited(opened, VisitState.FAILED, site=site)
    with opened() as archive:
        pasts = archive.pasts()
    assert (pasts["a"].failures, pasts["b"].failures) == (2, 1)
    assert not pasts["a"].unfinished


def test_the_pasts_of_more_sites_than_a_query_takes_variables(opened: Opener) -> None:
    with opened() as archive:
        for number in range(1100):
            archive.begin_visit(a_visit(archive, None, site=f"s{number}"))
        assert len(archive.pasts()) == 1100


def test_visits_in_the_future_are_the_last_but_do_not_count(opened: Opener, clock: Clock) -> None:
    visited(opened, VisitState.COMPLETE)
    right = clock()
    clock.forward(days=3650)
    visited(opened, VisitState.COMPLETE)
    visited(opened, VisitState.COMPLETE, site="b")
    ahead, clock.now = clock(), right
    with opened() as archive:
        pasts = archive.pasts()
    assert (pasts["a"].last_credible_at, pasts["b"].last_credible_at) == (right, None)
    assert pasts["b"].last.began_at == ahead
    assert pasts["a"].is_in_future(clock())
    visited(opened, VisitState.COMPLETE)
    with opened() as archive:
        assert not archive.pasts()["a"].is_in_future(clock())


def test_a_run_ends_as_finished_stopped_or_killed(opened: Opener, folder: Path) -> None:
    opened().close()
    with opened() as archive:
        archive.mark_stopped("SIGTERM")
    opened().close(finished=False)
    opened().close()
    states = rows(folder, "SELECT state, detail FROM runs ORDER BY id")
    assert states == [("finished", ""), ("stopped", "SIGTERM"), ("killed", ""), ("finished", "")]


@pytest.mark.sqlite_only
def test_a_catalogue_of_the_first_schema_comes_up_and_goes_back_with_all_its_rows(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / CATALOGUE, writes=True)
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0001")
        for finished in ("'2026-11-25 03:10:00'", "NULL"):
            connection.exec_driver_sql(
                "INSERT INTO runs (started_at, finished_at, command, software)"
                f" VALUES ('2026-11-25 03:00:00', {finished}, 'crawl', 'fazhi/0.1.0')"
            )
        connection.exec_driver_sql(
            "INSERT INTO outcomes (run_id, at, site_id, url, ending, detail)"
            " VALUES (1, '2026-11-25 03:01:00', 'a', 'http://a.gov.cn/', 'listed', '')"
        )
    before = {table: rows(tmp_path, f"SELECT * FROM {table}") for table in ("runs", "outcomes")}
    upgrade(engine)
    assert rows(tmp_path, "SELECT id, state, detail FROM runs") == [(1, "finished", ""), (2, "running", "")]
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO visits (run_id, site_id, began_at, left_over, requests, bytes, seconds, found, troubled, years,"
            " entries, frontier) VALUES (1, 'a', '2026-11-25 03:00:00', 0, 1, 2, 0.5, 0, 0, '[]', '[]', '[]')"
        )
        command.downgrade(migrations(connection), "0001")
    assert {table: rows(tmp_path, f"SELECT * FROM {table}") for table in before} == before
    assert rows(tmp_path, "SELECT name FROM sqlite_master WHERE name LIKE '%visits%'") == []
    engine.dispose()


@pytest.mark.sqlite_only
def test_the_third_schema_adds_evidence_and_leaves_the_rest_unchanged(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / CATALOGUE, writes=True)
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0002")
        for statement in SECOND_SCHEMA:
            connection.exec_driver_sql(statement)
    tables = ("runs", "captures", "reports", "versions", "pages", "outcomes")
    before = {table: rows(tmp_path, f"SELECT * FROM {table}") for table in tables}
    upgrade(engine)
    assert rows(tmp_path, "SELECT * FROM warcs") == [("warc/a.warc.gz", 1, 150)]
    assert rows(tmp_path, "SELECT page_id, state FROM page_events") == [(1, "live")]
    assert rows(tmp_path, "SELECT state, missing_since FROM pages") == [("live", None)]
    assert rows(tmp_path, "SELECT tombstone, former, further FROM versions") == [(0, "[]", "[]")]
    with Archive.read(tmp_path) as archive:
        assert [report.title for report in archive.reports()] == ["t"]
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO versions SELECT 2, report_id, 2, title, issuer, kind, published, source, signed, page_index, '',"
            " sections, attachments, url, 'x', simhash, 0, 0, 0, 0, first_seen, last_seen, NULL, 1, '', '', 1, NULL, '[]',"
            " '[]', 0, 'own', NULL, 'page', NULL, NULL, NULL, NULL, NULL, NULL FROM versions"
        )
        command.downgrade(migrations(connection), "0002")
    assert {table: rows(tmp_path, f"SELECT * FROM {table}") for table in tables} == before
    engine.dispose()


def test_the_last_migration_is_the_one_that_a_catalogue_is_asked_for(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / CATALOGUE, writes=True)
    with engine.begin() as connection:
        assert ScriptDirectory.from_config(migrations(connection)).get_heads() == [HEAD]
    engine.dispose()


@pytest.mark.sqlite_only
def test_simhashes_of_the_fifth_schema_are_computed_from_the_texts_and_the_former_ones_come_back(
    tmp_path: Path,
) -> None:
    engine = sqlite_engine(tmp_path / CATALOGUE, writes=True)
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0002")
        for statement in SECOND_SCHEMA:
            connection.exec_driver_sql(statement)
        command.upgrade(migrations(connection), "0004")
    former = rows(tmp_path, "SELECT simhash, band_0, band_1, band_2, band_3 FROM versions")
    upgrade(engine)
    mark = simhash("b")
    assert rows(tmp_path, "SELECT simhash, band_0, band_1, band_2, band_3 FROM versions") == [
        (mark, *bands(mark))
    ]
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "0004")
    assert rows(tmp_path, "SELECT simhash, band_0, band_1, band_2, band_3 FROM versions") == former
    engine.dispose()


@pytest.mark.sqlite_only
def test_the_migration_after_the_seventh_adds_the_order_of_runs(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / CATALOGUE, writes=True)
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0002")
        for statement in SECOND_SCHEMA:
            connection.exec_driver_sql(statement)
        command.upgrade(migrations(connection), "0007")
        for number, run, seen in ((2, 1, "2026-11-26"), (3, 2, "2023-01-01"), (4, 2, "2026-11-20")):
            # of run 2, version 3 was imported, and version 4 was seen with a clock that was behind
            connection.exec_driver_sql(
                f"INSERT OR IGNORE INTO runs (id, started_at, command, software, state, detail)"
                f" VALUES ({run}, '2026-11-19 00:00:00', 'crawl', 'fazhi/0.1.0', 'finished', '')"
            )
            connection.exec_driver_sql(
                f"INSERT INTO captures SELECT {number}, {run}, url, url_key, method, '{seen} 00:00:00', 200, 'd',"
                f" 'response', '<urn:uuid:{number}>', warc_file, {number}00, 50, NULL, NULL, NULL FROM captures WHERE id = 1"
            )
            connection.exec_driver_sql(
                f"INSERT INTO versions SELECT {number}, report_id, {number}, title, issuer, kind, published, source, signed,"
                f" page_index, 'b{number}', sections, attachments, url, 'd{number}', simhash, 0, 0, 0, 0,"
                f" '{seen} 00:00:00', '{seen} 00:00:00', {number}, 1, 'text/{number}', 'x', 0, NULL, '[]', '[]'"
                " FROM versions WHERE id = 1"
            )
        connection.exec_driver_sql("UPDATE pages SET text_sha256 = 'd4', last_seen = '2026-11-26 00:00:00'")
    before = {table: rows(tmp_path, f"SELECT * FROM {table}") for table in ("versions", "pages")}
    upgrade(engine)
    assert rows(tmp_path, "SELECT number, older FROM versions") == [(1, 0), (2, 0), (3, 1), (4, 0)]
    assert rows(tmp_path, "SELECT seen_in, answered_in FROM pages") == [(4, 2)]
    with Archive.read(tmp_path) as archive:
        assert [report.body for report in archive.reports()] == ["b4"]
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "0007")
    assert {table: rows(tmp_path, f"SELECT * FROM {table}") for table in before} == before
    engine.dispose()


SECOND_SCHEMA = (
    "INSERT INTO runs (id, started_at, command, software) VALUES (1, '2026-11-25 03:00:00', 'crawl', 'fazhi/0.1.0')",
    "INSERT INTO captures VALUES (1, 1, 'http://a.gov.cn/', 'http://a.gov.cn/', 'GET', '2026-11-25 03:00:00', 200, 'd',"
    " 'response', '<urn:uuid:1>', 'warc/a.warc.gz', 100, 50, NULL, NULL)",
    "INSERT INTO reports VALUES ('420100-2022-d', 'a', '420100', 2022)",
    "INSERT INTO versions VALUES (1, '420100-2022-d', 1, 't', NULL, NULL, NULL, NULL, NULL, NULL, 'b', '[]', '[]',"
    " 'http://a.gov.cn/', 'd', '8472c2e34d854f75', 33906, 49891, 19845, 20341, '2026-11-25 03:00:00', '2026-11-25 03:00:00', 1, 1,"
    " 'text/a', 'x')",
    "INSERT INTO pages VALUES (1, 'http://a.gov.cn/', 'http://a.gov.cn/', 'a', '420100-2022-d', 'd',"
    " '2026-11-25 03:00:00', '2026-11-25 03:00:00')",
    "INSERT INTO outcomes VALUES (1, 1, '2026-11-25 03:00:00', 'a', 'http://a.gov.cn/', 'new', '', '420100-2022-d', 1)",
)
"""A report, its page and its capture in the second schema."""
