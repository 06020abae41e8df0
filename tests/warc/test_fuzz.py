"""No bytes in a WARC file raise anything but our own errors, and none take time or memory beyond their number."""

from __future__ import annotations

import gzip
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from crawler.errors import ArchiveDamaged
from crawler.warc import (
    Answer,
    Fault,
    IgnoredRecord,
    WarcFile,
    exchanges,
    read_answers,
    read_captures,
    read_records,
    to_capture,
    whole_length,
)
from crawler.warc.cdxj import index_text, lines_of
from crawler.warc.foreign import foreign_records
from crawler.warc.record import Record
from tests.warc.written import HTML, a_record

NAMES = st.sampled_from(
    ["WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "Content-Length", "Content-Type", "WARC-Block-Digest",
     "WARC-Payload-Digest", "WARC-Truncated", "WARC-Segment-Number", "WARC-Refers-To-Date", "WARC-Refers-To-Target-URI",
     "WARC-IP-Address", "WARC-Concurrent-To", "WARC-Profile", "X", "", "\t", "Content-Length "]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["response", "revisit", "request", "metadata", "warcinfo", "conversion", "<urn:uuid:1>", "http://a.example/", "http:",
         "http://[a/", "http://a:99999/", "http://a:b/", "https://..字/", "HTTP://a/", "httpx:", "2023-03-16T01:02:03Z", "2023",
         "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2023-02-30", "20230316", "-1", "0", "10", "³", "1_0",
         "999999999999999", "9" * 30, "sha1:" + "A" * 32, "sha256:", "md5:x", ":", "application/http", "\n", "\r", "\n\n", "é",
         "Thu, 16 Mar 2023 01:02:03 GMT", "Thu, 16 Mar 2023 01:02:03 +9999", "length"]
    ),
    st.text(max_size=12),
)  # fmt: skip
BLOCKS = st.one_of(
    st.sampled_from(
        [b"", HTML + b"\r\n<p>x", HTML + b"\n", b"HTTP/1.1 200", b"HTTP/1.1 304 x\r\n\r\n", b"HTTP/1.1 100\r\n\r\n" * 9,
         HTML + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", HTML + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
         b"HTTP/9 \xb2\xb2\xb2 \r\n:\r\n: :\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"{}\n"]
    ),
    st.binary(max_size=40),
)  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """A record with odd fields, and with a right length or an odd one."""
    block = draw(BLOCKS)
    data = a_record(
        block,
        kind=draw(st.sampled_from(["response", "revisit", "request", "metadata", "", "Response"])),
        url=draw(st.one_of(st.none(), VALUES)),
        date=draw(st.one_of(st.just("2023-03-16T01:02:03Z"), VALUES)),
        more=[f"{draw(NAMES)}: {draw(VALUES)}" for _ in range(draw(st.integers(0, 3)))],
        length=draw(st.one_of(st.just(-1), st.none(), VALUES)),
        eol=draw(st.sampled_from([b"\r\n", b"\n"])),
        end=draw(st.sampled_from([b"\r\n\r\n", b"", b"\n"])),
    )
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 9)) == 0 else data


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file of such records: plain, a member a record, one member, or members cut anywhere; with other bytes between."""
    made = draw(st.lists(st.one_of(records(), st.binary(max_size=30)), max_size=5))
    whole, form = b"".join(made), draw(st.integers(0, 3))
    if form == 0:
        return whole
    if form == 1:
        return b"".join(
            draw(st.sampled_from([gzip.compress(each), gzip.compress(each), each])) for each in made
        )
    if form == 2:
        return gzip.compress(whole)[: draw(st.integers(0, 10_000))]
    size = draw(st.integers(1, 200))
    return b"".join(gzip.compress(whole[at : at + size]) for at in range(0, len(whole), size))


@given(files())
@example(gzip.compress(a_record(url="http://[a/")))
@example(gzip.compress(a_record(url="http://a:99999/")))
@example(gzip.compress(a_record(date="2023-02-30", kind="metadata")))
def test_no_file_raises_anything_but_our_own_errors(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.warc.gz"
        path.write_bytes(data)
        for item in foreign_records(path):
            assert isinstance(item, Record | Fault)
        for answer in read_answers(path):
            assert isinstance(answer, Answer | Fault | IgnoredRecord)
            if isinstance(answer, Fault):
                assert 0 <= answer.offset <= len(data)
        read: list[Record] = []
        with suppress(ArchiveDamaged):
            for record in read_records(path):
                read.append(record)
                assert isinstance(record.faults(), list)
                assert record.date.tzinfo is not None
        for response, request in exchanges(read):
            if response.is_http:
                to_capture(response, request)
        assert isinstance(index_text(lines_of(read, path.name)), bytes)
        assert 0 <= whole_length(path) <= len(data)


@given(files())
def test_what_is_imported_is_written_and_read_again_the_same(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, ours = Path(folder) / "x.warc.gz", Path(folder) / "ours.warc.gz"
        path.write_bytes(data)
        answers = [item for item in read_answers(path) if isinstance(item, Answer) and item.repeats is None]
        with ours.open("wb") as file:
            warc = WarcFile(file)
            for answer in answers:
                warc.capture(answer.capture, origin=f"x#{answer.record_id}")
        kept = list(read_captures(ours))
        assert [(c.url, c.status, c.payload, c.fetched_at, c.ip) for c in kept] == [
            (a.capture.url, a.capture.status, a.capture.payload, a.capture.fetched_at, a.capture.ip)
            for a in answers
        ]
