"""Differences of texts: nothing is lost in them, changes are where people see them, and hostile texts take no time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive import Archive, Reader
from crawler.errors import ConfigError, UnknownReport
from crawler.model import Ending, Outcome
from crawler.questions.diff import Kind, align, spans
from crawler.questions.diff.hunks import difference_json
from crawler.questions.diff.side_by_side import side_by_side
from crawler.questions.diff.texts import diff_reports, diff_versions, diff_years
from crawler.questions.diff.unified import lines
from tests.conftest import BODY, SITE, URL, Clock, Fazhi, a_capture, a_report

PARAGRAPHS = st.lists(st.text("一二三四五12,%。 a", max_size=12), max_size=12)
OTHER = "https://www.wuhan.gov.cn/zwgk/fzzfj/202403/t20240319_2374752.shtml"


def kinds(old: list[str], new: list[str]) -> list[str]:
    return [block.kind.value for block in align(old, new)]


@given(PARAGRAPHS, PARAGRAPHS)
def test_both_texts_are_whole_in_their_difference(old: list[str], new: list[str]) -> None:
    blocks = align(old, new)
    assert [b.old for b in blocks if b.old is not None] == list(range(len(old)))
    assert [b.new for b in blocks if b.new is not None] == list(range(len(new)))
    for block in blocks:
        if block.kind is Kind.SAME:
            assert old[block.old or 0] == new[block.new or 0]
        if block.kind is Kind.MOVED_TO and not block.spans:
            assert old[block.other or 0] == new[block.new or 0]


@given(st.text("一二三12,%。 a", max_size=40), st.text("一二三12,%。 a", max_size=40))
def test_the_parts_of_two_paragraphs_are_these_paragraphs(old: str, new: str) -> None:
    found = spans(old, new)
    assert ("".join(s.old for s in found), "".join(s.new for s in found)) == (old, new)
    assert all(s.old or s.new for s in found)


def changed(old: str, new: str) -> list[tuple[str, str]]:
    return [(span.old, span.new) for span in spans(old, new) if not span.same]


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (
            "受理行政复议案件1,200件,审结1100件。",
            "受理行政复议案件1,300件,审结1100件。",
            [("1,200", "1,300")],
        ),
        ("纠错率8.5%。", "纠错率18.5%。", [("8.5%", "18.5%")]),
        ("全市法律援助2万余件", "全市法律援助2.1万余件", [("2万", "2.1万")]),
        ("坚持党的领导,推进依法行政。", "坚持党的全面领导,推进依法行政。", [("", "全面")]),
        ("存在问题:执法不规范、队伍薄弱。", "存在问题:队伍薄弱。", [("执法不规范、", "")]),
        ("甲", "乙", [("甲", "乙")]),
        ("", "新", [("", "新")]),
    ],
)
def test_a_change_is_a_figure_or_words_as_people_read_them(
    old: str, new: str, change: list[tuple[str, str]]
) -> None:
    assert changed(old, new) == change


TEXT = [f"第{n}段:本年度办理事项{n * 31}件,开展检查{n * 7}次,群众满意度{80 + n}%。" for n in range(8)]


def test_a_paragraph_that_was_changed_is_one_pair() -> None:
    new = [*TEXT[:3], TEXT[3].replace("93件", "94件"), *TEXT[4:]]
    assert kinds(TEXT, new) == ["same"] * 3 + ["changed"] + ["same"] * 4


def test_other_paragraphs_are_added_and_removed() -> None:
    new = [*TEXT[:2], "此处是完全不同的另外一段话,与原文没有关系。", *TEXT[3:]]
    assert kinds(TEXT, new) == ["same", "same", "removed", "added", *["same"] * 5]


def test_a_paragraph_elsewhere_was_moved_also_if_it_was_changed() -> None:
    new = [*TEXT[1:7], TEXT[7], TEXT[0].replace("80%", "79%")]
    blocks = align(TEXT, new)
    (moved,) = (block for block in blocks if block.kind is Kind.MOVED_TO)
    assert (moved.other, moved.new) == (0, 7)
    assert [(s.old, s.new) for s in moved.spans if not s.same] == [("80%", "79%")]


@pytest.mark.parametrize("length", [20_000, 100_000])
def test_a_text_without_paragraphs_is_compared_by_its_sentences(length: int) -> None:
    old = "".join(f"第{n}项工作完成。" for n in range(length // 10))
    new = old.replace("第77项工作完成。", "第77项工作未完成。")
    assert changed(old, new) in ([("", "未")], [("第77项工作完成。", "第77项工作未完成。")])


def test_texts_made_to_take_long_end() -> None:
    draw = random.Random(1)
    old = ["".join(draw.choice("的一是不了") for _ in range(150)) for _ in range(200)]
    new = ["".join(c if draw.random() > 0.3 else "人" for c in each) for each in old]
    assert {block.kind for block in align(old, new)} == {Kind.CHANGED}
    assert changed("的" * 50_000, "的" * 50_000 + "了") == [("的" * 50_000, "的" * 50_000 + "了")]


# -- archived texts ---------------------------------------------------------------------------------------


@pytest.fixture
def held(opened: Callable[[], Archive], clock: Clock) -> list[str]:
    """A report on 2022 with a quiet edit, and one on 2023 that takes most of it over. Returns their ids."""
    ids = []
    texts = [
        (URL, BODY, 2022),
        (URL, BODY.replace("111件", "112件"), 2022),
        (OTHER, BODY.replace("第5项", "第五项"), 2023),
    ]
    for url, body, year in texts:
        clock.forward(days=1)
        with opened() as archive:
            capture = a_capture(url, body.encode(), at=clock())
            archive.record(capture)
            report = replace(a_report(body, year=year), region="420100", kind="government")
            ids.append(archive.store(report, capture, SITE).report_id or "")
    return [ids[0], ids[2]]


def test_the_last_two_versions_are_compared(held: list[str], folder: Path) -> None:
    with Reader.read(folder) as reader:
        found = diff_versions(reader, held[0])
        assert list(found.changes()) == [("111", "112")]
        assert diff_versions(reader, held[0], "1..2").changed_chars == found.changed_chars
        assert diff_versions(reader, held[0], "2..2").is_equal
        with pytest.raises(UnknownReport, match="has one text only"):
            diff_versions(reader, held[1])
        with pytest.raises(UnknownReport, match="has versions 1 to 2, not 3"):
            diff_versions(reader, held[0], "1..3")
        for wrong in ("1", "a..b", "1...2", "..2"):
            with pytest.raises(ConfigError, match="must be versions"):
                diff_versions(reader, held[0], wrong)


def test_two_years_of_a_government_are_compared_with_the_share_taken_over(
    held: list[str], folder: Path
) -> None:
    with Reader.read(folder) as reader:
        found = diff_years(reader, held[1], "2022..2023")
        assert (found.old.report.id, found.new.report.id) == (held[0], held[1])
        assert found.carried_share == pytest.approx(58 / 60, abs=0.02)
        assert found.carried_share + found.adapted_share == pytest.approx(1)
        assert diff_reports(reader, *held).changed_chars == found.changed_chars
        with pytest.raises(UnknownReport, match="no report of 武汉市人民政府 on 2020 is held"):
            diff_years(reader, held[1], "2020..2023")


def test_offsets_in_json_are_those_of_the_bodies(held: list[str], folder: Path) -> None:
    with Reader.read(folder) as reader:
        value = difference_json(diff_reports(reader, *held))
        old, new = (reader.show(each).body for each in held)
    assert value["hunks"]
    for hunk in value["hunks"]:
        assert old[hunk["old"]["start"] : hunk["old"]["end"]] == hunk["old"]["text"]
        for change in hunk["changes"]:
            assert old[change["old_start"] :].startswith(change["old"])
            assert new[change["new_start"] :].startswith(change["new"])


def test_changes_are_marked_without_colour(held: list[str], folder: Path) -> None:
    with Reader.read(folder) as reader:
        printed = ["".join(piece.text for piece in line) for line in lines(diff_versions(reader, held[0]))]
    assert printed[0].startswith(f"--- {held[0]} v1  ")
    assert printed[2].startswith("1 paragraph changed; ")
    assert any(line.startswith("~ ") and "[-111" in line and "{+112" in line for line in printed)
    assert any(line.startswith("@@ ") and line.endswith(" unchanged paragraphs @@") for line in printed)


def test_the_page_shows_text_from_an_archive_as_text(
    opened: Callable[[], Archive], clock: Clock, folder: Path
) -> None:
    for body in (BODY, f"{BODY}\n<script>alert(1)</script>结尾的一段文字"):
        clock.forward(days=1)
        with opened() as archive:
            capture = a_capture(payload=body.encode(), at=clock())
            archive.record(capture)
            name = archive.store(a_report(body), capture, SITE).report_id or ""
    with Reader.read(folder) as reader:
        made = side_by_side(diff_versions(reader, name))
    assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;结尾的一段文字</ins>" in made
    assert "<script" not in made


def test_the_command_prints_json_or_writes_a_page(
    held: list[str], fazhi: Fazhi, folder: Path, tmp_path: Path
) -> None:
    where = ("--archive", str(folder))
    code, out, _ = fazhi("diff", held[0], "1..2", "--json", *where)
    assert (code, json.loads(out)["new"]["version"]) == (0, 2)
    page = tmp_path / "d.html"
    code, out, err = fazhi("diff", held[0], "--html", str(page), *where)
    assert (code, out, err) == (0, "", f"written: {page}\n")
    assert "<del>" in page.read_text("utf-8")
    code, beside, _ = fazhi("diff", held[0], "--html", str(page), "--json", *where)
    assert (code, beside) == (0, fazhi("diff", held[0], "--json", *where)[1])
    code, _, err = fazhi("diff", held[0], "--html", str(tmp_path / "no" / "d.html"), *where)
    assert (code, err) == (1, f"{tmp_path / 'no' / 'd.html'}: cannot be written: No such file or directory\n")
    code, _, err = fazhi("diff", held[0], "1..2", "--years", "2022..2023", *where)
    assert (code, err) == (2, "give one of A..B, --years and --between\n")


def test_a_report_that_is_gone_shows_since_when(
    held: list[str], opened: Callable[[], Archive], clock: Clock, folder: Path
) -> None:
    for _ in range(2):
        clock.forward(days=2)
        with opened() as archive:
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id=SITE.id, detail="HTTP 404"))
    with Reader.read(folder) as reader:
        found = diff_versions(reader, held[0], "2..3")
        assert found.new.gone
        assert "gone since" in "".join(piece.text for line in lines(found) for piece in line)
        assert diff_versions(reader, held[0]).new.report.version == 2
