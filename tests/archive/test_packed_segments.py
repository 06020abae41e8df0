"""`fazhi pack` on the segments of workers: what was true of them before is true after."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from crawler.archive import MANIFEST, SEGMENTS_FOLDER, Archive, rebuild
from crawler.archive.evidence import warc_paths
from crawler.archive.evidence.warc_paths import closed_warcs, on_disk, pack_files
from crawler.archive.merging import has_new_files
from crawler.archive.packs.packing import Packed, groups
from crawler.errors import ArchiveDamaged
from crawler.model import Site
from crawler.regular_files import read_regular
from crawler.warc import read_at
from tests.archive.held import derived, dump, lose, query
from tests.archive.held import faults as found_faults
from tests.archive.test_packs import killed_after
from tests.archive.test_segments import Later, enter, faults, rows, segment_of, sites
from tests.site import Web

__all__ = ["sites"]  # a fixture

EDITED = "https://www.wuhan.gov.cn/zwgk/fzzfj/202303/t20230315_2170174.shtml"
PACK = "pack-202611-00001.warc.gz"


class November(Later):
    """The clock, from a day of November on."""

    def __init__(self) -> None:
        self.start = super().__call__()

    def __call__(self):  # type: ignore[no-untyped-def]
        return super().__call__().replace(year=2026, month=11, day=20 + self.days)


@pytest.fixture
def clock() -> November:
    return November()


@pytest.fixture
def held(web: Web, sites: list[Site], tmp_path: Path, clock: November) -> Path:
    """An archive of four segments: two governments, visited twice; a page was edited between."""
    folder = tmp_path / "archive"
    for number in range(2):
        for site in sites[:2]:
            visited(site, web, folder, clock, f"{number}-{site.id}")
        web.edit(EDITED, "法治", "法 治")
        clock.days += 2
    return folder


def visited(site: Site, web: Web, folder: Path, clock: November, name: str) -> dict[str, Path]:
    """Visit a site as a worker, and enter its segment."""
    found = segment_of(site, web, folder, folder.parent / f"scratch-{name}", clock)
    enter(folder, found, clock, folder.parent / f"in-{name}")
    return found


def packed(folder: Path, clock: November) -> Packed:
    with Archive.create(folder, clock=clock, notify=lambda _: None) as archive:
        return archive.pack(groups(folder, clock(), this_month=True), lambda _: None)


def without_runs(folder: Path) -> list[str]:
    """Return all rows but those of runs, of which packing adds one."""
    return [line for line in dump(folder) if not line.startswith('INSERT INTO "runs"')]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / SEGMENTS_FOLDER).iterdir())


def segments(folder: Path) -> dict[str, bytes]:
    own = (path for path in closed_warcs(folder) if path.parent.name == "segments")
    return {path.name: read_regular(path, 1 << 30) for path in own}


def test_segments_of_a_month_are_one_file_then_and_older_heads_hold(held: Path, clock: November) -> None:
    before, contents = without_runs(held), segments(held)
    places = query(held, "SELECT warc_file, warc_offset, record_id FROM captures ORDER BY id")
    heads = [hashlib.sha256(line).hexdigest() for line in (held / MANIFEST).read_bytes().splitlines()]
    done = packed(held, clock)
    assert len(contents) == 4
    assert done == Packed(packs=(f"warc/2026/{PACK}", SEGMENTS_FOLDER + PACK), files=8)
    assert names(held) == ["pack-202611-00001.cdxj", PACK]
    assert (held / SEGMENTS_FOLDER / PACK).read_bytes() == b"".join(contents.values())
    assert segments(held) == contents
    assert without_runs(held) == before
    assert faults(held) == []
    for digest in (heads[0], heads[-1]):
        assert found_faults(held, head=digest) == []
    for file, offset, record_id in places:
        assert read_at(on_disk(held / str(file)), int(str(offset))).place.record_id == record_id


@pytest.mark.parametrize("lost", ["the catalogue", "all but the WARC files"])
def test_a_rebuild_gives_the_same_rows(lost: str, held: Path, clock: November) -> None:
    before, texts = without_runs(held), derived(held)
    packed(held, clock)
    if lost == "the catalogue":
        (held / "catalogue.db").unlink()
    else:
        lose(held)
    assert rebuild(held, clock=clock, notify=lambda _: None).lost == ()
    assert without_runs(held) == before
    assert {name: data for name, data in derived(held).items() if name.startswith("text/")} == {
        name: data for name, data in texts.items() if name.startswith("text/")
    }
    if lost == "the catalogue":
        assert faults(held) == []


def test_visits_and_packs_go_on(
    web: Web, sites: list[Site], held: Path, clock: November, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents are read from the pack by a worker; a segment in a pack is not entered again; a pack goes into a larger one."""
    with_documents = next(site for site in sites if site.id == "xuchang")
    first = visited(with_documents, web, held, clock, "first")
    packed(held, clock)
    clock.days += 1
    read, real = [], Archive.held_document
    monkeypatch.setattr(Archive, "held_document", lambda *given: read.append(real(*given)) or read[-1])
    later = visited(with_documents, web, held, clock, "later")
    assert read
    assert None not in read
    assert query(held, "SELECT count(*) FROM outcomes WHERE site_id = 'xuchang' AND ending = 'new'") == [(3,)]
    shutil.rmtree(tmp_path / "in-first")
    assert enter(held, first, clock, tmp_path / "in-first") == [None]
    contents, before = segments(held), without_runs(held)
    assert len(contents) == 6
    packed(held, clock)
    assert names(held)[1::2] == ["pack-202611-00002.warc.gz"]
    assert segments(held) == contents
    assert contents.keys() > later.keys()
    rebuild(held, clock=clock, notify=lambda _: None)
    assert without_runs(held) == before
    assert faults(held) == []


def test_a_kill_between_any_two_operations_loses_nothing(
    held: Path, clock: November, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, contents, operation, is_done = without_runs(held), segments(held), 0, False
    while not is_done:
        folder = shutil.copytree(held, tmp_path / f"killed-{operation}")
        is_done = has_ended(operation, folder, clock, monkeypatch)
        assert segments(folder) == contents
        clock.days += 1
        packed(folder, clock)
        clock.days -= 1
        assert segments(folder) == contents
        assert names(folder)[1::2] == [PACK]
        assert not list(folder.glob("warc/*/.*"))
        assert without_runs(folder) == before
        assert found_faults(folder) == []
        operation += 1
    assert operation >= 14, "the operations of a pack are fewer than there are"


def has_ended(operation: int, folder: Path, clock: November, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Pack the segments, and kill that after some operations on the disk; return whether it had ended before."""
    archive = Archive.create(folder, clock=clock, notify=lambda _: None)
    with killed_after(operation, monkeypatch):
        wanted = [each for each in groups(folder, clock(), this_month=True) if each.folder == "warc/segments"]
        try:
            archive.pack(wanted, lambda _: None)
        except KeyboardInterrupt:
            archive.close(finished=False)
            return False
    archive.close()
    return True


def test_another_archive_is_merged_the_same_packed_or_not(
    held: Path, clock: November, tmp_path: Path
) -> None:
    plain = shutil.copytree(held, tmp_path / "plain")
    packed(held, clock)
    for name, other in (("one", plain), ("two", held)):
        with Archive.create(tmp_path / name, clock=clock, notify=lambda _: None) as archive:
            assert archive.merge(other, lambda _: None) >= 8
    assert rows(tmp_path / "one") == rows(tmp_path / "two")
    assert not has_new_files(tmp_path / "one", plain, clock())


def test_a_segment_whose_warcinfo_is_damaged_hides_no_other(held: Path, clock: November) -> None:
    """Without the manifest the names are made of what is in the pack."""
    before = segments(held)
    packed(held, clock)
    pack = held / SEGMENTS_FOLDER / PACK
    data = bytearray(pack.read_bytes())
    data[30] ^= 0xFF  # of the first file's warcinfo
    pack.write_bytes(data)
    (held / MANIFEST).unlink()
    found = segments(held)
    assert {name: found[name] for name in list(before)[1:]} == {
        name: before[name] for name in list(before)[1:]
    }


def test_a_file_in_a_pack_is_found_without_a_look_at_the_folder(
    held: Path, clock: November, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of segments may have a hundred thousand files."""
    names_before = list(segments(held))
    packed(held, clock)

    def refuse(_: Path) -> list[Path]:
        raise ArchiveDamaged("the folder is listed")

    monkeypatch.setattr(warc_paths, "pack_files", refuse)
    for name in names_before:
        assert on_disk(held / SEGMENTS_FOLDER / name).stat().st_size > 0
    monkeypatch.undo()
    assert len(pack_files(held)) == 2
