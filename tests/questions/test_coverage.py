"""The definition of a coverage's statuses: each from what was seen alone, and never worse than what was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.field.deadline import deadline
from crawler.field.times import end_of
from crawler.model import Publication, SeenText, SourceEntry
from crawler.questions.coverage.cells import (
    CLAIMED,
    REASONS,
    WITNESSED,
    CoverageCell,
    CoverageReason,
    CoverageStatus,
)
from crawler.questions.coverage.judge import Case, judge
from crawler.questions.coverage.publication import as_of
from crawler.questions.coverage.sources import Source

ASOF = date(2023, 6, 30)
EARLY, LATER = datetime(2023, 3, 20, 3, tzinfo=UTC), datetime(2023, 6, 1, 3, tzinfo=UTC)
ENTRY = SourceEntry(
    site="wuhan", name="武汉市人民政府", region="420100", since=EARLY, lists=1, first_year=2015
)
GOOD = Source(entry=ENTRY, department=None, first_complete=EARLY, last_complete=LATER)
BESIDE = replace(GOOD, entry=replace(ENTRY, site="wuhan2"))
TEXT = SeenText(
    number=1, kind="government", issuer="武汉市人民政府", published=None, url="http://a.gov.cn/1.html",
    first_seen=LATER, known_at=LATER, seen_by="own",
)  # fmt: skip


def text(published: str | None = None, seen: datetime = LATER, **values: object) -> SeenText:
    return replace(
        TEXT, published=published, first_seen=seen, known_at=values.pop("known_at", seen), **values
    )  # type: ignore[arg-type]


def report(*texts: SeenText, report_id: str = "420100-2022-aa") -> Publication:
    return Publication(report_id=report_id, region="420100", year=2022, site="wuhan", texts=texts)


def status(
    *reports: Publication,
    asof: date = ASOF,
    sources: tuple[Source, ...] = (GOOD,),
    absent: datetime | None = None,
    copies: tuple[Publication, ...] = (),
    year: int = 2022,
) -> CoverageCell:
    """The cell of 武汉市 and 2022. `absent`: a complete visit that did not find the report."""

    def visit_without(site: str, year: int, after: datetime, before: datetime) -> datetime | None:
        return absent if absent and after <= absent < before else None

    moment = end_of(asof)
    case = Case(
        year=year,
        deadline=deadline(year),
        asof=asof,
        seen=[seen for each in reports if (seen := as_of(each, moment))],
        copies=[seen for each in copies if (seen := as_of(each, moment))],
        sources=sources,
        visit_without=visit_without,
    )
    return judge(case)


def facts(cell: CoverageCell) -> tuple[CoverageStatus, int | None, str | None]:
    return cell.status, cell.days, cell.rests_on


IN_TIME = datetime(2023, 3, 31, 15, 59, tzinfo=UTC)
"""A minute before 1 April in China."""


@pytest.mark.parametrize(
    ("published", "seen", "expected"),
    [
        (None, IN_TIME, (CoverageStatus.ON_TIME, None, WITNESSED)),
        (None, IN_TIME + timedelta(minutes=2), (CoverageStatus.UNKNOWN, None, None)),
        (
            "2023-05-01",
            IN_TIME,
            (CoverageStatus.ON_TIME, None, WITNESSED),
        ),  # a capture is stronger than a date
        ("2023-03-31T23:59", LATER, (CoverageStatus.ON_TIME, None, CLAIMED)),
        ("2023-04-01", LATER, (CoverageStatus.LATE, 1, CLAIMED)),
        ("2023-04-27", LATER, (CoverageStatus.LATE, 27, CLAIMED)),
        ("2023-03", LATER, (CoverageStatus.ON_TIME, None, CLAIMED)),
        ("2023-04", LATER, (CoverageStatus.LATE, 1, CLAIMED)),
        ("2023", LATER, (CoverageStatus.UNKNOWN, None, None)),  # a year says nothing
        ("2024-01-01", LATER, (CoverageStatus.UNKNOWN, None, None)),  # a day after the capture
        ("2021-03-01", LATER, (CoverageStatus.UNKNOWN, None, None)),  # before the year was over
        ("2023-02-30", LATER, (CoverageStatus.UNKNOWN, None, None)),
        ("soon", LATER, (CoverageStatus.UNKNOWN, None, None)),
    ],
)
def test_a_capture_decides_before_the_pages_own_date(
    published: str | None, seen: datetime, expected: tuple[object, ...]
) -> None:
    cell = status(report(text(published, seen)))
    assert facts(cell) == expected
    assert (cell.report_id, cell.version, cell.url) == ("420100-2022-aa", 1, "http://a.gov.cn/1.html")
    assert cell.reason is (CoverageReason.UNDATED if cell.status is CoverageStatus.UNKNOWN else None)


def test_claimed_and_witnessed_are_told_apart() -> None:
    cell = status(report(text("2023-02-21T10:00")))
    assert (cell.claimed, cell.witnessed, cell.witnessed_by) == ("2023-02-21T10:00", LATER, "own")


def test_a_later_earlier_date_does_not_make_a_report_timely() -> None:
    backdated = text("2023-03-01", LATER + timedelta(days=1), number=2)
    cell = status(report(text("2023-04-20"), backdated))
    assert facts(cell) == (CoverageStatus.LATE, 20, CLAIMED)
    assert (cell.version, cell.claimed_version, cell.witnessed_version) == (2, 1, 1), (
        "the date is of the first"
    )


def test_the_date_may_be_of_another_version_than_the_first_capture() -> None:
    dated = text("2023-04-20", LATER + timedelta(days=1), number=2)
    cell = status(report(text(None), dated))
    assert (cell.claimed, cell.claimed_version, cell.witnessed_version) == ("2023-04-20", 2, 1)


def redated(first: str | None, *edits: tuple[datetime, str | None]) -> Publication:
    """A report whose page gave other dates over the same text later."""
    return replace(report(text(first)), redated=edits)


def test_a_date_edited_over_the_same_text_is_told_and_does_not_count() -> None:
    edited, again = LATER + timedelta(days=2), LATER + timedelta(days=9)
    page = redated("2023-04-20", (edited, "2023-03-30"), (again, "2023-03-30T10:00"))
    cell = status(page)
    assert facts(cell) == (CoverageStatus.LATE, 20, CLAIMED)
    assert (cell.claimed, cell.redated, cell.claimed_now) == ("2023-04-20", edited, "2023-03-30T10:00")
    before = status(page, asof=LATER.date() + timedelta(days=1))
    assert (before.redated, before.claimed_now) == (None, None), "as of a day before the edit"


@pytest.mark.parametrize(
    ("first", "then", "now"),
    [
        ("2023-04-20", "2023-04-20T09:30", None),  # the same day
        ("2023-04", "2023-04-20", None),  # what both give agrees
        ("2023-04-20", None, (None,)),  # the page gives no date any more
        (None, "2023-03-30", ("2023-03-30",)),  # a date was added
    ],
)
def test_what_counts_as_another_date(
    first: str | None, then: str | None, now: tuple[str | None] | None
) -> None:
    edited = LATER + timedelta(days=2)
    cell = status(redated(first, (edited, then)))
    assert (cell.redated, cell.claimed_now) == ((edited, now[0]) if now else (None, None))


def test_a_date_edited_and_put_back_is_no_other_date() -> None:
    edits = ((LATER + timedelta(days=2), "2023-03-30"), (LATER + timedelta(days=9), "2023-04-20"))
    assert status(redated("2023-04-20", *edits)).redated is None


def test_a_visit_that_did_not_find_it_speaks_against_the_date() -> None:
    visit = datetime(2023, 4, 20, 3, tzinfo=UTC)
    cell = status(report(text("2023-03-30")), absent=visit)
    assert facts(cell) == (CoverageStatus.ON_TIME, None, CLAIMED)
    assert cell.doubt == visit


def test_without_a_date_such_a_visit_makes_it_late_by_at_least_so_many_days() -> None:
    visit = datetime(2023, 4, 20, 3, tzinfo=UTC)
    assert facts(status(report(text()), absent=visit)) == (CoverageStatus.LATE, 20, WITNESSED)


def test_own_captures_witness_before_those_of_others() -> None:
    imported = text(None, EARLY, seen_by="imported")
    own = text(None, EARLY + timedelta(days=5), number=2)
    cell = status(report(imported, own))
    assert (cell.witnessed, cell.witnessed_by) == (own.first_seen, "own")
    cell = status(report(imported, text(None, LATER, number=2)))
    assert (cell.status, cell.witnessed_by) == (
        CoverageStatus.ON_TIME,
        "imported",
    )  # but the only one in time counts


GONE = text(None, datetime(2023, 6, 10, tzinfo=UTC), number=2, tombstone=True, known_at=datetime(2023, 6, 12, tzinfo=UTC))  # fmt: skip


def test_a_report_that_is_gone_is_withdrawn_from_the_day_that_the_archive_learnt_it() -> None:
    held = report(text("2023-04-02"), GONE)
    cell = status(held)
    assert (cell.status, cell.was, cell.days, cell.gone_since) == (CoverageStatus.WITHDRAWN, CoverageStatus.LATE, 2, GONE.first_seen)  # fmt: skip
    assert status(held, asof=date(2023, 6, 11)).status is CoverageStatus.LATE


def test_a_report_that_is_back_is_not_withdrawn() -> None:
    back = text("2023-04-02", datetime(2023, 6, 20, tzinfo=UTC), number=3)
    assert status(report(text("2023-04-02"), GONE, back)).status is CoverageStatus.LATE


def test_an_older_text_that_was_imported_later_does_not_bring_a_report_back() -> None:
    older = text("2023-04-02", EARLY, number=3, older=True, known_at=LATER)
    assert status(report(text("2023-04-02"), GONE, older)).status is CoverageStatus.WITHDRAWN


def test_the_best_of_several_reports_counts_and_all_are_named() -> None:
    late = report(text("2023-05-01"), report_id="b")
    claimed = report(text("2023-03-01", kind="party_government"), report_id="c")
    gone = report(text("2023-01-01"), GONE, report_id="d")
    cell = status(gone, late, claimed)
    assert (cell.status, cell.report_id, cell.report_ids) == (CoverageStatus.ON_TIME, "c", ("c", "b", "d"))


def test_nothing_seen_later_counts_as_of_a_day_before() -> None:
    held = report(text("2023-03-01"))
    assert status(held, asof=date(2023, 5, 31), sources=()).reason is CoverageReason.NO_SOURCE
    assert status(held, asof=date(2023, 6, 1), sources=()).status is CoverageStatus.ON_TIME


def test_a_missing_report_is_overdue_the_day_after_the_last_one() -> None:
    visited = replace(GOOD, last_complete=end_of(date(2023, 3, 31)))
    assert status(asof=date(2023, 3, 31), sources=(visited,)).status is CoverageStatus.NOT_YET_DUE
    cell = status(asof=date(2023, 4, 1), sources=(visited,))
    assert facts(cell) == (CoverageStatus.OVERDUE, 1, WITNESSED)
    assert (cell.site, cell.checked) == ("wuhan", visited.last_complete)


SHOWN = ((2022, LATER),)
LACKING = [
    ((), CoverageReason.NO_SOURCE),
    ((replace(GOOD, entry=replace(ENTRY, lists=None)),), CoverageReason.ENTRY_UNKNOWN),
    ((replace(GOOD, entry=replace(ENTRY, lists=0)),), CoverageReason.NO_LISTS),
    ((replace(GOOD, entry=replace(ENTRY, first_year=2023)),), CoverageReason.YEAR_NOT_WANTED),
    ((replace(GOOD, entry=replace(ENTRY, last_year=2021)),), CoverageReason.YEAR_NOT_WANTED),
    ((replace(GOOD, last_complete=None, first_complete=None),), CoverageReason.NEVER_COMPLETE),
    ((replace(GOOD, last_failed=LATER + timedelta(days=1)),), CoverageReason.FAILING),
    ((replace(GOOD, last_complete=None, last_failed=LATER),), CoverageReason.FAILING),
    ((replace(GOOD, last_complete=EARLY),), CoverageReason.NOT_VISITED_SINCE),
    ((replace(GOOD, last_complete=IN_TIME),), CoverageReason.NOT_VISITED_SINCE),
    ((replace(GOOD, shown=SHOWN),), CoverageReason.SHOWN_UNREAD),
    (
        (GOOD, replace(BESIDE, last_failed=LATER + timedelta(days=1))),
        CoverageReason.FAILING,
    ),  # it may be there
    ((GOOD, replace(BESIDE, shown=SHOWN)), CoverageReason.SHOWN_UNREAD),
]


@pytest.mark.parametrize(("sources", "reason"), LACKING)
def test_what_was_not_looked_for_is_unknown_and_never_overdue(
    sources: tuple[Source, ...], reason: CoverageReason
) -> None:
    cell = status(sources=sources)
    assert (cell.status, cell.reason) == (CoverageStatus.UNKNOWN, reason)
    assert cell.words()


def test_every_reason_has_its_words_and_a_case() -> None:
    assert set(REASONS) == set(CoverageReason)
    assert {reason for _, reason in LACKING} | {
        CoverageReason.NO_RULE,
        CoverageReason.UNDATED,
        CoverageReason.ONLY_A_COPY,
    } == set(CoverageReason)


OVERDUE = [
    replace(GOOD, last_failed=EARLY),  # it has recovered
    replace(GOOD, shown=SHOWN, held={2022: EARLY}),  # another report on that year, which is held
    replace(GOOD, shown=((2022, EARLY),)),  # shown before the deadline, no longer
]


@pytest.mark.parametrize("source", OVERDUE)
def test_what_was_looked_for_and_not_found_is_overdue(source: Source) -> None:
    assert status(sources=(source,)).status is CoverageStatus.OVERDUE


def test_a_source_that_another_has_replaced_is_not_waited_for() -> None:
    old = replace(BESIDE, last_complete=None, last_failed=LATER - timedelta(days=100))
    assert status(sources=(GOOD, old)).status is CoverageStatus.OVERDUE
    only_pages = replace(BESIDE, entry=replace(BESIDE.entry, lists=0))
    assert status(sources=(GOOD, only_pages)).status is CoverageStatus.OVERDUE


def test_a_copy_at_another_site_is_no_publication_but_nobody_is_accused() -> None:
    cell = status(copies=(report(text("2023-03-01", claims="420100"), report_id="copy"),))
    assert (cell.status, cell.reason, cell.report_id) == (
        CoverageStatus.UNKNOWN,
        CoverageReason.ONLY_A_COPY,
        "copy",
    )
    assert not cell.is_published


def test_a_year_without_a_rule_is_unknown_with_its_evidence() -> None:
    held = Publication(report_id="old", region="420100", year=2013, site="wuhan", texts=(text("2014-02-01"),))
    cell = status(held, year=2013)
    assert (cell.status, cell.reason, cell.report_id, cell.last_day) == (
        CoverageStatus.UNKNOWN,
        CoverageReason.NO_RULE,
        "old",
        None,
    )
    assert status(year=2013).reason is CoverageReason.NO_RULE
