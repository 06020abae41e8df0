"""Zstd-compressed WARC files (IIPC, Zstandard Compression for WARC Files 1.0), with and without a dictionary."""

from __future__ import annotations

import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ArchiveDamaged
from crawler.warc import read_records
from crawler.warc.foreign import compressed, is_web_archive
from tests.warc.others_formats import DICTIONARY, arc_head, arc_record, frame, skippable, trained
from tests.warc.test_foreign import INFO, told
from tests.warc.written import HTML, OTHER, URL, a_record

ONE = a_record(HTML + b"\r\n" + b"<p>one</p>" * 30)
GOOD = a_record(HTML + b"\r\n" + b"<p>two</p>" * 30, url=OTHER, record_id="<urn:uuid:2>")
TRAINED = trained(ONE, GOOD)
WITH = frame(ONE, TRAINED) + frame(GOOD, TRAINED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "theirs.warc.zst"


FILES = {
    "a frame a record": frame(ONE) + frame(GOOD),
    "two frames a record": frame(ONE[:50]) + frame(ONE[50:]) + frame(GOOD),
    "all in one frame": frame(ONE + GOOD),
    "an empty frame first": frame(b"") + frame(ONE) + frame(GOOD),
    "extension frames": frame(ONE) + skippable(b"x" * 9) + skippable(b"", b"\x5f\x2a\x4d\x18") + frame(GOOD) + skippable(b""),
    "a dictionary": skippable(TRAINED.dict_content, DICTIONARY) + WITH,
    "a compressed dictionary": skippable(frame(TRAINED.dict_content), DICTIONARY) + WITH,
    "an ARC file": frame(arc_head()) + frame(arc_record(HTML + b"\r\nx")) + frame(arc_record(HTML + b"\r\nx", url=OTHER)),
}  # fmt: skip


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
def test_every_form_of_a_file_is_read(path: Path, data: bytes) -> None:
    assert told(path, data) == [URL, OTHER]
    assert is_web_archive(path)


DICTIONARIES = {
    "none in it": skippable(b"x" * 100, DICTIONARY),
    "a damaged one": skippable(TRAINED.dict_content[:60], DICTIONARY),
    "cut off": skippable(frame(TRAINED.dict_content)[:-9], DICTIONARY),
    "too long": DICTIONARY + (1 << 30).to_bytes(4, "little"),
    "a bomb": skippable(frame(bytes(1 << 24)), DICTIONARY),
}


@pytest.mark.parametrize("dictionary", DICTIONARIES.values(), ids=DICTIONARIES.keys())
def test_a_dictionary_that_cannot_be_used_is_a_fault_of_the_file(path: Path, dictionary: bytes) -> None:
    (fault,) = told(path, dictionary + WITH)
    assert fault.startswith("its dictionary cannot be used (")


def test_frames_without_their_dictionary_are_damage(path: Path) -> None:
    assert [what[:28] for what in told(path, WITH)] == ["its compressed data is damag"]


@pytest.mark.parametrize("held", [compressed._MAX_HELD_BYTES, 100], ids=["small", "large"])
def test_a_damaged_frame_is_reported_and_the_next_one_found(
    path: Path, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "_MAX_HELD_BYTES", held)
    bad = bytearray(frame(a_record()))
    bad[-1] ^= 0xFF  # its checksum
    found = told(path, frame(INFO) + bytes(bad) + b"junk" + frame(GOOD))
    assert "its compressed data is damaged" in " ".join(found)
    assert found[-1] == OTHER


def test_bytes_between_frames_are_reported(path: Path) -> None:
    assert told(path, frame(ONE) + b"<html>" + frame(GOOD)) == [URL, "the data here is not zstd", OTHER]


@pytest.mark.parametrize("cut", [1, 30])
def test_a_file_that_is_cut_off_says_so(path: Path, cut: int) -> None:
    first, *rest = told(path, (frame(ONE) + frame(GOOD))[:-cut])
    assert first == URL
    assert [fault for fault in rest if "is cut off" in fault], rest


def test_a_frame_that_inflates_to_hundreds_of_times_its_size_is_not_read(path: Path) -> None:
    bomb = frame(ONE + bytes(300 << 20))
    path.write_bytes(bomb)
    tracemalloc.start()
    found = told(path, bomb + frame(GOOD))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert OTHER in found
    assert "inflates to over 200 times its size" in " ".join(found)
    assert peak < 64 << 20


def test_a_zstd_file_in_the_place_of_one_of_our_files_is_damage(path: Path) -> None:
    path.write_bytes(frame(ONE))
    with pytest.raises(ArchiveDamaged, match="zstd-compressed"):
        list(read_records(path))


@given(st.lists(st.tuples(st.integers(0, 700), st.binary(max_size=8)), max_size=6), st.booleans())
def test_no_change_of_bytes_stops_the_reading(changes: list[tuple[int, bytes]], dictionary: bool) -> None:
    data = bytearray(FILES["a dictionary" if dictionary else "extension frames"])
    for at, new in changes:
        data[at : at + len(new)] = new
    with tempfile.TemporaryDirectory() as folder:
        for item in told(Path(folder) / "x.warc.zst", bytes(data)):
            assert isinstance(item, str)
