"""Statements of a text: this year's levels alone, with their words and offsets."""

from __future__ import annotations

import time

import pytest

from crawler.questions.indicators.statements import find_statements


def values(text: str, year: int | None = 2022) -> list[tuple[str, float, bool, str]]:
    return [
        (each.indicator.id, float(each.value), each.approximate, each.period.value)
        for each in find_statements(text, year=year)
    ]


def test_a_sentence_with_many_figures_gives_each() -> None:
    text = "全市收到行政复议申请3520件,受理3105件,审结2876件,直接纠错率12.5%,同比提高3.2个百分点。"
    assert [each[:2] for each in values(text)] == [
        ("reconsideration_received", 3520),
        ("reconsideration_accepted", 3105),
        ("reconsideration_concluded", 2876),
        ("reconsideration_correction_rate", 12.5),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "行政复议案件同比增长12件",
        "行政机关负责人出庭应诉率提高12%",
        "败诉率下降3%",
        "受理行政复议案件较上年的120件",
        "上年受理行政复议案件120件",
        "2021年受理行政复议案件120件",
        "力争行政机关负责人出庭应诉率达到100%",
        "行政复议收到、受理分别为12件、13件",
        "受理行政复议案件10至20件",
        "行政机关负责人出庭应诉率从85%提高",
        "行政机关负责人出庭应诉率高于全省平均水平3%",
        "一审判决后,二审败诉率3%",
        "办理涉企行政复议案件23件",
    ],
)
def test_what_is_no_level_of_the_year_is_left_out(text: str) -> None:
    assert values(text) == []


def test_the_number_before_a_comparison_counts() -> None:
    assert values("受理行政复议案件875件,较上年的120件增长12%") == [
        ("reconsideration_accepted", 875, False, "year")
    ]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("五年来,共办理行政复议案件320件", "several_years"),
        ("2019年以来,办理行政复议案件320件", "several_years"),
        ("2020-2022年办理行政复议案件320件", "several_years"),
        ("连续三年行政机关负责人出庭应诉率100%", "several_years"),
        ("累计办理法律援助案件320件", "several_years"),
        ("截至目前,办理法律援助案件320件", "several_years"),
        ("2022年1-11月,办理法律援助案件320件", "part_of_year"),
        ("上半年办理法律援助案件320件", "part_of_year"),
        ("全年累计办理法律援助案件320件", "year"),
        ("对2006年以来现行有效的规范性文件进行清理,废止23件", "year"),
        ("办理法律援助案件320件", "year"),
    ],
)
def test_what_counts_another_time_is_marked(text: str, period: str) -> None:
    ((_, _, _, marked),) = values(text)
    assert marked == period


def test_offsets_lead_to_the_number_and_to_its_sentence() -> None:
    text = "一、成效\n  全市公证。  全年受理法律援助案件１.７万余件；其他。"
    (found,) = find_statements(text)
    assert text[found.offset : found.offset + len(found.number)] == found.number == "１.７万余件"
    assert text[found.words_offset :].startswith(found.words)
    assert found.words == "全年受理法律援助案件１.７万余件"
    assert (float(found.value), found.approximate) == (17000, True)


def test_a_sentence_without_a_topic_goes_on_with_that_of_the_sentence_before_it() -> None:
    assert [each[0] for each in values("收到行政复议申请1113件。受理1033件。")] == [
        "reconsideration_received",
        "reconsideration_accepted",
    ]
    assert len(values("收到行政复议申请1113件。\n受理1033件。")) == 1
    assert len(values("收到行政复议申请1113件。组织培训。受理1033件。")) == 1


def test_sections_to_skip_are_skipped() -> None:
    text = "办理法律援助案件10件。\n二、存在的问题\n办理法律援助案件20件。"
    assert [float(each.value) for each in find_statements(text, skip=[(13, len(text))])] == [10]


def test_a_text_without_full_stops_takes_no_time_and_quotes_little() -> None:
    started = time.process_time()
    found = list(find_statements("法律援助案件12件,办理" * 2000))
    assert time.process_time() - started < 3
    assert len(found) == 1999
    assert max(len(each.words) for each in found) < 500
