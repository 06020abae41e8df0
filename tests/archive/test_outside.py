"""Texts from outside (imports, merged archives) beside what the archive's own crawls saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.extract import extract
from crawler.model import Ending, Outcome, Report, Site
from tests.archive.held import dump, faults
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]
IMPORT = Site(id="import", name="湖北省武汉市", region="420100")
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)  # day 0
Seen = tuple[str, float, str]  # who; days after NOON; text


def page(text: str) -> bytes:
    lines = "".join(f"<p>{line}</p>" for line in f"{BODY}\n最后一段是{text}。".split("\n"))
    return f"<html><body><h1>{a_report().title}</h1><div>{lines}</div></body></html>".encode()


def last_line(report: Report) -> str:
    return report.body.rpartition("最后一段是")[2].rstrip("。")


def store(archive: Archive, who: str, days: float, text: str, **headers: str) -> Outcome:
    """Store what an own crawl, whose clock is at that time, or an import saw."""
    capture = a_capture(payload=page(text), at=NOON + timedelta(days=days), **headers)
    archive.record(capture, origin="foreign.warc.gz#1" if who == "imported" else None)
    report = replace(extract(capture.body, capture.headers, capture.url), region="420100", year=2022)
    return archive.store(report, capture, IMPORT if who == "imported" else SITE)


def merge(archive: Archive, folder: Path, days: float, text: str) -> None:
    other = folder.parent / f"other-{text}"
    clock = Clock()
    clock.now = NOON + timedelta(days=days)
    with Archive.create(other, clock=clock) as theirs:
        store(theirs, "own", days, text)
    archive.merge(other, lambda _: None)


@pytest.fixture
def latest(opened: Opener, clock: Clock, folder: Path) -> Callable[..., list[str]]:
    """Stores what was seen, in this order, each in a run of its own. Returns the latest text and its origin."""

    def run(*seen: Seen) -> list[str]:
        now = NOON + timedelta(days=30)
        for who, days, text in seen:
            clock.now = NOON + timedelta(days=days, minutes=-1) if who == "own" else now
            with opened() as archive:
                if who == "merged":
                    merge(archive, folder, days, text)
                else:
                    store(archive, "own" if who == "replayed" else who, days, text)
        assert faults(folder, deep=True) == []
        before = dump(folder)
        rebuild(folder, clock=clock, notify=lambda _: None)
        assert dump(folder) == before
        with Archive.read(folder) as reader:
            (report,) = reader.reports()
            (holding,) = reader.holdings([report])
            return [last_line(report), holding.origin]

    return run


@pytest.mark.parametrize("who", ["imported", "merged"])
@pytest.mark.parametrize(
    "days",
    [
        -3,
        -1 / 24,
        0,
        6 / 24,  # later on the same day, also imported later
        11.9 / 24,
        4.5 / 24,  # the next day in China, the same day in UTC
    ],
)
def test_a_text_from_outside_is_not_the_latest_over_an_own_capture_of_its_day_or_later(
    who: str, days: float, latest: Callable[..., list[str]]
) -> None:
    assert latest(("own", 0, "甲"), (who, days, "外")) == ["甲", "own"]


@pytest.mark.parametrize("who", ["imported", "merged"])
@pytest.mark.parametrize(
    ("seen", "text"),
    [
        ((("own", 0, "甲"), ("outside", 2, "外")), "外"),  # of a later day
        ((("own", 0, "甲"), ("outside", -2, "前"), ("outside", 0.2, "后")), "甲"),  # around an own one
        ((("outside", -2, "前"), ("own", 0, "甲"), ("outside", 0.2, "后")), "甲"),
        ((("outside", -2, "前"), ("outside", 0.2, "后"), ("own", 0, "甲")), "甲"),
        ((("outside", 0.1, "外"), ("replayed", 0, "甲")), "甲"),  # the own capture is entered later
        ((("outside", 0.1, "外"), ("replayed", -2, "甲")), "外"),
        ((("own", 0, "甲"), ("outside", 2.1, "外"), ("replayed", 2, "乙")), "乙"),
        (
            (("own", 0, "甲"), ("outside", 2, "外"), ("own", 3, "甲")),
            "甲",
        ),  # the own crawl sees the old text again
        ((("outside", 0, "外"), ("own", 1, "外")), "外"),
    ],
)
def test_texts_are_ordered_by_their_days_and_own_ones_come_last(
    who: str, seen: tuple[Seen, ...], text: str, latest: Callable[..., list[str]]
) -> None:
    events = [(who if each[0] == "outside" else each[0], *each[1:]) for each in seen]
    origin = who if text == "外" and events[-1][0] != "own" else "own"
    assert latest(*events) == [text, origin]


def test_each_version_tells_who_saw_it(latest: Callable[..., list[str]], folder: Path) -> None:
    latest(("own", 0, "甲"), ("imported", -2, "前"), ("merged", 2, "后"))
    with Archive.read(folder) as reader:
        (report,) = reader.reports()
        origins = [row.origin for row in reader.history(report.id or "")]
        assert origins == ["own", "imported", "merged"]
        shown = [reader.show(report.id or "", number) for number in (1, 2, 3)]
        assert [holding.origin for holding in reader.holdings(shown)] == origins


@pytest.mark.parametrize("days", [-1, 0.2])
def test_a_404_from_outside_does_not_take_down_a_page_that_an_own_crawl_saw_that_day(
    days: float, opened: Opener, clock: Clock
) -> None:
    clock.now = NOON - timedelta(minutes=2)
    with opened() as archive:
        first = store(archive, "own", 0, "甲")
    clock.now = NOON + timedelta(days=30)
    with opened() as archive:
        for at in (days - 2, days):
            archive.note(
                Outcome(
                    ending=Ending.GONE,
                    url=URL,
                    site_id="import",
                    at=NOON + timedelta(days=at),
                    detail="HTTP 404",
                )
            )
        (page,) = archive.pages(first.report_id or "")
        assert page.state == "live"


def test_the_etag_of_an_imported_page_is_not_asked_with(opened: Opener, clock: Clock) -> None:
    """Otherwise a forged text with the server's present ETag would be confirmed by a 304."""
    clock.now = NOON - timedelta(minutes=2)
    with opened() as archive:
        store(archive, "imported", -9, "外", ETag='"1"')
        assert archive.validators(URL) is None
    clock.now = NOON - timedelta(minutes=1)
    with opened() as archive:
        store(archive, "own", 0, "甲", ETag='"2"')
        store(archive, "imported", 0.2, "外", ETag='"3"')
        validators = archive.validators(URL)
        assert validators is not None
        assert validators.etag == '"2"'
        store(archive, "imported", 2, "又外", ETag='"4"')
        assert archive.validators(URL) is None


def test_a_304_confirms_the_own_response_and_not_one_imported_since(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    clock.now = NOON - timedelta(minutes=2)
    with opened() as archive:
        first = store(archive, "own", 0, "甲", ETag='"1"')
        store(archive, "imported", 0.2, "外", ETag='"1"')
        capture = a_capture(payload=b"", at=NOON + timedelta(days=3), status=304)
        archive.record(capture)
        confirmed = archive.confirm(URL, capture, SITE)
        assert (confirmed.report_id, confirmed.version) == (first.report_id, 1)
        assert archive.capture(first.report_id or "").payload == page("甲")
        assert last_line(archive.show(first.report_id or "")) == "甲"
