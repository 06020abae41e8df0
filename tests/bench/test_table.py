from __future__ import annotations

import pytest

from bench.table import NOTHING, figure, percent, table


def test_columns_are_aligned_where_a_chinese_character_takes_two() -> None:
    assert table(["", "F1"], [["上一篇", "0.9"], ["ours", "0.977"]]) == (
        "|        |    F1 |\n| ------ | ----: |\n| 上一篇 |   0.9 |\n| ours   | 0.977 |"
    )


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(["a", "b"], [["1"]])


def test_what_was_not_measured_is_no_zero() -> None:
    assert (figure(None), percent(None)) == (NOTHING, NOTHING)
    assert (figure(0.0), percent(0.995)) == ("0.000", "100 %")
