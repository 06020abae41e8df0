"""A run never begins on a catalogue that is not that of the WARC files beside it, and never uses a run's number again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import CATALOGUE, MANIFEST, Archive, rebuild
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.evidence.manifest import Manifest
from crawler.errors import ArchiveDamaged
from tests.archive.conftest import POSTGRESQL
from tests.archive.held import crawl_saved, dump, faults, lose_catalogue, put_catalogue, query
from tests.conftest import Clock, Fazhi

ROOT = Path(__file__).parent.parent.parent
Harm = Callable[[Path, Path], None]


def fill(folder: Path, clock: Clock) -> None:
    """Make an archive with runs of one site each, the last one without any WARC file. Keep the catalogue of each run."""
    for number, site in enumerate(("wuhan", "jinghai", ""), start=1):
        clock.forward(minutes=1, microseconds=7)
        with Archive.create(folder, clock=clock, notify=ignore) as archive:
            if site:
                crawl_saved(archive, clock, site)
        shutil.copyfile(folder / CATALOGUE, catalogue_after(folder, number))


def ignore(_: str) -> None:
    """Discard a notice."""


def catalogue_after(folder: Path, run: int) -> Path:
    return folder.parent / f"{folder.name}-{run}.db"


def missing(folder: Path, other: Path) -> None:
    lose_catalogue(folder)


def of_no_bytes(folder: Path, other: Path) -> None:
    (folder / CATALOGUE).write_bytes(b"")


def without_rows(folder: Path, other: Path) -> None:
    put_catalogue(folder, folder.parent / "empty" / CATALOGUE)


def of_the_first_run(folder: Path, other: Path) -> None:
    put_catalogue(folder, catalogue_after(folder, 1))


def of_the_second_run(folder: Path, other: Path) -> None:
    put_catalogue(folder, catalogue_after(folder, 2))


def of_another_archive(folder: Path, other: Path) -> None:
    put_catalogue(folder, other / CATALOGUE)


def missing_with_the_manifest(folder: Path, other: Path) -> None:
    lose_catalogue(folder)
    (folder / MANIFEST).unlink()


def of_the_first_run_without_manifest(folder: Path, other: Path) -> None:
    put_catalogue(folder, catalogue_after(folder, 1))
    (folder / MANIFEST).unlink()


def of_another_archive_without_manifest(folder: Path, other: Path) -> None:
    put_catalogue(folder, other / CATALOGUE)
    (folder / MANIFEST).unlink()


def of_another_archive_crawled_in_the_same_second(folder: Path, other: Path) -> None:
    put_catalogue(folder, other / CATALOGUE)
    (folder / MANIFEST).unlink()
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.glob("warc/*/*.gz"))]
    assert [name for (name,) in query(folder, "SELECT file FROM warcs")] == names


def missing_with_a_warc_in_progress_only(folder: Path, other: Path) -> None:
    for path in sorted(folder.glob("warc/*/*.gz")):
        path.rename(f"{path}.open")
    lose_catalogue(folder)
    (folder / MANIFEST).unlink()


def missing_and_no_warc_but_a_manifest(folder: Path, other: Path) -> None:
    shutil.rmtree(folder / "warc")
    shutil.rmtree(folder / "text")
    lines = [line for line in (folder / MANIFEST).read_bytes().splitlines(True) if b'"state"' in line]
    (folder / MANIFEST).write_bytes(b"".join(lines))
    lose_catalogue(folder)


HARMS: list[Harm] = [
    missing,
    of_no_bytes,
    without_rows,
    of_the_first_run,
    of_the_second_run,
    of_another_archive,
    missing_with_the_manifest,
    of_the_first_run_without_manifest,
    of_another_archive_without_manifest,
    of_another_archive_crawled_in_the_same_second,
    missing_with_a_warc_in_progress_only,
    missing_and_no_warc_but_a_manifest,
]


RUNS_IN_WARCS_ONLY = (
    missing_with_the_manifest,
    of_the_first_run_without_manifest,
    of_another_archive_without_manifest,
    of_another_archive_crawled_in_the_same_second,
    missing_with_a_warc_in_progress_only,
    missing_and_no_warc_but_a_manifest,
)
"""Harms that lose more than the catalogue: a rebuild cannot give all its rows back."""

OF_SQLITES_FILE = (
    of_no_bytes,
    without_rows,
    of_another_archive,
    of_another_archive_without_manifest,
    of_another_archive_crawled_in_the_same_second,
)
"""Harms of a file in the folder. Of a database a rebuild refuses the catalogue of another archive: it may be needed."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with four archives, on SQLite: `archive`, `other`, of the same second as `archive` `twin`, and `empty`."""
    base, clock = tmp_path_factory.mktemp("continuity"), Clock()
    for name in ("other", "archive"):
        fill(base / name, clock)
    clock.forward(minutes=-3, microseconds=100)
    fill(base / "twin", clock)
    Archive.create(base / "empty", clock=Clock(), notify=ignore).close(finished=False)
    return base


@pytest.fixture
def folder(made: Path, tmp_path: Path, database_kind: str) -> Path:
    folder = shutil.copytree(made, tmp_path / "made") / "archive"
    if database_kind == POSTGRESQL:
        put_catalogue(folder, made / "archive" / CATALOGUE)
    return folder


@pytest.fixture
def later(clock: Clock) -> Clock:
    clock.forward(days=1)
    return clock


def state(folder: Path) -> dict[str, bytes]:
    """Return the files of an archive other than the lock and the catalogue."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name: path.read_bytes() for path in files if not path.name.startswith((".lock", CATALOGUE))}


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_a_run_does_not_begin_on_a_wrong_catalogue_and_a_rebuild_makes_it_right(
    harm: Harm, folder: Path, later: Clock, database_kind: str
) -> None:
    if database_kind == POSTGRESQL and harm in OF_SQLITES_FILE:
        pytest.skip("is about SQLite's file")
    right = dump(folder)
    twin = harm is of_another_archive_crawled_in_the_same_second
    harm(folder, folder.parent / ("twin" if twin else "other"))
    before = state(folder)
    for _ in range(2):  # the refusal itself changes nothing that lets the next run pass
        with pytest.raises(ArchiveDamaged, match=r"`fazhi rebuild`.* makes it") as caught:
            Archive.create(folder, clock=later, notify=ignore)
        assert caught.value.exit_code == 4
        assert "\n" not in str(caught.value)
    assert state(folder) == before
    rebuild(folder, clock=later, notify=ignore)
    if harm not in RUNS_IN_WARCS_ONLY:
        assert dump(folder) == right
        assert faults(folder, deep=True) == []
    runs = query(folder, "SELECT max(id) FROM runs")[0][0]
    Archive.create(folder, clock=later, notify=ignore).close()
    assert query(folder, "SELECT max(id) FROM runs")[0][0] == int(str(runs)) + 1


def test_a_run_that_only_the_manifest_has_asks_for_a_rebuild_and_its_number_is_not_used_again(
    folder: Path, later: Clock
) -> None:
    """As with a catalogue from a backup, beside a run that wrote no WARC file."""
    manifest = Manifest(folder)
    manifest.begin_run(9, begun="2026-11-25T03:00:00Z", command="crawl", software="fazhi")
    with pytest.raises(ArchiveDamaged, match="it lacks run 9"):
        Archive.create(folder, clock=later, notify=ignore)
    rebuild(folder, clock=later, notify=ignore)
    Archive.create(folder, clock=later, notify=ignore).close()
    assert [number for (number,) in query(folder, "SELECT id FROM runs")] == [1, 2, 3, 9, 10]


@pytest.mark.parametrize("keep", [0, -1], ids=["removed", "cut off"])
def test_a_manifest_without_the_last_runs_end_is_told_at_the_next_run(
    keep: int, folder: Path, later: Clock
) -> None:
    lines = (folder / MANIFEST).read_bytes().splitlines(keepends=True)
    (folder / MANIFEST).write_bytes(b"".join(lines[:keep]))
    told: list[str] = []
    Archive.create(folder, clock=later, notify=told.append).close()
    assert f"{MANIFEST}: has no end of run 3, which the catalogue knows" in told[0]


def test_a_warc_of_another_archive_copied_here_by_hand_stops_no_run(folder: Path, later: Clock) -> None:
    for foreign in (folder.parent / "other").glob("warc/*/*.gz"):
        shutil.copyfile(foreign, next(folder.glob("warc/*")) / foreign.name)
    Archive.create(folder, clock=later, notify=ignore).close()
    (folder / MANIFEST).unlink()
    Archive.create(folder, clock=later, notify=ignore).close()


def test_an_unreadable_warc_stops_no_run(folder: Path, later: Clock) -> None:
    """It is for `fazhi verify` to name it; the crawl goes on."""
    for path in folder.glob("warc/*/*.gz"):
        path.write_bytes(b"\0" + path.read_bytes()[1:])
    Archive.create(folder, clock=later, notify=ignore).close()


WRITING_COMMANDS = {
    "crawl": ("crawl", "-q", "--replay", str(ROOT / "tests" / "fixtures")),
    "import": ("import", str(ROOT / "seeds")),
    "merge": ("merge", "OTHER"),
}


@pytest.mark.parametrize("command", WRITING_COMMANDS)
def test_every_command_that_writes_refuses_in_one_line(command: str, folder: Path, fazhi: Fazhi) -> None:
    of_the_first_run(folder, folder)
    name = open_catalogue(folder).name
    words = [str(folder.parent / "other") if word == "OTHER" else word for word in WRITING_COMMANDS[command]]
    code, out, err = fazhi(*words, "--archive", str(folder))
    assert (code, out) == (4, "")
    assert err == (
        f"{name}: the catalogue is older than its WARC files: it lacks run 2;"
        " `fazhi rebuild` makes it again from the WARC files\n"
    )
