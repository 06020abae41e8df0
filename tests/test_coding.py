from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest

from crawler.coding import MOST_CODINGS, decode_content

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = "法治政府建设情况报告".encode() * 100


@pytest.mark.parametrize(
    ("coding", "payload"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("GZIP", gzip.compress(TEXT)),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
        ("br", brotli.compress(TEXT)),
        ("zstd", zstd.compress(TEXT)),
        ("identity", TEXT),
        (None, TEXT),
        ("gzip", TEXT),
        ("br", TEXT),
        ("zstd", TEXT),
        ("deflate", TEXT),
        ("compress", TEXT),
    ],
)
def test_codings_are_undone_and_false_claims_forgiven(coding: str | None, payload: bytes) -> None:
    assert decode_content(payload, coding) == TEXT


@pytest.mark.parametrize(
    ("coding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd.compress)],
)
def test_a_decompression_bomb_stops_at_the_limit(coding: str, compress: Callable[[bytes], bytes]) -> None:
    assert len(decode_content(compress(bytes(10_000_000)), coding, limit=1000)) == 1000


def test_codings_without_end_are_not_all_undone() -> None:
    payload = TEXT
    for _ in range(MOST_CODINGS + 1):
        payload = gzip.compress(payload)
    assert decode_content(payload, ", ".join(["gzip"] * (MOST_CODINGS + 1))) == gzip.compress(TEXT)
