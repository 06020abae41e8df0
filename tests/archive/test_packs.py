"""`fazhi pack`: fewer files, and everything that was true of the archive before is true after."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.archive import MANIFEST, Archive, head, rebuild
from crawler.archive.evidence import files
from crawler.archive.evidence.warc_paths import closed_warcs, on_disk, pack_files
from crawler.archive.merging import has_new_files
from crawler.archive.packs.packing import Packed, groups
from crawler.extract import extract
from crawler.questions.verify import Fault, verify
from crawler.regular_files import read_regular
from crawler.warc import read_at, read_records
from tests.archive.foreign import article
from tests.archive.held import derived, dump, faults, lose, query
from tests.conftest import SITE, URL, Clock, Fazhi, a_capture

Opener = Callable[[], Archive]


def visited(opened: Opener, clock: Clock, text: str) -> None:
    """Store a page in a run of its own."""
    with opened() as archive:
        page = article(text)
        capture = a_capture(URL, page, at=clock(), ETag=f'"{len(text)}"')
        archive.record(capture)
        archive.store(extract(page, (), URL), capture, SITE)


@pytest.fixture
def held(opened: Opener, folder: Path, clock: Clock) -> Path:
    """An archive of five runs in two months, of which one is over when the clock stands."""
    for days, text in ((0, "一。"), (1, "二。"), (1, "二。"), (30, "三。"), (1, "三。")):
        clock.forward(days=days)
        visited(opened, clock, text)
    return folder


def packed(folder: Path, clock: Clock, *, this_month: bool = False) -> Packed:
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock, notify=lambda _: None) as archive:
        return archive.pack(groups(folder, clock(), this_month=this_month), lambda _: None)


def rows(folder: Path) -> list[str]:
    """Return all rows but those of runs, of which packing adds one."""
    return [line for line in dump(folder) if not line.startswith('INSERT INTO "runs"')]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("warc/*/*"))


def test_files_of_a_finished_month_are_one_file_then(held: Path, clock: Clock) -> None:
    before, texts, files_before = rows(held), derived(held), names(held)
    warcs = [path.read_bytes() for path in closed_warcs(held)]
    done = packed(held, clock)
    assert done == Packed(packs=("warc/2026/pack-202611-00001.warc.gz",), files=3)
    kept = [name for name in files_before if name.startswith("fazhi-202612")]
    assert len(kept) == 4
    assert names(held) == [*kept, "pack-202611-00001.cdxj", "pack-202611-00001.warc.gz"]
    assert rows(held) == before
    assert [read_regular(path, 1 << 30) for path in closed_warcs(held)] == warcs
    assert (held / done.packs[0]).read_bytes() == b"".join(warcs[:3])
    assert {name: texts[name] for name in texts if name.startswith("text/")} == {
        name: data for name, data in derived(held).items() if name.startswith("text/")
    }


def test_a_packed_archive_has_no_fault_and_every_older_head_holds(held: Path, clock: Clock) -> None:
    heads = [hashlib.sha256(line).hexdigest() for line in (held / MANIFEST).read_bytes().splitlines()]
    packed(held, clock)
    assert faults(held, deep=True) == []
    for digest in heads:
        assert faults(held, head=digest) == []


@pytest.mark.parametrize("lost", ["the catalogue", "all but the WARC files"])
def test_a_rebuild_of_a_packed_archive_gives_the_same_rows(lost: str, held: Path, clock: Clock) -> None:
    packed(held, clock, this_month=lost == "all but the WARC files")
    before, texts = rows(held), derived(held)
    if lost == "all but the WARC files":
        lose(held)
    else:
        (held / "catalogue.db").unlink()
    rebuild(held, clock=clock, notify=lambda _: None)
    assert rows(held) == before
    assert derived(held) == texts


def test_a_place_that_was_cited_before_still_leads_to_its_record(held: Path, clock: Clock) -> None:
    places = query(held, "SELECT warc_file, warc_offset, record_id FROM captures ORDER BY id")
    packed(held, clock)
    for file, offset, record_id in places:
        assert read_at(on_disk(held / str(file)), int(str(offset))).place.record_id == record_id
    # and by hand, as archive/README.md says
    name, offset, record_id = places[1]
    lines = [json.loads(line) for line in (held / MANIFEST).read_text("utf-8").splitlines()]
    (pack,) = [line for line in lines if "pack" in line]
    (start,) = [part["offset"] for part in pack["parts"] if part["file"] == name]
    assert read_at(held / pack["pack"], start + int(str(offset))).place.record_id == record_id


def test_later_runs_go_on_with_a_packed_archive(opened: Opener, held: Path, clock: Clock) -> None:
    packed(held, clock)
    visited(opened, clock, "三。")
    assert query(held, "SELECT ending FROM outcomes ORDER BY id DESC LIMIT 1") == [("unchanged",)]
    assert faults(held, deep=True) == []


def test_a_pack_can_be_put_into_a_larger_one(opened: Opener, held: Path, clock: Clock) -> None:
    assert packed(held, clock, this_month=True).files == 5
    clock.forward(days=1)
    visited(opened, clock, "四。")
    before = rows(held)
    assert packed(held, clock, this_month=True).packs == ("warc/2026/pack-202612-00002.warc.gz",)
    assert [path.name for path in pack_files(held)] == [
        "pack-202611-00001.warc.gz",
        "pack-202612-00002.warc.gz",
    ]
    assert len(closed_warcs(held)) == 6
    assert rows(held) == before
    assert faults(held, deep=True) == []
    (held / "catalogue.db").unlink()
    rebuild(held, clock=clock, notify=lambda _: None)
    assert rows(held) == before


def test_there_is_nothing_to_pack_twice(held: Path, clock: Clock, fazhi: Fazhi) -> None:
    packed(held, clock, this_month=True)
    before = {path: path.stat().st_mtime_ns for path in held.rglob("*")}
    code, out, _ = fazhi("pack", "--this-month", "--archive", str(held))
    assert (code, out) == (0, "nothing to pack\n")
    assert {path: path.stat().st_mtime_ns for path in held.rglob("*")} == before


def test_packs_are_not_larger_than_a_warc_file_and_large_files_stay(held: Path, clock: Clock) -> None:
    sizes = [path.stat().st_size for path in closed_warcs(held)]
    assert groups(held, clock(), max_bytes=2 * max(sizes))[0].files == tuple(
        path.relative_to(held).as_posix() for path in closed_warcs(held)[:2]
    )
    assert groups(held, clock(), max_bytes=min(sizes)) == []


def test_a_file_that_is_not_as_the_manifest_says_is_not_packed(held: Path, clock: Clock) -> None:
    path = closed_warcs(held)[1]
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    notices = list[str]()
    with Archive.create(held, clock=clock, notify=lambda _: None) as archive:
        done = archive.pack(groups(held, clock()), notices.append)
    assert done.files == 2
    assert path.read_bytes() == data
    assert notices == [
        f"warc/2026/{path.name}: is not as the manifest says, and is not packed; see `fazhi verify`"
    ]
    assert {fault.place.partition(" at ")[0] for fault in faults(held)} >= {f"warc/2026/{path.name}"}


DAMAGE: dict[str, Callable[[Path, bytes], bytes]] = {
    "a changed byte": lambda _, data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "the end cut off": lambda _, data: data[:-20],
    "bytes added": lambda _, data: data + b"x",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_verify_names_a_pack_that_was_changed(
    damage: Callable[[Path, bytes], bytes], held: Path, clock: Clock
) -> None:
    packed(held, clock)
    digest = head(held)
    (pack,) = pack_files(held)
    pack.write_bytes(damage(pack, pack.read_bytes()))
    places = {fault.place.partition(" at ")[0] for fault in faults(held, head=digest)}
    assert f"warc/2026/{pack.name}" in places


def manifest_faults(folder: Path, change: Callable[[dict[str, object]], object]) -> list[Fault]:
    """Change the last line of the manifest but one, which is the pack's, and return the faults in it."""
    lines = (folder / MANIFEST).read_bytes().splitlines()
    pack = next(number for number, line in enumerate(lines) if b'"pack"' in line)
    facts = json.loads(lines[pack])
    change(facts)
    lines[pack] = json.dumps(facts, ensure_ascii=False).encode()
    (folder / MANIFEST).write_bytes(b"\n".join(lines) + b"\n")
    return [fault for fault in faults(folder) if fault.place == f"{MANIFEST}:{pack + 1}"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda facts: facts["parts"].reverse(), "begins at byte"),
        (lambda facts: facts["parts"].pop(), "its files have"),
        (lambda facts: facts["parts"].append(facts["parts"][0]), "twice"),
        (lambda facts: facts["parts"][0].update(file="warc/2026/x.warc.gz"), "which no line before it lists"),
        (lambda facts: facts["parts"][0].update(file="../x.warc.gz"), "its `parts` must be"),
        (lambda facts: facts.update(size=10**15), "gives the pack 1000000000000000 bytes"),
    ],
)
def test_verify_names_a_line_of_a_pack_that_cannot_be(
    change: Callable[[dict[str, object]], object], what: str, held: Path, clock: Clock
) -> None:
    packed(held, clock)
    assert any(what in fault.what for fault in manifest_faults(held, change))


def test_another_archive_is_merged_the_same_packed_or_not(held: Path, clock: Clock, tmp_path: Path) -> None:
    plain = shutil.copytree(held, tmp_path / "plain")
    packed(held, clock)
    for name, other in (("one", plain), ("two", held)):
        with Archive.create(tmp_path / name, clock=clock, notify=lambda _: None) as archive:
            assert archive.merge(other, lambda _: None) == 5
    for table in ("captures", "reports", "versions", "pages", "page_events"):
        assert query(tmp_path / "one", f"SELECT * FROM {table}") == query(
            tmp_path / "two", f"SELECT * FROM {table}"
        )
    assert not has_new_files(tmp_path / "one", held, clock())  # both know the files by their digests


OPERATIONS = ("create", "write_whole", "rename", "remove", "write_all")


@contextmanager
def killed_after(operation: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Raise KeyboardInterrupt in the block, after so many operations of a pack on the disk."""
    done = 0
    with monkeypatch.context() as context:
        for name in OPERATIONS:
            works = getattr(files, name)

            def killed(*values: object, works=works, **named: object) -> object:  # type: ignore[no-untyped-def]
                nonlocal done
                done += 1
                if done > operation:
                    raise KeyboardInterrupt
                return works(*values, **named)

            context.setattr(f"crawler.archive.packs.packing.files.{name}", killed)
            if name == "write_all":
                context.setattr("crawler.archive.packs.finishing.write_all", killed)
        yield


@pytest.mark.parametrize("operation", range(14))
def test_a_kill_between_any_two_operations_loses_nothing(
    operation: int, held: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(held)
    contents = {path.name: path.read_bytes() for path in closed_warcs(held)}
    archive = Archive.create(held, clock=clock, notify=lambda _: None)
    with killed_after(operation, monkeypatch):
        try:
            archive.pack(groups(held, clock()), lambda _: None)
        except KeyboardInterrupt:
            archive.close(finished=False)
        else:
            archive.close()
            assert operation >= 12, "the operations of a pack are fewer than the test believes"
    assert {path.name: read_regular(path, 1 << 30) for path in closed_warcs(held)} == contents
    assert list(verify(held, notify=lambda _: None)) == []
    clock.forward(minutes=1)
    packed(held, clock)
    assert [path.name for path in pack_files(held)] == ["pack-202611-00001.warc.gz"]
    assert {path.name: read_regular(path, 1 << 30) for path in closed_warcs(held)} == contents
    assert not list(held.glob("warc/*/.*"))
    assert len(names(held)) == 6
    assert rows(held) == before
    assert faults(held, deep=True) == []


def test_the_path_of_a_packed_file_goes_to_another_process(held: Path, clock: Clock) -> None:
    packed(held, clock)
    path = closed_warcs(held)[1]
    again = pickle.loads(pickle.dumps(path))
    assert again == path
    assert [record.place for record in read_records(again)] == [record.place for record in read_records(path)]
    assert (again.is_file(), again.exists(), again.stat().st_size) == (
        True,
        True,
        len(read_regular(path, 1 << 30)),
    )
    assert not again.with_name("x").exists()
