"""Times are shown in UTC, and days are those of China."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.field.times import CHINA, china_day, end_of, iso, start_of, years_of
from crawler.model import Years


def test_a_time_is_shown_in_utc_to_the_second_whatever_its_zone() -> None:
    assert iso(datetime(2026, 11, 25, 11, 0, 0, 999, CHINA)) == "2026-11-25T03:00:00Z"
    assert iso(None) is None


def test_a_day_in_china_begins_eight_hours_before_that_of_utc_and_ends_where_the_next_begins() -> None:
    day = date(2026, 3, 31)
    assert start_of(day) == datetime(2026, 3, 30, 16, tzinfo=UTC)
    assert end_of(day) == start_of(date(2026, 4, 1))
    assert (china_day(start_of(day)), china_day(end_of(day))) == (day, date(2026, 4, 1))


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2022", Years(first=2022, last=2022)),
        ("2019-2022", Years(first=2019, last=2022)),
        (" 2019- ", Years(first=2019)),
        ("2022-2019", None),
        ("-2022", None),
        ("22", None),
        ("2022-2023-2024", None),
        ("二〇二二", None),
        ("２０２２", None),
        ("", None),
    ],
)
def test_years_are_one_a_span_or_all_since(text: str, years: Years | None) -> None:
    assert years_of(text) == years
