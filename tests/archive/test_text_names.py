"""Names of text files tell the order of a report's versions; archives of earlier versions get them with the next run."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command as alembic

from crawler.archive import CATALOGUE, Archive, rebuild
from crawler.archive.catalogue.engine import migrations, sqlite_engine
from crawler.archive.catalogue.text_names import earlier_name, with_version
from crawler.archive.evidence import files
from crawler.extract import extract
from crawler.questions.verify import verify
from tests.archive.foreign import article
from tests.archive.held import faults, query
from tests.archive.test_archive import Opener, texts, visit
from tests.conftest import URL, Clock, Fazhi

FIRST, SECOND = (
    article(text).replace(b"<title>", b'<meta name="PubDate" content="2023-02-21"><title>')
    for text in ("一、主要工作完成了。", "二、其他工作也完成了。")
)


def fill(opened: Opener, clock: Clock) -> list[str]:
    """Make a report with three versions of one date, the third with the text of the first; return their text files."""
    with opened() as archive:
        for page in (FIRST, SECOND, FIRST):
            visited = visit(archive, clock, extract(page, (), URL), payload=page)
            clock.forward(days=1)
        names = [row.text_file for row in archive.history(visited.report_id or "")]
    assert [name.count("_2023-02-21_") for name in names] == [1, 1, 1]
    return names


def make_earlier(folder: Path) -> None:
    """Give an archive the names and the schema of before."""
    engine = sqlite_engine(folder / CATALOGUE, writes=True)
    with engine.begin() as connection:
        alembic.downgrade(migrations(connection), "0016")
    engine.dispose()
    for path in sorted(folder.glob("text/*/*/*.txt")):
        path.replace(folder / earlier_name(path.relative_to(folder).as_posix()))


def test_names_sort_in_the_order_of_versions_and_a_text_that_comes_back_has_its_own(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    names = fill(opened, clock)
    assert names == sorted(set(names)) == texts(folder)
    first, second, third = ((folder / name).read_text("utf-8") for name in names)
    assert first == third != second
    assert faults(folder) == []


def test_a_rebuild_gives_the_same_names_from_the_warc_files_alone(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    names = fill(opened, clock)
    (folder / CATALOGUE).unlink()
    for name in names[1:]:
        (folder / name).unlink()
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert texts(folder) == names
    assert faults(folder) == []


def test_the_next_run_renames_the_files_of_an_earlier_version_and_says_so(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    names = fill(opened, clock)
    contents = [(folder / name).read_bytes() for name in names]
    make_earlier(folder)
    assert len(texts(folder)) == 2
    notices = list[str]()
    with Archive.create(folder, clock=clock, notify=notices.append):
        pass
    assert any("text files are renamed" in each for each in notices)
    assert texts(folder) == names
    assert [(folder / name).read_bytes() for name in names] == contents
    assert query(folder, "SELECT text_file FROM versions ORDER BY id") == [(name,) for name in names]
    assert list(verify(folder, deep=True, notify=lambda _: None)) == []


def test_a_rebuild_renames_them_too(opened: Opener, folder: Path, clock: Clock) -> None:
    names = fill(opened, clock)
    make_earlier(folder)
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert texts(folder) == names
    assert faults(folder) == []


def test_an_archive_that_is_only_read_keeps_its_names_and_is_told_with_them(
    opened: Opener, folder: Path, clock: Clock, fazhi: Fazhi
) -> None:
    fill(opened, clock)
    make_earlier(folder)
    before = texts(folder)
    with Archive.read(folder, notify=lambda _: None) as archive:
        (report,) = archive.reports()
        (holding,) = archive.holdings([report])
    assert holding.text_file in before
    code, out, _ = fazhi("show", report.id or "", "--json", "--archive", str(folder))
    assert code == 0
    assert all(name in out for name in before)
    assert list(verify(folder, deep=True, notify=lambda _: None)) == []
    assert texts(folder) == before


@pytest.mark.parametrize("operation", range(6))
@pytest.mark.parametrize("how", ["run", "rebuild"])
def test_a_kill_between_any_two_renames_is_made_good_by_the_next_run(
    operation: int, how: str, opened: Opener, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = fill(opened, clock)
    make_earlier(folder)

    def repeat() -> None:
        if how == "run":
            Archive.create(folder, clock=clock, notify=lambda _: None).close()
        else:
            rebuild(folder, clock=clock, notify=lambda _: None)

    done = 0
    with monkeypatch.context() as context:
        for name in ("rename", "remove", "sync_all", "write_all"):
            held = getattr(files, name)

            def killed(*values: object, held=held, **named: object) -> None:  # type: ignore[no-untyped-def]
                nonlocal done
                done += 1
                if done > operation:
                    raise KeyboardInterrupt
                held(*values, **named)

            context.setattr(files, name, killed)
        try:
            repeat()
        except KeyboardInterrupt:
            assert faults(folder) == []
    repeat()
    assert texts(folder) == names
    assert faults(folder) == []


def test_a_name_of_today_is_left_as_it_is() -> None:
    earlier = "text/420100-武汉市/2022/2023-02-21_3df3524417f8c2a8.txt"
    name = with_version(earlier, "420100-2022-3df35244", 12)
    assert name == "text/420100-武汉市/2022/420100-2022-3df35244_v012_2023-02-21_3df3524417f8c2a8.txt"
    assert with_version(name, "420100-2022-3df35244", 12) == name
    assert earlier_name(name) == earlier
    assert earlier_name(earlier) == earlier
