"""Find the statements of figures in one text. What is not certain is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crawler.field.text import fold
from crawler.questions.indicators.context import Period, is_none_of_the_year, period_of
from crawler.questions.indicators.numbers import Number, numbers
from crawler.questions.indicators.rules import Indicator, Rule, RuleBook, rule_book
from crawler.questions.indicators.sentences import (
    last_clause,
    sentences,
    words_after,
    words_before,
)

_MAX_AROUND = 500
"""Characters around a number of which its plain words are made."""
_MAX_WORDS = 200
"""Characters of a sentence, on each side of the number, that a statement quotes. Longer ones are tables without full stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One figure as a text states it. Offsets are characters of the text."""

    indicator: Indicator
    value: Decimal
    approximate: bool  # 余, 多, 近, 约 …
    period: Period  # what time it counts
    number: str  # as it stands there, with its unit
    offset: int  # of the number
    words: str  # the sentence, or what stands around the number in a very long one
    words_offset: int
    rule: str


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands around a number within its sentence."""

    before: str
    clause: str
    after: str
    topic: str | None


def find_statements(
    text: str, *, year: int | None = None, skip: Sequence[tuple[int, int]] = ()
) -> Iterator[Statement]:
    """Yield the figures of a text in order, at most one for a number.

    `year`: the year reported on; figures of a sentence that names another one are left out. `skip`: spans of the text, such
    as its sections on problems and plans, whose figures are none of the year's.
    """
    folded, book = fold(text), rule_book()
    carried: str | None = None
    for start, end in sentences(folded):
        if any(first <= start < last for first, last in skip):
            continue
        sentence = folded[start:end]
        if folded[start - 1 : start] == "\n":
            carried = None
        for number in numbers(sentence):
            place = _place(book, sentence, number, carried)
            if is_none_of_the_year(place.before, place.after, year):
                continue
            if found := _first(book, number, place):
                yield _statement(text, start, end, number, place, *found)
        carried = book.topic_of(words_before(sentence[-_MAX_AROUND:]))


def _place(book: RuleBook, sentence: str, number: Number, carried: str | None) -> _Place:
    """`carried`: the topic of the sentence before, in the same paragraph, for a sentence that names none."""
    before = words_before(sentence[max(0, number.start - _MAX_AROUND) : number.start])
    after = words_after(sentence[number.end : number.end + _MAX_AROUND])
    return _Place(before, last_clause(before), after, book.topic_of(before) or carried)


def _first(book: RuleBook, number: Number, place: _Place) -> tuple[Indicator, Rule] | None:
    for indicator in book.indicators:
        for rule in indicator.rules:
            if _fits(rule, number, place):
                return indicator, rule
    return None


def _fits(rule: Rule, number: Number, place: _Place) -> bool:
    return (
        number.unit in rule.units
        and (rule.topic is None or rule.topic == place.topic)
        and (rule.near is None or rule.near.search(place.before) is not None)
        and (rule.then is None or rule.then.match(place.after) is not None)
        and (rule.needs is None or rule.needs.search(place.before + place.after) is not None)
        and (rule.unless is None or rule.unless.search(place.clause) is None)
        and (rule.unless_sentence is None or rule.unless_sentence.search(place.before) is None)
        and (rule.unless_then is None or rule.unless_then.match(place.after) is None)
    )


def _statement(
    text: str, start: int, end: int, number: Number, place: _Place, indicator: Indicator, rule: Rule
) -> Statement:
    first, last = max(start, start + number.start - _MAX_WORDS), min(end, start + number.end + _MAX_WORDS)
    words = text[first:last]
    return Statement(
        indicator=indicator,
        value=number.value,
        approximate=number.approximate,
        period=period_of(place.before),
        number=text[start + number.start : start + number.end],
        offset=start + number.start,
        words=words.strip(),
        words_offset=first + len(words) - len(words.lstrip()),
        rule=rule.id,
    )
