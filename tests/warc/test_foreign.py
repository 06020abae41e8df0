"""Faulty records of other crawlers: each fault is reported, and the next record is read."""

from __future__ import annotations

import gzip
import re
import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.warc import Answer, Fault, read_answers
from crawler.warc.foreign import blocks, compressed
from tests.warc.written import HTML, OTHER, URL, a_record, chunked, zipped

GOOD = a_record(url=OTHER, record_id="<urn:uuid:2>")
INFO = a_record(b"software: theirs\r\n", kind="warcinfo", url=None, content_type="application/warc-fields")


def told(path: Path, data: bytes) -> list[str]:
    """Return, in order, the address of each answer, the reason of each fault, the type of each ignored record but `warcinfo`."""
    path.write_bytes(data)
    found = []
    for item in read_answers(path):
        if isinstance(item, Answer):
            found.append(item.capture.url)
        elif isinstance(item, Fault) or item.kind != "warcinfo":
            found.append(item.reason if isinstance(item, Fault) else item.kind)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "theirs.warc.gz"


WHOLE = [a_record(), GOOD]
FILES = {
    "a member a record": zipped(*WHOLE),
    "plain": b"".join(WHOLE),
    "all in one member": gzip.compress(b"".join(WHOLE)),
    "members cut anywhere": b"".join(
        gzip.compress(b"".join(WHOLE)[at : at + 100]) for at in range(0, len(b"".join(WHOLE)), 100)
    ),
    "zeros after the last member": zipped(*WHOLE) + bytes(512),
    "bare line feeds": b"".join(
        a_record(url=url, eol=b"\n", block=HTML.replace(b"\r", b"") + b"\n<p>page</p>")
        for url in (URL, OTHER)
    ),
    "one line end after a block": a_record(end=b"\r\n") + GOOD,
    "none at the end": a_record() + GOOD.rstrip(),
    "blank lines before": b"\r\n\n\r\n" + b"".join(WHOLE),
    "folded field": a_record(more=["X-Note: one", "\ttwo"]) + GOOD,
    "a field whose value is folded": a_record().replace(b"Content-Length:", b"Content-Length:\r\n\t") + GOOD,
    "a version in small letters": a_record().replace(b"WARC/", b"warc/") + GOOD,
    "names in capitals": a_record().replace(b"Content-Length", b"CONTENT-LENGTH") + GOOD,
    "WARC/0.17": a_record(version="WARC/0.17") + GOOD,
    "WARC/1.1": a_record(version="WARC/1.1") + GOOD,
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
def test_every_form_of_a_file_is_read(path: Path, data: bytes) -> None:
    assert told(path, data) == [URL, OTHER]


def damaged(record: bytes) -> bytes:
    data = bytearray(gzip.compress(record))
    data[-8] ^= 0xFF  # its CRC
    return bytes(data)


BAD = {
    "no length": (a_record(length=None), "no Content-Length"),
    "a length that is none": (a_record(length="x"), "'x' is not a number"),
    "a negative length": (a_record(length=-20), "'-20' is not a number"),
    "a length of many digits": (a_record(length="9" * 5000), "is not a number"),
    "a length in other digits": (a_record(length="１２"), "is not a number"),
    "too short a length": (a_record(length=20), "not the length of its block"),
    "too long a length": (a_record(length=600), "not the length of its block|is cut off"),
    "far too long a length": (a_record(length=10**9), "is over|is cut off"),
    "no date": (a_record(date=None), "no date"),
    "a date that is none": (a_record(date="yesterday"), "'yesterday' is not valid"),
    "a month 13": (a_record(date="2023-13-16T01:02:03Z"), "is not valid"),
    "a date before the web": (a_record(date="1970-01-01T00:00:00Z"), "is not valid"),
    "no address": (a_record(url=None), "no address"),
    "an address without a host": (a_record(url="http:///a.html"), "is not valid, or has a password"),
    "an address with a broken host": (a_record(url="http://[::1/a.html"), "is not valid, or has a password"),
    "a port that is none": (a_record(url="http://www.example.gov.cn:x/"), "is not valid, or has a password"),
    "a password": (a_record(url="http://me:secret@www.example.gov.cn/"), "is not valid, or has a password"),
    "an endless address": (
        a_record(url="http://a.gov.cn/" + "a" * 70_000),
        "is not valid, or has a password",
    ),
    "no HTTP in it": (a_record(b"<p>page</p>"), "no HTTP answer"),
    "an HTTP head without an end": (a_record(HTML + b"X: y\r\n" * 60_000), "HTTP head is over"),
    "a digest it does not have": (
        a_record(more=["WARC-Block-Digest: sha1:" + "A" * 32]),
        "does not match its WARC-Block-Digest",
    ),
    "a head without an end": (
        b"WARC/1.0\r\n" + b"X: y\r\n" * 60_000,
        "its head is over|is cut off in its head",
    ),
    "something else": (b"<html>\r\n<p>page</p>\r\n", "no WARC record begins here"),
    "an ARC record": (b"filedesc://x.arc 0.0.0.0 20230316010203 text/plain 77\n1 0 IA\n\n", "an ARC file"),
}


@pytest.mark.parametrize("form", ["plain", "gzip"])
@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_record_is_reported_and_the_next_one_read(
    path: Path, bad: bytes, reason: str, form: str
) -> None:
    data = zipped(INFO, bad, GOOD) if form == "gzip" else INFO + bad + b"\r\n" + GOOD
    *faults, last = told(path, data)
    assert last == OTHER
    assert re.search(reason, faults[0]), faults


def test_a_record_that_is_too_large_is_passed_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_BLOCK_BYTES", 1000)
    video = a_record(b"x" * 5000, kind="resource", url="http://a.gov.cn/v", content_type="video/mp4")
    found = told(path, zipped(a_record(HTML + b"\r\n" + b"x" * 5000), video, GOOD))
    assert found == [f"its block of {len(HTML) + 5002} bytes is over 1000", "resource", OTHER]


@pytest.mark.parametrize("held", [compressed._MAX_HELD_BYTES, 100], ids=["small", "large"])
def test_a_damaged_member_is_reported_and_the_next_one_found(
    path: Path, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "_MAX_HELD_BYTES", held)
    found = told(path, zipped(INFO) + damaged(b"x" * 50 + a_record()) + b"junk" + zipped(GOOD))
    assert "its compressed data is damaged" in " ".join(found)
    assert found[-1] == OTHER


def test_bytes_between_gzip_members_are_reported(path: Path) -> None:
    found = told(path, zipped(a_record()) + b"<html>" + zipped(GOOD))
    assert found == [URL, "the data here is not gzip", OTHER]


@pytest.mark.parametrize("cut", [30, 120])
@pytest.mark.parametrize("form", ["plain", "gzip", "one member"])
def test_a_file_that_is_cut_off_says_so(path: Path, cut: int, form: str) -> None:
    noise = bytes(zlib.crc32(b"%d" % n) & 0xFF for n in range(500))
    last = a_record(HTML + b"\r\n" + noise, url=OTHER)
    data = {
        "plain": b"".join([a_record(), last]),
        "gzip": zipped(a_record(), last),
        "one member": gzip.compress(a_record() + last),
    }[form]
    first, *rest = told(path, data[:-cut])
    assert first == URL
    assert [fault for fault in rest if "is cut off" in fault], rest
    assert OTHER not in rest


def test_a_record_whose_member_lacks_its_checksum_is_whole_and_the_cut_is_reported(path: Path) -> None:
    assert told(path, zipped(a_record(), GOOD)[:-8]) == [URL, OTHER, "is cut off"]


OTHER_FORMATS = {
    "empty": (b"", "the file is empty"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(90), "is cut off"),
    "zip": (b"PK\x03\x04" + bytes(90), "WACZ"),
    "gzip of HTML": (gzip.compress(b"<html></html>"), "no WARC record begins here"),
    "gzip of nothing": (gzip.compress(b""), "the file is empty"),
}


@pytest.mark.parametrize(("data", "reason"), OTHER_FORMATS.values(), ids=OTHER_FORMATS.keys())
def test_the_error_for_another_format_names_it(path: Path, data: bytes, reason: str) -> None:
    (fault,) = told(path, data)
    assert reason in fault


KINDS = {
    "foo": (a_record(b"x", kind="foo"), ["foo"]),
    "none": (a_record(b"x", kind=None), ["no type"]),
    "resource": (a_record(b"x", kind="resource"), ["resource"]),
    "empty": (a_record(b""), ["empty answer"]),
    "dns": (a_record(b"x", url="dns:a.gov.cn", content_type="text/dns"), ["dns: response"]),
    "metadata": (a_record(b"x", kind="metadata"), ["metadata"]),
    "continuation": (a_record(b"x", kind="continuation"), ["continuation"]),
}


@pytest.mark.parametrize(("record", "expected"), KINDS.values(), ids=KINDS.keys())
def test_a_record_of_another_type_is_named(path: Path, record: bytes, expected: list[str]) -> None:
    assert told(path, zipped(record, GOOD)) == [*expected, OTHER]


ADDRESSES = {
    "HTTP://www.example.gov.cn/a.html": URL,
    "<http://www.example.gov.cn/a.html>": URL,
    "http://www.example.gov.cn/a b.html": "http://www.example.gov.cn/a%20b.html",
    "http://www.example.gov.cn/报告.html": "http://www.example.gov.cn/%E6%8A%A5%E5%91%8A.html",
}


@pytest.mark.parametrize(("written", "kept"), ADDRESSES.items())
def test_an_odd_address_is_brought_into_form(path: Path, written: str, kept: str) -> None:
    assert told(path, zipped(a_record(url=written), GOOD)) == [kept, OTHER]


@pytest.mark.parametrize("date", ["\x002023-03-16T01:02:03Z", None])
def test_an_address_whose_scheme_only_begins_like_http_is_no_answer(path: Path, date: str | None) -> None:
    assert told(path, zipped(a_record(url="http\x00://www.example.gov.cn/a.html", date=date), GOOD)) == [
        "http\x00: response",
        OTHER,
    ]


def test_an_address_in_gbk_keeps_its_bytes(path: Path) -> None:
    address = b"http://www.example.gov.cn/" + "报告".encode("gbk")
    assert told(path, zipped(a_record(url=address))) == ["http://www.example.gov.cn/%B1%A8%B8%E6"]


@given(st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=8)), max_size=6), st.booleans())
def test_no_change_of_bytes_stops_the_reading(changes: list[tuple[int, bytes]], compressed: bool) -> None:
    records = (INFO, a_record(HTML + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"a" * 50, b"b")), GOOD)
    data = bytearray(zipped(*records) if compressed else b"".join(records))
    for at, new in changes:
        data[at : at + len(new)] = new
    with tempfile.TemporaryDirectory() as folder:
        for item in told(Path(folder) / "x.warc.gz", bytes(data)):
            assert isinstance(item, str)
