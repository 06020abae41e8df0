"""Regular expressions must take time proportional to their text, or have a limit on it. Decided on automata: nothing is timed."""

from __future__ import annotations

import re

import pytest

from bench.ambiguity import ambiguity
from bench.patterns import Composed, Found, find
from bench.regex_exceptions import COMPOSED, EXEMPTIONS

MAX_LIMIT = 16 * 1024  # characters; a quadratic expression takes about a second for as many


@pytest.fixture(scope="module")
def found() -> tuple[list[Found], list[Composed]]:
    return find()


def ambiguous(found: list[Found]) -> dict[str, str]:
    """Return a text that is slow to match for each expression that has one, by place."""
    results = {
        each.place: ambiguity(each.pattern, searches=each.searches, whole=each.only_whole) for each in found
    }
    return {place: f"{way.prefix!r} + n × {way.pump!r}" for place, way in results.items() if way}


def test_every_ambiguous_expression_has_a_limit_or_a_reason_and_no_other_has_an_exemption(
    found: tuple[list[Found], list[Composed]],
) -> None:
    slow = ambiguous(found[0])
    new = {place: way for place, way in slow.items() if place not in EXEMPTIONS}
    assert not new, "slow on these texts; rewrite it, or limit its text and add it to EXEMPTIONS"
    assert set(EXEMPTIONS) - set(slow) == set(), "these need no exemption"


def test_every_expression_made_at_run_time_was_looked_at(found: tuple[list[Found], list[Composed]]) -> None:
    assert {(each.place, each.source) for each in found[1]} == set(COMPOSED)


@pytest.mark.parametrize("place", [place for place, each in EXEMPTIONS.items() if each.limit])
def test_a_limit_is_a_constant_of_the_package_and_small(place: str) -> None:
    limit = EXEMPTIONS[place].max_chars
    assert limit is not None
    assert 0 < limit <= MAX_LIMIT


def test_expressions_are_found_in_constants_tables_and_calls(
    found: tuple[list[Found], list[Composed]],
) -> None:
    places = {each.place for each in found[0]}
    assert {
        "crawler.fetch.answers.redirects._REFRESH",  # a constant
        "crawler.field.titles._NOT_A_REPORT[7]",  # in a table of tuples
        "crawler.cms.epoint.EPOINT[0]",  # in a dataclass within a dataclass
        r"crawler.crawl.schedule:'(\\d{1,9}(?:\\.\\d{1,9})?)([smhdw]?)'",  # given to re.fullmatch
    } <= places
    assert len(places) == len(found[0])


def test_methods_are_found_where_a_constant_is_used(found: tuple[list[Found], list[Composed]]) -> None:
    methods = {each.place: each.methods for each in found[0]}
    assert methods["crawler.fetch.answers.redirects._REFRESH"] == {"fullmatch"}
    assert methods["crawler.field.titles._REPORT"] == {"search"}


SLOW = (  # pattern, called by search, called by fullmatch
    (r"a*b", True, False),
    (r"\s*$", True, False),
    (r"<a[^>]*>", True, False),
    (r"x(?=.*y)", True, False),
    (r"(?m)^\s*x", True, False),
    (r"\w+@\w+", True, False),
    (r"\s*,?\s*x", False, False),
    (r"(\d+)\s*(?:;\s*(.*?)\s*)?", False, True),
    (r".*a.*b", False, False),
    (r"a{0,500}b", True, False),
    (r"(?>\s*\s*x)", False, False),
    (r"(?=\s*\s*x)", False, False),
)
LINEAR = (
    (r"\s+", True, False),
    (r"a*+b", False, False),
    (r"^\s*x", True, False),
    (r"\bx*+b", True, False),
    (r"<a[^<>]*>", True, False),
    (r"(?<![a-z])[a-z]+=", True, False),
    (r"(?m)^[ \t]*x", True, False),
    (r"\s*+,?\s*+x", False, False),
    (r"a{0,5}b", True, False),
    (r"(?:ab|cd)*", False, True),
    (r"(?>\s*)x", False, False),
    (r"[\d.]+|[^:]*+:.*", False, False),
)
EXPONENTIAL = (
    (r"(a+)+b", False, False),
    (r"(?:a|aa)*b", False, False),
    (r"(?:公众信息|公众|信息)*$", False, False),
    (r"(?:\d|\w\w?)*!", False, False),
    (r"(?:转到?|到)+", False, True),
)


@pytest.mark.parametrize(("pattern", "searches", "whole"), [*SLOW, *EXPONENTIAL])
def test_what_is_slower_than_linear_is_known_from_its_automaton(
    pattern: str, searches: bool, whole: bool
) -> None:
    assert ambiguity(re.compile(pattern), searches=searches, whole=whole)


@pytest.mark.parametrize(("pattern", "searches", "whole"), LINEAR)
def test_what_is_linear_is_known_from_its_automaton(pattern: str, searches: bool, whole: bool) -> None:
    assert ambiguity(re.compile(pattern), searches=searches, whole=whole) is None


@pytest.mark.parametrize(("pattern", "searches", "whole"), EXPONENTIAL)
def test_exponential_is_told_apart_from_quadratic(pattern: str, searches: bool, whole: bool) -> None:
    way = ambiguity(re.compile(pattern), searches=searches, whole=whole)
    assert way
    assert way.exponential


@pytest.mark.parametrize(("pattern", "searches", "whole"), SLOW)
def test_quadratic_is_told_apart_from_exponential(pattern: str, searches: bool, whole: bool) -> None:
    way = ambiguity(re.compile(pattern), searches=searches, whole=whole)
    assert way
    assert not way.exponential
