"""`reports --similar`: pairs of edited, shortened and copied texts, and the paragraphs that they share."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from contextlib import closing

import pytest

from bench.similar import made_set, score
from crawler.archive import Archive
from crawler.questions.near_copies import candidates, near_copies, near_pairs, near_pairs_of
from crawler.questions.near_copies.clauses import clauses, contained_share, shared_paragraphs
from tests.conftest import BODY, SITE, URL, Clock, Fazhi, a_capture, a_report

Opener = Callable[[], Archive]


def test_on_the_made_set_nearly_all_pairs_are_found_and_nearly_none_is_wrong() -> None:
    found = score(made_set(reports=12))
    assert found.precision >= 0.99
    assert found.recall >= 0.95
    assert {how for how, (right, number) in found.by_kind.items() if right < number} <= {"20 edits"}


def keep(archive: Archive, clock: Clock, url: str, body: str) -> str:
    capture = a_capture(url, body.encode(), at=clock())
    archive.record(capture)
    return archive.store(a_report(body), capture, SITE).report_id or ""


@pytest.fixture
def ids(opened: Opener, clock: Clock) -> list[str]:
    """An archive with a text, its first half, and another text."""
    other = "\n".join(f"本年度办结第{n}类案件共{n * 53}件。" for n in range(100, 160))
    with opened() as archive:
        return [
            keep(archive, clock, f"{URL}{number}", body)
            for number, body in enumerate((BODY, BODY[: len(BODY) // 2], other))
        ]


def test_json_has_each_pair_with_its_share_and_the_places_of_shared_paragraphs(
    ids: list[str], folder: object, fazhi: Fazhi
) -> None:
    code, out, _ = fazhi("reports", "--similar", "--json", "--archive", str(folder))
    (pair,) = json.loads(out)
    assert code == 0
    assert {pair["one"], pair["other"]} == set(ids[:2])
    assert pair["share"] > 0.98
    for side in ("one", "other"):
        number = ids.index(pair[side])
        assert (pair[f"{side}_url"], pair[f"{side}_version"]) == (f"{URL}{number}", 1)
        assert pair[f"{side}_captured_at"] == "2026-11-25T03:01:00Z"  # the run began a minute after the clock
    lines = BODY.split("\n")
    assert [each["text"] for each in pair["paragraphs"]] == lines[: len(pair["paragraphs"])]
    assert len(pair["paragraphs"]) in (29, 30, 31)
    for each in pair["paragraphs"]:
        assert BODY[slice(*each["one"])] == BODY[slice(*each["other"])] == each["text"]


def test_people_get_titles_addresses_and_beginnings_of_shared_paragraphs(
    ids: list[str], folder: object, fazhi: Fazhi
) -> None:
    _, out, _ = fazhi("reports", "--similar", "--archive", str(folder))
    assert f"{URL}0" in out
    assert f"{URL}1" in out
    assert ids[0] in out
    assert "第3项工作取得成效" in out
    assert f"{URL}2" not in out


def test_csv_has_a_row_for_each_shared_paragraph(ids: list[str], folder: object, fazhi: Fazhi) -> None:
    _, out, _ = fazhi("reports", "--similar", "--csv", "--archive", str(folder))
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {(row["one"], row["other"]) for row in rows} in ({(ids[0], ids[1])}, {(ids[1], ids[0])})
    for row in rows:
        assert BODY[int(row["one_start"]) : int(row["one_end"])] == row["text"]
        assert row["one_captured_at"].endswith("Z")
        assert (row["one_version"], row["other_version"]) == ("1", "1")


@pytest.mark.usefixtures("ids")
def test_no_near_copies_is_told_and_filters_that_would_not_count_are_refused(
    folder: object, fazhi: Fazhi
) -> None:
    found = fazhi("reports", "--similar", "--region", "西藏", "--archive", str(folder))
    assert found == (0, "", f"{folder}: no near copies among the reports of 540000 西藏自治区\n")
    for option, value in (
        ("--kind", "government"),
        ("--limit", "1"),
        ("--since", "2022-01-01"),
        ("--site", "wuhan"),
    ):
        code, out, err = fazhi("reports", "--similar", option, value, "--archive", str(folder))
        assert (code, out, err) == (2, "", f"--similar and {option}: give one of them\n")


def test_a_filter_by_year_leaves_the_others_out(ids: list[str], opened: Opener) -> None:
    with opened() as archive:
        assert len(list(near_copies(archive, year=2022))) == 1
        assert list(near_copies(archive, year=2021)) == []


def test_a_text_without_clauses_is_a_copy_of_nothing() -> None:
    assert near_pairs_of(["", "", "一、二、三", "一、二、三"]) == []
    assert contained_share(clauses(""), clauses(BODY)) == 0.0


def test_width_marks_and_white_space_make_no_difference() -> None:
    wide = BODY.replace("%", "％").replace(",", "，").replace("1", "１").replace("。", " 。")
    ((one, other, share),) = near_pairs_of([BODY, wide])
    assert (one, other, share) == (0, 1, 1.0)
    assert len(shared_paragraphs(BODY, wide)) == 60


def test_a_paragraph_that_stands_twice_in_one_text_is_paired_once_for_each() -> None:
    first, twice = "第一段的内容。", "第二段的内容。"
    found = shared_paragraphs(f"{first}\n{twice}\n{twice}", f"{twice}\n{first}")
    assert [(each.one, each.other) for each in found] == [((0, 7), (8, 15)), ((8, 15), (0, 7))]


def test_stock_phrases_of_all_texts_make_no_pair_and_copies_among_them_are_found() -> None:
    stock = "坚持依法行政,加强组织领导,完善工作机制,落实各项责任。"
    bodies = [
        f"{stock}\n" + "\n".join(f"第{n}号单位办结第{i}类事项{n * i}件。" for i in range(30))
        for n in range(1, 250)
    ]
    bodies.append(bodies[7].replace("第3类", "第3大类"))
    assert [(one, other) for one, other, _ in near_pairs_of(bodies)] == [(7, len(bodies) - 1)]


def test_each_of_many_copies_has_a_partner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MAX_HOLDERS", 5)
    copies = [f"{BODY}\n附记第{n}号。" for n in range(20)]
    with_partner = {number for one, other, _ in near_pairs_of(copies) for number in (one, other)}
    assert with_partner == set(range(len(copies)))


def test_bodies_are_read_one_at_a_time_and_only_those_of_candidates_again() -> None:
    bodies = [BODY, "另一篇报告的内容,与它无关。" * 9, BODY.replace("第7项", "第8项")]
    again: list[int] = []

    def body_of(number: int) -> str:
        again.append(number)
        return bodies[number]

    assert len(list(near_pairs(iter(bodies), body_of))) == 1
    assert set(again) == {0, 2}


def test_the_temporary_database_has_no_file_in_the_archive_and_goes_when_closed() -> None:
    with closing(candidates.Candidates()) as held:
        assert held._driver.execute("PRAGMA database_list").fetchall() == [(0, "main", "")]
