"""The rules on the day of publication: complete, without gaps or overlaps, each with its source."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.field.deadline import DEPARTMENT, GOVERNMENT, RULES, deadline
from crawler.field.organs import PARTY_GOVERNMENT
from crawler.field.times import china_day, end_of


@pytest.mark.parametrize("kind", [GOVERNMENT, PARTY_GOVERNMENT, DEPARTMENT])
@pytest.mark.parametrize(
    ("year", "rule"), [(2015, "outline-2015"), (2017, "outline-2015"), (2018, "supervision-2019"), (2040, "supervision-2019")]
)  # fmt: skip
def test_before_1_april_means_that_31_march_is_the_last_day(year: int, rule: str, kind: str) -> None:
    found = deadline(year, kind)
    assert found is not None
    assert (found.last_day, found.rule.id) == (date(year + 1, 3, 31), rule)


def test_no_deadline_is_made_up_for_years_before_the_first_rule() -> None:
    assert deadline(2014) is None


def test_every_year_has_at_most_one_rule_and_no_gap() -> None:
    for kind in (GOVERNMENT, DEPARTMENT):
        for year in range(2015, 2060):
            fitting = [
                rule
                for rule in RULES
                if kind in rule.binds and rule.first_year <= year <= (rule.last_year or 9999)
            ]
            assert len(fitting) == 1, (kind, year)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_its_wording_and_says_where_it_was_read(rule: object) -> None:
    for name in ("document", "article", "wording", "read_at", "binds"):
        assert getattr(rule, name)


def test_a_day_of_publication_is_a_day_in_china() -> None:
    last_second = datetime(2023, 3, 31, 15, 59, 59, tzinfo=UTC)
    assert china_day(last_second) == date(2023, 3, 31)
    assert end_of(date(2023, 3, 31)) == datetime(2023, 3, 31, 16, tzinfo=UTC)
    assert china_day(end_of(date(2023, 3, 31))) == date(2023, 4, 1)
