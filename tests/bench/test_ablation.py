from __future__ import annotations

import pytest

from bench.ablation import Worth, by_worth, missing, worth
from bench.ablations import ABLATIONS, Ablation, Patch
from bench.pages import Gold, Page
from tests.extract.pages import BODY, TITLE, page, paragraphs

PAGES = [
    Page(
        id="one",
        html=page(f"<h1>{TITLE}</h1><p>发布时间:2023-02-21 来源:某局</p>{paragraphs()}").encode(),
        gold=Gold(body=BODY, title=TITLE, date="2023-02-21", source="某局"),
    )
]


def test_every_rule_that_can_be_switched_off_is_there() -> None:
    assert missing(ABLATIONS) == []


def test_a_name_that_is_gone_is_told_with_its_rule() -> None:
    gone = Ablation("a rule", (Patch("crawler.extract.documents.html.candidates.no_such_name", None),))
    (line,) = missing([gone])
    assert "a rule" in line
    assert "no_such_name" in line


@pytest.mark.parametrize("number", range(len(ABLATIONS)), ids=[ablation.rule for ablation in ABLATIONS])
def test_pages_can_be_read_without_a_rule_and_it_is_back_afterwards(number: int) -> None:
    whole = Worth(1.0, 1, 1, 1, 1)
    assert worth(PAGES, None) == whole
    assert worth(PAGES, number).f1 > 0
    assert worth(PAGES, None) == whole


def test_differences_are_signed_and_blank_where_there_is_none() -> None:
    assert Worth(0.95, 3, 4, 5, 6).minus(Worth(0.977, 4, 4, 4, 6)) == ["-0.027", "-1", "", "+1", ""]


def test_the_most_valuable_rule_stands_first_and_differences_too_small_to_show_do_not_count() -> None:
    whole = Worth(0.9773, 42, 31, 44, 0)
    runs = [Worth(0.9776, 42, 31, 44, 0), Worth(0.9773, 42, 31, 45, 0), Worth(0.94, 42, 31, 44, 0)]
    rules = [ablation.rule for _, ablation in by_worth(whole, zip(runs, ABLATIONS[:3], strict=True))]
    assert rules == [ABLATIONS[place].rule for place in (2, 0, 1)]
