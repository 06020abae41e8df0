"""`verify --deep` makes the catalogue again and names every row and every value that differs from it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Column

from crawler.archive import CATALOGUE, Archive
from crawler.archive.catalogue.models import Base
from crawler.archive.comparison.differences import Difference, differences, shown
from crawler.archive.comparison.tolerance import Tolerance
from crawler.archive.derivation import derive_for_comparison
from crawler.archive.format_readme import READMES, is_of_project, text_of
from crawler.errors import NoTemporarySpace
from crawler.questions.verify import verify
from crawler.reading.pool import ReadingPool
from tests.archive.held import FIXTURES, change, faults, fill_every_table
from tests.conftest import BODY, SITE, Clock, a_capture, a_report

TABLES = Base.metadata.sorted_tables
COLUMNS = [column for table in TABLES for column in table.columns]


def name_of(column: Column[object]) -> str:
    return f"{column.table.name}.{column.name}"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deep") / "archive"
    fill_every_table(folder, Clock())
    assert faults(folder, deep=True) == []
    return folder


@pytest.fixture
def held(original: Path, folder: Path) -> Path:
    shutil.copytree(original, folder)
    return folder


@pytest.fixture(scope="module")
def made(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the catalogue as it is made again from the WARC files."""
    catalogue = tmp_path_factory.mktemp("made") / CATALOGUE
    lost = derive_for_comparison(
        original,
        catalogue,
        unended=None,
        held_body=lambda _: None,
        now=datetime(2027, 1, 1),
        notify=lambda _: None,
        pool=ReadingPool(1, lambda _: None),
    )
    assert lost == []
    return catalogue


@pytest.fixture
def kept(original: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection to a copy of the archive's catalogue, in memory."""
    with closing(sqlite3.connect(":memory:")) as copy:
        with closing(sqlite3.connect(original / CATALOGUE)) as source:
            source.backup(copy)
        yield copy


def found(kept: sqlite3.Connection, made: Path, tolerance: Tolerance | None = None) -> list[Difference]:
    with closing(sqlite3.connect(made)) as again:
        return list(differences(kept, again, tolerance or Tolerance()))


def other_values(value: object, column: Column[object]) -> Iterator[object]:
    """Yield values that a column could have been changed to."""
    if isinstance(value, int | float):
        yield value + 1
        yield -1
    else:
        yield f"{value or ''}x"
        yield "2019-01-01 00:00:00.000000"
    if column.nullable and value is not None:
        yield None
    yield b"\x00"


@pytest.mark.parametrize("column", COLUMNS, ids=name_of)
def test_a_changed_value_in_any_column_is_named(
    column: Column[object], kept: sqlite3.Connection, made: Path
) -> None:
    table, name = column.table.name, column.name
    rows = kept.execute(f'SELECT rowid, "{name}" FROM "{table}" ORDER BY rowid').fetchall()
    assert rows, f"the archive of this test has no row in {table}"
    row, value = rows[len(rows) // 2]
    assert found(kept, made) == []
    for other in other_values(value, column):
        kept.execute("SAVEPOINT before")
        try:
            kept.execute(f'UPDATE "{table}" SET "{name}" = ? WHERE rowid = ?', (other, row))
        except sqlite3.IntegrityError:  # the table itself refuses such a value
            continue
        finally:
            named = {(each.table, each.column) for each in found(kept, made)}
            kept.execute("ROLLBACK TO before")
        assert {(table, name), (table, "")} & named, f"{value!r} changed to {other!r}"


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_row_taken_away_is_named_and_no_other(table: str, kept: sqlite3.Connection, made: Path) -> None:
    kept.execute(f'DELETE FROM "{table}" WHERE rowid = (SELECT min(rowid) FROM "{table}")')
    (named,) = [each for each in found(kept, made) if each.table == table]
    assert (named.column, named.what) == ("", "is missing")


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_an_invented_row_is_named(table: str, kept: sqlite3.Connection, made: Path) -> None:
    (names,) = zip(*kept.execute("SELECT name FROM pragma_table_info(?)", (table,)), strict=True)
    row = dict(zip(names, kept.execute(f'SELECT * FROM "{table}" LIMIT 1').fetchone(), strict=True))
    unique = {"id", "site_id", "file", "record_id", "url_key", "number"} & row.keys()
    row |= {name: 99999 if isinstance(row[name], int) else f"{row[name]}-x" for name in unique}
    columns = ", ".join(f'"{name}"' for name in row)
    kept.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" * len(row))})', [*row.values()])
    assert "is not what the WARC files give" in {
        each.what for each in found(kept, made) if each.table == table
    }


def test_rows_after_one_that_a_damaged_record_gave_are_no_differences(
    kept: sqlite3.Connection, made: Path, tmp_path: Path
) -> None:
    """Without the row, all later ones have other row ids when the catalogue is made again."""
    shutil.copy(made, shifted := tmp_path / "shifted.db")
    with closing(sqlite3.connect(shifted)) as again, again:
        again.execute("DELETE FROM outcomes WHERE id = 3")
        again.execute("UPDATE outcomes SET id = id - 1 WHERE id > 3")
    (named,) = found(kept, shifted)
    assert (named.table, named.what) == ("outcomes", "is not what the WARC files give")


def test_many_differences_are_counted(kept: sqlite3.Connection, made: Path) -> None:
    (rows,) = kept.execute("UPDATE captures SET status = 999 RETURNING 1").fetchall()[:1]
    named = found(kept, made)
    assert rows == (1,)
    assert len(named) == 21
    assert named[-1].what.endswith("further differences")


def test_values_are_shown_short_and_printable() -> None:
    assert shown("甲" * 500 + "a" + "乙" * 500, "甲" * 500 + "b" + "乙" * 500) == (
        f"…'{'甲' * 12}a{'乙' * 35}'…",
        f"…'{'甲' * 12}b{'乙' * 35}'…",
    )
    assert shown("\x1b[31m\u202e", None) == (r"'\x1b[31m\u202e'", "None")


Harm = Callable[[Path], None]
HARMS: dict[str, tuple[Harm, str]] = {
    "an event": (lambda f: change(f, "DELETE FROM page_events WHERE id = 1"), "page_events http"),
    "a visit's state": (lambda f: change(f, "UPDATE visits SET state = 'failed'"), "column `state`: is 'failed'; the WARC files give 'left'"),
    "JSON that is none": (lambda f: change(f, "UPDATE versions SET sections = '[x' WHERE id = 1"), "column `sections`"),
    "a time that is none": (lambda f: change(f, "UPDATE versions SET last_seen = 'x' WHERE id = 1"), "column `last_seen`"),
    "a text that is no UTF-8": (
        lambda f: change(f, "UPDATE outcomes SET detail = CAST(x'ff' AS TEXT) WHERE id = 1"), r"is '\udcff'",
    ),
    "an index that is gone": (lambda f: drop(f, "INDEX visits_by_site"), "schema visits_by_site: is missing"),
    "a table too many": (lambda f: drop(f, "", "CREATE TABLE x (a)"), "schema x: is no part of a catalogue"),
    "a bit of the header": (lambda f: flip(f / CATALOGUE, 61), "its header has a value that SQLite did not write: user version"),
    "the end of a run": (lambda f: edit(f / "manifest.jsonl", b"crawl", b"crawk"), "the catalogue has another `command` for run 1"),
    "a file of somebody": (lambda f: (f / "warc" / "2026" / "x.warc").write_text("x") and None, "is no file of an archive"),
    "the README": (lambda f: (f / "README.md").write_text("x") and None, "is not the text that came with the project"),
}  # fmt: skip


def drop(folder: Path, what: str, sql: str = "") -> None:
    with closing(sqlite3.connect(folder / CATALOGUE)) as catalogue, catalogue:
        catalogue.execute(sql or f"DROP {what}")


def flip(path: Path, byte: int) -> None:
    data = bytearray(path.read_bytes())
    data[byte] ^= 1
    path.write_bytes(data)


def edit(path: Path, old: bytes, new: bytes) -> None:
    path.write_bytes(path.read_bytes().replace(old, new))


@pytest.mark.parametrize("name", HARMS)
def test_every_harm_is_named(name: str, held: Path) -> None:
    harm, what = HARMS[name]
    harm(held)
    assert what in "\n".join(f"{fault.place}: {fault.what}" for fault in faults(held, deep=True))


def test_files_beside_the_evidence_are_told_and_no_fault(held: Path) -> None:
    (held / "x").mkdir()
    (held / "crawl.log").write_text("x")
    told: list[str] = []
    assert list(verify(held, notify=told.append)) == []
    assert told == [f"{name}: is no file of an archive, and not verified" for name in ("crawl.log", "x")]


def test_the_readme_of_the_project_is_known() -> None:
    """After a change of archive/README.md its SHA-256 is added to archive.format_readme; the earlier ones stay."""
    for name in READMES:
        text = (FIXTURES.parent.parent / "archive" / name).read_bytes()
        assert is_of_project(text)
        assert text == text_of(name)


def test_what_a_kill_left_half_written_is_told_and_is_no_fault(held: Path) -> None:
    (held / "text" / ".x.txt.part").write_text("x")
    (held / "catalogue.db.new").write_text("x")
    assert faults(held, deep=True) == []


@pytest.fixture
def killed(held: Path, clock: Clock) -> Path:
    """Return an archive whose last run was killed after a commit: with a write-ahead log, and a WARC file in progress."""
    clock.forward(days=9)
    archive = Archive.create(held, clock=clock, batch=1)
    for text in "甲乙丙":
        capture = a_capture(f"http://a.gov.cn/{ord(text)}.html", text.encode(), at=clock())
        archive.record(capture)
        archive.store(a_report(BODY + text), capture, SITE)
    copy = held.with_name("killed")
    shutil.copytree(held, copy)
    archive.close()
    return copy


def test_the_rows_of_a_killed_run_are_compared_as_far_as_it_had_come(killed: Path) -> None:
    assert faults(killed, deep=True) == []
    with closing(sqlite3.connect(killed / CATALOGUE)) as catalogue, catalogue:
        catalogue.execute(
            "UPDATE outcomes SET detail = 'forged' WHERE run_id = (SELECT max(id) FROM runs) AND ending = 'new'"
        )
    assert "is 'forged'; the WARC files give" in "\n".join(fault.what for fault in faults(killed, deep=True))


@pytest.mark.parametrize("place", [0.0, 0.2, 0.5, 0.999])
def test_a_bit_of_the_log_that_sqlite_passes_over_is_named(place: float, killed: Path) -> None:
    log = killed / f"{CATALOGUE}-wal"
    flip(log, int(place * (log.stat().st_size - 1)))
    assert f"{log.name}: " in "\n".join(fault.what for fault in faults(killed))


def test_a_full_or_missing_temporary_folder_is_told(
    held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not there"))
    with pytest.raises(NoTemporarySpace, match="TMPDIR"):
        faults(held, deep=True)
