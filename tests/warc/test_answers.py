"""Answers in other crawlers' records: chunks are undone, heads read as browsers read them, parts marked as parts."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.warc import Answer, read_answers
from crawler.warc.foreign.lenient import lenient_date
from crawler.warc.framing import Framing, dechunked
from tests.warc.written import DATE, HTML, URL, a_record, chunked, zipped

CHUNKED = HTML + b"Transfer-Encoding: chunked\r\n\r\n"
PAGE = b"<p>" + "报告".encode() * 50 + b"</p>"


def answers(tmp_path: Path, *records: bytes) -> list[Answer]:
    path = tmp_path / "theirs.warc.gz"
    path.write_bytes(zipped(*records))
    return [item for item in read_answers(path) if isinstance(item, Answer)]


def answer(tmp_path: Path, block: bytes, **about: object) -> Answer:
    (found,) = answers(tmp_path, a_record(block, **about))  # type: ignore[arg-type]
    return found


BODIES: dict[str, tuple[bytes, bytes | Framing]] = {
    "chunks": (chunked(PAGE[:40], PAGE[40:]), PAGE),
    "one chunk": (chunked(PAGE), PAGE),
    "no chunk": (chunked(), b""),
    "an extension": (b'5;name="value"\r\nhello\r\n0\r\n\r\n', b"hello"),
    "spaces after a size": (b"5  \r\nhello\r\n0\r\n\r\n", b"hello"),
    "zeros before a size": (b"00005\r\nhello\r\n000\r\n\r\n", b"hello"),
    "capitals": (b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    "bare line feeds": (b"5\nhello\n0\n\n", b"hello"),
    "a trailer": (chunked(PAGE, end=b"0\r\nX-Sum: 1\r\n\r\n"), PAGE),
    "no line end after the last": (chunked(PAGE, end=b"0\r\n"), PAGE),
    "line ends after the last": (chunked(PAGE) + b"\r\n\r\n", PAGE),
    "undone already": (PAGE, Framing.NONE),
    "undone, begins like a size": (b"2022\r\n" + PAGE * 100, Framing.NONE),
    "undone, begins with a zero": (b"0\r\n\r\n" + PAGE, Framing.NONE),
    "undone, empty": (b"", Framing.NONE),
    "no last chunk": (chunked(PAGE, end=b""), Framing.BROKEN),
    "cut in a chunk": (chunked(PAGE, PAGE)[:-60], Framing.BROKEN),
    "cut in the first chunk": (chunked(PAGE)[:60], Framing.BROKEN),
    "a size that is none": (chunked(PAGE, end=b"x\r\n\r\n"), Framing.BROKEN),
    "chunks without number": (chunked(*[b"x"] * 200_001), Framing.BROKEN),
    "a size of many digits": (b"5\r\nhello\r\n" + b"f" * 40 + b"\r\n", Framing.BROKEN),
}


@pytest.mark.parametrize(("payload", "expected"), BODIES.values(), ids=BODIES.keys())
def test_chunks_are_undone_where_they_are(payload: bytes, expected: bytes | Framing) -> None:
    assert dechunked(payload) == expected


@pytest.mark.parametrize(
    "name", ["Transfer-Encoding: chunked", "transfer-encoding:Chunked", "TRANSFER-ENCODING: gzip, chunked"]
)
def test_a_head_that_says_chunked_has_its_body_looked_at(tmp_path: Path, name: str) -> None:
    head = HTML + name.encode() + b"\r\n\r\n"
    assert answer(tmp_path, head + chunked(PAGE[:9], PAGE[9:])).capture.payload == PAGE
    undone = answer(tmp_path, head + PAGE)
    assert (undone.capture.payload, undone.short) == (PAGE, "")


@pytest.mark.parametrize("name", [b"X-Archive-Orig-Transfer-Encoding: chunked", b"X-Note: chunked"])
def test_no_other_head_has(tmp_path: Path, name: bytes) -> None:
    body = chunked(PAGE)
    assert answer(tmp_path, HTML + name + b"\r\n\r\n" + body).capture.payload == body


def test_codings_below_the_chunks_are_left_to_who_reads_it(tmp_path: Path) -> None:
    head = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    assert answer(tmp_path, head + chunked(gzip.compress(PAGE))).capture.body == PAGE


SHORT = {
    "WARC-Truncated: length": "WARC-Truncated says 'length'",
    "WARC-Truncated: time": "WARC-Truncated says 'time'",
    "WARC-Truncated:": "WARC-Truncated says ''",
    "WARC-Segment-Number: 1": "it is segment 1 of a longer record",
}


@pytest.mark.parametrize(("field", "reason"), SHORT.items())
def test_a_record_that_says_it_is_a_part_is_one(tmp_path: Path, field: str, reason: str) -> None:
    found = answer(tmp_path, HTML + b"\r\n" + PAGE, more=[field])
    assert found.short == reason
    assert found.capture.truncated in ("length", "time", "unspecified")


def test_chunks_that_break_off_are_a_part(tmp_path: Path) -> None:
    found = answer(tmp_path, CHUNKED + chunked(PAGE, end=b""))
    assert (found.short, found.capture.truncated) == ("its chunks break off", "unspecified")


HEADS = {
    "bare line feeds": HTML.replace(b"\r", b"") + b"\n",
    "both kinds": HTML.replace(b"\r", b"") + b"\r\n",
    "100 before it": b"HTTP/1.1 100 Continue\r\n\r\n" + HTML + b"\r\n",
    "103 before it": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + HTML + b"\r\n",
    "a proxy before it": b"HTTP/1.0 200 Connection established\r\n\r\n" + HTML + b"\r\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_the_head_is_the_one_of_the_answer(tmp_path: Path, head: bytes) -> None:
    capture = answer(tmp_path, head + PAGE).capture
    assert (capture.status, capture.header("content-type")) == (200, "text/html; charset=utf-8")
    assert capture.payload == PAGE


@pytest.mark.parametrize("status", ["²00", "2000", "x", "", "99999999999999999999"])
def test_an_invalid_status_becomes_0(tmp_path: Path, status: str) -> None:
    block = f"HTTP/1.1 {status} OK\r\n\r\n".encode("latin-1") + PAGE
    assert answer(tmp_path, block).capture.status == 0


@pytest.mark.parametrize("first", [True, False])
def test_a_request_belongs_to_its_answer_on_either_side(tmp_path: Path, first: bool) -> None:
    request = a_record(
        b"HEAD /a.html HTTP/1.1\r\nHost: www.example.gov.cn\r\n\r\n",
        kind="request",
        record_id="<urn:uuid:9>",
        more=["WARC-Concurrent-To: <urn:uuid:1>"],
    )
    records = [request, a_record()] if first else [a_record(), request]
    (found,) = answers(tmp_path, *records)
    assert found.capture.method == "HEAD"


def test_a_revisit_says_what_it_repeats(tmp_path: Path) -> None:
    fields = (
        "WARC-Truncated: length",
        "WARC-Refers-To-Target-URI: <http://www.example.gov.cn/b.html>",
        "WARC-Refers-To-Date: 20230101000000",
        "WARC-Payload-Digest: sha1:AAAA",
    )
    found = answer(tmp_path, b"", kind="revisit", more=fields)
    assert found.repeats == (
        "http://www.example.gov.cn/b.html",
        datetime(2023, 1, 1, tzinfo=UTC),
        "sha1:AAAA",
    )
    assert (found.short, found.capture.truncated) == ("", None)
    (plain,) = answers(tmp_path, a_record(b"", kind="revisit"))
    assert plain.repeats == (URL, None, "")


AT = datetime(2023, 3, 16, 1, 2, 3, tzinfo=UTC)
DATES = {
    DATE: AT,
    "20230316010203": AT,
    "2023-03-16T01:02:03": AT,
    "2023-03-16 01:02:03Z": AT,
    "2023-03-16T09:02:03+08:00": AT,
    "2023-03-15T20:02:03-0500": AT,
    "Thu, 16 Mar 2023 01:02:03 GMT": AT,
    "2023-03-16T01:02:03.123456789Z": AT.replace(microsecond=123456),
    "2023-03-16T01:02:60Z": AT.replace(second=59),
    "20230316010260": AT.replace(second=59),
    "2023-03-16T01:02Z": AT.replace(second=0),
    "2023-03-16": AT.replace(hour=0, minute=0, second=0),
    "20230316": AT.replace(hour=0, minute=0, second=0),
    "2023-03": AT.replace(day=1, hour=0, minute=0, second=0),
}


@pytest.mark.parametrize(("text", "when"), DATES.items())
def test_dates_in_other_forms_are_read(text: str, when: datetime) -> None:
    assert lenient_date(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "yesterday", "0000-00-00T00:00:00Z", "2023-02-30T00:00:00Z", "2023-03-16T25:00:00Z", "99999999999999",
        "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-08:00", "２０２３-03-16T01:02:03Z", "2023-03-16T01:02:03+99:99", "9" * 10_000,
    ],
)  # fmt: skip
def test_invalid_dates_are_errors(text: str) -> None:
    with pytest.raises(ValueError, match=r"its date .* is not valid|it has no date"):
        lenient_date(text)
