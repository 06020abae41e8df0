"""Tables on a terminal: whole ids and names, aligned Chinese, whatever the width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from crawler.cli.terminal.table import columns_of, folded, table_lines

HEADINGS = ("id", "year", "division", "published", "title", "remarks")
ROWS = [
    (
        "420100-2022-4dd2cecb",
        2022,
        "武汉市",
        "2023-02-21",
        "武汉市人民政府关于2022年度推进法治政府建设情况的报告",
        None,
    ),
    (
        "422800-2023-0a1b2c3d",
        2023,
        "恩施土家族苗族自治州",
        "2024-03-28",
        "恩施州2023年度法治政府建设情况报告(含《恩施土家族苗族自治州法治政府建设实施方案》12436件落实情况)",
        "claims to be of 420000 湖北省",
    ),
]
WHOLE = [str(cell) for row in ROWS for cell in row[:4]]


def lines(width: int | None, rows: list[tuple[object, ...]] = ROWS) -> list[str]:
    columns = columns_of(HEADINGS, text=("title", "remarks"), numbers=("year",), aside=("division",))
    return [line.plain for line in table_lines(columns, rows, width)]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200, None])
def test_ids_and_names_are_whole_and_no_line_is_too_long(width: int | None) -> None:
    found = lines(width)
    assert all(any(word in line for line in found) for word in WHOLE)
    assert width is None or max(map(cell_len, found)) <= width
    text = "".join(line.strip() for line in found).replace(" ", "")
    assert all(any(number in line for line in found) for number in ("12436", "2022", "2023"))
    assert width is None or width < 80 or ROWS[0][4] in text


@pytest.mark.parametrize("width", [200, None])
def test_columns_are_aligned_by_the_width_of_chinese_characters(width: int | None) -> None:
    heading, first, second, *_ = lines(width)
    starts = {cell_len(heading[: heading.index("published")]), cell_len(first[: first.index("2023-02-21")])}
    assert starts == {cell_len(second[: second.index("2024-03-28")])}


def test_a_long_name_comes_after_the_others_where_one_line_is_too_short() -> None:
    assert lines(80)[:5] == [
        "id                    year  published   title",
        "  remarks                        division",
        "420100-2022-4dd2cecb  2022  2023-02-21  武汉市人民政府关于2022年度推进法治政府建",
        "                                        设情况的报告",
        "                                 武汉市",
    ]
    assert lines(200)[0].split()[:3] == ["id", "year", "division"]


def test_a_column_without_any_value_is_left_out() -> None:
    assert lines(120, ROWS[:1])[0].split() == ["id", "year", "division", "published", "title"]
    assert lines(120, [])[0].split() == list(HEADINGS)


def test_a_number_is_set_to_the_right() -> None:
    columns = columns_of(("site", "requests"), numbers=("requests",))
    found = [line.plain for line in table_lines(columns, [("a", 7), ("b", 1234)], 80)]
    assert found == ["site  requests", "a            7", "b         1234"]


def test_headings_of_several_words_are_folded_before_a_row_is() -> None:
    columns = columns_of(("site", "new reports"), numbers=("new reports",))
    found = [line.plain for line in table_lines(columns, [("a" * 20, 7)], 30)]
    assert found == ["                          new", "site                  reports", f"{'a' * 20}        7"]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("共办理案件12436件,同比增长", 12, ["共办理案件", "12436件,同比", "增长"]),
        ("依据《条例》办理", 8, ["依据《条", "例》办理"]),
        ("see https://www.example.gov.cn/zwgk/fzzfj/index.html now", 20, ["see", "https://www.example.gov.cn/zwgk/fzzfj/index.html", "now"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("", 4, [""]),
    ],
)  # fmt: skip
def test_text_is_folded_where_a_reader_would(text: str, width: int, expected: list[str]) -> None:
    assert [line.plain for line in folded(Text(text), width)] == expected


@given(st.text(st.sampled_from("法治年12ab 。《》(),/…"), max_size=60), st.integers(4, 40))
def test_folding_loses_no_character_and_keeps_to_the_width(text: str, width: int) -> None:
    found = [line.plain for line in folded(Text(text), width)]
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in found)


def test_a_cell_of_a_page_cannot_break_the_table() -> None:
    columns = columns_of(("id", "title"), text=("title",))
    (_, line) = [line.plain for line in table_lines(columns, [("a", "one\ntwo\x1b[2J\tthree")], 80)]
    assert line == "a   one two\\x1b[2J three"
