from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.page.decode import decode

TEXT = "法治政府建设情况报告：坚持依法行政，持续优化营商环境，推进严格规范公正文明执法。" * 4
TRADITIONAL = "法治政府建設情況報告：堅持依法行政，持續優化營商環境，推進嚴格規範公正文明執法。" * 4


def headers(charset: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", f"text/html; charset={charset}"),)


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "gbk", "iso-8859-1", "no-such-charset"])
@pytest.mark.parametrize("real", ["utf-8", "gb18030"])
def test_a_wrong_declaration_is_ignored(declared: str, real: str) -> None:
    assert decode(TEXT.encode(real), headers(declared)) == (TEXT, real, 0)


@pytest.mark.parametrize("declared", ["undefined", "unicode_escape", "zlib", "rot13", "idna", "utf-7"])
def test_a_codec_that_is_not_for_pages_is_no_declaration(declared: str) -> None:
    assert decode(b"\\ud801\xff" + TEXT.encode(), headers(declared)) == ("\\ud801" + TEXT, "utf-8", 1)


@pytest.mark.parametrize("real", ["utf-8", "gb18030"])
def test_a_declaration_is_not_needed(real: str) -> None:
    assert decode(TEXT.encode(real)) == (TEXT, real, 0)


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides(mark: str) -> None:
    assert decode(TEXT.encode(mark), headers("gbk"))[0] == TEXT


def test_utf16_is_recognised_without_a_byte_order_mark() -> None:
    page = f"<html><head><title>报告</title></head><body>{TEXT}</body></html>"
    assert decode(page.encode("utf-16-le"))[0] == page


def test_characters_outside_gb2312_are_decoded_though_gb2312_is_declared() -> None:
    text = TEXT + "镕堃喆"
    assert decode(text.encode("gb18030"), headers("gb2312"))[0] == text


@pytest.mark.parametrize("declared", ["big5", "utf-8", ""])
def test_big5_is_recognised_by_its_text(declared: str) -> None:
    text, encoding, bad = decode(TRADITIONAL.encode("big5"), headers(declared))
    assert (text, encoding, bad) == (TRADITIONAL, "big5hkscs", 0)


def test_traditional_characters_in_gbk_are_not_taken_for_big5() -> None:
    assert decode(TRADITIONAL.encode("gb18030"), headers("gbk"))[0] == TRADITIONAL


def test_a_single_byte_80_is_the_euro_sign_of_gbk() -> None:
    assert decode(TEXT.encode("gb18030") + b"\x80" + TEXT.encode("gb18030"))[0] == f"{TEXT}€{TEXT}"


def test_undecodable_bytes_are_counted_and_left_out() -> None:
    text, encoding, bad = decode(TEXT.encode() + b"\xff\xfe\xff" + TEXT.encode(), headers("utf-8"))
    assert (text, encoding, bad) == (TEXT + TEXT, "utf-8", 3)


@given(
    st.binary(max_size=400), st.sampled_from(["", "utf-8", "gb2312", "big5", "utf-16", "base64", "x" * 50])
)
def test_any_bytes_become_text_that_can_be_encoded(data: bytes, declared: str) -> None:
    text, _, bad = decode(data, headers(declared))
    assert bad >= 0
    assert "\0" not in text
    text.encode("utf-8")
