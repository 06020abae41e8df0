"""A catalogue in PostgreSQL: what is different there, and what must be the same. The tests of archives run on it too."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from sqlalchemy import bindparam, delete, func, insert, inspect, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from crawler.archive import Archive, Reader, rebuild
from crawler.archive.catalogue import engine as catalogue_engine
from crawler.archive.catalogue.databases import posted
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.catalogue.databases.postgresql import PostgresqlCatalogue
from crawler.archive.catalogue.models import MemoryRow, WarcRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.fulltext.database import tables
from crawler.cli.program.values import masked
from crawler.errors import ArchiveDamaged, ArchiveLocked, ArchiveTooNew, ConfigError, QueryTooLong
from crawler.fetch.archive_client import Part
from crawler.field.fingerprint import text_sha256
from crawler.intake.backfill.archives import wayback
from crawler.model import Ending, Report
from crawler.questions.search import search
from crawler.questions.verify import verify
from tests.archive.held import fill_every_table
from tests.conftest import BODY, SITE, URL, Clock, Fazhi, a_capture, a_report
from tests.intake.backfill.conftest import LIST, OLD, kept
from tests.intake.backfill.web_archives import WebArchives, serving

FIXTURES = Path(__file__).parent.parent / "fixtures"


def store(archive: Archive, clock: Clock, report: Report, url: str = URL) -> Ending:
    capture = a_capture(url, report.body.encode(), at=clock())
    archive.record(capture)
    return archive.store(report, capture, SITE).ending


def stored(folder: Path, clock: Clock, database: str | None, *reports: Report) -> None:
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock, notify=lambda _: None, database=database) as archive:
        for number, report in enumerate(reports):
            store(archive, clock, report, f"{URL}?n={number}")


def faults(folder: Path, database: str) -> list[str]:
    return [str(each) for each in verify(folder, deep=True, notify=lambda _: None, database=database)]


def with_text(body: str, title: str = "甲市2022年度法治政府建设情况报告") -> Report:
    return replace(a_report(), title=title, body=body, text_sha256=text_sha256(body))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def schema_of(database: str) -> str:
    """Address of the same database, with another schema."""
    return f"{database}{'&' if '?' in database else '?'}schema=other"


# -- the same as in SQLite --------------------------------------------------------------------------------


def test_every_table_is_verified_and_rebuilt(
    folder: Path, database: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "crawler.archive.catalogue.databases.opening.default_place",
        lambda archive: (
            open_catalogue(archive, database).address  # type: ignore[attr-defined]
            if archive == folder
            else archive / "catalogue.db"
        ),
    )
    fill_every_table(folder, clock)
    assert faults(folder, database) == []
    before = {report.id: report for report in read(folder, database)}
    assert rebuild(folder, clock=clock, notify=lambda _: None, database=database).lost == ()
    assert {report.id: report for report in read(folder, database)} == before
    assert faults(folder, database) == []


def read(folder: Path, database: str | None) -> list[Report]:
    with Reader.read(folder, database=database) as archive:
        return archive.reports()


def test_a_changed_row_and_a_changed_table_are_named(folder: Path, database: str, clock: Clock) -> None:
    stored(folder, clock, database, a_report())
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE fazhi.versions SET title = 'x'")
        connection.execute("DROP INDEX fazhi.captures_by_address")
        connection.execute("ALTER TABLE fazhi.sites ADD COLUMN more text")
    found = "\n".join(faults(folder, database))
    assert "column `title`" in found
    assert "captures_by_address: is missing" in found
    assert "sites: has other columns or keys" in found


LONG = "法治" * 10_000 + "。末尾的话" + "复议" * 400
QUERIES = (
    "法治",
    "末尾的话",
    "复议复议",
    '"末尾的话"',
    "甲市 末尾",
    "末 -乙市",
    "末尾 OR 乙市",
    "98.5",
    "abc",
    "议",
    "不存在",
)


def test_search_finds_the_same_texts_in_the_same_order(tmp_path: Path, database: str, clock: Clock) -> None:
    texts = [
        with_text(LONG),
        with_text("乙市的报告,复议98.5件。ABC\n第二段", title="乙市2021年度法治政府建设情况报告"),
        with_text(BODY),
        with_text("行政复议案件,末 尾", title="丙县法治政府建设情况报告"),
    ]
    for place, name in ((None, "sqlite"), (database, "postgresql")):
        stored(tmp_path / name, clock, place, *texts)
    with (
        Reader.read(tmp_path / "sqlite") as one,
        Reader.read(tmp_path / "postgresql", database=database) as other,
    ):
        for query in QUERIES:
            for options in (
                {},
                {"section": "other"},
                {"facets": True},
                {"limit": 1},
                {"limit": 1, "offset": 1},
            ):
                here, there = (search(each, query, **options) for each in (one, other))  # type: ignore[arg-type]
                assert here.total == there.total, (query, options)
                assert [m.report_id for m in here.matches] == [m.report_id for m in there.matches], (
                    query,
                    options,
                )
                assert (here.years, here.provinces) == (there.years, there.provinces)
        assert search(other, "末尾的话").total == 1  # behind position 16,383, where a tsvector has none


def test_a_later_run_brings_the_search_index_up_to_date(folder: Path, database: str, clock: Clock) -> None:
    stored(folder, clock, database, with_text("旧的文字,旧的文字"))
    stored(folder, clock, database, with_text("新的文字,新的文字"))
    with Reader.read(folder, database=database) as archive:
        assert search(archive, "新的").total == 1
        assert search(archive, "旧的").total == 0
        assert archive.index_behind() is None


_INSERT_WARC = Prepared(insert(WarcRow))


_COUNT_MEMORIES = Prepared(select(func.count()).select_from(MemoryRow))
_INSERT_MEMORY = Prepared(insert(MemoryRow))
_SET_RULES = Prepared(
    update(MemoryRow).where(MemoryRow.site_id == bindparam("site")).values(rules=bindparam("to"))
)


@pytest.mark.parametrize("together", [1, 3, 200])
def test_rows_and_updates_that_are_posted_are_those_of_one_statement_each(
    folder: Path, database: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """Also a text with U+0000, and JSON with it, which PostgreSQL takes in no JSON that is a row."""
    monkeypatch.setattr(posted, "_SENT_TOGETHER", together)
    strange = ["a\x00b\ufdd0c\ufdd00", "\\u0000", '"甲"\n', "\U00020000", ""]
    with Archive.create(folder, clock=clock, database=database) as archive:
        session: Session = archive._session
        for number, text in enumerate(strange):
            row = {"walked_at": clock(), "rules": "r", "owed": [text], "gone": [number], "not_reports": {}}
            site = f"{number}{text}"
            _INSERT_MEMORY.post(session, {"site_id": site, "lists": {text: None, "b": [True, 0.5]}, **row})
            _SET_RULES.post(session, {"site": site, "to": text[:16]})
            session.add(WarcRow(file=f"file {number}", run_id=1, entered=2**40 + number))
        session.flush()
        held = session.scalars(select(MemoryRow).order_by(MemoryRow.gone[0].as_integer())).all()
        assert [(each.site_id, each.rules, each.owed) for each in held] == [
            (f"{number}{text}", text[:16], [text]) for number, text in enumerate(strange)
        ]
        assert [each.lists for each in held] == [{text: None, "b": [True, 0.5]} for text in strange]
        assert {each.walked_at for each in held} == {clock()}
        sizes = session.execute(select(WarcRow.file, WarcRow.entered).order_by(WarcRow.file))
        assert [tuple(row) for row in sizes] == [(f"file {n}", 2**40 + n) for n in range(5)]
        session.execute(delete(WarcRow))
        session.execute(delete(MemoryRow))
        session.commit()


def test_an_error_of_what_is_sent_meanwhile_ends_the_transaction(
    folder: Path, database: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted, "_SENT_TOGETHER", 2)
    row = {"walked_at": clock(), "rules": "", "owed": [], "gone": [], "not_reports": {}, "lists": {}}
    with Archive.create(folder, clock=clock, database=database) as archive:
        session: Session = archive._session
        _INSERT_MEMORY.post(session, {"site_id": "a", **row}, {"site_id": "a", **row})
        with pytest.raises(IntegrityError):
            _COUNT_MEMORIES.first(session, {})
        session.rollback()
        _INSERT_MEMORY.post(session, {"site_id": "b", **row}, {"site_id": "b", **row})
        session.rollback()
        _INSERT_MEMORY.post(session, {"site_id": "c", **row}, {"site_id": "c", **row})
        with pytest.raises(IntegrityError):
            session.commit()
        session.rollback()
        assert _COUNT_MEMORIES.first(session, {}) == (0,)


def test_a_lost_connection_is_told_and_not_that_a_rollback_failed(
    folder: Path, database: str, clock: Clock
) -> None:
    with Archive.create(folder, clock=clock, database=database) as archive:
        engine = archive._engine
    connection = engine.connect()
    connection.execute(select(func.count()).select_from(WarcRow))
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    with pytest.raises(OperationalError, match=r"terminating|closed"), connection:
        connection.execute(select(func.count()).select_from(WarcRow))
    engine.dispose()


@pytest.mark.parametrize("together", [1, 200])
def test_what_is_posted_is_seen_by_the_next_statement_and_committed(
    folder: Path, database: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(posted, "_SENT_TOGETHER", together)
    with Archive.create(folder, clock=clock, database=database) as archive:
        session: Session = archive._session
        counted = Prepared(select(func.count()).select_from(WarcRow))
        for number in range(3):
            _INSERT_WARC.post(session, {"file": f"{number}", "run_id": 1, "entered": 0})
        assert counted.first(session, {}) == (3,)
        _INSERT_WARC.post(session, {"file": "3", "run_id": 1, "entered": 0})
        assert session.scalar(select(func.count()).select_from(WarcRow)) == 4
        _INSERT_WARC.post(session, {"file": "4", "run_id": 1, "entered": 0})
        with session.begin_nested() as nested:
            _INSERT_WARC.post(session, {"file": "5", "run_id": 1, "entered": 0})
            nested.rollback()
        session.commit()
        assert counted.first(session, {}) == (5,)
        _INSERT_WARC.post(session, {"file": "6", "run_id": 1, "entered": 0})
        session.rollback()
        assert counted.first(session, {}) == (5,)
        _INSERT_WARC.post(session, {"file": "4", "run_id": 1, "entered": 0})
        with pytest.raises(IntegrityError):
            counted.first(session, {})
        session.rollback()
        _INSERT_WARC.post(session, {"file": "4", "run_id": 1, "entered": 0})
        with pytest.raises(IntegrityError):
            session.commit()
        session.rollback()
        assert counted.first(session, {}) == (5,)
        session.execute(delete(WarcRow))
        session.commit()


def test_portions_of_small_runs_are_put_together(
    tmp_path: Path, database: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was added, replaced and put together, the texts found are those of SQLite, in the same order."""
    monkeypatch.setattr(tables, "_MAX_SMALL_PORTIONS", 2)
    texts = [
        with_text(
            f"第{n}段法治法治," * (n % 3 + 1), title=f"{'甲乙丙丁戊己庚'[n]}市2021年度法治政府建设情况报告"
        )
        for n in range(7)
    ]
    portions = "(SELECT count(DISTINCT portion) FROM search_{})"
    for number in range(7):
        if number == 5:
            texts[0] = with_text("另一段法治", title=texts[0].title)
        for place, name in ((None, "sqlite"), (database, "postgresql")):
            stored(tmp_path / name, clock, place, *texts[: number + 1])
        with Reader.read(tmp_path / "postgresql", database=database) as other:
            query = sql(f"SELECT {portions.format('texts')}, {portions.format('postings')}")
            live, held = other._session.execute(query).one()
            assert live == held <= 2
    with (
        Reader.read(tmp_path / "sqlite") as one,
        Reader.read(tmp_path / "postgresql", database=database) as other,
    ):
        for words in ("法", "法治", "治法", "第3段", "法治 -第3段", "建设情况"):
            here, there = (search(each, words) for each in (one, other))
            assert (here.total, [m.report_id for m in here.matches]) == (
                there.total,
                [m.report_id for m in there.matches],
            )


def test_an_index_of_an_earlier_version_is_built_anew(folder: Path, database: str, clock: Clock) -> None:
    stored(folder, clock, database, with_text("旧的文字"))
    with Archive.create(folder, clock=clock, database=database) as archive:
        archive._session.execute(sql("UPDATE search_stamp SET format = 1"))
        archive._session.execute(sql("DROP TABLE search_postings"))
        archive._session.commit()
    with Reader.read(folder, database=database) as archive:
        assert search(archive, "旧的").total == 1


_VARYING = re.compile(
    r"head [0-9a-f]+|2026-1[12]-\d\dT[0-9:.]+Z|urn:uuid:[0-9a-f-]+|fazhi-[0-9]{14}|(?:offset|length)\": [0-9]+|\"rank\": [-0-9.e]+"
)
"""What differs between two crawls: times, record ids, names of WARC files, places in them; and the last digit of a rank."""


def test_commands_print_the_same(tmp_path: Path, database: str, fazhi: Fazhi) -> None:
    names = {"sqlite": (), "postgresql": ("--database", database)}
    for name, options in names.items():
        code, _, err = fazhi("crawl", "--replay", str(FIXTURES), "--archive", str(tmp_path / name), *options)
        assert code == 0, err
    for words in (
        ("reports", "--json"), ("reports", "--year", "2022", "--csv"), ("show", "420100-2022", "--json"),
        ("search", "复议", "--json"), ("changes", "--json"), ("coverage", "--json", "--asof", "2026-11-25"),
        ("indicators", "--csv"), ("verify", "--deep"),
    ):  # fmt: skip
        told = []
        for name, options in names.items():
            code, out, err = fazhi(*words, "--archive", str(tmp_path / name), *options)
            assert code == 0, err
            told.append(_VARYING.sub("", out))
        assert told[0] == told[1], words


# -- what PostgreSQL has otherwise ------------------------------------------------------------------------


def test_texts_with_nul_and_long_names_come_back(folder: Path, database: str, clock: Clock) -> None:
    strange = "a\x00b\ufdd0c\ufdd00"
    with Archive.create(folder, clock=clock, database=database) as archive:
        session: Session = archive._session
        session.add(WarcRow(file=strange, run_id=1, entered=2**40))
        session.commit()
        session.expire_all()
        (row,) = session.query(WarcRow).all()
        assert (row.file, row.entered) == (strange, 2**40)
        session.delete(row)
    report = replace(a_report(), published="2023-02-21T10:00:00+08:00", source="长" * 5000)
    stored(folder, clock, database, report)
    (held,) = read(folder, database)
    assert (held.published, held.source) == (report.published, report.source)


def test_a_second_writer_is_refused_and_so_is_another_archive(
    tmp_path: Path, database: str, schema_of: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.archive.catalogue.databases.connections.KILLED_SECONDS", 0.2)
    one, other = tmp_path / "one", tmp_path / "other"
    with Archive.create(one, clock=clock, database=database) as archive:
        with pytest.raises(ArchiveLocked, match="another program writes to this catalogue"):
            Archive.create(other, clock=clock, database=database)
        store(archive, clock, a_report())
    with pytest.raises(ArchiveDamaged, match="catalogue of another archive"):
        Archive.create(other, clock=clock, database=database)
    stored(other, clock, schema_of, a_report())
    for wrong in (
        lambda: Reader.read(other, database=database),
        lambda: rebuild(other, clock=clock, notify=print, database=database),
    ):
        with pytest.raises(ArchiveDamaged, match="catalogue of another archive"):
            wrong()
    assert len(read(one, database)) == 1


def test_an_archive_moves_to_postgresql_and_back(folder: Path, database: str, clock: Clock) -> None:
    stored(folder, clock, None, a_report(), with_text("另一份"))
    before = read(folder, None)
    rebuild(folder, clock=clock, notify=lambda _: None, database=database)
    (folder / "catalogue.db").unlink()
    (folder / "search.db").unlink()
    assert read(folder, database) == before
    stored(folder, clock, database, with_text("第三份"))
    assert faults(folder, database) == []
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert read(folder, None) == read(folder, database)


@pytest.mark.parametrize("step", ["complete_new", "replace", "new_engine"])
def test_a_killed_rebuild_leaves_the_old_catalogue(
    folder: Path, database: str, clock: Clock, step: str
) -> None:
    stored(folder, clock, database, a_report())
    process = os.fork()
    if not process:
        setattr(PostgresqlCatalogue, step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        rebuild(folder, clock=clock, notify=lambda _: None, processes=1, database=database)
        os._exit(0)
    assert os.waitpid(process, 0)[1] == signal.SIGKILL
    assert len(read(folder, database)) == 1
    rebuild(folder, clock=clock, notify=lambda _: None, database=database)
    assert faults(folder, database) == []
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'fazhi%'").fetchall()
    assert rows == [("fazhi",)]


def test_a_role_that_only_reads_keeps_its_rights_in_a_rebuild(
    folder: Path, database: str, clock: Clock
) -> None:
    stored(folder, clock, database, a_report())
    role = f"reader_{os.getpid()}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {role}")
        connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(f"GRANT USAGE ON SCHEMA fazhi TO {role}")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA fazhi TO {role}")
    parts = urlsplit(database)
    as_reader = urlunsplit(parts._replace(netloc=f"{role}:@{parts.netloc.rpartition('@')[2]}"))
    try:
        rebuild(folder, clock=clock, notify=lambda _: None, database=database)
        with Reader.read(folder, database=as_reader) as archive:
            assert search(archive, "工作").total == 1
        with pytest.raises(ArchiveDamaged, match="permission denied"):
            stored(folder, clock, as_reader, a_report())
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role}")
            connection.execute(f"DROP ROLE {role}")


def test_a_lost_connection_is_damage_and_the_next_run_recovers(
    folder: Path, database: str, clock: Clock
) -> None:
    stored(folder, clock, database, a_report())
    clock.forward(minutes=1)
    archive = Archive.create(folder, clock=clock, notify=lambda _: None, database=database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fazhi' AND datname = current_database()"
        )
    with pytest.raises(ArchiveDamaged, match="its database: ") as caught:
        store(archive, clock, with_text("改了的文字"), f"{URL}?n=0")
    assert "\n" not in str(caught.value)
    archive.close(finished=False)
    stored(folder, clock, database, with_text("改了的文字"))
    assert faults(folder, database) == []
    assert [report.body for report in read(folder, database)] == ["改了的文字"]


def test_a_reader_can_only_read_and_its_questions_end_in_time(
    folder: Path, database: str, clock: Clock
) -> None:
    stored(folder, clock, database, a_report())
    with Reader.read(folder, database=database) as archive:
        with pytest.raises(ArchiveDamaged, match="read-only transaction"):
            archive._query(lambda session: session.connection().exec_driver_sql("DELETE FROM outcomes"))
        archive._session.rollback()
        with pytest.raises(QueryTooLong), archive.time_limit(0.3):
            archive._query(lambda session: session.connection().exec_driver_sql("SELECT pg_sleep(20)"))


def test_a_later_migration_runs_on_postgresql_too(
    folder: Path, database: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(folder, clock, database, a_report())
    scripts = tmp_path / "migrations"
    shutil.copytree(catalogue_engine.MIGRATIONS, scripts)
    head = catalogue_engine.HEAD
    (scripts / "versions" / "9999_test.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision = '9999', '{head}'\n"
        "def upgrade():\n    with op.batch_alter_table('sites') as table:\n"
        "        table.add_column(sa.Column('added', sa.Text(), nullable=True))\n"
    )
    monkeypatch.setattr(catalogue_engine, "MIGRATIONS", scripts)
    monkeypatch.setattr(catalogue_engine, "HEAD", "9999")
    engine = open_catalogue(folder, database).writing_engine()
    try:
        catalogue_engine.upgrade(engine)
        with engine.connect() as connection:
            assert "added" in {each["name"] for each in inspect(connection).get_columns("sites")}
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    finally:
        engine.dispose()
    assert found == "9999"
    monkeypatch.undo()
    with pytest.raises(ArchiveTooNew, match="later fazhi"):
        Reader.read(folder, database=database)


# -- addresses and errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://u:secret@127.0.0.1:1/d", "is the server running"),
        ("postgresql+psycopg://u:secret@host/d?schema=A-B", "`schema` must be"),
        ("mysql://u:secret@host/d", "no database that a catalogue can be in"),
        ("secret", "is no address of a database"),
        ("sqlite://", "names no file"),
    ],
)
def test_a_wrong_address_is_told_in_one_line_without_its_password(
    folder: Path, address: str, says: str
) -> None:
    (folder / "warc").mkdir(parents=True)
    with pytest.raises((ArchiveDamaged, ConfigError), match=re.escape(says)) as caught:
        Reader.read(folder, database=address)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_that_is_not_there_is_named_with_what_to_do(folder: Path, database: str) -> None:
    (folder / "warc").mkdir(parents=True)
    missing = urlunsplit(urlsplit(database)._replace(path="/no_such_database"))
    with pytest.raises(ArchiveDamaged, match=r"does not exist.*createdb"):
        Reader.read(folder, database=missing)


def test_a_password_on_the_command_line_is_refused_and_one_in_the_environment_is_not_shown(
    folder: Path, fazhi: Fazhi, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "warc").mkdir(parents=True)
    address = "postgresql://u:secret@127.0.0.1:1/d"
    code, out, err = fazhi("reports", "--archive", str(folder), "--database", address)
    assert code == 2
    assert "PGPASSWORD" in err
    monkeypatch.setenv("FAZHI_DATABASE", address)
    code, out_too, err_too = fazhi("reports", "--archive", str(folder))
    assert code == 4
    assert "127.0.0.1" in err_too
    assert "secret" not in out + err + out_too + err_too
    assert masked(f"{address}?password=x") == "postgresql://u:***@127.0.0.1:1/d?password=***"
    assert masked("postgresql://u@host:5432/d") == "postgresql://u@host:5432/d"


def test_a_file_of_sqlite_in_another_place_is_an_address_too(
    folder: Path, tmp_path: Path, clock: Clock
) -> None:
    database = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    stored(folder, clock, database, a_report())
    assert not (folder / "catalogue.db").exists()
    assert faults(folder, database) == []
    assert len(read(folder, database)) == 1


def test_backfill_keeps_its_catalogue_in_the_database_that_it_is_given(
    folder: Path, database: str, tmp_path: Path, fazhi: Fazhi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_INDEX", "_CAPTURES"):
        monkeypatch.setattr(wayback, name, Part(name=name, gap=0.0))
    entry = {"id": "wuhan", "name": "武汉市人民政府", "region": "420100", "lists": [LIST]}
    (tmp_path / "sources.yaml").write_text(json.dumps({"sources": [entry]}))
    archives = WebArchives(captures=[kept()])
    with serving(archives):
        words = [
            "--sources",
            str(tmp_path / "sources.yaml"),
            "--archive",
            str(folder),
            "--database",
            database,
        ]
        words += ["--connect-to", archives.connect_to_words, "--from", f"wayback {archives.base}"]
        assert fazhi("backfill", *words)[0] == 0
        assert fazhi("backfill", *words)[0] == 0  # what is archived is found in the database
    assert archives.repeated() == []
    assert not (folder / "catalogue.db").exists()
    assert [report.url for report in read(folder, database)] == [OLD]
    assert faults(folder, database) == []
