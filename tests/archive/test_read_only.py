"""Reading an archive creates, changes and removes no file, for any user and in any state of the archive."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic import command
from sqlalchemy import inspect

from crawler.archive import CATALOGUE, Archive, rebuild
from crawler.archive.catalogue import engine
from crawler.archive.catalogue.engine import HEAD, MIGRATIONS, migrations, sqlite_engine, upgrade
from crawler.archive.evidence import acts
from crawler.errors import ArchiveDamaged, ArchiveTooNew
from crawler.model import Ending, Outcome
from crawler.questions.near_copies import near_copies
from tests.archive.held import change, crawl_saved, dump, faults, query
from tests.conftest import Clock

REVISIONS = sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*.py"))
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def readable() -> Iterator[Path]:
    """Yield a folder that other users can enter; they cannot enter pytest's own."""
    with TemporaryDirectory(prefix="fazhi-test-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def make(folder: Path, clock: Clock, *, kill: bool = False) -> None:
    """Make an archive of one site. `kill`: kill its run before the end."""
    if not kill:
        with Archive.create(folder, clock=clock, notify=ignore) as archive:
            crawl_saved(archive, clock, "wuhan")
        return
    child = os.fork()
    if not child:
        archive = Archive.create(folder, clock=clock, notify=ignore)
        crawl_saved(archive, clock, "wuhan")
        archive.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (folder / f"{CATALOGUE}-wal").stat().st_size > 0


Fill = Callable[..., None]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """An archive whose run has ended, and one whose run was killed (True)."""
    found = {}
    for kill in (False, True):
        found[kill] = tmp_path_factory.mktemp("original") / "archive"
        make(found[kill], Clock(), kill=kill)
    return found


@pytest.fixture
def fill(originals: dict[bool, Path]) -> Fill:
    """Copies such an archive to a folder: most tests ask nothing of how it was made."""

    def copy(folder: Path, *, kill: bool = False) -> None:
        shutil.copytree(originals[kill], folder)

    return copy


def ignore(_: str) -> None:
    """Discard a notice."""


def state(folder: Path) -> dict[str, tuple[int, str]]:
    """Return mtime and digest of every file and folder."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[path.relative_to(folder).as_posix()] = (path.stat().st_mtime_ns, digest)
    return found


def read_all(folder: Path) -> list[str]:
    """Run every query of an archive, verify included. Return the titles of its reports."""
    assert faults(folder, deep=True) == []
    with Archive.read(folder, notify=ignore) as archive:
        found = archive.reports()
        assert list(near_copies(archive)) == []
        for report in found:
            assert report.id is not None
            archive.show(report.id)
            archive.history(report.id)
            archive.events(report.id)
    return [report.title for report in found]


def without_shm(folder: Path) -> None:
    (folder / f"{CATALOGUE}-shm").unlink()


def with_empty_wal(folder: Path) -> None:
    (folder / f"{CATALOGUE}-wal").touch()


STATES: dict[str, tuple[bool, Callable[[Path], None] | None]] = {
    "whole": (False, None),
    "whole, with an empty -wal": (False, with_empty_wal),
    "left by a killed run": (True, None),
    "left by a killed run, without -shm": (True, without_shm),
}


@pytest.mark.parametrize("name", STATES)
def test_reading_and_verifying_change_no_file(fill: Fill, name: str, folder: Path) -> None:
    kill, harm = STATES[name]
    fill(folder, kill=kill)
    if harm:
        harm(folder)
    before = state(folder)
    assert read_all(folder)
    assert state(folder) == before


@pytest.mark.parametrize("name", STATES)
def test_an_archive_that_may_only_be_read_is_read_by_another_user(
    fill: Fill, name: str, readable: Path
) -> None:
    folder = readable / "archive"
    kill, harm = STATES[name]
    fill(folder, kill=kill)
    if harm:
        harm(folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = state(folder)
    for words in (["show", "420100-2022"], ["verify", "--deep"]):
        done = as_another_user(*words, "--archive", str(folder))
        assert (words, done.returncode) == (words, 0), done.stderr
        assert done.stdout
    for words in (["rebuild"],):
        done = as_another_user(*words, "--archive", str(folder))
        assert (words, done.returncode, done.stderr.count("\n")) == (words, 4, 1), done.stderr
    assert state(folder) == before


def as_another_user(*words: str) -> subprocess.CompletedProcess[str]:
    """A command of a user who owns nothing. Who is not root already cannot write what nobody may."""
    if os.getuid() == 0 and not can_become_another():
        pytest.skip("root may read and write everything, and another user cannot run this checkout from here")
    return run_as_another("-m", "crawler", *words)


@cache
def can_become_another() -> bool:
    """Whether setpriv is there, and interpreter and checkout lie where anybody may read."""
    return bool(shutil.which("setpriv")) and run_as_another("-c", "import crawler.cli").returncode == 0


def run_as_another(*words: str) -> subprocess.CompletedProcess[str]:
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    no_coverage = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.run(
        [*become, sys.executable, *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=no_coverage,  # its files belong to the user of the tests
        check=False,
    )


def test_a_folder_without_permission_is_an_error_of_one_line(fill: Fill, readable: Path) -> None:
    folder = readable / "archive"
    fill(folder)
    folder.chmod(0o600)
    for words in (["reports"], ["verify"], ["import", str(ROOT / "seeds")]):
        done = as_another_user(*words, "--archive", str(folder))
        assert done.returncode == 4, (words, done.stderr)
        assert done.stderr.count("\n") == 1
        assert "Permission denied" in done.stderr
    folder.chmod(0o700)


def test_a_reader_sees_one_state_while_a_run_writes(fill: Fill, folder: Path, clock: Clock) -> None:
    fill(folder)
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock) as writer:
        crawl_saved(writer, clock, "tianshui")
        with Archive.read(folder) as reader:
            before = reader.reports()
            crawl_saved(writer, clock, "wuwei")
            assert reader.reports() == before
        with Archive.read(folder) as later:
            assert len(later.reports()) > len(before)
        assert faults(folder) == []
    assert faults(folder, deep=True) == []


def test_a_query_is_repeated_when_a_run_ends_meanwhile(fill: Fill, folder: Path, clock: Clock) -> None:
    """Without a -wal, the end of a run writes into the catalogue while it is being read."""
    fill(folder)
    with Archive.read(folder) as reader:
        before = reader.reports()
        clock.forward(minutes=1)
        with Archive.create(folder, clock=clock) as writer:
            crawl_saved(writer, clock, "tianshui", "wuwei")
        with Archive.read(folder) as later:
            assert reader.reports() == later.reports() != before


def test_what_a_run_changes_while_verify_reads_is_no_fault(fill: Fill, folder: Path, clock: Clock) -> None:
    fill(folder)
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock) as writer:
        crawl_saved(writer, clock, "tianshui")
        lost = [
            folder / str(name) for (name,) in query(folder, "SELECT text_file FROM versions ORDER BY id DESC")
        ]
        lost[0].unlink()  # as if it were not written yet: text files follow the catalogue
        assert faults(folder) == []
        lost[-1].unlink()  # of a run that has ended: no run will write it
        assert [fault.place for fault in faults(folder)] == [lost[-1].relative_to(folder).as_posix()]


def make_old(folder: Path, revision: str) -> None:
    """Replace an archive's catalogue by one with the schema of `revision` and the same rows."""
    today = (folder / CATALOGUE).rename(folder.with_name("today.db"))
    old = sqlite_engine(folder / CATALOGUE, writes=True)
    with old.begin() as connection:
        command.upgrade(migrations(connection), revision)
        tables = inspect(connection).get_table_names()
        columns = {
            table: [each["name"] for each in inspect(connection).get_columns(table)] for table in tables
        }
    old.dispose()
    with closing(sqlite3.connect(folder / CATALOGUE)) as catalogue:
        catalogue.execute("ATTACH ? AS today", (str(today),))
        for table in set(tables) - {"alembic_version"}:
            names = ", ".join(columns[table])
            catalogue.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM today.{table}")
        catalogue.commit()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_earlier_schema_is_read_as_it_is_and_upgraded_by_the_next_run(
    fill: Fill, revision: str, folder: Path, clock: Clock
) -> None:
    fill(folder)
    titles = read_all(folder)
    make_old(folder, revision)
    before, notices = state(folder), list[str]()
    with Archive.read(folder, notify=notices.append) as archive:
        assert [report.title for report in archive.reports()] == titles
        assert archive.history(archive.reports()[0].id or "")
    assert "upgraded by the next crawl" in "".join(notices)
    assert len(notices) == 1
    faults(folder)
    assert state(folder) == before
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock, notify=ignore):
        pass
    assert query(folder, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_a_later_schema_is_refused_in_one_line_before_anything_is_changed(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.archive.run._SOFTWARE", "fazhi/99.0.0")
    make(folder, clock)
    change(folder, "UPDATE alembic_version SET version_num = '9999'")
    before = {name: held for name, held in state(folder).items() if name not in (".", ".lock")}
    for use in (
        lambda: Archive.read(folder),
        lambda: Archive.create(folder, clock=clock),
        lambda: faults(folder),
        lambda: rebuild(folder, clock=clock, notify=ignore),
    ):
        with pytest.raises(ArchiveTooNew, match=r"^\S+: .* written by a later fazhi .*9999.*$") as caught:
            use()
        assert caught.value.exit_code == 4
    assert {name: held for name, held in state(folder).items() if name not in (".", ".lock")} == before


def act_of_a_later_fazhi(monkeypatch: pytest.MonkeyPatch) -> None:
    def noted(outcome: Outcome) -> dict[str, object]:
        return {"act": "foreseen", "site": {"id": outcome.site_id}, "ending": outcome.ending.value}

    monkeypatch.setattr("crawler.archive.facade.acts.noted", noted)


def key_of_a_later_fazhi(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = acts.noted
    monkeypatch.setattr(
        "crawler.archive.facade.acts.noted", lambda outcome: {**noted(outcome), "mood": "fine"}
    )


@pytest.mark.parametrize("later", [act_of_a_later_fazhi, key_of_a_later_fazhi, None])
def test_a_catalogue_of_an_unknown_schema_is_made_again_unless_a_later_fazhi_has_written(
    fill: Fill,
    later: Callable[[pytest.MonkeyPatch], None] | None,
    folder: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(folder)
    clock.forward(minutes=1)
    with monkeypatch.context() as context, Archive.create(folder, clock=clock, notify=ignore) as archive:
        if later is not None:
            later(context)
        archive.note(Outcome(ending=Ending.FAILED, url="http://a.gov.cn/", site_id="a"))
    before = dump(folder)
    change(folder, "UPDATE alembic_version SET version_num = '9999'")
    notices = list[str]()
    if later is not None:
        changed = dump(folder)
        with pytest.raises(ArchiveTooNew, match=r"written by a later fazhi.*warc/2026/fazhi-"):
            rebuild(folder, clock=clock, notify=notices.append)
        assert dump(folder) == changed
        return
    rebuild(folder, clock=clock, notify=notices.append)
    assert "nothing in the manifest and the WARC files was written by a later fazhi" in "".join(notices)
    assert dump(folder) == before
    assert faults(folder) == []


def test_a_symbolic_link_as_lock_is_refused_and_its_target_unchanged(folder: Path, clock: Clock) -> None:
    folder.mkdir()
    target = folder.with_name("target.txt")
    target.write_text("target")
    (folder / ".lock").symlink_to(target)
    with pytest.raises(ArchiveDamaged, match="cannot be written"):
        Archive.create(folder, clock=clock)
    assert target.read_text() == "target"


def test_a_catalogue_without_a_schema_number_is_damage_and_can_be_rebuilt(
    fill: Fill, folder: Path, clock: Clock
) -> None:
    fill(folder)
    change(folder, "DELETE FROM alembic_version")
    for use in (lambda: Archive.read(folder), lambda: Archive.create(folder, clock=clock)):
        with pytest.raises(ArchiveDamaged, match="has no schema revision; run `fazhi rebuild`"):
            use()
    rebuild(folder, clock=clock, notify=ignore)
    assert faults(folder) == []


def test_a_catalogue_of_other_tables_is_damage(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / CATALOGUE)) as other:
        other.execute("CREATE TABLE cats (name)")
    with pytest.raises(ArchiveDamaged, match="rebuild"):
        Archive.read(folder)


NAMES = (
    "a?b",
    "a?mode=memory",
    "a#b",
    "a%20b",
    "a%b",
    "a b",
    "a&b=c",
    "a;b'c\"d",
    "a\\b",
    "档案",
    "-x",
    "file:x",
    "[x]",
    ":memory:",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_path_may_hold_any_character(
    name: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, path in enumerate((tmp_path / name / "one", Path(name) / "two")):
        clock.forward(minutes=1)
        make(path, clock, kill=bool(number))
        before = state(path)
        assert read_all(path)
        assert state(path) == before
        assert (path / CATALOGUE).is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]
    assert rebuild(Path(name) / "one", clock=clock, notify=ignore).reports > 0


def test_migrations_are_found_in_a_folder_with_a_percent_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MIGRATIONS, tmp_path / "a%20b%(x)s")
    monkeypatch.setattr(engine, "MIGRATIONS", tmp_path / "a%20b%(x)s")
    made = sqlite_engine(tmp_path / CATALOGUE, writes=True)
    with made.begin() as connection:
        command.upgrade(migrations(connection), "0001")
    upgrade(made)
    made.dispose()
    assert query(tmp_path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
