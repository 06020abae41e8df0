"""From the Wayback Machine: old lists lead to reports, each payload is fetched once, times before our first visit are filled in."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.extract import extract
from crawler.model import Ending, Outcome
from crawler.questions.coverage.publication import as_of
from crawler.warc import read_records
from tests.archive.held import dump, faults, query
from tests.conftest import SITE, Clock, a_capture
from tests.intake.backfill.conftest import LIST, OLD, Fill, kept, list_page, page, title
from tests.intake.backfill.web_archives import Reply, WebArchives

Opener = Callable[[], Archive]


def records(folder: Path) -> list[dict[str, str]]:
    found = [record for warc in sorted(folder.glob("warc/*/*.warc.gz")) for record in read_records(warc)]
    return [
        {**each.fields, "kind": each.kind}
        for each in found
        if each.kind in ("response", "revisit", "request")
    ]


def same_after_rebuild(folder: Path, clock: Clock) -> None:
    assert faults(folder, deep=True) == []
    was = dump(folder)
    rebuild(folder, clock=clock, notify=print)
    assert dump(folder) == was


def test_a_report_below_a_list_is_archived_with_the_captures_own_time(
    archives: WebArchives, fill: Fill, folder: Path, clock: Clock
) -> None:
    archives.captures = [
        kept(headers=(("Server", "Apache"), ("Last-Modified", "Mon, 12 Mar 2018 01:00:00 GMT")))
    ]
    (outcome,) = fill().outcomes
    assert (outcome.ending, outcome.site_id) == (Ending.NEW, "memento")
    assert f"{outcome.at:%Y-%m-%d}" == "2018-04-01"
    (record,) = records(folder)
    assert record["warc-target-uri"] == OLD
    assert record["warc-date"] == "2018-04-01T00:00:00Z"
    assert record["warc-source-uri"] == f"{archives.base}/web/20180401000000id_/{OLD}"
    assert record["warc-creation-date"] == "2026-11-25T03:01:00Z" or record["warc-creation-date"].startswith(
        "20"
    )
    assert record["fazhi-origin"].startswith("wayback#http://archives.example.org/web/")
    assert record["fazhi-origin-digest"] == f"sha1:{archives.captures[0].sha1}"
    assert "status line as sent" in record["fazhi-not-kept"]
    with Archive.read(folder) as reader:
        (report,) = reader.reports()
        (holding,) = reader.holdings([report])
        assert (report.year, report.region, holding.origin) == (2017, "420100", "memento")
        (facts,) = reader.captures_at(OLD)
        served = reader.capture_numbered(facts.number)
    assert served.payload == archives.captures[0].payload
    assert served.header("server") == "Apache"
    assert served.header("last-modified") == "Mon, 12 Mar 2018 01:00:00 GMT"
    same_after_rebuild(folder, clock)


def test_old_lists_lead_to_reports_that_lie_elsewhere(
    archives: WebArchives, fill: Fill, folder: Path
) -> None:
    away = "http://www.wuhan.gov.cn/art/2017/3/1/art_1_2.html"
    unlisted = "http://www.wuhan.gov.cn/art/2017/3/1/art_1_3.html"
    second = f"{LIST}index_1.shtml"
    archives.captures = [
        kept(LIST, "20180401000000", list_page(("/a/1.html", "召开座谈会"), following="index_1.shtml")),
        kept(second, "20180401000100", list_page((away, title(2016)))),
        kept(away, "20170601000000", page(2016)),
        kept(unlisted, "20170601000000", page(2015)),
    ]
    seen = fill()
    assert [each.url for each in seen.of(Ending.LISTED)] == [LIST, second]
    assert [each.url for each in seen.of(Ending.NEW)] == [away]
    assert archives.repeated() == []


def test_a_payload_is_fetched_once_and_the_times_it_was_seen_are_entered(
    archives: WebArchives, fill: Fill, folder: Path, clock: Clock
) -> None:
    one, two = page(text="甲"), page(text="乙")
    archives.captures = [
        kept(timestamp="20180401000000", payload=one),
        kept(timestamp="20180501000000", payload=one, twice=True),
        kept(timestamp="20180601000000", payload=one, repeats=True),
        kept(url=OLD.replace("http:", "https:"), timestamp="20180701000000", payload=one),
        kept(timestamp="20190101000000", payload=two),
        kept(timestamp="20190201000000", payload=two, repeats=True),
    ]
    seen = fill()
    assert len(archives.paths("/web/")) == 2
    assert seen.filled_[0].counts.seen == 2
    versions = "SELECT first_seen, last_seen FROM versions ORDER BY number"
    assert [(str(a)[:10], str(b)[:10]) for a, b in query(folder, versions)] == [
        ("2018-04-01", "2018-07-01"),
        ("2019-01-01", "2019-02-01"),
    ]
    kinds = [each["kind"] for each in records(folder)]
    assert kinds.count("response") == 2
    assert [each["fazhi-not-kept"][:14] for each in records(folder) if each["kind"] == "revisit"] == [
        "head and bytes"
    ] * 2
    same_after_rebuild(folder, clock)


def test_a_second_run_asks_nothing_again(archives: WebArchives, fill: Fill) -> None:
    archives.captures = [kept(), kept(LIST, "20180401000000", list_page((OLD, title(2017))))]
    fill()
    asked = len(archives.asked)
    assert fill().outcomes == []
    assert len(archives.asked) == asked


def test_the_index_is_asked_again_after_a_month_or_on_demand(
    archives: WebArchives, fill: Fill, clock: Clock
) -> None:
    archives.captures = [kept()]
    fill()
    archives.captures.append(kept(f"{LIST}201903/t1.shtml", "20190401000000", page(2018)))
    assert fill(again=True).endings() == [Ending.NEW]
    archives.captures.append(kept(f"{LIST}202003/t1.shtml", "20200401000000", page(2019)))
    assert fill().endings() == []
    clock.forward(days=31)
    assert fill().endings() == [Ending.NEW]


def test_a_long_answer_is_read_page_by_page(
    archives: WebArchives, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.intake.backfill.archives.wayback.ROWS_PER_ANSWER", 2)
    archives.captures = [
        kept(f"{LIST}20{n}/t{n}.shtml", f"20{n}0401000000", page(2000 + n)) for n in range(16, 21)
    ]
    assert fill().endings() == [Ending.NEW] * 5
    assert len(archives.paths("/cdx")) == 3


def test_a_run_that_ends_within_the_index_goes_on_at_its_resumption_key(
    archives: WebArchives, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.intake.backfill.archives.wayback.ROWS_PER_ANSWER", 2)
    archives.captures = [
        kept(f"{LIST}20{n}/t{n}.shtml", f"20{n}0401000000", page(2000 + n)) for n in range(16, 21)
    ]
    answer = archives.answer
    monkeypatch.setattr(
        type(archives), "answer",
        lambda self, path, span: Reply(403, b"no") if "resumeKey=2" in path and len(self.asked) < 9 and not self.asked.append(("x", "")) else answer(path, span),
    )  # fmt: skip
    first = fill()
    assert "403" in first.filled_[0].left
    assert first.endings() == []
    monkeypatch.setattr(type(archives), "answer", lambda self, path, span: answer(path, span))
    assert fill().endings() == [Ending.NEW] * 5
    assert archives.repeated() == []


def test_rows_that_cannot_be_are_left_out_and_counted(archives: WebArchives, fill: Fill) -> None:
    archives.captures = [
        kept(timestamp="20180401000000"),
        kept(timestamp="20300101000000", payload=page(text="later than now")),
        kept(url=f"{LIST}201703/t2.shtml", timestamp="20170231000000", payload=page(2016)),
    ]
    seen = fill()
    assert seen.endings() == [Ending.NEW]
    assert seen.filled_[0].counts.impossible == 2


def test_what_cannot_be_played_is_left_for_a_month_and_another_capture_of_it_is_tried(
    archives: WebArchives, fill: Fill, clock: Clock
) -> None:
    archives.captures = [
        kept(played="missing"),
        kept(timestamp="20180501000000"),
        kept(f"{LIST}201703/t2.shtml", "20170401000000", page(2016), played="cut"),
        kept(f"{LIST}201603/t3.shtml", "20160401000000", page(2015), played="blocked"),
    ]
    seen = fill()
    assert sorted(seen.endings()) == [Ending.NEW, Ending.SKIPPED, Ending.SKIPPED, Ending.SKIPPED]
    assert sum("do not have the digest" in each.detail for each in seen.outcomes) == 1
    assert seen.filled_[0].counts.unplayable == 3
    archives.captures[2].played = archives.captures[3].played = "whole"
    assert fill().endings() == []
    clock.forward(days=31)
    assert fill().endings() == [Ending.NEW] * 2


def test_a_memento_of_another_time_is_told(archives: WebArchives, fill: Fill, folder: Path) -> None:
    other = kept(timestamp="20180405000000", payload=page(text="another"), status=203)
    archives.captures = [kept(played="moved", moved_to="20180405000000"), other]
    (outcome,) = fill().outcomes
    assert outcome.ending is Ending.NEW
    assert "asked for 2018-04-01 00:00:00, got 2018-04-05 00:00:00" in outcome.detail
    assert f"{outcome.at:%Y-%m-%d}" == "2018-04-05"
    (record,) = records(folder)
    assert "fazhi-origin-digest" not in record


@pytest.mark.parametrize("played", ["whole", "undone"])
def test_a_content_coding_is_kept_or_said_to_be_undone(
    played: str, archives: WebArchives, fill: Fill, folder: Path, clock: Clock
) -> None:
    coded = gzip.compress(page(), mtime=0)
    headers = (("Content-Encoding", "gzip"), ("Content-Length", str(len(coded))))
    archives.captures = [kept(payload=coded, headers=headers, played=played)]
    assert fill().endings() == [Ending.NEW]
    (record,) = records(folder)
    if played == "whole":
        assert record["fazhi-origin-digest"] == f"sha1:{archives.captures[0].sha1}"
    else:
        assert "content coding gzip: the archive has undone it" in record["fazhi-not-kept"]
        assert "fazhi-origin-digest" not in record
    same_after_rebuild(folder, clock)


def test_a_soft_404_that_was_kept_as_200_is_evidence_and_no_report(
    archives: WebArchives, fill: Fill, folder: Path
) -> None:
    gone = "<html><head><meta charset=utf-8><title>404</title></head><body>您访问的页面不存在</body></html>".encode()
    archives.captures = [kept(payload=gone)]
    assert fill().endings() == [Ending.GONE]
    assert len(records(folder)) == 1
    assert query(folder, "SELECT count(*) FROM reports") == [(0,)]


def test_an_empty_index_is_asked_once_more(archives: WebArchives, fill: Fill) -> None:
    archives.captures = [kept()]
    archives.faults = [("/cdx", Reply(200, b""))]
    assert fill().endings() == [Ending.NEW]
    archives.captures = []
    assert fill(again=True).endings() == []


def test_nothing_of_another_archive_stands_over_an_own_capture(
    archives: WebArchives, fill: Fill, folder: Path, clock: Clock, opened: Opener
) -> None:
    own = page(text="own")
    with opened() as archive:
        capture = a_capture(OLD, own, at=clock())
        archive.record(capture)
        archive.store(extract(own, (), OLD), capture, SITE)
    archives.captures = [
        kept(payload=page(text="older")),
        kept(timestamp=f"{clock():%Y%m%d}030500", payload=page(text="of the day")),
        kept(timestamp="20190101000000", payload=own),
    ]
    seen = fill(site=replace(SITE, lists=(LIST,)))
    assert sorted(seen.endings()) == [Ending.REVISED, Ending.REVISED, Ending.UNCHANGED]
    with Archive.read(folder) as reader:
        (report,) = reader.reports()
        (holding,) = reader.holdings([report])
        assert (report.body.endswith("own"), holding.origin) == (True, "own")
        assert [(row.origin, row.older) for row in reader.history(report.id or "")] == [
            ("own", False),
            ("memento", True),
            ("memento", True),
        ]
    same_after_rebuild(folder, clock)


def test_a_dry_run_counts_and_stores_nothing(archives: WebArchives, fill: Fill, folder: Path) -> None:
    archives.captures = [
        kept(),
        kept(timestamp="20180501000000"),
        kept(f"{LIST}1/t2.shtml", payload=page(2016)),
    ]
    (filled,) = fill(dry=True).filled_
    assert (filled.counts.rows, filled.counts.pages, filled.counts.to_fetch) == (3, 2, 2)
    assert archives.paths("/web/") == []
    assert not folder.exists()


def test_a_document_comes_with_the_page_that_offers_it(
    archives: WebArchives, fill: Fill, folder: Path
) -> None:
    text = (
        page()
        .decode()
        .replace("</body>", '<a href="/f/1.pdf">附件：法治政府建设情况报告.pdf</a></body>')
        .encode()
    )
    archives.captures = [
        kept(payload=text),
        kept("http://www.wuhan.gov.cn/f/1.pdf", "20180402000000", b"%PDF-1.4 none", mime="application/pdf"),
    ]
    fill()
    assert len(archives.paths("/web/20180402000000id_/http://www.wuhan.gov.cn/f/1.pdf")) == 1


@pytest.mark.parametrize("own_first", [True, False])
def test_who_saw_a_text_first_is_told_in_coverage_and_an_own_sight_counts_before(
    own_first: bool, archives: WebArchives, fill: Fill, folder: Path, clock: Clock, opened: Opener
) -> None:
    text = page(2025)
    url = OLD.replace("2018", "2026")
    archives.captures = [kept(url, "20260215000000", text)]

    def crawl() -> None:
        clock.forward(minutes=1)
        with opened() as archive:
            capture = a_capture(url, text, at=clock())
            archive.record(capture)
            report = replace(extract(text, (), url), year=2025, region="420100", issuer="武汉市人民政府")
            archive.store(report, capture, SITE)

    for step in (crawl, fill) if own_first else (fill, crawl):
        step()
    with Archive.read(folder) as reader:
        (publication,) = reader.publications()
        (report,) = reader.reports()
        (row,) = reader.history(report.id or "")
        sight = reader.first_sights(report.id or "")[1]
    assert (sight.origin, sight.archive, sight.at) == ("memento", "wayback", row.first_seen)
    assert sight.address == f"{archives.base}/web/20260215000000id_/{url}"
    assert sight.own_at is not None
    assert f"{sight.own_at:%Y-%m-%d}" == f"{clock():%Y-%m-%d}"
    assert [(each.seen_by, f"{each.first_seen:%Y-%m-%d}") for each in publication.texts] == [
        ("memento", "2026-02-15"),
        ("own", f"{clock():%Y-%m-%d}"),
    ]
    assert (row.origin, f"{row.first_seen:%Y-%m-%d}") == ("own", "2026-02-15")
    seen = as_of(publication, clock() + timedelta(days=1))
    assert seen is not None
    assert seen.witness(date(2026, 4, 1)).seen_by == "memento"  # in time, which the own crawl was not
    assert seen.witness(date(2026, 12, 31)).seen_by == "own"
    same_after_rebuild(folder, clock)


class Killed(BaseException):
    """Ends a run where it stands."""


@pytest.mark.parametrize("forgets", [False, True], ids=["with its state", "without its state"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_run_that_is_killed_goes_on_and_fetches_nothing_again(
    number: int, forgets: bool, archives: WebArchives, fill: Fill, folder: Path, clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    away = "http://www.wuhan.gov.cn/art/2017/3/1/art_1_2.html"
    archives.captures = [
        kept(LIST, "20180401000000", list_page((OLD, title(2017)), (away, title(2016)))),
        kept(),
        kept(away, "20170601000000", page(2016)),
    ]
    shown: list[Outcome] = []

    def show(_: object, outcome: Outcome) -> None:
        shown.append(outcome)
        if len(shown) == number:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("tests.intake.backfill.conftest.Seen.show", show)
        with pytest.raises(Killed):
            fill()
    if forgets:
        (folder / "backfill.db").unlink()
    fill()
    assert [path for path, _ in archives.repeated() if path.startswith("/web/")] == []
    assert forgets or archives.repeated() == []
    with Archive.read(folder) as reader:
        assert sorted(report.year or 0 for report in reader.reports()) == [2016, 2017]
    same_after_rebuild(folder, clock)


def test_an_archive_is_told_whom_to_write_to_as_sites_are(archives: WebArchives, fill: Fill) -> None:
    archives.captures = [kept()]
    fill(site=replace(SITE, contact="https://lab.example.org/crawler", agent="Mozilla/5.0"))
    (agent,) = archives.agents
    assert agent.startswith("fazhi/")
    assert "(+https://lab.example.org/crawler; " in agent
