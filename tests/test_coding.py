from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from random import Random

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.coding import MAX_CODINGS, MAX_MEMBERS, Decoded, decode_content

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = "法治政府建设情况报告".encode() * 100
PROSE = "".join(
    f"<p>第{n}项：全年办结{n * 37 % 991}件，检查{n * 11 % 83}次。</p>" for n in range(300)
).encode()
NOISE = Random(12).randbytes(50_000)  # no coding makes it small
HALVES = (TEXT[:1000], TEXT[1000:])


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def skippable(data: bytes) -> bytes:
    return b"\x5a\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


STREAMS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@pytest.mark.parametrize(
    ("coding", "payload"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
        ("br", brotli.compress(TEXT)),
        ("zstd", zstd.compress(TEXT)),
        ("identity", TEXT),
        (None, TEXT),
    ],
)
def test_codings_are_undone(coding: str | None, payload: bytes) -> None:
    assert decode_content(payload, coding) == Decoded(body=TEXT)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "compress", "utf-8", "gzip, gzip"])
@pytest.mark.parametrize(
    "page", [TEXT, b"", b"OK", TEXT.decode().encode("gbk"), TEXT.decode().encode("utf-16")]
)
def test_a_page_that_is_in_no_coding_is_the_body_whatever_its_header_claims(coding: str, page: bytes) -> None:
    assert decode_content(page, coding) == Decoded(body=page)


@pytest.mark.parametrize(
    "start", [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04\x14\0\6\0"]
)
@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_a_document_that_is_in_no_coding_is_the_body_too(coding: str, start: bytes) -> None:
    assert decode_content(start + NOISE, coding) == Decoded(body=start + NOISE)


@pytest.mark.parametrize(
    ("coding", "payload"),
    [
        ("gzip", b"".join(map(gzip.compress, HALVES))),
        ("gzip", b"".join(gzip.compress(TEXT[n : n + 1]) for n in range(len(TEXT)))),
        ("gzip", gzip.compress(b"") + gzip.compress(TEXT) + gzip.compress(b"")),
        ("gzip", bytes(512).join(map(gzip.compress, HALVES)) + bytes(512)),
        ("deflate", b"".join(map(gzip.compress, HALVES))),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT[:1000])) + gzip.compress(gzip.compress(TEXT[1000:]))),
        ("zstd", b"".join(map(zstd.compress, HALVES))),
        ("zstd", skippable(b"note") + zstd.compress(TEXT[:1000]) + skippable(b"") + zstd.compress(TEXT[1000:])),
    ],
)  # fmt: skip
def test_every_member_of_a_stream_is_read(coding: str, payload: bytes) -> None:
    assert decode_content(payload, coding) == Decoded(body=TEXT)


@pytest.mark.parametrize(
    ("coding", "payload"),
    [
        ("gzip", zlib.compress(TEXT)),
        ("gzip", raw_deflate(TEXT)),
        ("gzip", zstd.compress(TEXT)),
        ("deflate", gzip.compress(TEXT)),
        ("zstd", gzip.compress(TEXT)),
        ("br", gzip.compress(TEXT)),
        ("gzip, gzip", gzip.compress(TEXT)),
        ("gzip, identity", gzip.compress(TEXT)),
        ("identity, gzip, utf-8", gzip.compress(TEXT)),
        ("deflate, gzip", gzip.compress(TEXT)),
        ("gzip, deflate", gzip.compress(TEXT)),
    ],
)
def test_a_coding_under_another_name_or_named_twice_is_undone(coding: str, payload: bytes) -> None:
    assert decode_content(payload, coding) == Decoded(body=TEXT)


@pytest.mark.parametrize(
    "tail", [b"\0" * 512, b"\r\n", b"junk", b"<script src=/a.js></script>", b"\x1f\x8b\x07"]
)
@pytest.mark.parametrize("coding", STREAMS)
def test_what_follows_the_end_of_a_stream_is_left_out_as_in_browsers(coding: str, tail: bytes) -> None:
    for page in (TEXT, NOISE * 12):  # in one piece of input, and in several
        assert decode_content(STREAMS[coding](page) + tail, coding) == Decoded(body=page)


@pytest.mark.parametrize("coding", [*STREAMS, "raw"])
@pytest.mark.parametrize("page", [PROSE, NOISE])
def test_a_stream_without_its_end_is_short_wherever_it_is_cut(coding: str, page: bytes) -> None:
    stream = raw_deflate(page) if coding == "raw" else STREAMS[coding](page)
    cuts = {*range(len(stream) - 12, len(stream)), len(stream) // 2, len(stream) // 3, len(stream) * 9 // 10}
    for cut in cuts:
        found = decode_content(stream[:cut], "deflate" if coding == "raw" else coding)
        assert found.short is not None, cut
        assert "has no end" in found.short, cut
        assert page.startswith(found.body), cut


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_further_member_without_its_end_is_short(coding: str) -> None:
    first, second = map(STREAMS[coding], HALVES)
    for cut in range(1, len(second)):
        found = decode_content(first + second[:cut], coding)
        assert (found.body[:1000], found.short) == (TEXT[:1000], f"its {coding} stream has no end"), cut


def test_the_inner_of_two_codings_is_short_too() -> None:
    found = decode_content(gzip.compress(gzip.compress(NOISE)[:20_000]), "gzip, gzip")
    assert found.short == "its gzip stream has no end"
    assert NOISE.startswith(found.body)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])  # these have a checksum
def test_a_damaged_stream_is_short(coding: str) -> None:
    stream = bytearray(STREAMS[coding](NOISE))
    for place in (len(stream) // 2, len(stream) - 2):
        damaged = stream.copy()
        damaged[place] ^= 0xFF
        assert decode_content(bytes(damaged), coding).short is not None, place


@pytest.mark.parametrize("coding", STREAMS)
@pytest.mark.parametrize("size", [1000, 70_000])
def test_a_decompression_bomb_stops_at_the_limit(coding: str, size: int) -> None:
    bomb = STREAMS[coding](bytes(50_000_000))
    tracemalloc.start()
    found = decode_content(bomb, coding, limit=size)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == Decoded(body=bytes(size))
    assert most < 2_000_000


def test_members_without_end_are_not_all_read() -> None:
    found = decode_content(gzip.compress(b"") * (MAX_MEMBERS + 1), "gzip")
    assert found == Decoded(body=b"", short=f"its gzip stream has more than {MAX_MEMBERS} members")


def test_codings_without_end_are_not_all_undone() -> None:
    payload = TEXT
    for _ in range(MAX_CODINGS + 1):
        payload = gzip.compress(payload)
    found = decode_content(payload, ", ".join(["gzip"] * (MAX_CODINGS + 1)))
    assert found.body == gzip.compress(TEXT)


def test_a_bomb_within_a_coding_is_short() -> None:
    bomb = gzip.compress(gzip.compress(bytes(50_000_000), 1) * 20)
    assert decode_content(bomb, "gzip, gzip", limit=100_000).short == "it grows over 100000 bytes"


@given(st.binary(max_size=300), st.sampled_from([*STREAMS, "gzip, br", "zstd, deflate"]))
def test_no_bytes_bring_a_decoder_down(payload: bytes, coding: str) -> None:
    for prefix in (
        b"",
        gzip.compress(b"a"),
        zstd.compress(b"a"),
        b"\x1f\x8b\x08\0",
        b"\x28\xb5\x2f\xfd",
        b"\x78\x9c",
    ):
        assert len(decode_content(prefix + payload, coding, limit=10_000).body) <= 10_000
