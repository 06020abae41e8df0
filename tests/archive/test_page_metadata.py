"""Edits of title and date while the text stays: no version, but an event with both captures; the same from the WARC files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler import extract as extraction
from crawler.archive import Archive, Reader, rebuild
from crawler.model import Capture, Ending, Outcome, Site
from tests.archive.held import dump, faults, query
from tests.conftest import BODY, SITE, URL, Clock, a_capture

Opener = Callable[[], Archive]
TITLE = "武汉市人民政府关于2022年度推进法治政府建设情况的报告"
COPY = "https://www.wuhan.gov.cn/zwgk/tzgg/202303/t20230315_1.shtml"
UNDATED = "https://www.wuhan.gov.cn/zwgk/info/17.html"
WAS = "SELECT was FROM page_metadata ORDER BY id"


def page(title: str = TITLE, day: str | None = "2023-04-20", *, visits: int = 0, text: str = BODY) -> bytes:
    """A page whose bytes change with each visit, by a counter outside of the article."""
    told = f"<p class='info'>发布日期：{day}　来源：市司法局</p>" if day else ""
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return (
        f"<html><head><title>{title}</title><meta name='ArticleTitle' content='{title}'></head><body>"
        f"<!-- 访问 {visits} --><h1>{title}</h1>{told}<div class='TRS_Editor'>{paragraphs}</div></body></html>"
    ).encode()


class Visits:
    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock

    def see(self, payload: bytes, *, url: str = URL, days: int = 1, site: Site = SITE) -> Outcome:
        """A run on a later day sees a page."""
        self.clock.forward(days=days)
        with Archive.create(self.folder, clock=self.clock, notify=lambda _: None) as archive:
            capture = a_capture(url, payload, at=self.clock())
            archive.record(capture)
            return archive.store(read(capture), capture, site)

    def rows(self, sql: str = WAS) -> list[tuple[object, ...]]:
        return query(self.folder, sql)


def read(capture: Capture) -> extraction.Report:
    return extraction.extract(capture.body, capture.headers, capture.url)


@pytest.fixture
def visits(folder: Path, clock: Clock) -> Visits:
    return Visits(folder, clock)


def test_a_date_moved_back_makes_no_version_but_a_row_with_both_captures(visits: Visits) -> None:
    visits.see(page())
    outcome = visits.see(page(day="2023-03-30", visits=1))
    assert (outcome.ending, outcome.version) == (Ending.UNCHANGED, 1)
    assert visits.rows() == [('{"published": "2023-04-20"}',)]
    sql = """SELECT m.version, now.payload_sha256 != before.payload_sha256, now.id > before.id, json_extract(shown, '$.published')
        FROM page_metadata AS m JOIN captures AS now ON now.id = capture_id JOIN captures AS before ON before.id = before_id"""
    assert visits.rows(sql) == [(1, 1, 1, "2023-03-30")]
    with Reader.read(visits.folder) as reader:
        assert reader.reports()[0].published == "2023-04-20", "the version keeps what its own page says"


def test_a_counter_that_changes_makes_no_row(visits: Visits) -> None:
    for number in range(3):
        visits.see(page(visits=number))
    assert visits.rows() == []


def test_each_edit_is_compared_with_the_one_before(visits: Visits) -> None:
    visits.see(page())
    for number, day in enumerate(("2023-03-30", "2023-03-30", "2023-04-20"), start=1):
        visits.see(page(day=day, visits=number))
    assert visits.rows() == [('{"published": "2023-04-20"}',), ('{"published": "2023-03-30"}',)]


def test_a_title_and_a_date_that_was_added(visits: Visits) -> None:
    visits.see(page(day=None), url=UNDATED)
    visits.see(page(title=TITLE.replace("推进", "")), url=UNDATED)
    (row,) = visits.rows()
    assert json.loads(str(row[0])) == {"title": TITLE, "published": None, "source": None}


def test_a_time_of_day_beside_the_same_date_is_no_edit(visits: Visits) -> None:
    visits.see(page())
    visits.see(page(day="2023-04-20 09:30"))
    assert visits.rows() == []


def test_a_date_of_a_new_text_is_that_of_its_version(visits: Visits) -> None:
    visits.see(page())
    visits.see(page(day="2023-03-30", text=BODY.replace("成效", "进展"), visits=1))
    visits.see(page(day="2023-03-30", text=BODY.replace("成效", "进展"), visits=2))
    assert visits.rows() == []


def test_another_date_at_another_address_is_no_edit_until_it_is_edited_there(visits: Visits) -> None:
    visits.see(page())
    visits.see(page(day="2023-04-26"), url=COPY)
    visits.see(page(day="2023-04-26", visits=1), url=COPY)
    assert visits.rows() == [("{}",)]
    visits.see(page(day="2023-03-28", visits=2), url=COPY)
    assert visits.rows() == [("{}",), ('{"published": "2023-04-26"}',)]


def test_another_reading_of_the_same_bytes_is_no_edit(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits.see(page())
    visits.clock.forward(days=1)
    with Archive.create(visits.folder, clock=visits.clock, notify=lambda _: None) as archive:
        for payload in (page(), page(visits=1)):
            capture = a_capture(URL, payload, at=visits.clock())
            archive.record(capture)
            archive.store(
                replace(read(capture), title="关于2022年法治政府建设的报告", published="2023-01-01"),
                capture,
                SITE,
            )
    assert visits.rows() == [("{}",)]


def test_a_confirmation_without_a_page_is_no_edit_and_hides_none(visits: Visits) -> None:
    visits.see(page(), url=COPY)
    visits.see(page(), url=URL)
    visits.clock.forward(days=1)
    with Archive.create(visits.folder, clock=visits.clock, notify=lambda _: None) as archive:
        capture = replace(a_capture(URL, b"", at=visits.clock()), status=304)
        archive.record(capture)
        archive.confirm(URL, capture, SITE)
    assert visits.rows() == []
    visits.see(page(day="2023-03-30", visits=1))
    assert visits.rows() == [('{"published": "2023-04-20"}',)]


def test_a_rebuild_makes_the_same_rows_and_verify_finds_none_wrong(visits: Visits) -> None:
    visits.see(page())
    visits.see(page(day="2023-04-26"), url=COPY)
    visits.see(page(day="2023-03-30", visits=1))
    before = dump(visits.folder)
    assert len(visits.rows()) == 2
    assert not faults(visits.folder, deep=True)
    rebuild(visits.folder, clock=visits.clock, notify=lambda _: None)
    assert dump(visits.folder) == before


def test_a_killed_run_loses_no_edit(visits: Visits) -> None:
    visits.see(page())
    visits.clock.forward(days=1)
    killed = Archive.create(visits.folder, clock=visits.clock, notify=lambda _: None)
    capture = a_capture(URL, page(day="2023-03-30", visits=1), at=visits.clock())
    killed.record(capture)
    killed.store(read(capture), capture, SITE)
    killed.close(finished=False)
    visits.see(page(day="2023-03-30", visits=2))
    assert visits.rows() == [('{"published": "2023-04-20"}',)]


def test_a_merge_reads_the_edits_of_the_other_archive_from_its_captures(
    visits: Visits, tmp_path: Path
) -> None:
    visits.see(page())
    visits.see(page(day="2023-03-30", visits=1))
    with Archive.create(tmp_path / "here", clock=visits.clock, notify=lambda _: None) as archive:
        archive.merge(visits.folder, lambda _: None)
    assert query(tmp_path / "here", WAS) == [('{"published": "2023-04-20"}',)]
    assert not faults(tmp_path / "here", deep=True)


def test_edits_that_an_earlier_release_did_not_look_for_are_found_in_its_captures(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acts of an earlier release tell nothing of an edit: a rebuild makes the rows of before, a new extraction finds it."""
    with monkeypatch.context() as before:
        before.setattr("crawler.archive.ledger.identity.note_metadata", lambda *_: None)
        visits.see(page())
        visits.see(page(visits=1))
        visits.see(page(day="2023-03-30", visits=2))
        visits.see(page(day="2023-03-30", visits=3))
    rebuild(visits.folder, clock=visits.clock, notify=lambda _: None)
    assert visits.rows() == []
    told: list[str] = []
    for _ in range(2):
        visits.clock.forward(days=1)
        with Archive.create(visits.folder, clock=visits.clock, notify=told.append) as archive:
            archive.reextract(told.append)
    assert visits.rows() == [('{"published": "2023-04-20"}',)]
    assert told == [
        "1 edits of titles, dates, issuers or sources over an unchanged text found in earlier captures"
    ]
    visits.see(page(day="2023-03-30", visits=4))
    assert visits.rows() == [('{"published": "2023-04-20"}',)], (
        "what the page is known to show is the edited date"
    )
    kept = dump(visits.folder)
    assert not faults(visits.folder, deep=True)
    rebuild(visits.folder, clock=visits.clock, notify=lambda _: None)
    assert dump(visits.folder) == kept
