from __future__ import annotations

import pytest

from bench.pages import Gold
from bench.score import Answer, day, normal, overlap, score, summary


def test_white_space_width_and_invisible_characters_make_no_difference() -> None:
    assert normal("２０２３年，\n\u3000完成 事项\u200b。\ufeff") == normal("2023年,完成事项。")


def test_precision_and_recall_are_shares_of_shingles() -> None:
    # abcde has abc bcd cde; bcdefg has bcd cde def efg; two are shared
    found = overlap("abcde", "bcdefg")
    assert (found.precision, found.recall) == (2 / 3, 2 / 4)
    assert found.f1 == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))


def test_a_shingle_said_twice_counts_twice() -> None:
    assert overlap("abcabc", "abc") == (1 / 4, 1.0, pytest.approx(0.4))


@pytest.mark.parametrize(
    ("found", "gold"), [(None, "abc"), ("", "abc"), ("xyz", "abc"), ("ab", "ab"), ("abc", "")]
)
def test_texts_that_share_no_shingle_have_no_overlap(found: str | None, gold: str) -> None:
    assert overlap(found, gold) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2005-7-31 12:30", "2005-07-31"),
        ("2023-02-21T10:00", "2023-02-21"),
        ("2016年11月22日", "2016-11-22"),
        ("2003-5", None),
        ("某人", None),
        (None, None),
    ],
)
def test_dates_are_compared_by_their_day(text: str | None, wanted: str | None) -> None:
    assert day(text) == wanted


def test_what_gold_does_not_say_does_not_count() -> None:
    marks = score(
        Answer(body="abc", title="x", date="2020-01-01", source="y"), Gold(body="abc", date="2003-5")
    )
    assert (marks.exact, marks.title, marks.date, marks.source) == (True, None, None, None)


def test_one_character_too_many_is_not_right_to_the_character() -> None:
    gold = Gold(body="全部工作 完成。")
    assert score(Answer(body="全部工作完成。"), gold).exact
    assert not score(Answer(body="全部工作完成。打"), gold).exact


def test_a_page_without_an_answer_counts_with_nothing_found() -> None:
    gold = Gold(body="abcd", title="题目")
    total = summary([score(Answer(body="abcd", title="题目"), gold), score(Answer(), gold)])
    assert (total.f1_mean, total.f1_median, total.exact, total.title) == (0.5, 0.5, 1, 0.5)
    assert total.date is None
