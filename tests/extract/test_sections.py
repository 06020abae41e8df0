"""The statutory sections: their headings and their offsets in the body."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest

from crawler.extract.meaning import sections
from tests.extract.pages import BODY

STATUTORY = {
    "achievements": "2022年度推进法治政府建设的主要举措和成效",
    "problems": "存在的不足和原因",
    "responsibility": "党政主要负责人履行推进法治建设第一责任人职责情况",
    "plans": "下一年度推进法治政府建设的主要安排",
    "other": "其他需要报告的情况",
}
NUMERALS = "一二三四五六七八九十"
TEXT = (
    "这一部分的文字,写了若干工作。",
    "1.第一项工作取得进展。",
    "2.第二项工作还有问题。",
    "一是文字;二是文字。",
)
STYLES = {
    "一、": lambda i, name: f"{NUMERALS[i]}、{name}",
    "一.": lambda i, name: f"{NUMERALS[i]}.{name}",
    "(一)": lambda i, name: f"({NUMERALS[i]}){name}",
    "第一部分": lambda i, name: f"第{NUMERALS[i]}部分 {name}",
    "1.": lambda i, name: f"{i + 1}.{name}",
    "1、": lambda i, name: f"{i + 1}、{name}",
    "【】": lambda i, name: f"【{name}】",
    "run in": lambda i, name: f"{NUMERALS[i]}、{name}。后面接着写正文,一直写下去。" + "写了很多。" * 20,
}


def body(headings: Sequence[str], text: Sequence[str] = TEXT) -> str:
    return "\n".join(
        ["开头的话,现将有关情况报告如下:", *(line for head in headings for line in (head, *text))]
    )


def kinds(headings: Sequence[str], text: Sequence[str] = TEXT) -> list[str]:
    return [section.kind for section in sections.find(body(headings, text))]


@pytest.mark.parametrize("style", STYLES)
def test_the_five_are_found_in_every_style_of_heading(style: str) -> None:
    heads = [STYLES[style](i, name) for i, name in enumerate(STATUTORY.values())]
    text = TEXT[:1] if style in ("1.", "1、") else TEXT
    assert kinds(heads, text) == list(STATUTORY)


def test_headings_without_numbers_count_if_alone_on_their_lines() -> None:
    heads = [name for kind, name in STATUTORY.items() if kind != "other"]
    assert kinds(heads) == ["achievements", "problems", "responsibility", "plans"]


def test_one_heading_without_a_number_among_numbered_ones_is_found() -> None:
    assert kinds(["一、主要做法", "二、存在的问题", "下一步工作安排"]) == [
        "achievements",
        "problems",
        "plans",
    ]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("三、党政主要负责人履行推进法治建设第一责任人职责,加强法治政府建设的有关情况", "responsibility"),
        ("二、区政府主要负责同志履行推进法治建设第一责任人职责情况", "responsibility"),
        ("二、存在的问题及下一步打算", "problems"),
        ("二、存在的主要问题及整改措施", "problems"),
        ("三、工作展望", "plans"),
        ("三、法治政府建设总体思路和工作重点", "plans"),
        ("三、2023年工作", "plans"),
        ("三、2023年推进法治政府建设的主要举措", "plans"),
        ("三、着力解决突出问题,优化营商环境", "other"),
        ("三、需要报告的其他事项", "other"),
    ],
)
def test_the_words_of_a_heading_give_its_kind(heading: str, kind: str) -> None:
    assert kinds(["一、2022年工作情况", heading]) == ["achievements", kind]


def test_topics_before_the_problems_are_the_years_measures() -> None:
    heads = ["一、加强组织领导", "二、着力解决突出问题", "三、完善制度体系", "四、存在的问题", "五、其他情况"]
    assert kinds(heads) == ["achievements", "achievements", "achievements", "problems", "other"]


def test_a_list_that_starts_again_inside_a_section_does_not_break_it() -> None:
    heads = [
        "一、主要成效",
        "一、学习方面",
        "二、培训方面",
        "二、存在的问题",
        "一、人员少",
        "三、下一步工作安排",
    ]
    assert kinds(heads) == ["achievements", "problems", "plans"]


def test_headings_inside_those_of_another_style_do_not_divide_the_body() -> None:
    heads = [
        "一、主要成效",
        "(一)第一责任人履行职责",
        "(二)存在的问题得到解决",
        "二、存在的问题",
        "三、下一步工作",
    ]
    assert kinds(heads) == ["achievements", "problems", "plans"]
    assert kinds(["一、组织领导", "1.取得的进展", "二、制度建设", "三、执法监督"]) == []


def test_a_repeated_or_missing_number_does_not_end_the_sequence() -> None:
    assert kinds(["一、主要成效", "二、存在的问题", "二、下一步工作"]) == [
        "achievements",
        "problems",
        "plans",
    ]
    assert kinds(["一、主要成效", "三、存在的问题", "四、下一步工作"]) == [
        "achievements",
        "problems",
        "plans",
    ]


@pytest.mark.parametrize("heads", [["一、某某", "二、别的"], ["某某情况报告如下:"], ["存在问题"], []])
def test_headings_of_no_statutory_kind_make_no_sections(heads: list[str]) -> None:
    assert kinds(heads, ["文字。"]) == []


def test_offsets_select_the_sections() -> None:
    found = sections.find(BODY)
    assert [section.kind for section in found] == ["achievements", "problems", "plans"]
    assert [BODY[section.start : section.end].split("\n")[0] for section in found] == [s.title for s in found]
    assert all(one.end + 1 == two.start for one, two in itertools.pairwise(found))
    assert found[-1].end == len(BODY)


def test_offsets_hold_for_any_mixture_of_lines() -> None:
    chance = random.Random(7)
    lines = [
        *TEXT,
        *STATUTORY.values(),
        *(style(i, name) for style in STYLES.values() for i, name in enumerate(STATUTORY.values())),
        "",
        "表格\t一\t二",
    ]
    for _ in range(300):
        text = "\n".join(chance.choices(lines, k=chance.randrange(1, 40)))
        found = sections.find(text)
        assert all(text[section.start :].startswith(section.title) for section in found)
        assert all(section.start == 0 or text[section.start - 1] == "\n" for section in found)
        assert all(one.end + 1 == two.start for one, two in itertools.pairwise(found))
        assert not found or found[-1].end == len(text)


def test_topics_closed_by_headings_without_numbers_are_the_years_measures() -> None:
    heads = ["一、组织领导", "二、制度建设", "存在的问题和不足", "下一步工作安排"]
    assert kinds(heads) == ["achievements", "achievements", "problems", "plans"]


def test_a_whole_paragraph_with_a_number_is_no_heading() -> None:
    heads = ["一、主要成效", "二、存在的问题" + "还有很多" * 30, "二、存在的不足", "三、下一步工作"]
    assert kinds(heads) == ["achievements", "problems", "plans"]
