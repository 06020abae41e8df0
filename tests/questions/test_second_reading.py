"""Verify reads each WARC file with two parsers: a record that readers could see differently is a fault."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ArchiveDamaged
from crawler.questions.verify.second_reading import SecondReading
from crawler.warc import read_records, strict
from crawler.warc.write import WarcFile
from tests.warc.others import warcio_sees, we_see
from tests.warc.test_warc import CAPTURE, WHEN
from tests.warc.written import a_record, zipped

FORGED = a_record(url="http://www.example.gov.cn/forged.html", record_id="<urn:uuid:9>", eol=b"\n")
SOUND = a_record()


def compared(path: Path) -> list[str]:
    """Return what the comparison of both readings finds."""
    second = SecondReading(path, path.name)
    found = []
    try:
        for record in read_records(path):
            found += second.compare(record)
    except ArchiveDamaged as error:
        return [*found, str(error)]
    return [fault.what for fault in (*found, *second.rest())]


def field(text: bytes) -> bytes:
    """Return a record with a further field, as it is."""
    return SOUND.replace(b"WARC-Type:", text + b"\r\nWARC-Type:", 1)


def with_length(value: bytes) -> bytes:
    return SOUND.replace(b"Content-Length: ", b"Content-Length: " + value + b"\r\nX-Old: ", 1)


DISAGREEMENTS = {
    "line feed in a value": zipped(field(b"WARC-IP-Address: 1.2.3.4\nContent-Length: 0")),
    "two line feeds and a record in a value": zipped(
        field(b"WARC-IP-Address: 1\nContent-Length: 0\n\n\n\n" + FORGED)
    ),
    "carriage return in a value": zipped(field(b"X: 1\rContent-Length: 0")),
    "zero byte in a value": zipped(field(b"X: 1\0")),
    "escape in a value": zipped(field(b"X: \x1b[2J")),
    "NEL in a value": zipped(field("X: 1\x85Y: 2".encode())),
    "line separator in a value": zipped(field("X: 1\u2028Y: 2".encode())),
    "not UTF-8": zipped(field(b"X: \xb1\xa8")),
    "folded line": zipped(field(b"X: 1\r\n Y: 2")),
    "line without a colon": zipped(field(b"X")),
    "space before the colon": zipped(field(b"Content-Length : 0")),
    "field twice": zipped(field(b"warc-type: request")),
    "length twice": zipped(field(b"Content-Length: 0")),
    "line feeds alone": zipped(a_record(eol=b"\n")),
    "blank lines before": zipped(b"\r\n" + SOUND),
    "later version": zipped(a_record(version="WARC/2.0")),
    "no id": zipped(SOUND.replace(b"WARC-Record-ID", b"X-Record-ID")),
    "empty id": zipped(a_record(record_id="")),
    "length +n": zipped(SOUND.replace(b"Content-Length: ", b"Content-Length: +")),
    "length 0n": zipped(SOUND.replace(b"Content-Length: ", b"Content-Length: 0")),
    "length n_": zipped(with_length(b"7_0")),
    "length in other digits": zipped(with_length("７０".encode())),
    "length 10^15": zipped(with_length(b"1" + b"0" * 15)),
    "length of 5000 digits": zipped(with_length(b"9" * 5000)),
    "length negative": zipped(with_length(b"-1")),
    "length too small": zipped(with_length(b"10")),
    "length hides a record": zipped(a_record(b"x\r\n\r\n" + FORGED, length=1)),
    "one line end behind the block": zipped(a_record(end=b"\r\n")),
    "line feeds behind the block": zipped(a_record(end=b"\n\n")),
    "bytes behind the record": zipped(SOUND + b"x"),
    "two records in one member": gzip.compress(SOUND + FORGED),
    "record in two members": gzip.compress(SOUND[:50]) + gzip.compress(SOUND[50:]),
    "empty member": gzip.compress(b"") + zipped(SOUND),
    "zeros between members": zipped(SOUND) + bytes(20) + zipped(SOUND),
    "zeros at the end": zipped(SOUND) + bytes(20),
    "bytes at the end": zipped(SOUND) + b"x",
    "not compressed": SOUND,
    "cut off": zipped(SOUND)[:-3],
    "wrong checksum": zipped(SOUND)[:-8] + bytes(8),
}


@pytest.mark.parametrize("data", DISAGREEMENTS.values(), ids=DISAGREEMENTS.keys())
@pytest.mark.parametrize("place", ["alone", "between"])
def test_what_readers_may_see_differently_is_found(data: bytes, place: str, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    other = zipped(a_record(record_id="<urn:uuid:2>"))
    path.write_bytes(data if place == "alone" else other + data + other)
    assert compared(path)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_what_we_write_is_read_the_same(number: int, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    with path.open("wb") as file:
        warc = WarcFile(file)
        for _ in range(number):
            warc.info("报告.warc.gz", WHEN, {"description": "crawl"})
            warc.capture(CAPTURE, origin="报告.warc#1")
            warc.metadata(WHEN, b"{}")
    assert compared(path) == []


def test_a_deviation_does_not_hide_a_later_one(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(zipped(SOUND, field(b"X: 1\rY: 2"), SOUND, field(b"X: \0")))
    assert len(compared(path)) == 2


def test_a_record_that_inflates_without_end_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict, "MAX_RECORD_BYTES", 1000)
    path = tmp_path / "x.warc.gz"
    path.write_bytes(zipped(SOUND, a_record(bytes(100_000))))
    found = [item for item in strict.read_strictly(path) if isinstance(item, strict.Deviation)]
    assert [item.what for item in found] == ["its record is over 1000 bytes"]


LINES = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b"\n\n", b"\r\n\r\n", b" ", b"\t", b":", b"\0", b"Content-Length: 0", b"Content-Length: 9",
     b"WARC/1.1", b"WARC-Type: request", b"WARC-Record-ID: <urn:uuid:7>", FORGED, b"x"]
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), LINES), max_size=3), st.booleans())
def test_whenever_warcio_sees_other_records_it_is_found(
    changes: list[tuple[int, int, bytes]], between: bool
) -> None:
    data = bytearray(SOUND)
    for at, dropped, new in changes:
        data[at : at + dropped] = new
    other = zipped(a_record(record_id="<urn:uuid:2>"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.warc.gz"
        path.write_bytes(other + zipped(bytes(data)) + other if between else zipped(bytes(data)))
        found = compared(path)
        if not found:
            assert warcio_sees(path) == we_see(path)


@given(st.binary(max_size=300), st.sampled_from(["plain", "gzip", "behind a record"]))
def test_no_bytes_raise_another_error(data: bytes, form: str) -> None:
    whole = {"plain": data, "gzip": gzip.compress(data), "behind a record": zipped(SOUND) + data}[form]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.warc.gz"
        path.write_bytes(whole)
        for item in strict.read_strictly(path):
            assert isinstance(item, strict.StrictRecord | strict.Deviation)


def test_zlib_decides_as_isal_does_what_a_member_holds(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    path.write_bytes(deflater.compress(SOUND) + deflater.flush(zlib.Z_FULL_FLUSH) + deflater.flush())
    assert compared(path) == []
