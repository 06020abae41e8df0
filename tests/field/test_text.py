from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.field.text import chinese_number, find_dates, fold, iso_date, paragraphs


def test_full_width_ascii_is_folded_and_nothing_else() -> None:
    assert (
        fold("（一）２０２３年，完成：９８％；①㎡…。、《》“”【】—×·　")
        == "(一)2023年,完成:98%;①㎡…。、《》“”【】—×·　"
    )


def test_paragraphs_lose_indentation_and_invisible_characters() -> None:
    assert paragraphs("\u3000\u3000一、\u200b总体\n\n \u00a0\n\u2003（二）情况\ufeff\u3000") == [
        "一、总体",
        "(二)情况",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二〇二三", 2023),
        ("二○二三", 2023),
        ("十", 10),
        ("二十一", 21),
        ("三百零五", 305),
        ("2023", 2023),
        ("年", None),
        ("", None),
        ("十年", None),
    ],
)
def test_chinese_numerals(text: str, value: int | None) -> None:
    assert chinese_number(text) == value


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("发布日期:2023-02-21 10:00", "2023-02-21T10:00"),
        ("2023年2月21日", "2023-02-21"),
        ("2022-01-28 00:00:00", "2022-01-28T00:00"),
        ("2023/2/1", "2023-02-01"),
        ("2023.12.31", "2023-12-31"),
        ("二〇二三年二月二十一日", "2023-02-21"),
        ("二○一九年十月三十日", "2019-10-30"),
        ("2022-03-04 14∶26", "2022-03-04T14:26"),
        ("２０２３－０２－２１", "2023-02-21"),
        ("2024 年 3 月 5 日", "2024-03-05"),
        ("2023-02-30", None),
        ("2023年2月", None),
        ("12023-02-21", None),
        ("2023-02-211", None),
    ],
)
def test_dates_in_the_forms_that_pages_use(text: str, iso: str | None) -> None:
    assert iso_date(text) == iso


def test_dates_come_with_their_place() -> None:
    text = "成文2022年2月17日,发布2022-03-04。"
    assert [(iso, text[start:end]) for iso, start, end in find_dates(text)] == [
        ("2022-02-17", "2022年2月17日"),
        ("2022-03-04", "2022-03-04"),
    ]


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    list(find_dates(text))
    chinese_number(text)
