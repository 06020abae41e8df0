from __future__ import annotations

import h11
import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.connections.raw_heads import HeadStream, framed, repair


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
    ):  # two lengths, or an unknown coding, remain errors
        if ending in head.lower():
            return
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "a.gov.cn")]))
    connection.receive_data(repair(head))
    assert isinstance(connection.next_event(), h11.Response)


CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("sent", "strict", "lenient"),
    [
        ("A: 1", "A: 1", "A: 1"),
        (CHUNKED, CHUNKED, CHUNKED),
        ("transfer-encoding:Chunked", "transfer-encoding:Chunked", "transfer-encoding:Chunked"),
        (f"{CHUNKED}|A: 1|{CHUNKED}", f"{CHUNKED}|A: 1", f"{CHUNKED}|A: 1"),
        (
            f"TRANSFER-ENCODING: chunked|{CHUNKED}|transfer-encoding:chunked|A: 1",
            f"{CHUNKED}|A: 1",
            f"{CHUNKED}|A: 1",
        ),
        ("Transfer-Encoding: chunked, chunked", CHUNKED, CHUNKED),
        ("Transfer-Encoding: chunked,Chunked , ,", CHUNKED, CHUNKED),
        ("Transfer-Encoding: identity, chunked", CHUNKED, CHUNKED),
        (f"Transfer-Encoding: identity|{CHUNKED}", CHUNKED, CHUNKED),
        ("Transfer-Encoding:|  chunked|A: 1", f"{CHUNKED}|A: 1", f"{CHUNKED}|A: 1"),
        ("Transfer-Encoding: chunked;q=1", CHUNKED, CHUNKED),
        (
            "A: 1|Transfer-Encoding: identity|Content-Length: 5",
            "A: 1|Content-Length: 5",
            "A: 1|Content-Length: 5",
        ),
        ("Transfer-Encoding: |A: 1", "A: 1", "A: 1"),
        ("Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip, chunked", CHUNKED),
        ("Transfer-Encoding: 8bit", "Transfer-Encoding: 8bit", ""),
        (
            "X-Transfer-Encoding: a|X: transfer-encoding: b",
            *["X-Transfer-Encoding: a|X: transfer-encoding: b"] * 2,
        ),
    ],
)
def test_that_a_body_is_chunked_is_said_once(sent: str, strict: str, lenient: str) -> None:
    def head(lines: str) -> bytes:
        return b"HTTP/1.1 200 OK\r\n" + lines.replace("|", "\r\n").encode() + b"\r\n" * (1 + bool(lines))

    assert framed(head(sent), lenient=False) == head(strict)
    assert framed(head(sent), lenient=True) == head(lenient)


class Pieces(httpcore.AsyncNetworkStream):
    """A connection that returns one of these pieces per read."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None: ...


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
FINAL = b"HTTP/1.1 200 OK\r\nX-A:1\r\nContent-Length: 8\r\n\r\n"
BODY = b"a\r\n\r\nbcd"
WHOLE = CONTINUE + HINTS + HINTS + FINAL + BODY


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize(
    "pieces",
    [
        (WHOLE,),
        (CONTINUE, HINTS, HINTS, FINAL, BODY),
        (CONTINUE + HINTS, HINTS + FINAL + BODY),
        (WHOLE[:60], WHOLE[60:100], WHOLE[100:]),
        tuple(WHOLE[n : n + 1] for n in range(len(WHOLE))),
    ],
    ids=["one segment", "a segment each", "two and two", "anywhere", "byte by byte"],
)
async def test_the_head_that_is_kept_is_the_answers_own(pieces: tuple[bytes, ...], lenient: bool) -> None:
    stream = HeadStream(Pieces(*pieces), lenient=lenient)
    await stream.write(b"GET / HTTP/1.1\r\n\r\n")
    read = await stream.read(65536)
    while more := await stream.read(65536):
        read += more
    assert stream.get_extra_info("head") == FINAL
    assert read == (WHOLE.replace(b"X-A:1", b"X-A: 1") if lenient else WHOLE)


async def test_a_head_that_has_no_end_leaves_none_of_the_answer_before() -> None:
    stream = HeadStream(Pieces(FINAL + BODY, b"HTTP/1.1 200 OK\r\nX-A: 1"), lenient=False)
    await stream.write(b"GET")
    await stream.read(65536)
    await stream.write(b"GET")
    assert await stream.read(65536) == b"HTTP/1.1 200 OK\r\nX-A: 1"
    assert stream.get_extra_info("head") == b""


async def test_too_many_interim_heads_are_an_error() -> None:
    stream = HeadStream(Pieces(*[HINTS * 10] * 10), lenient=False)
    await stream.write(b"GET")
    with pytest.raises(httpcore.RemoteProtocolError, match="more than 20 interim answers"):
        await stream.read(65536)


async def test_line_ends_before_a_head_are_passed_over_if_lenient() -> None:
    stream = HeadStream(Pieces(b"\r\n", b"\r\n\r\n" + FINAL + BODY), lenient=True)
    await stream.write(b"GET")
    assert await stream.read(65536) == FINAL.replace(b"X-A:1", b"X-A: 1") + BODY
    assert stream.get_extra_info("head") == FINAL
