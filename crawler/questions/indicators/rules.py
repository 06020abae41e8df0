"""The rules of `rules.yaml`: which words around a number make it which indicator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

_GAP = "[^,;:0-9]{0,14}"
"""What `…` stands for in a rule: a few words of the same clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one indicator is said. Expressions are searched in at most `MAX_BEFORE` characters; None passes all."""

    id: str  # the indicator's, and a number: legal_aid/1
    near: re.Pattern[str] | None  # ends at the number
    then: re.Pattern[str] | None  # begins behind the unit
    topic: str | None  # the last topic named before the number
    needs: re.Pattern[str] | None  # somewhere in the sentence
    unless: re.Pattern[str] | None  # in the clause of the number
    unless_sentence: re.Pattern[str] | None  # before the number
    unless_then: re.Pattern[str] | None
    units: frozenset[str]
    takes: tuple[str, ...]  # samples, each with the number in [ ]
    leaves: tuple[str, ...]  # samples that no rule of the indicator takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A figure that reports give. `id` and `label` are its names in English and Chinese."""

    id: str
    label: str
    unit: str
    definition: str
    rules: tuple[Rule, ...]

    @property
    def is_rate(self) -> bool:
        """Whether it is a percentage."""
        return self.unit == "%"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules of the file, in its order: the first that fits a number wins."""

    indicators: tuple[Indicator, ...]
    topics: Mapping[str, re.Pattern[str]]

    def topic_of(self, before: str) -> str | None:
        """Return the topic that is named last before a number."""
        last, at = None, -1
        for topic, words in self.topics.items():
            for match in words.finditer(before):
                if match.end() > at:
                    last, at = topic, match.end()
        return last


@lru_cache(maxsize=1)
def rule_book() -> RuleBook:
    """Return the rules of the package, read once."""
    text = (files("crawler.questions.indicators") / "rules.yaml").read_text("utf-8")
    value = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    topics = {name: re.compile(words) for name, words in value["topics"].items()}
    return RuleBook(tuple(_indicator(each) for each in value["indicators"]), topics)


def _indicator(value: Mapping[str, Any]) -> Indicator:
    unit = value["unit"]
    units = value.get("units", unit)
    rules = tuple(
        _rule(f"{value['id']}/{number}", units, each) for number, each in enumerate(value["rules"], 1)
    )
    words = {key: value[key] for key in ("id", "label", "unit", "definition")}
    return Indicator(rules=rules, **words)


def _rule(name: str, units: str, value: Mapping[str, Any]) -> Rule:
    near = value.get("near")
    return Rule(
        id=name,
        near=_compiled(f"(?:{near})\\Z" if near else None),
        then=_compiled(value.get("then")),
        topic=value.get("topic"),
        needs=_compiled(value.get("needs")),
        unless=_compiled(value.get("unless")),
        unless_sentence=_compiled(value.get("unless_sentence")),
        unless_then=_compiled(value.get("unless_then")),
        units=frozenset(value.get("units", units).split()),
        takes=tuple(value["takes"]),
        leaves=tuple(value["leaves"]),
    )


def _compiled(words: str | None) -> re.Pattern[str] | None:
    return None if words is None else re.compile(words.replace("…", _GAP))
