"""From Common Crawl, from CDX servers with their WARC files or their replay, and from any archive with TimeMaps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.errors import ConfigError, CrawlerError
from crawler.intake.backfill.choice import archives_of
from crawler.model import Ending
from tests.archive.held import query
from tests.conftest import SITE, Clock
from tests.intake.backfill.conftest import LIST, OLD, Fill, kept, list_page, page, title
from tests.intake.backfill.test_wayback import records, same_after_rebuild
from tests.intake.backfill.web_archives import Reply, WebArchives

CRAWL = "CC-MAIN-2018-05"


@pytest.fixture
def crawled(archives: WebArchives) -> str:
    """A crawl of two reports and a list; the words that name the archive."""
    archives.crawls = {
        CRAWL: [
            kept(LIST, "20180120000000", list_page((OLD, title(2017)))),
            kept(),
            kept(f"{LIST}201703/t2.shtml", "20180120000300", page(2016)),
            kept(f"{LIST}a.jpg", "20180120000200", b"jpg", mime="image/jpeg"),
        ],
        "CC-MAIN-2013-20": [kept(timestamp="20130501000000")],
        "CC-MAIN-2020-10": [],
    }
    return f"commoncrawl {archives.base} {archives.base}/"


def test_common_crawls_records_are_had_by_range_and_are_imported_ones(
    archives: WebArchives, fill: Fill, crawled: str, folder: Path, clock: Clock
) -> None:
    seen = fill(crawled)
    assert sorted(seen.endings()) == [Ending.LISTED, Ending.NEW, Ending.NEW]
    assert {each.site_id for each in seen.outcomes} == {"import"}
    assert not [path for path, _ in archives.asked if "2013" in path]  # before the years wanted
    assert all(span.startswith("bytes=") for path, span in archives.asked if path.startswith("/crawl-data/"))
    assert archives.repeated() == []
    found = next(each for each in records(folder) if each["warc-target-uri"] == OLD)
    assert found["fazhi-origin"] == "commoncrawl#<urn:uuid:00000000-0000-0000-0000-180401000000>"
    assert found["warc-source-uri"].startswith(f"{archives.base}/crawl-data/{CRAWL}/warc/1.warc.gz#bytes=")
    assert found["warc-ip-address"] == "203.0.113.7"
    assert found["fazhi-origin-digest"] == f"sha1:{archives.crawls[CRAWL][1].sha1}"
    assert {origin for (origin,) in query(folder, "SELECT origin FROM versions")} == {"imported"}
    same_after_rebuild(folder, clock)


def test_common_crawls_index_is_read_page_by_page(
    archives: WebArchives, fill: Fill, crawled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.intake.backfill.archives.commoncrawl.MIN_ROWS_OF_A_FULL_PAGE", 2)
    archives.rows_per_page = 2
    assert len(fill(crawled).of(Ending.NEW)) == 2
    pages = [path for path in archives.paths(f"/{CRAWL}-index") if "prefix" in path]
    assert [path[-1] for path in pages] == ["0", "1", "2"]


@pytest.mark.parametrize("path", ["/collinfo.json", f"/{CRAWL}-index", "/crawl-data/"])
def test_common_crawls_403_ends_all_requests_to_it(
    path: str, archives: WebArchives, fill: Fill, crawled: str
) -> None:
    archives.faults = [(path, Reply(403, b"no"))]
    (filled,) = fill(crawled).filled_
    assert "403" in filled.left
    assert archives.asked[-1][0].startswith(path)


def test_a_record_that_is_cut_off_is_left(archives: WebArchives, fill: Fill, crawled: str) -> None:
    archives.faults = [("/crawl-data/", Reply(206, b"\x1f\x8b"))]
    seen = fill(crawled)
    assert sorted(seen.endings()) == [Ending.NEW, Ending.NEW, Ending.SKIPPED]
    assert "truncated" in seen.of(Ending.SKIPPED)[0].detail


def test_a_cdx_server_with_warc_files(archives: WebArchives, fill: Fill, crawled: str, folder: Path) -> None:
    seen = fill(f"cdx {archives.base}/{CRAWL}-index {archives.base}/")
    assert len(seen.of(Ending.NEW)) == 2
    assert {origin for (origin,) in query(folder, "SELECT origin FROM versions")} == {"imported"}


def test_a_cdx_server_with_a_replay(archives: WebArchives, fill: Fill, folder: Path) -> None:
    archives.captures = [kept(), kept(timestamp="20180501000000", repeats=True)]
    assert fill(f"cdx {archives.base}/coll/cdx").endings() == [Ending.NEW, Ending.UNCHANGED]
    assert [path for path, _ in archives.asked if "id_/" in path] == [f"/coll/20180401000000id_/{OLD}"]
    assert {origin for (origin,) in query(folder, "SELECT origin FROM versions")} == {"memento"}


@pytest.mark.parametrize("place", ["timemap", "gate"])
def test_an_archive_with_timemaps_gives_what_its_lists_lead_to(
    place: str, archives: WebArchives, fill: Fill, folder: Path, clock: Clock
) -> None:
    archives.captures = [
        kept(LIST, "20180401000000", list_page((OLD, title(2017)))),
        kept(timestamp="20180401000000"),
        kept(timestamp="20180402000000"),  # thinned out
        kept(timestamp="20190401000000", payload=page(text="later")),
        kept(timestamp="20140401000000", payload=page(text="before the years wanted")),
    ]
    seen = fill(f"memento {archives.base}/{place}/")
    assert [f"{each.at:%Y%m%d}" for each in seen.outcomes] == ["20180401", "20180401", "20190401"]
    assert seen.endings() == [Ending.LISTED, Ending.NEW, Ending.REVISED]
    same_after_rebuild(folder, clock)


def test_what_two_archives_have_of_one_capture_is_one(
    archives: WebArchives, fill: Fill, folder: Path
) -> None:
    archives.captures = [kept()]
    archives.crawls = {CRAWL: [kept()]}
    seen = fill(f"commoncrawl {archives.base} {archives.base}/", f"wayback {archives.base}")
    assert seen.endings()[0] is Ending.NEW
    assert query(folder, "SELECT count(*) FROM captures") == [(1,)]
    assert query(folder, "SELECT count(*), origin FROM versions") == [(1, "imported")]


def test_deep_asks_for_the_host_and_takes_what_is_named_like_the_field(
    archives: WebArchives, fill: Fill
) -> None:
    archives.captures = [
        kept("http://www.wuhan.gov.cn/old/fzzfjs/2017/1.html", payload=page(2016)),
        kept("http://www.wuhan.gov.cn/lvyou/1.html", payload=page(2015)),
    ]
    assert fill().outcomes == []
    assert [each.url for each in fill(deep=True).of(Ending.NEW)] == [archives.captures[0].url]


def test_a_script_at_the_top_of_a_portal_is_not_its_whole_host(archives: WebArchives, fill: Fill) -> None:
    site = replace(SITE, lists=("http://www.wuhan.gov.cn/list.jsp?id=5",))
    archives.captures = [kept("http://www.wuhan.gov.cn/other/1.html")]
    assert fill(site=site).filled_[0].counts.rows == 0


@pytest.mark.parametrize(
    "words",
    ["", "google", "cdx", "memento", "cdx ftp://a.example.org/", "wayback http://me:secret@a.example.org/", "cdx http://a.example.org/ b"],
)  # fmt: skip
def test_words_that_name_no_archive_are_refused(words: str) -> None:
    with pytest.raises(ConfigError) as error:
        archives_of([words])
    assert "secret" not in str(error.value)


def test_without_any_archive_in_reach_nothing_is_made(
    archives: WebArchives, fill: Fill, folder: Path
) -> None:
    with pytest.raises(CrawlerError, match="no web archive can be reached"):
        fill("wayback http://127.0.0.1:9", "commoncrawl http://10.0.0.1")
    assert not folder.exists()


def test_an_index_that_names_a_file_at_another_server_is_not_followed(
    archives: WebArchives, fill: Fill, crawled: str
) -> None:
    row = {
        "urlkey": kept().key,
        "timestamp": "20180401000000",
        "url": OLD,
        "status": "200",
        "mime": "text/html",
        "offset": "0",
        "length": "9",
        "filename": "@elsewhere.example.org/1.warc.gz",
    }
    archives.faults = [("/some-index", Reply(200, json.dumps(row).encode()))]
    seen = fill(f"cdx {archives.base}/some-index {archives.base}")
    (outcome,) = seen.of(Ending.SKIPPED)
    assert "another server" in outcome.detail


def test_a_list_of_crawls_that_names_none_is_no_answer(archives: WebArchives, fill: Fill) -> None:
    (filled,) = fill(f"commoncrawl {archives.base} {archives.base}/").filled_
    assert filled.counts.failed == 1


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -1400", "now", ""])
def test_a_memento_with_an_impossible_date_is_left(archives: WebArchives, fill: Fill, date: str) -> None:
    link = f'<{archives.base}/web/1/{LIST}>; rel="memento"; datetime="{date}"'
    archives.faults = [
        ("/timemap/", Reply(200, link.encode(), [("Content-Type", "application/link-format")]))
    ]
    counts = fill(f"memento {archives.base}/timemap/").filled_[0].counts
    assert (counts.rows, counts.impossible) == (0, 1)
