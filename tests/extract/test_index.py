from __future__ import annotations

import pytest

from crawler.extract.roles import index_table
from tests.extract.pages import BODY, TITLE, page, paragraphs, read

EXPECTED = {"索引号": "1162/2022-06", "发布机构": "市司法局", "成文日期": "2022-03-04"}


@pytest.mark.parametrize(
    "lines",
    [
        ["索引号: 1162/2022-06 发布机构: 市司法局", "成文日期: 2022-03-04 有效性:"],
        ["索 引 号:\t1162/2022-06\t发布机构:\t市司法局", "成文日期:\t2022-03-04\t文号:"],
        ["索 引 号\t1162/2022-06", "发布机构\t市司法局", "生成日期\t2022-03-04"],
        ["索引号:", "1162/2022-06", "发布机构:", "市司法局", "成文日期:", "2022-03-04", "有效性:"],
        [
            "索引号:\t1162/2022-06\t别的标签:\t某值",
            "发布机构:\t市司法局",
            "成文日期:\t2022-03-04",
            "有效性:\t暂无",
        ],
    ],
    ids=["lines", "cells", "cells without colons", "a line each", "with labels unknown"],
)
def test_an_index_table_is_read_in_every_layout(lines: list[str]) -> None:
    assert index_table.read(lines) == EXPECTED


def test_a_label_alone_does_not_take_the_next_label_for_its_value() -> None:
    assert index_table.read(["索引号: 1162/2022-06", "发布机构:", "发文字号:", "关键词:"]) == {
        "索引号": "1162/2022-06"
    }


def test_a_date_and_a_source_are_no_index() -> None:
    assert index_table.read(["发布日期: 2022-03-04", "标题: 某事"]) == {}


def test_the_index_is_not_in_the_body_and_gives_the_date() -> None:
    table = (
        "<table><tr><td>索 引 号:</td><td>1162/2022-06</td><td>发布机构:</td><td>市司法局</td></tr>"
        f"<tr><td>发布日期:</td><td>2022-03-04</td><td>名 称:</td><td>{TITLE}</td></tr></table>"
    )
    report = read(page(table + paragraphs()))
    assert report.body == BODY
    assert report.published == "2022-03-04"
    assert report.index == {
        "索引号": "1162/2022-06",
        "发布机构": "市司法局",
        "发布日期": "2022-03-04",
        "名称": TITLE,
    }


def test_a_row_of_labels_names_the_columns_below_it() -> None:
    table = (
        "<table><tr><td>索取号</td><td>发布时间</td><td>发布机构</td><td>文件编号</td><td>备注</td></tr>"
        "<tr><td>0764/2024-00112</td><td></td><td>甲市卫生健康委员会</td><td>甲卫〔2024〕5号</td><td></td></tr></table>"
    )
    report = read(page(f"{table}<p>各区卫生健康委:</p>{paragraphs()}"))
    assert report.index == {
        "索引号": "0764/2024-00112",
        "发布机构": "甲市卫生健康委员会",
        "文件编号": "甲卫〔2024〕5号",
    }
    assert report.body == f"各区卫生健康委:\n{BODY}"
