"""What an edit weighs: figures and sections more than words, words more than punctuation, white space nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.model import Report, Section
from crawler.questions.changes.change import ChangedText, ChangeFinding
from crawler.questions.changes.figures import figures, letters
from crawler.questions.changes.texts import judge
from crawler.questions.changes.weights import RULES, describe, finding, total
from crawler.questions.diff.texts import compare, side
from tests.conftest import a_report

DAY = datetime(2026, 11, 25, tzinfo=UTC)
PARAGRAPHS = [
    "一、主要举措和成效",
    "2022年,全市受理行政复议案件1,200件,审结1100件,办结率95.3%。",
    "举办培训班十二期,培训执法人员3万人次,群众满意。",
    "二、存在的不足和原因",
    "执法不规范的现象仍然存在,个别单位负责人出庭应诉率未达到100%。",
    "法治队伍力量薄弱,专业人员占比只有35%,与任务不相适应。",
    "三、下一年度工作安排",
    "继续推进法治政府建设各项任务落地见效,完善制度机制。",
]


def report(paragraphs: list[str], **fields: str | None) -> Report:
    """A report whose headings begin sections."""
    body = "\n".join(paragraphs)
    kinds = {"一": "achievements", "二": "problems", "三": "plans"}
    starts = [
        (kinds[line[0]], line, body.index(line))
        for line in paragraphs
        if line[:1] in kinds and line[1] == "、"
    ]
    ends = [start - 1 for _, _, start in starts[1:]] + [len(body)]
    sections = tuple(
        Section(kind=kind, title=title, start=start, end=end)
        for (kind, title, start), end in zip(starts, ends, strict=True)
    )
    return replace(a_report(body), sections=sections, **fields)  # type: ignore[arg-type]


def edit(new: list[str], **fields: str | None) -> tuple[ChangedText, tuple[ChangeFinding, ...]]:
    return judge(
        compare(
            *(
                side(each, first_seen=DAY, captured_at=DAY)
                for each in (report(PARAGRAPHS), report(new, **fields))
            )
        )
    )


def replaced(old: str, new: str) -> list[str]:
    made = "\n".join(PARAGRAPHS).replace(old, new)
    assert made != "\n".join(PARAGRAPHS)
    return made.split("\n")


def rules(new: list[str]) -> dict[str, int]:
    return {each.rule: each.number for each in edit(new)[1]}


@pytest.mark.parametrize(
    ("new", "heaviest"),
    [
        (replaced("1,200件", "1,300件"), "figure_changed"),
        (replaced(",办结率95.3%", ""), "figure_removed"),
        (replaced("群众满意", "群众满意度98%"), "figure_added"),
        (replaced("未达到", "达到"), "negation"),
        (replaced("十二期", "十三期"), "figure_changed"),
        ([*PARAGRAPHS[:3], *PARAGRAPHS[6:]], "problems_removed"),
        (PARAGRAPHS[:6], "section_removed"),
        ([*PARAGRAPHS[:3], PARAGRAPHS[3], *PARAGRAPHS[6:]], "problems_removed"),
        ([*PARAGRAPHS[:7]], "paragraph_removed"),
        ([*PARAGRAPHS, "此处新增加一段与原文毫无关系的话语。"], "paragraph_added"),
        (replaced("完善制度机制", "健全制度机制"), "words_removed"),
        ([PARAGRAPHS[7], *PARAGRAPHS[:7]], "paragraph_moved"),
        (replaced("案件1,200件,审结", "案件1200件;审结"), "punctuation"),
        (replaced("审结1100件,办结率", "审结1100件,\n办结率"), "layout"),
    ],
)
def test_the_heaviest_finding_names_what_an_editor_looks_for(new: list[str], heaviest: str) -> None:
    assert edit(new)[1][0].rule == heaviest


def test_a_section_whose_words_were_all_written_anew_is_not_removed() -> None:
    new = [
        *PARAGRAPHS[:4],
        "另有其他困难需要在今后工作里逐步加以克服与改进完善,这里从略不再赘述了。" * 2,
        *PARAGRAPHS[6:],
    ]
    assert "problems_removed" not in rules(new)


def test_figures_in_a_paragraph_that_moved_are_neither_removed_nor_added() -> None:
    assert not {"figure_removed", "figure_added", "figure_changed"} & set(
        rules([PARAGRAPHS[7], *PARAGRAPHS[:7]])
    )
    split = replaced(",审结1100件", "。\n审结1100件")
    assert not {"figure_removed", "figure_added", "figure_changed"} & set(rules(split))


def test_the_order_of_edits_is_that_of_what_was_lost() -> None:
    made: list[list[str]] = [
        [*PARAGRAPHS[:3], *PARAGRAPHS[6:]],  # section on problems
        replaced("受理行政复议案件1,200件,审结1100件,办结率95.3%", "受理行政复议案件若干"),
        replaced("1,200件", "1,300件"),
        replaced("完善制度机制", "健全制度机制"),
        replaced("1,200件,审结", "1,200件;审结"),
        replaced("审结1100件,办结率", "审结1100件,\n办结率"),
    ]
    weights = [total(edit(each)[1]) for each in made]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)
    assert weights[-1] == 0


def test_many_small_changes_do_not_outweigh_a_section() -> None:
    commas = total([finding("punctuation", 100_000)])
    assert commas < RULES["figure_changed"].weight < RULES["problems_removed"].weight


def test_the_first_changed_characters_are_told_and_the_ones_that_weigh_most() -> None:
    new = replaced("全市受理", "我市受理")
    new = [line.replace("35%", "45%") for line in new]
    text, findings = edit(new)
    assert text.first is not None
    assert text.main is not None
    assert (text.first.old, text.first.new) == ("全", "我")
    assert (text.main.old, text.main.new) == ("35%", "45%")
    assert report(PARAGRAPHS).body[text.main.old_start :].startswith("35%")
    assert report(new).body[text.main.new_start :].startswith("45%")
    assert (text.removed_chars, text.added_chars, text.changed_chars) == (4, 4, 8)
    assert describe(findings).startswith("figures changed: 1 (35% → 45%)")


def test_paragraphs_that_were_joined_or_divided_have_no_changed_characters() -> None:
    text, findings = edit(replaced("审结1100件,办结率", "审结1100件,\n办结率"))
    assert (text.changed_chars, text.first, text.cosmetic) == (0, None, True)
    assert describe(findings) == "white space changed"


def test_equal_texts_have_no_findings() -> None:
    text, findings = edit(PARAGRAPHS)
    assert (findings, text.cosmetic, text.changed_chars) == ((), True, 0)


def test_an_edit_is_quiet_if_the_dates_of_the_page_stay() -> None:
    new = replaced("1,200件", "1,300件")
    assert edit(new)[0].quiet
    assert not edit(new, published="2023-03-01")[0].quiet
    assert not edit(new, signed="2023-03-01")[0].quiet


def test_an_edit_tells_that_another_extractor_read_the_older_text() -> None:
    assert not edit(PARAGRAPHS[:7])[0].other_extractor
    assert edit(PARAGRAPHS[:7], extractor="test/2")[0].other_extractor


def test_a_date_moved_back_is_found() -> None:
    text, findings = edit(PARAGRAPHS, published="2023-02-01")
    assert [each.rule for each in findings] == ["backdated"]
    assert not text.cosmetic


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("受理案件1,200件", ["1200"]),
        ("办结率95.3%,纠错率8‰", ["95.3%", "8‰"]),
        ("投入2.1亿元、3万余人", ["2.1亿", "3万"]),
        ("培训十二期,百分之十五", ["十二期", "百分之十五"]),
        ("第3条,第十二件,2022年3月5日,〔2023〕5号,第12届", []),
        ("1.坚持 ", []),
        ("(2)健全", []),
        ("3、推进", []),
        ("两个维护,一个中心,十九大", []),
        ("(办结率98%)", ["98%"]),
        ("共10、20件", ["10", "20"]),
    ],
)
def test_figures_are_numbers_that_say_how_many(text: str, found: list[str]) -> None:
    assert list(figures([text]).elements()) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("一、,。 二", "一二", True),
        ("95%", "95", False),
        ("8.5", "85", False),
        ("下降-5%", "下降5%", False),
        ("《条例》", "条例", True),
        ("a\u200bb", "ab", True),
    ],
)
def test_letters_are_what_carries_meaning(one: str, other: str, same: bool) -> None:
    assert (letters(one) == letters(other)) is same


@pytest.mark.parametrize(
    "make", [lambda n: "1," * n, lambda n: "十" * n, lambda n: "第" * n, lambda n: "1件" * n]
)
def test_hostile_texts_take_time_in_proportion(make: Callable[[int], str]) -> None:
    figures([make(200_000)])
    letters(make(200_000))


def test_the_documentation_has_these_weights() -> None:
    page = (Path(__file__).parents[2] / "docs" / "questions.md").read_text("utf-8")
    rows = [f"| `{r.name}` | {r.weight} | {r.words} | {r.reason} |" for r in RULES.values()]
    assert "\n".join(rows) in page


def test_every_rule_has_a_reason_and_a_place_in_the_order() -> None:
    assert all(rule.reason.endswith(".") and rule.words for rule in RULES.values())
    assert (
        RULES["layout"].weight
        < RULES["punctuation"].weight
        < min(rule.weight for name, rule in RULES.items() if name not in ("layout", "punctuation"))
    )
