"""ARC files, versions 1 and 2, plain and gzip: read as WARC files are, and as strict about lengths."""

from __future__ import annotations

import gzip
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ArchiveDamaged
from crawler.warc import Answer, read_answers, read_records
from crawler.warc.foreign import is_web_archive
from crawler.warc.foreign.line import parse_line
from tests.warc.others_formats import VERSION_2, arc_head, arc_record
from tests.warc.test_foreign import told
from tests.warc.written import HTML, OTHER, URL, a_record, zipped

BLOCK = HTML + b"\r\n<p>page</p>"
ONE = arc_record(BLOCK)
GOOD = arc_record(BLOCK, url=OTHER)
V2 = " 200 - - 77 x.arc"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "theirs"


FILES = {
    "plain": arc_head() + ONE + GOOD,
    "a member a record": zipped(arc_head(), ONE, GOOD),
    "all in one member": gzip.compress(arc_head() + ONE + GOOD),
    "members cut anywhere": b"".join(
        gzip.compress((arc_head() + ONE + GOOD)[at : at + 100])
        for at in range(0, len(arc_head() + ONE + GOOD), 100)
    ),
    "version 2": arc_head(VERSION_2) + arc_record(BLOCK, more=V2) + arc_record(BLOCK, url=OTHER, more=V2),
    "no version block": ONE + GOOD,
    "a version block of another length": arc_head(length=200) + ONE + GOOD,
    "a version block without a length": arc_head(length="-") + ONE + GOOD,
    "no line end between two records": arc_head() + arc_record(BLOCK + b"\n", end=b"") + GOOD,
    "lines that end in CRLF": arc_head().replace(b"\n", b"\r\n", 1) + ONE.replace(b"\n", b"\r\n", 1) + GOOD,
    "no line end at the end": arc_head() + ONE + GOOD.rstrip(),
    "dates with fractions": arc_head() + arc_record(BLOCK, date="202303160102030000") + GOOD,
    "no IP address": arc_head() + arc_record(BLOCK, ip="0.0.0.0") + GOOD,
    "a content type with spaces": arc_head() + arc_record(BLOCK, kind="text/html; charset=gb2312") + GOOD,
    "zeros after the last member": zipped(arc_head(), ONE, GOOD) + bytes(512),
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
def test_every_form_of_a_file_is_read(path: Path, data: bytes) -> None:
    assert told(path, data) == [URL, OTHER]
    assert is_web_archive(path)


def test_an_answer_has_the_time_and_the_ip_address_of_its_line_and_the_bytes_of_its_block(path: Path) -> None:
    path.write_bytes(arc_head() + ONE)
    (answer,) = (item for item in read_answers(path) if isinstance(item, Answer))
    assert answer.capture.fetched_at == datetime(2023, 3, 16, 1, 2, 3, tzinfo=UTC)
    assert (answer.capture.ip, answer.capture.status) == ("192.0.2.1", 200)
    assert answer.capture.payload == b"<p>page</p>"
    assert answer.offset == len(arc_head())


BAD = {
    "a length that is none": (arc_record(BLOCK, length="abc"), "its Archive-length 'abc' is not a number"),
    "a negative length": (arc_record(BLOCK, length=-1), "its Archive-length '-1' is not a number"),
    "too short a length": (arc_record(BLOCK, length=20), "not the length of its block"),
    "too long a length": (arc_record(BLOCK, length=len(BLOCK) + 9), "not the length of its block|is cut off"),
    "far too long a length": (arc_record(BLOCK, length=10**9), "is over|is cut off"),
    "a month 13": (arc_record(BLOCK, date="20231316010203"), "is not valid"),
    "no HTTP in it": (arc_record(b"<p>page</p>"), "no HTTP answer"),
    "a password": (arc_record(BLOCK, url="http://me:secret@www.example.gov.cn/"), "has a password in it"),
    "something else": (b"<html>\n<p>page</p>\n", "no ARC record begins here"),
    "an endless line": (b"http://a.gov.cn/" + b"a" * 200_000 + b"\n", "no ARC record begins here"),
    "a record of WARC": (a_record(), "no ARC record begins here"),
}


@pytest.mark.parametrize("form", ["plain", "gzip"])
@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_record_is_reported_and_the_next_one_read(
    path: Path, bad: bytes, reason: str, form: str
) -> None:
    parts = (arc_head(), bad + b"\n", GOOD)
    *faults, last = told(path, zipped(*parts) if form == "gzip" else b"".join(parts))
    assert last == OTHER
    assert re.search(reason, faults[0]), faults
    assert "secret" not in "".join(faults)


def test_a_length_that_is_one_too_long_does_not_take_the_next_line_for_another_address(path: Path) -> None:
    first, last = told(path, arc_head() + arc_record(BLOCK, length=len(BLOCK) + 2) + GOOD)
    assert "not the length" in first
    assert last == OTHER


OTHERS = {
    "empty": (arc_record(b""), "empty answer"),
    "dns": (arc_record(b"20230316010203\na.gov.cn. 1 IN A 192.0.2.1\n", url="dns:a.gov.cn"), "dns: response"),
    "ftp": (arc_record(b"x", url="ftp://a.gov.cn/x"), "ftp: response"),
}


@pytest.mark.parametrize(("record", "kind"), OTHERS.values(), ids=OTHERS.keys())
def test_a_record_without_an_http_answer_is_named(path: Path, record: bytes, kind: str) -> None:
    assert told(path, arc_head() + record + GOOD) == [kind, OTHER]


def test_a_checksum_is_not_checked_since_nothing_says_how_it_is_made(path: Path) -> None:
    path.write_bytes(arc_head(VERSION_2) + arc_record(BLOCK, more=" 200 fac069150613fe55 - 209 x.arc"))
    (answer,) = (item for item in read_answers(path) if isinstance(item, Answer))
    assert answer.unknown_digest == "arc-checksum 'fac069150613fe55'"


LINES = {
    "http://a.gov.cn/ 192.0.2.1 20230316010203 text/html 5": "http://a.gov.cn/",
    "http://a.gov.cn/a b c.html 192.0.2.1 20230316010203 text/html 5": "http://a.gov.cn/a b c.html",
    "http://a.gov.cn/ ::1 20230316010203 text/html 5": "http://a.gov.cn/",
    "http://a.gov.cn/ 1.2.3.4 20230316010203 text/html 200 abc http://b.gov.cn/ 7 x.arc 5": "http://a.gov.cn/",
    "http://a.gov.cn/ 1.2.3.4 20230316010203 text/html 200 - - 123456789 x.arc 5": "http://a.gov.cn/",
    "filedesc:// - - - 76": "filedesc://",
    "http://a.gov.cn/ 192.0.2.1 yesterday text/html 5": None,
    "http://a.gov.cn/ text/html 5": None,
    "HTTP/1.1 200 OK": None,
    "a: b c d e f g h": None,
    "": None,
}


@pytest.mark.parametrize(("line", "url"), LINES.items())
def test_the_address_of_a_line_is_what_stands_before_its_other_fields(line: str, url: str | None) -> None:
    found = parse_line(line.encode())
    assert (found.url.decode() if found else None) == url


def test_an_arc_file_in_the_place_of_one_of_our_files_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(zipped(arc_head(), ONE))
    with pytest.raises(ArchiveDamaged, match="an ARC file"):
        list(read_records(path))


@given(st.lists(st.tuples(st.integers(0, 900), st.binary(max_size=8)), max_size=6), st.booleans())
def test_no_change_of_bytes_stops_the_reading(changes: list[tuple[int, bytes]], compressed: bool) -> None:
    records = (arc_head(), ONE, GOOD)
    data = bytearray(zipped(*records) if compressed else b"".join(records))
    for at, new in changes:
        data[at : at + len(new)] = new
    with tempfile.TemporaryDirectory() as folder:
        for item in told(Path(folder) / "x.arc.gz", bytes(data)):
            assert isinstance(item, str)
