from __future__ import annotations

import os

import pytest

from bench.fuzz import changed
from bench.trial import KB, REPORT, Trial, attempt
from bench.workers import run
from tests.extract.pages import page, paragraphs

ARTICLE = page(paragraphs()).encode()
DIES, HANGS = 3, 4


def a_trial(number: int = 0, **more: object) -> Trial:
    return Trial(**{"number": number, "size": 1, "seconds": 0.0, "ending": REPORT} | more)


def task(number: int) -> Trial:
    if number == DIES:
        os._exit(9)
    if number == HANGS:
        while True:
            pass
    return a_trial(number)


def test_a_mutant_that_hangs_or_kills_is_named_and_all_others_are_done() -> None:
    trials = {trial.number: trial for trial in run(task, range(7), jobs=2, patience=0.3)}
    assert sorted(trials) == list(range(7))
    assert {number for number, trial in trials.items() if trial.fault} == {DIES, HANGS}
    assert "exit code 9" in trials[DIES].ending
    assert "no end" in trials[HANGS].ending


def test_a_small_page_counts_as_one_of_four_kilobytes() -> None:
    costs = [a_trial(size=size, seconds=0.008).cost for size in (1, 4 * KB, 8 * KB)]
    assert costs == [0.002, 0.002, 0.001]


@pytest.mark.parametrize(
    ("html", "ending"), [(ARTICLE, REPORT), (b"<p></p>", "NoBody"), (b"%PDF-1.7", "UnreadDocument")]
)
def test_a_report_and_a_refusal_are_no_faults(html: bytes, ending: str) -> None:
    trial = attempt(1, html)
    assert (trial.ending, trial.fault) == (ending, False)


def test_any_other_exception_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> None:
        raise KeyError("odd")

    monkeypatch.setattr("bench.trial.extract", broken)
    trial = attempt(1, ARTICLE)
    assert trial.fault
    assert "KeyError" in trial.ending


def test_another_report_from_the_same_bytes_is_a_fault() -> None:
    first = [a_trial(1, digest="a"), a_trial(2, digest="b")]
    assert [trial.number for trial in changed(first, [a_trial(1, digest="a"), a_trial(2, digest="c")])] == [2]
