from __future__ import annotations

import gzip
import zlib

import pytest

from crawler.coding import decode_content

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
        ("identity", TEXT),
        (None, TEXT),
        ("gzip", TEXT),
    ],
)
def test_codings_are_undone_and_false_claims_forgiven(coding: str | None, payload: bytes) -> None:
    assert decode_content(payload, coding) == TEXT


def test_a_decompression_bomb_stops_at_the_limit() -> None:
    assert len(decode_content(gzip.compress(bytes(10_000_000)), "gzip", limit=1000)) == 1000
