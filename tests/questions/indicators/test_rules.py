"""Each rule takes its samples and leaves those it must not take; names are unique and in both languages."""

from __future__ import annotations

import re

import pytest

from crawler.questions.indicators.rules import Rule, rule_book
from crawler.questions.indicators.statements import Statement, find_statements

RULES = [rule for indicator in rule_book().indicators for rule in indicator.rules]
TAKEN = [(rule, sample) for rule in RULES for sample in rule.takes]
LEFT = [(rule, sample) for rule in RULES for sample in rule.leaves]


def found_at(sample: str) -> Statement | None:
    """The statement of the number that a sample has in [ ]."""
    text, at = sample.replace("[", "").replace("]", ""), sample.index("[")
    return next((each for each in find_statements(text) if each.offset == at), None)


@pytest.mark.parametrize(("rule", "sample"), TAKEN, ids=[f"{rule.id} {sample}" for rule, sample in TAKEN])
def test_a_rule_takes_its_samples(rule: Rule, sample: str) -> None:
    found = found_at(sample)
    assert found is not None
    assert found.rule == rule.id


@pytest.mark.parametrize(("rule", "sample"), LEFT, ids=[f"{rule.id} {sample}" for rule, sample in LEFT])
def test_an_indicator_leaves_what_is_another_figure(rule: Rule, sample: str) -> None:
    found = found_at(sample)
    assert found is None or found.indicator.id != rule.id.partition("/")[0]


def test_every_rule_has_both_kinds_of_samples() -> None:
    assert [rule.id for rule in RULES if not (rule.takes and rule.leaves)] == []


def test_every_rule_looks_at_words_beside_the_number() -> None:
    assert [rule.id for rule in RULES if rule.near is None and rule.then is None] == []


def test_topics_of_rules_exist() -> None:
    assert {rule.topic for rule in RULES if rule.topic} <= set(rule_book().topics)


def test_names_are_unique_and_in_both_languages() -> None:
    indicators = rule_book().indicators
    assert (
        len({each.id for each in indicators}) == len({each.label for each in indicators}) == len(indicators)
    )
    for each in indicators:
        assert re.fullmatch("[a-z][a-z0-9_]*", each.id)
        assert not each.label.isascii()
        assert each.definition.endswith(".")
        assert each.unit in {"件", "次", "人", "项", "%"}
