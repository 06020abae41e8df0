"""The full text index: it finds what a scan finds, follows the catalogue through every kind of run, and is never evidence."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from crawler.archive import SEARCH_INDEX, Archive, Reader, rebuild
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.fulltext import Term
from crawler.archive.fulltext.schema import add_text, create_tables, writing_engine
from crawler.errors import ArchiveDamaged, ArchiveError
from crawler.field.search_tokens import Phrase, exact_phrase, lower, phrases, tokens
from crawler.model import Ending, Site
from crawler.questions.search import search
from crawler.questions.verify import verify
from tests.archive import held
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

HUANGSHI = Site(id="hs", name="黄石市人民政府", region="420200", lists=("https://www.huangshi.gov.cn/a/",))
ALPHABET = "政府法治a1 ,。\n"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    engine = writing_engine(tmp_path_factory.mktemp("index") / SEARCH_INDEX)
    with engine.connect() as connection:
        with connection.begin():
            create_tables(connection)
        yield connection
    engine.dispose()


def entries(connection: Connection, phrase: Phrase) -> set[int]:
    rows = connection.exec_driver_sql("SELECT rowid FROM texts WHERE texts MATCH ?", (Term(phrase).fts5(),))
    return set(rows.scalars())


@pytest.mark.sqlite_only
@settings(max_examples=60)
@given(st.lists(st.text(ALPHABET, max_size=14), min_size=1, max_size=8), st.text(ALPHABET, max_size=5))
def test_the_index_finds_what_a_scan_finds(tables: Connection, texts: list[str], query: str) -> None:
    with tables.begin() as transaction:
        for number, text in enumerate(texts):
            add_text(tables, number, "", text, ())
        for phrase in filter(None, [exact_phrase(query), *phrases(query)]):
            scanned = {n for n, text in enumerate(texts) if phrase.pattern.search(lower(text))}
            assert entries(tables, phrase) == scanned, phrase
        transaction.rollback()


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("行政复议", ["行政", "政复", "复议", "议"]),
        ("达98.5%。", ["达", "98", "\uff0e", "5", "\uff05", "。"]),
        ("COVID-19\n法", ["covid", "\uff0d", "19", "¶", "法"]),
        ("𬭊𰻝", ["𬭊𰻝", "𰻝"]),
        ("", []),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@pytest.mark.sqlite_only
def test_no_text_reaches_the_index_as_syntax(tables: Connection) -> None:
    with tables.begin() as transaction:
        hostile = 'title:法 AND "a" NEAR(b) {problems}: c* ^d - + \\ \' ; DROP TABLE texts'
        add_text(tables, 1, hostile, hostile, ())
        phrase = exact_phrase(hostile)
        assert phrase
        assert entries(tables, phrase) == {1}
        transaction.rollback()


# -- the index beside the catalogue -----------------------------------------------------------------------


@pytest.fixture
def store(opened: Callable[[], Archive], clock: Clock) -> Callable[..., str]:
    """Stores a text in a run of its own. Returns the report's id."""

    def run(body: str, *, url: str = URL, site: Site = SITE, year: int = 2022) -> str:
        with opened() as archive:
            report = a_report(body, year=year)
            capture = a_capture(url, body.encode(), at=clock())
            archive.record(capture)
            return archive.store(replace(report, issuer=site.name), capture, site).report_id or ""

    return run


def found(folder: Path, query: str, **filters: object) -> list[tuple[str, int]]:
    with Reader.read(folder) as archive:
        result = search(archive, query, **filters)  # type: ignore[arg-type]
    assert result.behind is None
    assert result.total == len(result.matches)
    return [(match.report_id, match.version) for match in result.matches]


def test_a_run_ends_with_its_texts_in_the_index(store: Callable[..., str], folder: Path) -> None:
    one = store(f"{BODY}\n行政复议")
    two = store(f"{BODY}\n行政诉讼", url=f"{URL}?2", year=2023)
    assert found(folder, "复议") == [(one, 1)]
    assert sorted(found(folder, "行政")) == sorted([(one, 1), (two, 1)])


def test_an_edited_text_is_found_by_its_latest_words_or_by_those_of_all_versions(
    store: Callable[..., str], folder: Path, clock: Clock
) -> None:
    one = store(f"{BODY}\n行政复议")
    clock.forward(minutes=60 * 24)
    assert store(f"{BODY}\n行政诉讼") == one
    assert found(folder, "复议") == []
    assert found(folder, "复议", versions="all") == [(one, 1)]
    assert found(folder, "诉讼") == [(one, 2)]


@pytest.mark.sqlite_only
def test_a_run_writes_no_more_than_it_stored(store: Callable[..., str], folder: Path) -> None:
    store(f"{BODY}\n甲")
    store(f"{BODY}\n乙", url=f"{URL}?2", year=2023)
    with closing(sqlite3.connect(folder / SEARCH_INDEX)) as index:
        index.execute("UPDATE entries SET title = 'as it was' WHERE version = 1")
        index.commit()
    store(f"{BODY}\n丙", url=f"{URL}?3", year=2024)
    with closing(sqlite3.connect(folder / SEARCH_INDEX)) as index:
        assert index.execute("SELECT title FROM entries WHERE version = 1").fetchone() == ("as it was",)
        assert index.execute("SELECT run, version FROM stamp").fetchone() == (3, 3)


@pytest.mark.sqlite_only
def test_a_lost_index_is_an_error_and_the_next_run_makes_it(store: Callable[..., str], folder: Path) -> None:
    one = store(f"{BODY}\n行政复议")
    (folder / SEARCH_INDEX).unlink()
    with Reader.read(folder) as archive, pytest.raises(ArchiveDamaged, match="fazhi search --index"):
        search(archive, "复议")
    store(f"{BODY}\n乙", url=f"{URL}?2", year=2023)
    assert found(folder, "复议") == [(one, 1)]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("damage", [b"", b"no database" * 1000, None])
def test_a_damaged_index_is_an_error_and_the_next_run_makes_it_anew(
    store: Callable[..., str], folder: Path, damage: bytes | None
) -> None:
    one = store(f"{BODY}\n行政复议")
    if damage is None:
        with closing(sqlite3.connect(folder / SEARCH_INDEX)) as index:
            index.execute("UPDATE stamp SET format = 99")
            index.commit()
    else:
        (folder / SEARCH_INDEX).write_bytes(damage)
    with Reader.read(folder) as archive, pytest.raises(ArchiveDamaged, match="fazhi search --index"):
        search(archive, "复议")
    store(f"{BODY}\n乙", url=f"{URL}?2", year=2023)
    assert found(folder, "复议") == [(one, 1)]


@pytest.mark.sqlite_only
def test_an_index_that_is_behind_says_so(store: Callable[..., str], folder: Path, tmp_path: Path) -> None:
    store(f"{BODY}\n行政复议")
    shutil.copy(folder / SEARCH_INDEX, tmp_path / "old")
    store(f"{BODY}\n行政复议乙", url=f"{URL}?2", year=2023)
    shutil.copy(tmp_path / "old", folder / SEARCH_INDEX)
    with Reader.read(folder) as archive:
        result = search(archive, "复议")
    assert result.total == 1
    assert result.behind == "the search index goes up to run 1 of 2: newer texts are not in it"


def test_texts_that_are_no_longer_the_catalogues_are_not_shown(
    store: Callable[..., str], folder: Path
) -> None:
    store(f"{BODY}\n行政复议")
    held.change(folder, f"UPDATE versions SET text_sha256 = '{'0' * 64}'")
    with Reader.read(folder) as archive:
        result = search(archive, "复议")
    assert result.matches == ()
    assert result.behind == "the search index does not agree with the catalogue"


@pytest.mark.sqlite_only
def test_a_search_runs_beside_a_writer_and_needs_no_write_permission(
    store: Callable[..., str], opened: Callable[[], Archive], folder: Path
) -> None:
    one = store(f"{BODY}\n行政复议")
    for path in (folder, folder / SEARCH_INDEX):
        path.chmod(path.stat().st_mode & 0o555)
    assert found(folder, "复议") == [(one, 1)]
    assert not list(folder.glob(f"{SEARCH_INDEX}-*"))
    for path in (folder, folder / SEARCH_INDEX):
        path.chmod(path.stat().st_mode | 0o200)
    with opened():
        assert found(folder, "复议") == [(one, 1)]


@pytest.mark.sqlite_only  # a reader of PostgreSQL sees one state of both
def test_a_reader_goes_on_with_an_index_that_was_replaced(store: Callable[..., str], folder: Path) -> None:
    store(f"{BODY}\n行政复议")
    with Reader.read(folder) as archive:
        assert search(archive, "复议").total == 1
        store(f"{BODY}\n行政复议乙", url=f"{URL}?2", year=2023)
        assert search(archive, "复议").total == 2


def test_rebuild_makes_the_index_again(store: Callable[..., str], folder: Path, clock: Clock) -> None:
    one = store(f"{BODY}\n行政复议")
    two = store(f"{BODY}\n行政复议乙", url=f"{URL}?2", year=2023)
    before = found(folder, "复议")
    if not open_catalogue(folder).is_database:
        (folder / SEARCH_INDEX).write_bytes(b"no database")
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert found(folder, "复议") == before
    assert {report for report, _ in before} == {one, two}


def test_what_a_merge_brings_is_found(
    store: Callable[..., str], folder: Path, tmp_path: Path, clock: Clock
) -> None:
    one = store(f"{BODY}\n行政复议")
    clock.forward(minutes=1)
    with Archive.create(tmp_path / "second", clock=clock, notify=lambda _: None) as archive:
        assert archive.merge(folder, lambda _: None) == 1
    assert [report for report, _ in found(tmp_path / "second", "复议")] == [one]


def test_a_reextracted_text_takes_the_place_of_the_old_one(
    opened: Callable[[], Archive], folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"<html><title>{a_report().title}</title><h1>{a_report().title}</h1><div>" + "".join(
        f"<p>{line}</p>" for line in BODY.split("\n")
    )
    with opened() as archive:
        capture = a_capture(payload=page.encode(), at=clock(), content_type="text/html; charset=utf-8")
        archive.record(capture)
        archive.store(a_report(f"{BODY}\n旧提取器"), capture, SITE)
    assert len(found(folder, "旧提取器")) == 1
    with opened() as archive:
        assert archive.reextract(lambda _: None) == 1
    assert found(folder, "旧提取器", versions="all") == []
    assert len(found(folder, "群众满意度")) == 1


def test_a_gone_report_is_still_found(
    store: Callable[..., str], opened: Callable[[], Archive], folder: Path, clock: Clock
) -> None:
    from crawler.model import Outcome

    one = store(f"{BODY}\n行政复议")
    for _ in range(2):
        clock.forward(minutes=60 * 24 * 2)
        with opened() as archive:
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id=SITE.id, detail="404"))
    assert found(folder, "复议") == [(one, 1)]


@pytest.mark.sqlite_only
def test_the_index_is_a_known_file_and_no_evidence(store: Callable[..., str], folder: Path) -> None:
    store(f"{BODY}\n行政复议")
    (folder / f"{SEARCH_INDEX}.new").write_bytes(b"")
    notices: list[str] = []
    assert list(verify(folder, notify=notices.append)) == []
    assert [line.partition(":")[0] for line in notices] == [f"{SEARCH_INDEX}.new"]


@pytest.mark.sqlite_only
def test_no_index_is_written_through_a_symbolic_link(
    store: Callable[..., str], opened: Callable[[], Archive], folder: Path, tmp_path: Path
) -> None:
    store(f"{BODY}\n行政复议")
    (folder / SEARCH_INDEX).rename(tmp_path / "elsewhere")
    (folder / SEARCH_INDEX).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArchiveError, match="symbolic link"):
        opened()


@pytest.mark.sqlite_only
def test_an_archive_without_texts_gets_no_index(opened: Callable[[], Archive], folder: Path) -> None:
    opened().close()
    assert not (folder / SEARCH_INDEX).exists()


def test_ranks_and_order_are_those_of_an_index_made_at_once(
    store: Callable[..., str], folder: Path, clock: Clock
) -> None:
    for number in range(4):
        store(f"{BODY}\n行政复议{number}", url=f"{URL}?{number}", year=2020 + number)
        clock.forward(minutes=1)
    before = found(folder, "行政复议")
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert found(folder, "行政复议") == before
