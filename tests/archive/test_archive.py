"""Storing: new reports, versions, duplicates, revisits and 304s; recovery after a kill; the schema of the catalogue."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from crawler.archive import CATALOGUE, Archive
from crawler.archive.catalogue.engine import HEAD, migrations, sqlite_engine, upgrade
from crawler.archive.catalogue.models import Base
from crawler.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, CrawlerError
from crawler.model import Ending, Outcome, Report
from crawler.warc import read_captures, read_records
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]


def visit(
    archive: Archive, clock: Clock, report: Report, *, url: str = URL, payload: bytes | None = None
) -> Outcome:
    capture = a_capture(url, payload if payload is not None else report.body.encode(), at=clock(), ETag='"1"')
    archive.record(capture)
    return archive.store(report, capture, SITE)


def texts(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob("text/**/*.txt"))


def test_a_new_report_is_kept_as_record_row_and_text(opened: Opener, folder: Path, clock: Clock) -> None:
    report = a_report()
    with opened() as archive:
        outcome = visit(archive, clock, report)
    assert (outcome.ending, outcome.version) == (Ending.NEW, 1)
    assert outcome.report_id == f"420100-2022-{report.text_sha256[:8]}"
    digest = report.text_sha256
    name = f"420100-2022-{digest[:8]}_v001_2023-02-21_{digest[:16]}.txt"
    assert texts(folder) == [f"text/420100-武汉市/2022/{name}"]
    assert (folder / texts(folder)[0]).read_text("utf-8") == report.text()
    (warc,) = folder.glob("warc/2026/fazhi-20261125030100-00001.warc.gz")
    assert [c.url for c in read_captures(warc)] == [URL]
    with Archive.read(folder) as archive:
        (held,) = archive.reports()
        assert (held.title, held.body, held.index, held.region) == (
            report.title,
            BODY,
            {"索引号": "A-1"},
            "420100",
        )
        assert archive.locations(outcome.report_id or "") == [URL]


def test_a_run_that_requests_nothing_writes_no_warc_file(opened: Opener, folder: Path) -> None:
    for _ in range(2):
        with opened():
            pass
    assert not (folder / "warc").exists()
    with Archive.read(folder) as archive:
        assert [run.id for run in archive.runs()] == [1, 2]


def test_the_same_text_again_makes_no_version_and_no_file(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        visit(archive, clock, a_report())
    before = [(path, (folder / path).stat().st_mtime_ns) for path in texts(folder)]
    with opened() as archive:
        again = visit(archive, clock, a_report())
        (version,) = archive.history(again.report_id or "")
        assert version.last_seen == clock() > version.first_seen
    assert again.ending is Ending.UNCHANGED
    assert before == [(path, (folder / path).stat().st_mtime_ns) for path in texts(folder)]


def test_a_text_file_that_was_lost_is_written_again_when_its_page_is_seen(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    archive = opened()
    visit(archive, clock, a_report())
    (text,) = texts(folder)
    before = (folder / text).read_bytes()
    (folder / text).unlink()
    assert visit(archive, clock, a_report()).ending is Ending.UNCHANGED
    assert (folder / text).read_bytes() == before


def test_an_older_capture_of_a_text_extends_the_time_in_which_it_was_seen(
    opened: Opener, clock: Clock
) -> None:
    with opened() as archive:
        visit(archive, clock, a_report())
        before = clock() - timedelta(days=30)
        capture = a_capture(payload=a_report().body.encode(), at=before)
        archive.record(capture)
        outcome = archive.store(a_report(), capture, SITE)
        (version,) = archive.history(outcome.report_id or "")
        assert (version.first_seen, version.last_seen) == (before, clock())


def test_a_quiet_edit_makes_a_second_version(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        first = visit(archive, clock, a_report())
    with opened() as archive:
        second = visit(archive, clock, a_report(BODY.replace("第7项", "第七项")))
        assert (second.ending, second.report_id, second.version) == (Ending.REVISED, first.report_id, 2)
        assert archive.show(first.report_id or "", 1).body == BODY
        assert "第七项" in archive.show(first.report_id or "").body
    assert len(texts(folder)) == 2


def test_a_text_that_comes_back_is_a_third_version(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        for body in (BODY, BODY + "改", BODY):
            outcome = visit(archive, clock, a_report(body))
        assert (outcome.ending, outcome.version) == (Ending.REVISED, 3)
        assert visit(archive, clock, a_report()).ending is Ending.UNCHANGED


def test_one_text_at_two_addresses_is_one_report(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        first = visit(archive, clock, a_report())
        other = visit(archive, clock, a_report(), url="http://sfj.wuhan.gov.cn/a.html")
        assert (other.ending, other.report_id) == (Ending.DUPLICATE, first.report_id)
        assert archive.locations(first.report_id or "") == [URL, "http://sfj.wuhan.gov.cn/a.html"]
        assert len(archive.reports()) == len(texts(folder)) == 1


def test_an_edit_at_one_address_then_at_the_other_is_one_version(opened: Opener, clock: Clock) -> None:
    twin = "http://sfj.wuhan.gov.cn/a.html"
    with opened() as archive:
        visit(archive, clock, a_report())
        visit(archive, clock, a_report(), url=twin)
        visit(archive, clock, a_report(BODY + "改"))
        assert visit(archive, clock, a_report(), url=twin).ending is Ending.UNCHANGED
        caught_up = visit(archive, clock, a_report(BODY + "改"), url=twin)
        assert (caught_up.ending, caught_up.version) == (Ending.REVISED, 2)
        assert len(archive.history(caught_up.report_id or "")) == 2


def test_a_nearly_equal_text_is_a_report_of_its_own_and_named_in_the_outcome(
    opened: Opener, clock: Clock
) -> None:
    with opened() as archive:
        first = visit(archive, clock, a_report())
        near = visit(archive, clock, a_report(BODY.replace("第7项", "第8项")), url=URL + "2")
        assert near.ending is Ending.NEW
        assert f"probably the same as {first.report_id}" in near.detail


def test_http_and_https_are_one_page(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        visit(archive, clock, a_report())
        assert visit(archive, clock, a_report(), url=URL.replace("https", "http")).ending is Ending.UNCHANGED


def test_the_same_payload_again_is_a_revisit(opened: Opener, folder: Path, clock: Clock) -> None:
    for _ in range(2):
        with opened() as archive:
            visit(archive, clock, a_report())
    first, second = sorted(folder.glob("warc/*/*.warc.gz"))
    assert "revisit" not in [record.kind for record in read_records(first)]
    revisit = next(record for record in read_records(second) if record.kind == "revisit")
    original = next(record for record in read_records(first) if record.kind == "response")
    assert revisit.fields["warc-refers-to"] == original.fields["warc-record-id"]
    assert revisit.fields["warc-payload-digest"] == original.fields["warc-payload-digest"]


@pytest.mark.sqlite_only
def test_the_cost_of_a_page_does_not_grow_with_its_visits(
    opened: Opener, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unchanged page has one `response` and a `revisit` for each visit. No query reads through the revisits."""
    archive = opened()
    steps = []
    for _ in range(30):
        clock.forward(days=1)
        counter = Steps(archive._session.connection().connection.driver_connection)
        visit(archive, clock, a_report())
        confirm = a_capture(at=clock(), status=304, payload=b"")
        archive.record(confirm)
        archive.confirm(URL, confirm, SITE)
        steps.append(counter.number)
    assert steps[-1] < 1.2 * steps[3]


@pytest.mark.sqlite_only
def test_the_cost_of_a_text_at_another_address_does_not_grow_with_the_archive(
    opened: Opener, clock: Clock
) -> None:
    archive = opened()
    costs = []
    for number in range(120):
        folder = f"https://www.wuhan.gov.cn/{number}"
        report = a_report(f"{BODY}\n第{number}份。")
        visit(archive, clock, report, url=f"{folder}/a.html")
        counter = Steps(archive._session.connection().connection.driver_connection)
        assert visit(archive, clock, report, url=f"{folder}/b.html").ending is Ending.DUPLICATE
        costs.append(counter.number)
    assert sum(costs[-10:]) < 1.5 * sum(costs[5:15])


class Steps:
    """Counts the instructions of SQLite's virtual machine, in tens."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.number = 0
        connection.set_progress_handler(self, 10)

    def __call__(self) -> int:
        self.number += 1
        return 0


def test_a_304_confirms_what_is_held(opened: Opener, folder: Path, clock: Clock) -> None:
    with opened() as archive:
        assert archive.validators(URL) is None
        first = visit(archive, clock, a_report())
    for _ in range(2):  # a 304 without validators leaves those held unchanged
        with opened() as archive:
            validators = archive.validators(URL)
            assert validators is not None
            assert validators.etag == '"1"'
            capture = a_capture(payload=b"", status=304, at=clock())
            archive.record(capture)
            outcome = archive.confirm(URL, capture, SITE)
            assert (outcome.ending, outcome.report_id, outcome.version) == (
                Ending.UNCHANGED,
                first.report_id,
                1,
            )
    kinds = [
        record.fields.get("warc-profile")
        for warc in folder.glob("warc/*/*.gz")
        for record in read_records(warc)
    ]
    assert len([kind for kind in kinds if kind and kind.endswith("server-not-modified")]) == 2


def test_the_tenth_visit_requests_the_page_without_validators(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        visit(archive, clock, a_report())
        asked = []
        for _ in range(11):
            clock.forward(days=1)
            conditional = archive.validators(URL) is not None
            asked.append(conditional)
            if conditional:
                capture = a_capture(payload=b"", status=304, at=clock())
                archive.record(capture)
                archive.confirm(URL, capture, SITE)
            else:
                visit(archive, clock, a_report())
    assert asked == [True] * 9 + [False] + [True]


def test_a_challenge_in_the_place_of_a_page_gives_no_validators(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        visit(archive, clock, a_report())
        clock.forward(days=1)
        archive.record(a_capture(payload=b"<script>solve()</script>", at=clock(), ETag='"challenge"'))
        validators = archive.validators(URL)
    assert validators is not None
    assert validators.etag == '"1"'


def test_a_304_for_a_page_never_held_is_a_failure(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        assert archive.confirm(URL, a_capture(status=304, at=clock()), SITE).ending is Ending.FAILED


def test_the_error_for_a_second_writer_names_the_holder_of_the_lock(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    opened()
    with pytest.raises(
        ArchiveLocked, match=rf"held by process {os.getpid()} on .* since 2026-11-25 03:01:00 UTC"
    ) as caught:
        Archive.create(folder, clock=clock)
    assert caught.value.exit_code == 3


def test_a_run_that_recorded_nothing_leaves_no_warc(opened: Opener, folder: Path) -> None:
    opened().close()
    assert not list(folder.glob("warc/**/*"))


KILLED = """
import os, sys
from pathlib import Path
from tests.conftest import *
clock = Clock()
archive = Archive.create(Path(sys.argv[1]), clock=clock)
first = a_capture(payload=b"first", at=clock())
archive.record(first)
archive.store(a_report(), first, SITE)
archive.record(a_capture(URL + "2", b"second" * 5000, at=clock()))
os._exit(9)
"""


def kill(folder: Path) -> Path:
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder)], capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    (warc,) = folder.glob("warc/2026/*.warc.gz.open")
    return warc


@pytest.mark.sqlite_only
def test_after_a_kill_whole_records_are_kept_and_the_torn_one_set_aside(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    warc = kill(folder)
    data = warc.read_bytes()
    warc.write_bytes(data[:-30])
    with opened() as archive:
        assert archive.reports()[0].body == BODY
    (notice,) = opened.notices  # type: ignore[attr-defined]
    assert "half-written record" in notice
    final = warc.with_name(warc.name.removesuffix(".open"))
    torn = final.with_name(final.name + ".torn")
    assert final.read_bytes() + torn.read_bytes() == data[:-30]
    assert [c.payload for c in read_captures(final)] == [b"first", b"second" * 5000]


@pytest.mark.sqlite_only
def test_after_a_kill_captures_not_yet_catalogued_are_entered(opened: Opener, folder: Path) -> None:
    kill(folder)
    with opened():
        pass
    with sqlite3.connect(folder / CATALOGUE) as catalogue:
        rows = catalogue.execute("SELECT url, payload_sha256, warc_file FROM captures ORDER BY id").fetchall()
    catalogue.close()
    assert [url for url, _, _ in rows] == [URL, URL + "2"]
    assert {name for _, _, name in rows} == {"warc/2026/fazhi-20261125030000-00001.warc.gz"}


@pytest.mark.sqlite_only
def test_after_a_kill_missing_texts_are_written_again(opened: Opener, folder: Path) -> None:
    kill(folder)
    (text,) = texts(folder)
    (folder / text).unlink()
    with opened():
        pass
    assert (folder / text).read_text("utf-8") == a_report().text()


@pytest.mark.sqlite_only
def test_a_warc_without_a_whole_record_is_only_set_aside(opened: Opener, folder: Path) -> None:
    warc = kill(folder)
    warc.write_bytes(b"\x1f\x8b half")
    opened().close()
    assert [path.name for path in folder.glob("warc/2026/*")] == ["fazhi-20261125030000-00001.warc.gz.torn"]


def test_imports_get_their_address_when_a_crawl_finds_it(opened: Opener, folder: Path, clock: Clock) -> None:
    report = replace(a_report(), region="420100")
    with opened() as archive:
        imported = archive.ingest(report, "000.txt", b"the file", replace(SITE, id="import"))
        assert (
            archive.ingest(report, "000.txt", b"the file", replace(SITE, id="import")).ending
            is Ending.UNCHANGED
        )
    with opened() as archive:
        crawled = visit(archive, clock, a_report())
        assert (crawled.ending, crawled.report_id) == (Ending.DUPLICATE, imported.report_id)
        assert archive.show(imported.report_id or "").url == URL
    kinds = [record.kind for warc in folder.glob("warc/*/*.gz") for record in read_records(warc)]
    assert kinds.count("resource") == 1


def test_reports_are_found_by_region_and_year(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        visit(archive, clock, a_report())
        visit(archive, clock, a_report(BODY + "2023", year=2023), url=URL + "3")
        visit(archive, clock, replace(a_report("别处" + BODY), region="420202"), url="http://b.gov.cn/")
        assert [r.year for r in archive.reports(region="420100")] == [2022, 2023]
        assert len(archive.reports(region="420000")) == 3
        assert [r.region for r in archive.reports(year=2022)] == ["420100", "420202"]
        assert archive.reports(region="110000") == []


def test_a_report_is_named_by_an_unambiguous_part(opened: Opener, clock: Clock) -> None:
    with opened() as archive:
        first = visit(archive, clock, a_report())
        visit(archive, clock, a_report(BODY + "2023", year=2023), url=URL + "3")
        assert archive.show("420100-2022").id == first.report_id
        with pytest.raises(CrawlerError, match=r"several have it: 420100-2022-.*, 420100-2023-"):
            archive.show("420100")
        with pytest.raises(CrawlerError, match="no report has it"):
            archive.show("nothing")
        with pytest.raises(CrawlerError, match="has versions 1 to 1, not 5"):
            archive.show("420100-2022", 5)


def test_no_archive_to_read_says_so(folder: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here"):
        Archive.read(folder)


def test_what_cannot_be_written_is_damage(folder: Path, clock: Clock) -> None:
    folder.write_text("a file is here")
    with pytest.raises(ArchiveDamaged, match="cannot be written") as caught:
        Archive.create(folder, clock=clock)
    assert caught.value.exit_code == 4


@pytest.mark.sqlite_only
def test_a_catalogue_that_is_none_is_damage(folder: Path, clock: Clock) -> None:
    folder.mkdir()
    (folder / CATALOGUE).write_bytes(b"this is no database, but long enough to be looked at" * 20)
    with pytest.raises(ArchiveDamaged, match=r"its catalogue: .*not a database"):
        Archive.create(folder, clock=clock)


def test_a_full_disk_is_damage(opened: Opener, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = opened()
    visit(archive, clock, a_report())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crawler.archive.evidence.run_warcs.os.fsync", full)
    with pytest.raises(ArchiveDamaged, match="No space left on device"):
        visit(archive, clock, a_report(BODY + "改"))
    monkeypatch.undo()


@pytest.mark.sqlite_only
def test_a_new_catalogue_has_the_schema_that_the_migrations_make(tmp_path: Path) -> None:
    made, migrated = (sqlite_engine(tmp_path / name, writes=True) for name in ("made.db", "migrated.db"))
    upgrade(made)
    with migrated.begin() as connection:
        command.upgrade(migrations(connection), "head")
    assert schema(made) == schema(migrated)
    for engine in (made, migrated):
        with engine.begin() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [(HEAD,)]
        engine.dispose()


def schema(engine: Engine) -> dict[str, object]:
    """Return the tables with their columns, keys and indexes. Defaults are left out: every insert sets all columns."""
    known = inspect(engine)
    return {
        table: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in known.get_columns(table)),
            known.get_pk_constraint(table)["constrained_columns"],
            sorted((k["constrained_columns"], k["referred_table"]) for k in known.get_foreign_keys(table)),
            sorted(u["column_names"] for u in known.get_unique_constraints(table)),
            sorted((i["name"], i["column_names"], i["unique"]) for i in known.get_indexes(table)),
        )
        for table in known.get_table_names()
    }


@pytest.mark.sqlite_only
def test_migrations_give_the_schema_of_the_models_and_take_it_away(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / CATALOGUE, writes=True)
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
    with engine.begin() as connection:
        assert (
            compare_metadata(
                MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata
            )
            == []
        )
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "base")
    with engine.begin() as connection:
        tables = (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        )
    assert tables == ["alembic_version"]
    engine.dispose()


@pytest.mark.sqlite_only
def test_readers_cannot_write(opened: Opener, folder: Path) -> None:
    opened().close()
    engine = sqlite_engine(folder / CATALOGUE, writes=False)
    with pytest.raises(Exception, match="readonly"), engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM reports")
    engine.dispose()
