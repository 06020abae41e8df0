"""A rebuild of a damaged archive restores what is left and names the rest; a kill or a full disk leaves a whole catalogue."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import CATALOGUE, MANIFEST, Archive, Rebuilt, rebuild, rebuilding
from crawler.archive.catalogue.databases import sqlite
from crawler.errors import ArchiveDamaged
from crawler.extract import extract
from crawler.warc import Fault, Record, read_records, salvage
from tests.archive.foreign import article
from tests.archive.held import crawl_saved, derived, dump, faults, fill_every_table, query
from tests.conftest import SITE, URL, Clock, Fazhi, a_capture

PLACES: dict[str, object] = {
    "enter_runs": rebuilding.Derivation,
    "complete_new": sqlite.SqliteCatalogue,
    "replace": sqlite.SqliteCatalogue,
    "_close_log": sqlite,
    "_sync_folder": sqlite,
}
"""Where the steps of a rebuild are; the others are in `rebuilding`."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "archive"
    fill_every_table(folder, Clock(), merged=False)
    return folder


@pytest.fixture
def held(original: Path, folder: Path) -> Path:
    shutil.copytree(original, folder)
    return folder


def again(folder: Path) -> tuple[Rebuilt, list[str]]:
    notices: list[str] = []
    clock = Clock()
    clock.forward(days=90)
    return rebuild(folder, clock=clock, notify=notices.append), notices


def warcs(folder: Path) -> list[Path]:
    return sorted(folder.glob("warc/*/*.warc.gz"))


def flip(path: Path, byte: int) -> None:
    data = bytearray(path.read_bytes())
    data[byte] ^= 1
    path.write_bytes(data)


def place_of(path: Path, kind: str, number: int) -> tuple[int, int]:
    """Return offset and length of one of a WARC file's records."""
    record = [each for each in read_records(path) if each.kind == kind][number]
    return record.place.offset, record.place.length


@pytest.mark.parametrize("kind", ["warcinfo", "response", "request", "metadata"])
@pytest.mark.parametrize("where", ["its first byte", "its middle", "its last byte"])
def test_one_damaged_record_is_named_and_all_others_are_entered(kind: str, where: str, held: Path) -> None:
    path = warcs(held)[0]
    offset, length = place_of(path, kind, 0)
    captures = len(query(held, "SELECT 1 FROM captures"))
    flip(path, offset + {"its first byte": 0, "its middle": length // 2, "its last byte": length - 1}[where])
    done, notices = again(held)
    name = path.relative_to(held).as_posix()
    (lost,) = done.lost
    assert lost.startswith(f"{name} at byte {offset}: ")
    assert lost in notices
    assert done.captures == captures - (kind == "response")
    assert done.files == len(warcs(held))


@pytest.mark.parametrize("index", [True, False])
def test_between_two_damaged_records_the_index_lets_reading_go_on(index: bool, held: Path) -> None:
    path = warcs(held)[0]
    places = [place_of(path, "response", number) for number in (1, 4)]
    if not index:
        path.with_name(path.name.replace(".warc.gz", ".cdxj")).unlink()
    for offset, length in places:
        flip(path, offset + length // 2)
    done, _ = again(held)
    assert len(done.lost) == (2 if index else 1)
    between = query(
        held,
        f"SELECT 1 FROM captures WHERE warc_offset BETWEEN {places[0][0]} AND {places[1][0]}"
        f" AND warc_file LIKE '%{path.name}'",
    )
    assert len(between) == (2 if index else 0)


def test_a_record_that_a_page_smuggled_into_its_bytes_is_not_read_in_the_place_of_a_damaged_one(
    tmp_path: Path,
) -> None:
    """An incompressible payload is stored as it is: a gzip member in it stands in the file too."""
    forged = gzip.compress(b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
                           b"Content-Length: 2\r\n\r\n{}\r\n\r\n")  # fmt: skip
    noise = os.urandom(3000)

    def member(block: bytes) -> bytes:
        head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 2026-01-01T00:00:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
        return gzip.compress(head.encode() + block + b"\r\n\r\n", 0)

    first, last = member(noise + forged * 3 + noise), member(b"true")
    path = tmp_path / "x.warc.gz"
    path.write_bytes(first + last)
    assert forged in first
    flip(path, 300)
    fault, record = salvage(path)
    assert isinstance(fault, Fault)
    assert isinstance(record, Record)
    assert record.block == b"true"


def test_a_file_that_the_manifest_names_and_that_is_gone_is_named(held: Path, fazhi: Fazhi) -> None:
    path = warcs(held)[1]
    path.unlink()
    code, out, err = fazhi("rebuild", "--archive", str(held))
    assert code == 4
    assert f"{path.relative_to(held).as_posix()}: is in the manifest, but does not exist" in err
    assert "1 file or record could not be read" in out
    assert query(held, "SELECT 1 FROM captures")


def test_a_damaged_line_of_the_manifest_is_named(held: Path) -> None:
    flip(held / MANIFEST, 0)
    done, _ = again(held)
    (lost,) = done.lost
    assert lost.startswith(f"{MANIFEST}:1: is no JSON object")


def test_a_text_whose_page_is_lost_stays_in_its_file_and_is_told(held: Path) -> None:
    texts = {name: data for name, data in derived(held).items() if name.startswith("text/")}
    ((name, offset, file),) = query(
        held,
        "SELECT warc_file, warc_offset, text_file FROM versions JOIN captures ON captures.id = capture_id LIMIT 1",
    )
    flip(held / str(name), int(str(offset)) + 60)
    done, notices = again(held)
    assert len(done.lost) == 1
    assert texts.items() <= derived(held).items()
    assert any(f"its text stays in {file}, which no version has" in notice for notice in notices)


SAME = article()


@pytest.mark.parametrize("lost", ["response", "metadata", "file"])
@pytest.mark.parametrize(
    "payload", [SAME, SAME.replace(b"</body>", b"<!-- again --></body>")], ids=["same", "other"]
)
def test_a_text_whose_first_record_is_lost_is_no_report_without_a_title(
    lost: str, payload: bytes, folder: Path, clock: Clock
) -> None:
    for page in (SAME, payload):
        with Archive.create(folder, clock=clock) as archive:
            capture = a_capture(URL, page, at=clock())
            archive.record(capture)
            archive.store(extract(page, (), URL), capture, SITE)
        clock.forward(days=1)
    columns = "report_id, number, title, published, kind, text_sha256, text_file"
    before = query(folder, f"SELECT {columns} FROM versions")
    first = warcs(folder)[0]
    if lost == "file":
        first.unlink()
    else:
        offset, length = place_of(first, lost, 0)
        flip(first, offset + length // 2)
    for _ in range(2):
        done, notices = again(folder)
        assert done.lost
        held = query(folder, f"SELECT {columns} FROM versions")
        if lost == "metadata":  # nothing but the page is left, and its division is told by no act
            assert [row[2:6] for row in held] == [row[2:6] for row in before]
        elif lost == "file" and payload == SAME:  # a revisit of a lost record has no page
            assert held == []
            assert any("not entered" in notice for notice in notices)
        elif lost == "response":
            assert held == before


def test_a_text_that_only_the_old_catalogue_has_is_kept(
    held: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """A later extractor reads another text, and the text files are gone."""
    monkeypatch.setattr("crawler.archive.loading.reextraction.read_pages", other_text)
    shutil.rmtree(held / "text")
    before = dump(held)
    done, _ = again(held)
    assert (dump(held), done.lost) == (before, ())


def other_text(*_: object, **__: object) -> None:
    raise ArchiveDamaged("read otherwise")


Step = Callable[..., object]


@pytest.mark.parametrize("damage", [None, b"this is no database" * 100])
@pytest.mark.parametrize(
    "step", ["enter_runs", "complete_new", "_close_log", "replace", "_sync_folder", "shorten_text_folders"]
)
def test_a_kill_at_any_step_leaves_a_whole_catalogue_old_or_new(
    step: str, damage: bytes | None, held: Path, clock: Clock
) -> None:
    archive = Archive.create(held, clock=clock)
    crawl_saved(archive, clock, "wuhan")
    killed = held.with_name("killed")
    shutil.copytree(held, killed)  # with a write-ahead log
    archive.close()
    before = dump(shutil.copytree(killed, held.with_name("copy")))
    if damage:
        (killed / CATALOGUE).write_bytes(damage)
    process = os.fork()
    if not process:
        setattr(PLACES.get(step, rebuilding), step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        rebuild(killed, clock=clock, notify=lambda _: None)
        os._exit(0)
    assert os.waitpid(process, 0)[1] == signal.SIGKILL
    if damage and step in ("enter_runs", "complete_new", "_close_log", "replace"):
        assert (killed / CATALOGUE).read_bytes() == damage
    elif not (damage and step == "_sync_folder"):  # SQLite has written the log into the damaged file
        assert [line for line in dump(killed) if '"runs"' not in line] == [
            line for line in before if '"runs"' not in line
        ]
    rebuild(killed, clock=clock, notify=lambda _: None)
    assert faults(killed, deep=True) == []


@pytest.mark.parametrize("limit", range(0, 520_000, 40_000))
def test_a_full_disk_leaves_the_old_catalogue(limit: int, held: Path, clock: Clock) -> None:
    before = dump(held)
    process = os.fork()
    if not process:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            rebuild(held, clock=clock, notify=lambda _: None)
        except ArchiveDamaged as error:
            os._exit(error.exit_code if "the catalogue is as it was before" in str(error) else 1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert code in (0, 4)
    assert dump(held) == before
    assert sorted(path.name for path in held.glob(f"{CATALOGUE}*")) == [CATALOGUE]
    assert limit > 0 or code == 4


def test_a_reader_that_holds_the_log_back_is_told(
    held: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_TIMEOUT_SECONDS", 0)
    reader, writer = sqlite3.connect(held / CATALOGUE), sqlite3.connect(held / CATALOGUE)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM runs").fetchone()
    with writer:
        writer.execute("UPDATE runs SET detail = 'written since' WHERE id = 1")
    before = dump(held)
    with pytest.raises(ArchiveDamaged, match="locked"):
        rebuild(held, clock=clock, notify=lambda _: None)
    assert dump(held) == before
    reader.close()
    writer.close()


@pytest.mark.parametrize("foreign", [True, False])
def test_a_run_does_not_begin_on_an_empty_or_foreign_catalogue_beside_warc_files(
    foreign: bool, held: Path, clock: Clock
) -> None:
    other = held.with_name("other")
    clock.forward(days=80)
    Archive.create(other, clock=clock).close()
    (held / CATALOGUE).write_bytes((other / CATALOGUE).read_bytes() if foreign else b"")
    clock.forward(days=90)
    with pytest.raises(ArchiveDamaged, match="fazhi rebuild"):
        Archive.create(held, clock=clock)
    again(held)
    Archive.create(held, clock=clock).close()
    assert faults(held, deep=True) == []


def test_an_older_catalogue_is_refused_until_a_rebuild(held: Path, clock: Clock) -> None:
    older = (held / CATALOGUE).read_bytes()
    clock.forward(days=90)
    with Archive.create(held, clock=clock) as archive:
        crawl_saved(archive, clock, "wuhan")
    (held / CATALOGUE).write_bytes(older)
    clock.forward(days=1)
    with pytest.raises(ArchiveDamaged, match="is older than its WARC files: it lacks run"):
        Archive.create(held, clock=clock)
    again(held)
    Archive.create(held, clock=clock).close()
    assert faults(held, deep=True) == []
