"""No value of a field can end its field, its head or its record: every reader sees the records that were written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Capture
from crawler.warc import ORIGIN, Earlier, Record, WarcFile, field_text, read_captures, read_records
from tests.warc.others import warcio_sees, we_see
from tests.warc.test_warc import CAPTURE, WHEN

RECORD = (
    "WARC/1.1{0}WARC-Type: response{0}WARC-Record-ID: <urn:uuid:1>{0}WARC-Target-URI: http://a.example/{0}"
    "WARC-Date: 2020-01-01T00:00:00Z{0}Content-Length: 3{0}{0}abc{0}{0}"
)
LINE_ENDS = {"LF": "\n", "CR": "\r", "CRLF": "\r\n", "NEL": "\x85", "LS": "\u2028", "VT": "\v", "FS": "\x1c"}
VALUES = {name: "1" + end * 2 + RECORD.format(end) for name, end in LINE_ENDS.items()} | {
    "NUL": "1\0",
    "folded": "1\r\n Content-Length: 0",
    "spaces": "  1 ",
    "lone surrogates": "\ud800\udcff",
}
WRITERS: dict[str, Callable[[WarcFile, str], object]] = {
    "address": lambda warc, value: warc.capture(replace(CAPTURE, url=f"http://a.example/{value}")),
    "IP address": lambda warc, value: warc.capture(replace(CAPTURE, ip=value)),
    "truncated": lambda warc, value: warc.capture(replace(CAPTURE, truncated=value)),
    "TLS": lambda warc, value: warc.capture(replace(CAPTURE, tls=value)),  # type: ignore[arg-type]
    "origin": lambda warc, value: warc.capture(CAPTURE, origin=value),
    "origin of a document": lambda warc, value: warc.resource("file:a", WHEN, "text/plain", b"", origin=value),
    "content type": lambda warc, value: warc.resource("file:a", WHEN, value, b""),
    "address of a document": lambda warc, value: warc.resource(value, WHEN, "text/plain", b""),
    "what a conversion refers to": lambda warc, value: warc.conversion(value, "http://a/", WHEN, "text/html", b""),
    "what a revisit refers to": lambda warc, value: warc.capture(
        CAPTURE, Earlier(record_id=value, url=value, date=WHEN)
    ),
    "id": lambda warc, value: warc.metadata(WHEN, b"{}", value),
    "file name": lambda warc, value: warc.info(value, WHEN, {}),
    "command": lambda warc, value: warc.info("x", WHEN, {"description": value, "run": "1"}),
    "reason": lambda warc, value: warc.capture(replace(CAPTURE, reason=value)),
    "header": lambda warc, value: warc.capture(replace(CAPTURE, headers=(("X-A", value), (value, "b")))),
    "request's header": lambda warc, value: warc.capture(replace(CAPTURE, request_headers=(("X-A", value),))),
    "method": lambda warc, value: warc.capture(replace(CAPTURE, method=value)),
}  # fmt: skip


def written(path: Path, *writes: Callable[[WarcFile], object]) -> list[Record]:
    with path.open("wb") as file:
        warc = WarcFile(file)
        for write in writes:
            write(warc)
    return list(read_records(path))


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS.keys())
def test_a_value_stays_in_its_field_for_every_reader(
    write: Callable[[WarcFile, str], object], value: str, tmp_path: Path
) -> None:
    harmless = [record.kind for record in written(tmp_path / "a.warc.gz", lambda warc: write(warc, "1"))]
    records = written(tmp_path / "b.warc.gz", lambda warc: write(warc, value))
    assert [record.kind for record in records] == harmless
    assert we_see(tmp_path / "b.warc.gz") == warcio_sees(tmp_path / "b.warc.gz")
    assert [record.faults() for record in records] == [[]] * len(records)
    for record in records:
        assert not any(
            ord(char) < 32 or char in "\x7f\x85\u2028" for text in record.fields.values() for char in text
        )


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_a_header_cannot_end_the_head(value: str, tmp_path: Path) -> None:
    capture = replace(CAPTURE, reason=value, headers=(("X-A", value), ("Content-Type", "text/html")))
    written(tmp_path / "a.warc.gz", lambda warc: warc.capture(capture))
    (read,) = read_captures(tmp_path / "a.warc.gz")
    assert (read.payload, len(read.headers)) == (CAPTURE.payload, 2)


HEADS = {
    "LF LF": b"HTTP/1.1 200 OK\r\nX-A: b\n\nC: d\r\n\r\n",
    "LF CRLF": b"HTTP/1.1 200 OK\r\nX-A: b\n\r\nC: d\r\n\r\n",
    "CRLF CRLF": b"HTTP/1.1 200 OK\r\n\r\nC: d\r\n\r\n",
    "no end": b"HTTP/1.1 200 OK\r\nX-A: b\r\n",
    "LF LF at its end": b"HTTP/1.1 200 OK\nX-A: b\n\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_a_head_whose_end_readers_find_at_different_places_is_written_anew(
    head: bytes, tmp_path: Path
) -> None:
    capture: Capture = replace(CAPTURE, head=head)
    (response, _) = written(tmp_path / "a.warc.gz", lambda warc: warc.capture(capture))
    assert response.block == CAPTURE.plain_head + CAPTURE.payload


@given(st.text(alphabet=st.characters(), max_size=60))
def test_a_text_for_a_field_is_one_line_without_spaces_at_its_ends_and_stays_as_it_is(text: str) -> None:
    kept = field_text(text)
    assert kept == kept.strip(" ") == field_text(kept)
    assert len(kept.splitlines()) <= 1
    assert kept.encode().decode() == kept


def test_bytes_of_a_file_name_that_are_not_utf_8_are_kept() -> None:
    assert field_text(b"\xb1\xa8.warc".decode("utf-8", "surrogateescape")) == "%B1%A8.warc"


def test_an_origin_is_read_as_it_was_written(tmp_path: Path) -> None:
    (response, _) = written(
        tmp_path / "a.warc.gz", lambda warc: warc.capture(CAPTURE, origin="报告.warc#<1>")
    )
    assert response.fields[ORIGIN.lower()] == "报告.warc#<1>"
