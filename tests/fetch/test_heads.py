from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.heads import repair


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("HTTP/1.1 200 OK|A: 1|Bad Name: 2|B: 3", "HTTP/1.1 200 OK|A: 1|B: 3"),
        ("HTTP/1.1 200 OK|no colon|B: 3", "HTTP/1.1 200 OK|B: 3"),
        ("HTTP/1.1 200 OK|A : 1", "HTTP/1.1 200 OK|A: 1"),
        ("HTTP/1.1 200 OK|A: 1|  and more|B:2", "HTTP/1.1 200 OK|A: 1 and more|B: 2"),
        ("HTTP/1.1 200 OK| : folded from nowhere|A: 1", "HTTP/1.1 200 OK|A: 1"),
        ("HTTP/1.1 200 OK|A: a\x00b", "HTTP/1.1 200 OK|A: a b"),
        ("HTTP/1.1 200 OK|Content-Length: |A: 1", "HTTP/1.1 200 OK|A: 1"),
        ("HTTP/1.1 200 OK|Content-Length: 12", "HTTP/1.1 200 OK|Content-Length: 12"),
        ("HTTP/1.1 200|: empty name", "HTTP/1.1 200 "),
        ("http 200 OK", "HTTP/1.1 200 OK"),
        ("HTTP/1.0  404   Not\x01Found", "HTTP/1.0 404 Not Found"),
        ("HTTP/2 200", "HTTP/1.1 200 "),
        ("HTTP/1.1 2000 OK", "HTTP/1.1 2000 OK"),
        ("ICY 200 OK", "ICY 200 OK"),
    ],
)
def test_a_head_is_repaired_as_browsers_read_it(sent: str, taken: str) -> None:
    for end in ("\r\n", "\n"):
        head = sent.replace("|", end) + end * 2
        assert repair(head.encode("latin-1")) == (taken.replace("|", "\r\n") + "\r\n\r\n").encode("latin-1")


def test_bytes_that_are_no_ascii_stay_as_they_are() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /" + "报告".encode("gbk") + b"\r\n\r\n"
    assert repair(head) == head


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_whatever_lines_follow_a_status_line_come_out_as_http(lines: list[bytes]) -> None:
    head = b"\r\n".join([b"HTTP/1.1 200 OK", *lines])
    for ending in (
        b"content-length",
        b"transfer-encoding",
    ):  # two lengths, or a coding that is none, stay errors
        if ending in head.lower():
            return
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "a.gov.cn")]))
    connection.receive_data(repair(head))
    assert isinstance(connection.next_event(), h11.Response)
