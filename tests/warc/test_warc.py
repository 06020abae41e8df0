from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from crawler.errors import ArchiveDamaged
from crawler.model import Capture
from crawler.warc import (
    Earlier,
    WarcFile,
    new_record_id,
    read_at,
    read_captures,
    read_records,
    warc_date,
    whole_length,
)
from crawler.warc.cdxj import index_text, lines_of, surt

WHEN = datetime(2026, 11, 25, 3, 0, 0, 123000, tzinfo=UTC)
GBK = "报告".encode("gbk").decode("latin-1")
CAPTURE = Capture(
    url="http://www.example.gov.cn/art/2022/3/4/art_1_2.html?a=1",
    status=200,
    reason="OK",
    headers=(("Content-Type", "text/html"), ("X-Title", GBK), ("Set-Cookie", "a=1"), ("set-cookie", "b=2")),
    payload="正文\r\n\r\n".encode("gb18030"),
    fetched_at=WHEN,
    request_headers=(("Host", "www.example.gov.cn"), ("User-Agent", "fazhi")),
    ip="203.0.113.9",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.warc.gz"


def write(path: Path, *captures: Capture) -> None:
    with path.open("wb") as file:
        warc = WarcFile(file)
        warc.info(path.name, WHEN, {"software": "fazhi/test"})
        for capture in captures:
            warc.capture(capture)


def test_a_capture_comes_back_byte_for_byte(path: Path) -> None:
    write(path, CAPTURE)
    assert list(read_captures(path)) == [CAPTURE]


@pytest.mark.parametrize("value", [GBK, "\x85a\xa0", "\xa0", '"\xe6\x8a\xa5\x1c"'])
def test_a_headers_value_comes_back_with_the_bytes_that_text_would_lose(path: Path, value: str) -> None:
    odd = replace(
        CAPTURE, headers=(("ETag", value), ("Location", value)), request_headers=(("Cookie", value),)
    )
    write(path, odd)
    assert list(read_captures(path)) == [odd]


def test_a_form_and_a_truncated_body_come_back(path: Path) -> None:
    post = replace(CAPTURE, method="POST", request_body=b"startrecord=1&endrecord=45", truncated="length")
    write(path, post, CAPTURE)
    assert list(read_captures(path)) == [post, CAPTURE]


def test_what_was_allowed_to_its_tls_is_recorded_with_a_capture(path: Path) -> None:
    trusting = replace(CAPTURE, url="https://www.example.gov.cn/", tls="unverified")
    write(path, trusting, replace(CAPTURE, tls="strict"))
    assert b"Fazhi-TLS-Allowed: unverified" in gzip.decompress(path.read_bytes())
    assert [capture.tls for capture in read_captures(path)] == ["unverified", None]


def test_a_sloppy_head_is_kept_as_it_was_sent(path: Path) -> None:
    head = b"HTTP/1.1 200\r\nBad Name: 1\r\nno colon here\r\nETag:x\r\nTransfer-Encoding: chunked\r\n\r\n"
    write(path, replace(CAPTURE, head=head))
    stored = gzip.decompress(path.read_bytes())
    assert head.replace(b"Transfer", b"X-Archive-Orig-Transfer") + CAPTURE.payload in stored
    (back,) = read_captures(path)
    assert (back.head, back.payload, back.header("etag"), back.header("transfer-encoding")) == (
        head,
        CAPTURE.payload,
        "x",
        "chunked",
    )


def test_chunking_that_is_undone_is_not_claimed(path: Path) -> None:
    chunked = replace(CAPTURE, headers=(("Transfer-Encoding", "chunked"),))
    write(path, chunked)
    assert b"X-Archive-Orig-Transfer-Encoding: chunked" in gzip.decompress(path.read_bytes())
    assert list(read_captures(path)) == [chunked]


def test_warcio_finds_every_digest_right(path: Path) -> None:
    earlier = Earlier(record_id="<urn:uuid:1>", url=CAPTURE.url, date=WHEN)
    with path.open("wb") as file:
        warc = WarcFile(file)
        warc.info(path.name, WHEN, {"software": "fazhi/test"})
        warc.capture(CAPTURE)
        warc.capture(CAPTURE, earlier)
        warc.capture(replace(CAPTURE, status=304, reason="Not Modified", payload=b""), earlier)
        warc.metadata(WHEN, '{"title": "报告"}'.encode())
        warc.resource("urn:fazhi:import:a.txt", WHEN, "text/plain", b"text")
    check = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)], capture_output=True, text=True
    )
    assert check.returncode == 0, check.stdout
    assert "fail" not in check.stdout
    digests = [
        value for record in read_records(path) for name, value in record.fields.items() if "digest" in name
    ]
    assert {digest.partition(":")[0] for digest in digests} == {"sha256"}
    assert [record.kind for record in read_records(path)] == [
        "warcinfo", "response", "request", "revisit", "request", "revisit", "request", "metadata", "resource",
    ]  # fmt: skip


def test_a_revisit_keeps_headers_and_names_what_it_repeats(path: Path) -> None:
    with path.open("wb") as file:
        WarcFile(file).capture(CAPTURE, Earlier(record_id="<urn:uuid:1>", url=CAPTURE.url, date=WHEN))
    revisit = next(read_records(path))
    assert revisit.fields["warc-refers-to"] == "<urn:uuid:1>"
    assert revisit.fields["warc-refers-to-date"] == "2026-11-25T03:00:00.123Z"
    assert revisit.fields["warc-profile"].endswith("identical-payload-digest")
    assert revisit.block.startswith(b"HTTP/1.1 200 OK\r\n")
    assert revisit.block.endswith(b"\r\n\r\n")


def test_places_lead_to_their_records(path: Path) -> None:
    with path.open("wb") as file:
        warc = WarcFile(file)
        warc.capture(CAPTURE)
        place = warc.capture(replace(CAPTURE, payload=b"second"))
    data = path.read_bytes()[place.offset : place.offset + place.length]
    assert gzip.decompress(data).startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_a_torn_tail_is_found(path: Path, cut: int) -> None:
    write(path, CAPTURE, CAPTURE)
    data = path.read_bytes()
    ends = [record.place.offset + record.place.length for record in read_records(path)]
    assert whole_length(path) == ends[-1] == len(data)
    path.write_bytes(data[:-cut])
    assert whole_length(path) in ends
    assert len(data) - cut - 1000 < whole_length(path) < len(data)


def test_whole_length_of_nothing_and_of_no_gzip_is_nothing(path: Path) -> None:
    path.write_bytes(b"")
    assert whole_length(path) == 0
    path.write_bytes(b"this is no gzip")
    assert whole_length(path) == 0


def test_a_damaged_file_is_named(path: Path) -> None:
    write(path, CAPTURE)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(ArchiveDamaged, match=str(path)):
        list(read_records(path))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves a buffer open
def test_captures_of_other_crawlers_are_read(path: Path) -> None:
    """Written by warcio itself, with its defaults: WARC/1.0, SHA-1."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.0")
        writer.write_record(
            writer.create_warc_record(CAPTURE.url, "response", payload=io.BytesIO(b"body"), http_headers=http)
        )
    (capture,) = read_captures(path)
    assert (capture.url, capture.status, capture.body) == (CAPTURE.url, 200, b"body")


def test_dates_keep_as_many_decimals_as_they_have() -> None:
    assert warc_date(WHEN) == "2026-11-25T03:00:00.123Z"
    assert warc_date(WHEN.replace(microsecond=0)) == "2026-11-25T03:00:00Z"


def test_the_index_leads_to_every_capture_in_the_order_of_its_keys(path: Path) -> None:
    other = replace(CAPTURE, url="http://b.gov.cn/a?z=1&a=2")
    write(path, CAPTURE, other)
    lines = index_text(lines_of(read_records(path), path.name)).decode().splitlines()
    assert [line.split(" ", 2)[:2] for line in lines] == [
        ["cn,gov,b)/a?a=2&z=1", "20261125030000"],
        ["cn,gov,example)/art/2022/3/4/art_1_2.html?a=1", "20261125030000"],
    ]
    for line, capture in zip(lines, (other, CAPTURE), strict=True):
        told = json.loads(line.split(" ", 2)[2])
        record = read_at(path, int(told["offset"]))
        assert (record.url, record.place.length) == (capture.url, int(told["length"]))
        assert told["digest"] == record.fields["warc-payload-digest"]
        assert told["mime"] == "text/html"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.wuhan.gov.cn/", "cn,gov,wuhan)/"),
        ("http://WWW2.a.gov.cn:8080/B/", "cn,gov,a:8080)/b"),
        ("https://a.gov.cn:443/x?b=2&a=1", "cn,gov,a)/x?a=1&b=2"),
    ],
)
def test_keys_of_the_index(url: str, key: str) -> None:
    assert surt(url) == key


def test_a_form_posted_to_one_address_has_a_key_of_its_own(path: Path) -> None:
    post = replace(CAPTURE, method="POST", request_body=b"page=2", url="http://a.gov.cn/list")
    write(path, post)
    (line,) = lines_of(read_records(path), path.name)
    assert line.startswith("cn,gov,a)/list?__wb_method=post&page=2 ")
    assert json.loads(line.split(" ", 2)[2])["method"] == "POST"


def test_a_conversion_names_what_it_was_made_from(path: Path) -> None:
    with path.open("wb") as file:
        warc = WarcFile(file)
        place = warc.capture(CAPTURE)
        warc.conversion(place.record_id, CAPTURE.url, WHEN, "text/html", b"<p>drawn</p>")
    *_, conversion = read_records(path)
    assert conversion.fields["warc-refers-to"] == place.record_id
    assert (conversion.payload, conversion.faults()) == (b"<p>drawn</p>", [])


def test_an_address_cannot_break_out_of_its_field(path: Path) -> None:
    write(path, replace(CAPTURE, url="http://a.gov.cn/\r\nWARC-Type: x"))
    _, response, _ = read_records(path)
    assert (response.kind, response.url) == ("response", "http://a.gov.cn/%0D%0AWARC-Type:%20x")


def test_ids_of_records_are_uuids_that_sort_by_time_and_never_come_twice() -> None:
    ids = [new_record_id() for _ in range(1000)]
    assert len(set(ids)) == len(ids)
    times = [UUID(each[len("<urn:uuid:") : -1]).int >> 80 for each in ids]
    assert times == sorted(times)
    assert {UUID(each[len("<urn:uuid:") : -1]).version for each in ids} == {7}
