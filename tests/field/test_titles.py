"""Titles beyond the table of real ones (tests/titles.yaml): several years in a title, covering letters, names of organs."""

from __future__ import annotations

import pytest

from crawler.field.organs import organ_in
from crawler.field.regions import all_regions
from crawler.field.titles import judge, mentions_subject, report_title, title_year


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("2023年甲县关于2022年度法治政府建设情况的报告", 2022),
        ("甲政发〔2023〕1号 甲县2022年度法治政府建设情况报告", 2022),
        ("关于2025年法治政府建设情况及2026年工作要点的报告", 2025),
        ("甲县法治政府建设情况报告(2022年度)", 2022),
        ("甲县2022-2023年度法治政府建设情况报告", 2023),
        ("甲县二О二二年度法治政府建设情况报告", 2022),  # a Cyrillic О
        ("甲县２０２２ 年度法治政府建设情况报告", 2022),
        ("甲县法治政府建设情况报告", None),
        ("甲县12022年法治政府建设情况报告", None),
    ],
)
def test_the_year_is_the_last_one_before_the_subject(title: str, year: int | None) -> None:
    assert title_year(title) == year


@pytest.mark.parametrize("span", ["2016-2020年度", "2021—2022年", "2019至2022年", "近三年来"])
def test_a_report_on_several_years_is_not_the_yearly_one(span: str) -> None:
    assert judge(f"甲县{span}法治政府建设情况报告").why.startswith("a report on several years")


def test_a_covering_letter_is_the_report_only_if_it_issues_one() -> None:
    assert judge("甲市人民政府办公室关于印发《甲市2022年度法治政府建设情况报告》的通知").report
    assert report_title("甲市人民政府办公室关于印发《甲市2022年度法治政府建设情况报告》的通知").startswith(
        "甲市2022"
    )
    assert not judge("关于报送2022年度法治政府建设情况报告的通知").report
    assert not judge("关于印发2022年度法治政府建设工作要点的通知").report


def test_an_organs_own_name_does_not_make_its_report_a_plan() -> None:
    assert judge("甲市规划和自然资源局2022年度法治政府建设情况报告").report
    assert not judge("甲市规划和自然资源局2022年度法治政府建设规划实施情况报告").report


def test_an_organ_with_the_subject_in_its_name_is_no_subject() -> None:
    assert mentions_subject("全面依法治市工作")
    assert not mentions_subject("中共甲市委全面依法治市委员会办公室")


@pytest.mark.parametrize(
    ("title", "year", "ending"),
    [
        ("{}人民政府法治政府建设情况报告", None, "人民政府"),
        ("{}人民政府关于2022年度法治政府建设情况的报告", 2022, "人民政府"),
        ("关于印发{}教育局二〇二二年度法治政府建设工作总结的通知", 2022, "教育局"),
    ],
)
def test_the_name_of_every_division_is_read_as_a_name(title: str, year: int | None, ending: str) -> None:
    for division in all_regions():  # 和县, 全州县, 本溪市: names that look like words for a group or for ours
        written = title.format(division.name)
        verdict, named = judge(written), organ_in(written)
        assert (written, verdict.report, verdict.year) == (written, True, year)
        assert named is not None
        assert named[0] == division.name + ending
