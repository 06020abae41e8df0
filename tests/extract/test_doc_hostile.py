"""DOC files that are made to do harm: each ends as an UnreadDocument or as lines, within a bounded time."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from crawler.errors import UnreadDocument
from crawler.extract.documents import FORMATS
from crawler.extract.documents.ole.binary import DamagedFile
from crawler.extract.documents.ole.compound_file import CompoundFile
from crawler.extract.page.lines import Line
from tests.made_documents.doc import Piece, compound, word

SAVED = Path(__file__).parent.parent / "fixtures" / "documents"
FAULTS = {"damaged", "too_large", "encrypted", "unsupported", "empty", "needs_ocr"}
GOOD = word([Piece("某市的报告。\r")])
FAT_AT = 512  # of files by `compound`: the first sector is the allocation table


def fault(body: bytes) -> str:
    with pytest.raises(UnreadDocument) as raised:
        FORMATS["doc"].read(body, (), None, None)
    assert raised.value.format == "doc"
    return raised.value.fault


def outcome(body: bytes) -> list[Line] | str:
    """The lines of a file, or the fault that it ends with."""
    try:
        return FORMATS["doc"].read(body, (), None, None).lines
    except UnreadDocument as error:
        return error.fault


def patched(body: bytes, at: int, value: int) -> bytes:
    """The bytes with a number of 4 bytes replaced."""
    return body[:at] + struct.pack("<I", value) + body[at + 4 :]


def fib(body: bytes, at: int) -> int:
    """Where a byte of the stream WordDocument is in a file by `compound`."""
    return body.index(b"\xec\xa5") + at


def test_a_cyclic_chain_of_sectors_ends() -> None:
    start = struct.unpack_from("<I", GOOD, 48)[0]
    assert fault(patched(GOOD, FAT_AT + 4 * start, start)) == "damaged"


def test_a_chain_that_leads_outside_the_file_is_damaged() -> None:
    assert fault(patched(GOOD, 48, 0x00FFFFFF)) == "damaged"


def test_a_cyclic_list_of_allocation_sectors_ends() -> None:
    body = patched(patched(GOOD, 68, 3), 72, 0xFFFF)
    body = patched(body, 4 * 512 + 508, 3)
    with pytest.raises(DamagedFile):
        CompoundFile(patched(body, 512 * 4 + 508, 3))


def test_siblings_of_the_directory_that_name_each_other_end() -> None:
    name = "WordDocument".encode("utf-16-le")
    at = GOOD.index(name)
    assert CompoundFile(patched(GOOD, at + 72, 1)).streams == {"worddocument"}


def test_a_stream_larger_than_its_file_is_damaged() -> None:
    at = GOOD.index("WordDocument".encode("utf-16-le"))
    assert fault(patched(GOOD, at + 120, 0x7FFFFFFF)) == "damaged"


def test_a_text_of_two_milliards_of_characters_is_too_large() -> None:
    assert fault(patched(GOOD, fib(GOOD, 0x4C), 0x7FFFFFFF)) == "too_large"


@pytest.mark.parametrize("table", [0xA2, 0xFA, 0x102, 0x1A2, 0x2E2])
def test_a_table_that_lies_outside_its_stream_or_is_huge_is_not_read(table: int) -> None:
    assert fault(patched(GOOD, fib(GOOD, table + 4), 0xFFFFFFFF)) == "too_large"
    outside = patched(patched(GOOD, fib(GOOD, table + 4), 64), fib(GOOD, table), 0x7FFFFFF0)
    assert fault(outside) == "damaged"


def test_pieces_that_lie_outside_the_stream_are_damaged() -> None:
    assert fault(word([Piece("某市的报告。\r")], shift=100_000)) == "damaged"


def test_a_field_without_an_end_is_damaged_and_hides_no_text() -> None:
    assert fault(word([Piece("甲\r\x13 REF x\r乙\r丙\r")])) == "damaged"


def test_fields_nested_without_end_are_too_large() -> None:
    assert fault(word([Piece("\x13" * 5000 + "甲\r")])) == "too_large"


def test_marks_of_fields_without_a_beginning_are_left_out() -> None:
    body = word([Piece("甲\r乙\x15\x14\x15丙\r")])
    assert [line.text for line in FORMATS["doc"].read(body, (), None, None).lines] == ["甲", "乙丙"]


def test_lone_surrogates_forge_no_mark_of_a_table() -> None:
    body = word([Piece("甲\ud806乙\ud805丙\r")])
    assert [line.text for line in FORMATS["doc"].read(body, (), None, None).lines] == ["甲乙丙"]


def test_thousands_of_streams_are_too_large() -> None:
    body = compound({"WordDocument": b"x"}, storages=[f"s{i}" for i in range(5000)])
    assert fault(body) == "too_large"


@pytest.mark.parametrize("name", ["tables", "numbers", "changed"])
def test_a_file_that_is_cut_anywhere_is_never_taken_for_whole(name: str) -> None:
    body = (SAVED / f"{name}.doc").read_bytes()
    whole = FORMATS["doc"].read(body, (), None, None).lines
    for end in range(600, len(body) - 512, len(body) // 40):
        assert outcome(body[:end]) in (whole, *FAULTS), end


def test_a_file_with_bytes_changed_at_random_raises_no_other_error() -> None:
    chance = random.Random(16)
    for name in ("tables", "changed", "numbers"):
        body = (SAVED / f"{name}.doc").read_bytes()
        for _ in range(60):
            changed = bytearray(body)
            for _ in range(chance.randint(1, 30)):
                changed[chance.randrange(8, len(body))] = chance.choice(
                    (0, 1, 0x7F, 0xFF, chance.randrange(256))
                )
            assert isinstance(found := outcome(bytes(changed)), list) or found in FAULTS
