"""The latest text follows the order of runs, not their clocks: a wrong clock does not change which text is the latest."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.archive.catalogue.models import VersionRow
from crawler.extract import extract
from crawler.intake.imports import import_paths
from crawler.model import Ending, Outcome
from tests.archive.foreign import article
from tests.archive.held import dump, faults
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]
CLOCK_ERRORS_DAYS = {  # by run; the last run's clock is right
    "ahead once": (3650, 0),
    "ahead in the middle": (0, 3650, 0),
    "behind once": (0, -20000, 0),
    "ahead, right, behind, right": (30, 0, -30, 0),
    "a minute behind": (0, -1 / 1440, 0),
    "further and further behind": (300, 200, 100, 0),
}


def seen(archive: Archive, clock: Clock, text: str, **headers: str) -> Outcome:
    capture = a_capture(payload=text.encode(), at=clock(), **headers)
    archive.record(capture)
    return archive.store(a_report(BODY + text), capture, SITE)


def at(clock: Clock, right: datetime, days: float) -> None:
    clock.now = right + timedelta(days=days)


def rebuilt_the_same(folder: Path, clock: Clock) -> bool:
    before = dump(folder)
    rebuild(folder, clock=clock, notify=lambda _: None)
    return dump(folder) == before


@pytest.mark.parametrize("name", CLOCK_ERRORS_DAYS)
def test_the_text_of_the_last_run_is_the_latest_whatever_the_clocks_said(
    name: str, opened: Opener, clock: Clock, folder: Path
) -> None:
    right = clock()
    for text, days in zip("甲乙丙丁", CLOCK_ERRORS_DAYS[name], strict=False):
        right += timedelta(hours=1)
        at(clock, right, days)
        with opened() as archive:
            outcome = seen(archive, clock, text)
            now = clock()
        with Archive.read(folder) as reader:
            assert reader.show(outcome.report_id or "").body == BODY + text
            assert [report.body for report in reader.reports()] == [BODY + text]
            (page,) = reader.pages(outcome.report_id or "")
            assert (page.last_seen, page.text_sha256) == (now, a_report(BODY + text).text_sha256)
    numbers = [row.number for row in query_versions(folder)]
    assert numbers == list(range(1, len(CLOCK_ERRORS_DAYS[name]) + 1))
    with opened() as archive:
        assert seen(archive, clock, text).ending is Ending.UNCHANGED
    assert all(row.first_seen <= row.last_seen for row in query_versions(folder))
    assert faults(folder) == []
    assert rebuilt_the_same(folder, clock)


def query_versions(folder: Path) -> list[VersionRow]:
    with Archive.read(folder) as reader:
        (report,) = reader.reports()
        return list(reader.history(report.id or ""))


@pytest.mark.parametrize("order", list(itertools.permutations((2021, 2023, 2025))))
def test_merged_texts_are_ordered_by_their_times(
    order: tuple[int, ...], opened: Opener, clock: Clock, folder: Path
) -> None:
    for year in order:
        other = folder.parent / f"of-{year}"
        clock.now = datetime(year, 5, 1, tzinfo=clock.now.tzinfo)
        with Archive.create(other, clock=clock) as archive:
            capture = a_capture(payload=article(f"{year}"), at=clock())
            archive.record(capture)
            archive.store(a_report(BODY + f"{year}"), capture, SITE)
        clock.now = datetime(2026, 11, 25, tzinfo=clock.now.tzinfo)
        with opened() as archive:
            archive.merge(other, lambda _: None)
    with Archive.read(folder) as reader:
        (report,) = reader.reports()
        assert report.body == BODY + "2025"
    assert rebuilt_the_same(folder, clock)
    with opened() as archive:  # what a run sees itself is later than all imported texts
        assert seen(archive, clock, "2021").ending is Ending.REVISED
        assert archive.reports()[0].body == BODY + "2021"


def test_an_older_text_imported_after_a_takedown_leaves_the_page_gone(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    with opened() as archive:
        first = seen(archive, clock, "今")
        for _ in range(2):
            clock.forward(days=1)
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id=SITE.id, detail="HTTP 404"))
    with opened() as archive:
        for text in ("旧", "今"):
            capture = a_capture(payload=text.encode(), at=datetime(2024, 1, 1, tzinfo=clock.now.tzinfo))
            archive.record(capture, origin="other.warc.gz")
            older = archive.store(a_report(BODY + text), capture, SITE)
        assert (older.ending, older.detail) == (Ending.UNCHANGED, "an earlier capture of it")
        assert archive.pages(first.report_id or "")[0].state == "gone"
        assert archive.show(first.report_id or "").body == BODY + "今"
    clock.forward(days=1)
    with opened() as archive:
        back = seen(archive, clock, "今")
        assert (back.ending, back.version) == (Ending.REVISED, 4)
        assert back.detail.startswith("back again")
    assert rebuilt_the_same(folder, clock)


def test_an_older_404_of_another_crawler_does_not_change_the_state(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    other = folder.parent / "other"
    clock.now -= timedelta(days=400)
    with Archive.create(other, clock=clock) as archive:
        archive.record(a_capture(payload=b"404", at=clock(), status=404))
    clock.now += timedelta(days=400)
    with opened() as archive:
        first = seen(archive, clock, "今")
    clock.forward(days=1)
    with opened() as archive:
        (outcome,) = import_paths(sorted(other.glob("warc/*/*.gz")), archive)
        assert outcome.ending is Ending.GONE
        assert archive.pages(first.report_id or "")[0].state == "live"


def test_validators_are_those_of_the_latest_capture_by_the_order_of_runs(
    opened: Opener, clock: Clock
) -> None:
    right = clock()
    at(clock, right, 3650)
    with opened() as archive:
        seen(archive, clock, "甲", ETag='"1"')
    at(clock, right, 0)
    with opened() as archive:
        archive.record(a_capture(payload=b"<script>", at=clock(), ETag='"challenge"'))
        validators = archive.validators(URL)
        assert validators is not None
        assert validators.etag == '"1"'
        seen(archive, clock, "乙", ETag='"2"')
        validators = archive.validators(URL)
        assert validators is not None
        assert validators.etag == '"2"'


def test_a_page_that_was_gone_is_requested_without_validators(opened: Opener, clock: Clock) -> None:
    """A 304 would bring no text, but a report that is back needs one for its new version."""
    with opened() as archive:
        seen(archive, clock, "甲", ETag='"1"')
        assert archive.validators(URL) is not None
        for _ in range(2):
            clock.forward(days=1)
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id=SITE.id, detail="HTTP 404"))
        assert archive.validators(URL) is None


def test_a_page_is_requested_for_the_site_that_saw_it_last(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    """An import, or a source whose id has changed, does not keep the page."""
    for site_id in ("import", "former", "wuhan"):
        clock.forward(days=1)
        with opened() as archive:
            capture = a_capture(at=clock())
            archive.record(capture)
            archive.store(a_report(), capture, replace(SITE, id=site_id))
    with opened() as archive:
        assert [link.url for link in archive.watched("wuhan", archive.started_at).due] == [URL]
        assert archive.watched("former", archive.started_at).due == ()
    assert rebuilt_the_same(folder, clock)


def test_texts_of_a_killed_import_are_written_although_their_times_are_older_than_the_run(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    archive = opened()
    capture = a_capture(at=clock() - timedelta(days=400))
    archive.record(capture, origin="other.warc.gz")
    archive.store(a_report(), capture, SITE)
    archive.close(finished=False)
    (text,) = folder.glob("text/*/*/*.txt")
    text.unlink()
    opened().close()
    assert text.is_file()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("咖啡café及年鉴", "咖啡cafe\u0301及年鉴"),
        ("二〇二二年", "二〇二二\uf98e"),
    ],
)
def test_the_same_text_in_other_code_points_is_no_version(
    one: str, other: str, opened: Opener, clock: Clock, folder: Path
) -> None:
    outcomes = []
    for text in (one, other, "别的"):
        paragraphs = "".join(f"<p>{line}</p>" for line in (*BODY.split("\n"), text))
        page = f"<title>甲市2022年度法治政府建设情况报告</title><div class=TRS_Editor>{paragraphs}</div>"
        with opened() as archive:
            capture = a_capture(payload=page.encode(), at=clock(), Content_Type="text/html; charset=utf-8")
            archive.record(capture)
            outcomes.append(archive.store(extract(capture.body, capture.headers, URL), capture, SITE))
            assert one in archive.show(outcomes[0].report_id or "", 1).body  # as published first
    assert [(o.ending, o.version) for o in outcomes[1:]] == [(Ending.UNCHANGED, 1), (Ending.REVISED, 2)]
    assert outcomes[1].detail == "the same text in other code points (Unicode NFC)"
    assert rebuilt_the_same(folder, clock)


@pytest.mark.parametrize("later", ["二〇二二\uf98e", ""], ids=["in other code points", "shorter"])
def test_a_version_in_the_warc_stays_one_when_its_archive_is_rebuilt(
    later: str, opened: Opener, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Earlier versions made versions of these at once; their numbers may have been quoted."""
    from crawler.archive.ledger import identity

    monkeypatch.setattr(identity, "_same_characters", lambda *_: False)
    monkeypatch.setattr(identity, "_is_cut_short", lambda *_: False)
    with opened() as archive:
        seen(archive, clock, "二〇二二年" * 1000)
        capture = a_capture(payload=b"later", at=clock())
        archive.record(capture)
        body = BODY + "二〇二二年" * 999 + later if later else BODY
        assert archive.store(a_report(body), capture, SITE).version == 2
    monkeypatch.undo()
    assert rebuilt_the_same(folder, clock)
