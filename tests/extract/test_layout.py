"""Runs of text at places become paragraphs, whatever format they come from."""

from __future__ import annotations

import random

from crawler.extract.documents.layout import Page, Rule, Run, mended, read_pages

TEXT = "全面推进法治政府建设取得明显成效并将有关情况报告如下现予公布。"


def run(text: str, x: float, y: float, size: float = 10.0, step: float = 1.0) -> Run:
    return Run(text, x, y - 8, x + step * size * len(text), y + 2, size)


def read(*runs: Run, rules: list[Rule] | None = None) -> list[str]:
    return [
        line.text for line in read_pages([Page(width=400, height=600, runs=list(runs), rules=rules or [])])
    ]


def lines(count: int, x: float = 50, y: float = 100, text: str = TEXT) -> list[Run]:
    return [run(text, x, y + 15 * i) for i in range(count)]


def test_no_text_gives_no_line() -> None:
    assert read() == []
    assert read_pages([]) == []


def test_the_order_of_drawing_does_not_matter() -> None:
    runs = [*lines(6), run("一、概况", 70, 200), *lines(3, y=215)]
    expected = read(*runs)
    random.Random(1).shuffle(runs)
    assert read(*runs) == expected == [TEXT * 6, "一、概况", TEXT * 3]


def test_an_indent_begins_a_paragraph() -> None:
    first = run(TEXT[:30], 70, 100)
    second = run(TEXT[:30], 70, 160)
    found = read(first, *lines(3, y=115), second, *lines(2, y=175))
    assert found == [TEXT[:30] + TEXT * 3, TEXT[:30] + TEXT * 2]


def test_a_paragraph_goes_on_on_the_next_page() -> None:
    pages = [Page(width=400, height=600, runs=lines(20)), Page(width=400, height=600, runs=lines(2))]
    assert [line.text for line in read_pages(pages)] == [TEXT * 22]


def test_a_signature_at_the_right_stands_by_itself() -> None:
    found = read(*lines(5), run("某市人民政府", 290, 180), run("2023年2月20日", 280, 195, step=0.75))
    assert found == [TEXT * 5, "某市人民政府", "2023年2月20日"]


def test_runs_of_one_line_are_joined_with_a_space_only_where_one_is_seen() -> None:
    near, far = run("第一", 50, 100), run("号", 72, 100)
    assert read(near, far) == ["第一号"]
    assert read(near, run("号", 80, 100)) == ["第一 号"]
    latin = Run("WTO", 50, 92, 65, 102, 10), Run("rules", 68, 92, 90, 102, 10)
    assert read(*latin) == ["WTO rules"]


def test_a_raised_mark_stays_in_its_line() -> None:
    mark = Run("①", 120, 91, 126, 97, 6)
    assert read(run("本报告所称指标", 50, 100), mark, run("如下", 127, 100)) == ["本报告所称指标①如下"]


def test_a_box_of_one_cell_is_no_table() -> None:
    edges = [Rule(40, 80, 390, 80), Rule(40, 200, 390, 200), Rule(40, 80, 40, 200), Rule(390, 80, 390, 200)]
    assert read(*lines(5), rules=edges) == [TEXT * 5]


def test_a_table_open_at_its_sides_has_its_outer_cells() -> None:
    rules = [*(Rule(50, y, 350, y) for y in (100, 130, 160)), *(Rule(x, 100, x, 160) for x in (150, 250))]
    cells = [
        run(text, x, y)
        for y, row in ((120, "甲乙丙"), (150, "丁戊己"))
        for x, text in zip((80, 180, 280), row, strict=True)
    ]
    assert read(*cells, rules=rules) == ["甲\t乙\t丙", "丁\t戊\t己"]


def test_a_run_that_crosses_a_rule_is_cut_there() -> None:
    rules = [*(Rule(50, y, 250, y) for y in (100, 130)), *(Rule(x, 100, x, 130) for x in (50, 150, 250))]
    assert read(Run("项目名称数量合计", 110, 112, 190, 122, 10), rules=rules) == ["项目名称\t数量合计"]


def test_a_drawing_of_many_rules_is_no_table() -> None:
    rules = [Rule(x % 400, x // 4, x % 400 + 10, x // 4) for x in range(20_000)]
    assert read(*lines(3), rules=rules) == [TEXT * 3]


def test_radicals_and_compatibility_forms_are_mended_and_other_signs_stay() -> None:
    assert mended("⼈⺠⼾ ﬁ ︵ 豈 ①㎡…") == "人民户 fi ( 豈 ①㎡…"


def test_a_running_head_is_left_out_and_a_heading_is_not() -> None:
    head = run("某市法治政府建设年度报告", 150, 30, 8)
    pages = [
        Page(width=400, height=600, runs=[head, *lines(9), run(f"第{number}章", 150, 400), *lines(3, y=415)])
        for number in (1, 2, 3)
    ]
    found = [line.text for line in read_pages(pages)]
    assert not [text for text in found if "年度报告" in text]
    assert [text for text in found if text.startswith("第")] == ["第1章", "第2章", "第3章"]


def test_lines_of_text_that_recur_on_pages_are_no_running_heads() -> None:
    def page(first: int) -> Page:
        like = [run(f"{first + i}号文件规定:按期办结并公开", 70, 60 + 16 * i) for i in range(30)]
        return Page(width=400, height=600, runs=[*like, run(f"— {first // 30} —", 190, 580)])

    found = "".join(line.text for line in read_pages([page(number) for number in range(30, 150, 30)]))
    assert found.count("号文件规定") == 4 * 30
    assert "—" not in found


def test_pages_that_are_all_the_same_have_their_text() -> None:
    pages = [Page(width=400, height=600, runs=lines(5)) for _ in range(4)]
    assert [line.text for line in read_pages(pages)] == [TEXT * 20]
    alone = [Page(width=400, height=600, runs=[run("法治政府建设", 50, 60)]) for _ in range(4)]
    assert "".join(line.text for line in read_pages(alone)) == "法治政府建设" * 4


def test_a_head_and_a_foot_around_text_are_left_out_by_size_distance_or_place() -> None:
    heads = (
        run("某市人民政府公报", 50, 60, 8),
        run("某市人民政府公报", 50, 60),
        run("某市人民政府公报", 150, 85),
    )
    for head in heads:
        pages = [Page(width=400, height=600, runs=[head, *lines(9)]) for _ in range(3)]
        assert "公报" not in "".join(line.text for line in read_pages(pages)), head
