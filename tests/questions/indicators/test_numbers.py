"""Numbers with a unit are read as people read them."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.questions.indicators.numbers import numbers


@pytest.mark.parametrize(
    ("text", "value", "unit", "approximate"),
    [
        ("232起", "232", "起", False),
        ("1.7万余件", "17000", "件", True),
        ("7600多名", "7600", "名", True),
        ("64.71万件", "647100", "件", False),
        ("1.2亿次", "120000000", "次", False),
        ("1,203件", "1203", "件", False),
        ("共12,345,678件", "12345678", "件", False),
        ("收到16件,364件", "16", "件", False),
        ("近3万件", "30000", "件", True),
        ("超过100件", "100", "件", True),
        ("300件左右", "300", "件", True),
        ("1100余人次", "1100", "人次", True),
        ("三百二十件", "320", "件", False),
        ("两千零五件", "2005", "件", False),
        ("31 件", "31", "件", False),
        ("99.09%", "99.09", "%", False),
        ("90%以上", "90", "%", True),
        ("百分之九十五", "95", "%", False),
        ("百分之三点五", "3.5", "%", False),
        ("百分之95.5", "95.5", "%", False),
        ("超过九成", "90", "%", True),
    ],
)
def test_a_number_is_read(text: str, value: str, unit: str, approximate: bool) -> None:
    found = next(numbers(text))
    assert (found.value, found.unit, found.approximate) == (Decimal(value), unit, approximate)


@pytest.mark.parametrize(
    "text",
    [
        "提高8.4个百分点",
        "10至20件",
        "10-20件",
        "10~20%",
        "第43号",
        "2022年",
        "一件事一次办成",
        "成立",
        "A12件",
        "第5项",
    ],
)
def test_what_is_no_certain_number_is_left_out(text: str) -> None:
    assert [each for each in numbers(text) if each.value > 1] == []


@given(st.text("0123456789,.万亿余多件%百分之一二十成约近至- ", max_size=40))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for each in numbers(text):
        assert 0 <= each.start < each.end <= len(text)
        assert each.value >= 0
        assert "E" not in str(each.value)


def test_a_long_text_takes_no_time() -> None:
    started = time.process_time()
    for text in ("1,234" * 10_000, "百分之" * 10_000, "一" * 50_000 + "件"):
        list(numbers(text))
    assert time.process_time() - started < 2
