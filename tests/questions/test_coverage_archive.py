"""Coverage from an archive: as of any day, beside a writer, from the WARC files alone, and what changes between two days."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.archive import Archive, Reader, rebuild
from crawler.errors import ConfigError
from crawler.field.deadline import deadline
from crawler.field.titles import judge
from crawler.model import Ending, Outcome, Site, SiteVisit, VisitState, Years
from crawler.questions.coverage import (
    CoverageCell,
    CoverageReason,
    CoverageRow,
    CoverageStatus,
    coverage,
    newly_overdue,
    no_longer_overdue,
)
from tests.archive.held import dump, faults
from tests.conftest import SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]
OTHER = Site(id="huangshi", name="黄石市人民政府", region="420200", lists=("http://www.huangshi.gov.cn/",))
BUREAU = Site(id="wuhan-sfj", name="武汉市司法局", region="420100", lists=("http://sfj.wuhan.gov.cn/",))
LATE_REPORT = replace(a_report(published="2023-04-20"), year=2022)


def visit(
    archive: Archive, site: Site = SITE, state: VisitState = VisitState.COMPLETE, years: tuple[int, ...] = ()
) -> None:
    begun = SiteVisit(site_id=site.id, began_at=archive.started_at)
    archive.begin_visit(begun, site)
    archive.end_visit(replace(begun, state=state, years=years))


def visited(
    opened: Opener, clock: Clock, day: str, *sites: Site, state: VisitState = VisitState.COMPLETE
) -> None:
    """A run on a day that visits sites and finds nothing."""
    clock.now = datetime.fromisoformat(f"{day}T04:00+00:00")
    with opened() as archive:
        for site in sites or (SITE,):
            visit(archive, site, state)


def published(opened: Opener, clock: Clock, day: str) -> None:
    """A run on a day that finds the report, dated 2023-04-20."""
    clock.now = datetime.fromisoformat(f"{day}T04:00+00:00")
    with opened() as archive:
        capture = a_capture(payload=LATE_REPORT.body.encode(), at=clock())
        archive.record(capture)
        archive.store(LATE_REPORT, capture, SITE)
        visit(archive, years=(2022,))


def gone(opened: Opener, clock: Clock, *days: str) -> None:
    for day in days:
        clock.now = datetime.fromisoformat(f"{day}T04:00+00:00")
        with opened() as archive:
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id="wuhan", detail="HTTP 404"))
            visit(archive)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """武汉 is visited before and after the deadline, publishes on 20 April, withdraws in June. 黄石 never publishes."""
    folder, clock = tmp_path_factory.mktemp("coverage") / "archive", Clock()

    def opened() -> Archive:
        clock.forward(minutes=1)
        return Archive.create(folder, clock=clock)

    visited(opened, clock, "2023-03-20", SITE, OTHER)
    visited(opened, clock, "2023-04-10", SITE, OTHER)
    published(opened, clock, "2023-04-25")
    gone(opened, clock, "2023-06-01", "2023-06-05")
    return folder


@pytest.fixture
def story(told: Path, folder: Path) -> Path:
    """The archive of `told`, to change."""
    shutil.copytree(told, folder)
    return folder


def rows(folder: Path, asof: str, **filters: object) -> list[CoverageRow]:
    with Reader.read(folder) as reader:
        filters = {"years": Years(first=2022, last=2022)} | filters
        return list(coverage(reader, asof=date.fromisoformat(asof), **filters))  # type: ignore[arg-type]


def cell(folder: Path, asof: str, code: str = "420100") -> CoverageCell:
    return next(row.cells[0] for row in rows(folder, asof) if row.region == code)


HISTORY = [
    ("2023-03-25", CoverageStatus.NOT_YET_DUE, None),
    ("2023-04-05", CoverageStatus.UNKNOWN, None),  # not visited since
    ("2023-04-10", CoverageStatus.OVERDUE, 10),
    ("2023-04-24", CoverageStatus.OVERDUE, 24),
    ("2023-04-25", CoverageStatus.LATE, 20),
    ("2023-06-04", CoverageStatus.LATE, 20),
    ("2023-06-05", CoverageStatus.WITHDRAWN, 20),
]


def test_every_day_is_answered_as_it_was_then(told: Path) -> None:
    found = [(day, seen.status, seen.days) for day, _, _ in HISTORY for seen in [cell(told, day)]]
    assert found == HISTORY
    assert rows(told, "2023-03-19") == []  # no source was known
    assert cell(told, "2023-06-05").gone_since == datetime(2023, 6, 1, 4, 1, tzinfo=UTC)


def test_a_source_that_never_gave_a_report_is_known_from_the_catalogue(told: Path) -> None:
    seen = cell(told, "2023-06-30", "420200")
    assert (seen.status, seen.site, seen.days) == (CoverageStatus.OVERDUE, "huangshi", 91)


def test_a_rebuild_from_the_warc_files_answers_the_same(story: Path, clock: Clock) -> None:
    before, held = [rows(story, day) for day, _, _ in HISTORY], dump(story)
    assert faults(story) == []
    shutil.rmtree(story / "text")
    rebuild(story, clock=clock, notify=lambda _: None)
    assert [rows(story, day) for day, _, _ in HISTORY] == before
    assert [line for line in dump(story) if '"sources"' in line] == [
        each for each in held if '"sources"' in each
    ]


def test_sources_of_a_killed_run_are_recovered(opened: Opener, clock: Clock, folder: Path) -> None:
    clock.now = datetime(2023, 4, 10, tzinfo=UTC)
    killed = opened()
    visit(killed)
    killed.close(finished=False)
    opened().close()
    assert cell(folder, "2023-04-11").status is CoverageStatus.OVERDUE
    assert faults(folder) == []


def test_an_archive_that_is_being_written_is_answered_from_what_is_committed(
    story: Path, opened: Opener, clock: Clock
) -> None:
    clock.now = datetime(2023, 7, 1, 4, tzinfo=UTC)
    with opened() as archive:
        visit(archive, OTHER, VisitState.FAILED)
        assert cell(story, "2023-07-01", "420200").reason is CoverageReason.FAILING
    assert cell(story, "2023-07-01", "420200").reason is CoverageReason.FAILING


def test_read_permission_is_enough(story: Path) -> None:
    paths = [story, *story.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert cell(story, "2023-06-30").status is CoverageStatus.WITHDRAWN
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_the_entry_that_a_visit_followed_counts_and_not_a_later_one(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    visited(opened, clock, "2023-04-10")
    visited(opened, clock, "2023-04-20", replace(SITE, lists=(), pages=(URL,)))
    visited(opened, clock, "2023-04-21", replace(SITE, lists=(), pages=(URL,)))
    assert cell(folder, "2023-04-15").status is CoverageStatus.OVERDUE
    assert cell(folder, "2023-04-25").reason is CoverageReason.NO_LISTS
    with Reader.read(folder) as reader:
        assert [entry.lists for entry in reader.source_entries()] == [1, 0]  # one row a change


def test_what_became_overdue_and_no_longer_is(told: Path) -> None:
    with Reader.read(told) as reader:
        new = list(newly_overdue(reader, since=date(2023, 4, 5), until=date(2023, 4, 24)))
        ended = list(no_longer_overdue(reader, since=date(2023, 4, 24), until=date(2023, 4, 26)))
        assert not list(newly_overdue(reader, since=date(2023, 4, 11), until=date(2023, 4, 24)))
    found = [(change.row.region, change.now.year, change.before.status) for change in new]
    since_2015 = [
        (code, year, CoverageStatus.OVERDUE if year < 2022 else CoverageStatus.UNKNOWN)
        for code in ("420100", "420200")
        for year in range(2015, 2023)
    ]
    assert found == [each for each in since_2015 if each[2] is CoverageStatus.UNKNOWN]
    assert [(each.row.region, each.now.year, each.now.status) for each in ended] == [
        ("420100", 2022, CoverageStatus.LATE)
    ]


def test_a_source_that_fails_ends_no_overdue(story: Path, opened: Opener, clock: Clock) -> None:
    visited(opened, clock, "2023-07-01", OTHER, state=VisitState.FAILED)
    with Reader.read(story) as reader:
        assert not list(
            no_longer_overdue(reader, since=date(2023, 6, 30), until=date(2023, 7, 2), region="420200")
        )


def test_divisions_are_chosen_by_region_level_and_all(told: Path) -> None:
    assert [row.region for row in rows(told, "2023-06-30", region="420000")] == ["420100", "420200"]
    assert rows(told, "2023-06-30", region="320000") == []
    assert rows(told, "2023-06-30", level="county") == []
    cities = rows(told, "2023-06-30", region="420000", level="city", every_division=True)
    assert len(cities) > 10
    assert {row.cells[0].reason for row in cities if not row.sources} == {CoverageReason.NO_SOURCE}
    with pytest.raises(ConfigError, match="no division code"):
        rows(told, "2023-06-30", region="425900")
    with pytest.raises(ConfigError, match="must be 1 to 100 years"):
        rows(told, "2023-06-30", years=Years(first=2030))


def test_departments_stand_apart_and_speak_for_nobody_else(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    clock.now = datetime(2023, 4, 20, tzinfo=UTC)
    held = replace(
        a_report("司法局的报告" * 40, published="2023-04-03"), issuer="武汉市司法局", kind="department",
        title="武汉市司法局2022年度法治政府建设情况报告", url="http://sfj.wuhan.gov.cn/1.html",
    )  # fmt: skip
    with opened() as archive:
        capture = a_capture("http://sfj.wuhan.gov.cn/1.html", held.body.encode(), at=clock())
        archive.record(capture)
        archive.store(held, capture, BUREAU)
        visit(archive, BUREAU, years=(2022,))
    (government,) = rows(folder, "2023-05-01")
    assert (
        government.cells[0].reason is CoverageReason.NO_SOURCE
    )  # the bureau's lists do not show that the city's report is missing
    (row,) = rows(folder, "2023-05-01", departments=True, years=Years(first=2021, last=2022))
    assert (row.organ, [(each.status, each.days) for each in row.cells]) == (
        "武汉市司法局",
        [
            (CoverageStatus.OVERDUE, (date(2023, 5, 1) - deadline(2021).last_day).days),
            (CoverageStatus.LATE, 3),
        ],  # type: ignore[union-attr]
    )


def test_a_merged_archive_brings_reports_but_its_visits_accuse_nobody(
    told: Path, opened: Opener, clock: Clock, folder: Path
) -> None:
    clock.now = datetime(2023, 6, 20, tzinfo=UTC)
    with opened() as archive:
        archive.merge(told, lambda _: None)
    (row,) = rows(folder, "2023-06-30")
    (seen,) = row.cells
    assert (row.region, seen.status, seen.witnessed_by) == ("420100", CoverageStatus.WITHDRAWN, "merged"), (
        seen
    )
    with Reader.read(folder) as reader:
        (entry,) = reader.source_entries()
        (wanted,) = coverage(reader, asof=date(2023, 6, 30), years=Years(first=2021, last=2021))
    assert (entry.site, entry.since) == ("wuhan", None)
    assert wanted.cells[0].reason is CoverageReason.ENTRY_UNKNOWN
    assert faults(folder, deep=True) == []


def test_a_report_on_several_years_counts_for_none_and_is_named_and_found_in_each(
    story: Path, clock: Clock, opened: Opener
) -> None:
    title = "武汉市人民政府关于2016-2020年法治政府建设情况的报告"
    report = replace(LATE_REPORT, title=title, year=None, text_sha256="c" * 64)
    with opened() as archive:
        url = "https://www.wuhan.gov.cn/zwgk/fzzfj/5.shtml"
        capture = a_capture(url, b"five", at=clock())
        archive.record(capture)
        report_id = archive.store(report, capture, SITE).report_id
    years = Years(first=2015, last=2021)
    (row,) = rows(story, f"{clock():%Y-%m-%d}", years=years, region="420100")
    assert {cell.year: cell.several_years for cell in row.cells} == {
        year: (report_id,) if 2016 <= year <= 2020 else () for year in range(2015, 2022)
    }
    assert not any(cell.is_published for cell in row.cells)
    assert not any(cell.several_years for each in rows(story, "2023-05-01") for cell in each.cells)
    with Reader.read(story) as reader:
        of_2018 = Years(first=2018, last=2018)
        assert [each.id for each in reader.iter_reports(years=of_2018, spans=True)] == [report_id]
        assert list(reader.iter_reports(years=of_2018)) == []
        assert list(reader.iter_reports(years=Years(first=2021, last=2021), spans=True)) == []
        assert list(reader.iter_reports(years=of_2018, spans=True, region="420200")) == []


SPANS = {
    "武汉市2016-2020年法治政府建设情况报告": (2016, 2020),
    "甲县2018年、2019年法治政府建设情况报告": (2018, 2019),
    "甲县“十三五”期间法治政府建设情况报告": (2016, 2020),
    "甲县十四五时期法治政府建设情况报告": (2021, 2025),
    "甲县2020-2016年法治政府建设情况报告": None,
    "甲区五年来法治政府建设情况报告": None,
    "甲县2022年法治政府建设情况报告": None,
}


@pytest.mark.parametrize(("title", "span"), SPANS.items())
def test_the_years_of_a_report_on_several_are_those_that_its_title_gives(
    title: str, span: tuple[int, int] | None
) -> None:
    assert judge(title).span == span
