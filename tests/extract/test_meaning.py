from __future__ import annotations

import itertools

import pytest

from crawler.extract import kind, sections
from tests.extract.pages import BODY


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("甲市人民政府关于2022年度推进法治政府建设情况的报告", "甲市人民政府"),
        ("甲区2022年度法治政府建设情况报告", "甲区人民政府"),
        ("2020年甲区法治政府建设情况报告", "甲区人民政府"),
        ("中共甲市委 甲市人民政府关于2021年度法治政府建设情况的报告", "甲市人民政府"),
        ("甲市司法局2022年法治政府建设工作总结", "甲市司法局"),
        ("关于2023年法治政府建设情况的报告", None),
    ],
)
def test_the_title_names_the_issuer(title: str, issuer: str | None) -> None:
    assert kind.issuer(title, None) == issuer


def test_the_signature_names_the_issuer_where_the_title_does_not() -> None:
    assert kind.issuer("关于2023年法治政府建设情况的报告", "甲县人民政府") == "甲县人民政府"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("甲市人民政府2022年度法治政府建设情况报告", "government"),
        ("甲市2015年度依法行政工作情况报告", "government"),
        ("中共甲市委 甲市人民政府关于2021年度法治政府建设情况的报告", "party_government"),
        ("甲市司法局2022年法治政府建设情况报告", "department"),
        ("甲市人民政府2022年政府工作报告", None),
        ("甲市法治政府建设实施方案", None),
        ("甲市召开法治政府建设工作会议", None),
        ("2023年度履行推进法治建设第一责任人职责情况述职报告", None),
        ("甲市法治政府评估报告(2023)", None),
        ("人大常委会听取2024年法治政府建设情况的报告", None),
    ],
)
def test_title_and_text_say_the_kind(title: str, expected: str | None) -> None:
    assert kind.kind(title, BODY * 2, kind.issuer(title, None)) == expected


def test_the_year_of_the_title_wins_over_the_first_words() -> None:
    assert kind.year("甲区2022年度法治政府建设情况报告", "2002年,我区坚持依法行政。") == 2022
    assert kind.year("甲区法治政府建设情况报告", "2021年,我区坚持依法行政。2021年末,…") == 2021
    assert kind.year("甲区二〇二一年法治政府建设情况报告", "") == 2021


def test_sections_lie_where_their_offsets_say() -> None:
    found = sections.find(BODY)
    assert [s.kind for s in found] == ["achievements", "problems", "plans"]
    assert [BODY[s.start : s.end].split("\n")[0] for s in found] == [s.title for s in found]
    assert all(one.end + 1 == two.start for one, two in itertools.pairwise(found))
    assert found[-1].end == len(BODY)


def test_headings_of_no_statutory_kind_make_no_sections() -> None:
    assert sections.find("一、某某\n文字。\n二、别的\n文字。") == ()
