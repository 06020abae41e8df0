"""Import of text files, saved pages and WARC files; importing them again changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import Archive
from crawler.errors import ConfigError
from crawler.intake.imports import documents, import_paths
from crawler.model import Ending, Outcome
from tests.archive.held import faults, query

Opener = Callable[[], Archive]
TITLE = "武汉市人民政府关于2022年度法治政府建设情况的报告"
LINES = "".join(f"<p>第{n}项工作取得成效，完成事项{n * 37}件。</p>" for n in range(40))
PAGE = (
    f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div id=zoom>{LINES}</div></body></html>"
)
URL = "http://www.wuhan.gov.cn/zwgk/t1.shtml"


def endings(outcomes: list[Outcome]) -> list[Ending]:
    return [outcome.ending for outcome in outcomes]


def bring(opened: Opener, *paths: Path) -> list[Outcome]:
    with opened() as archive:
        return list(import_paths(paths, archive))


def saved(folder: Path) -> Path:
    """Return a folder with pages saved by a browser."""
    folder.mkdir()
    (folder / "报告 1.html").write_text(f"<!-- saved from url=({len(URL):04}){URL} -->\n{PAGE}", "utf-8")
    (folder / "notes.htm").write_text("<html><body><p>nothing to see here</p></body></html>", "utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


def a_warc(path: Path, *, compressed: bool = True, page: str = PAGE) -> Path:
    """Write a WARC file as another crawler does: WARC/1.0, SHA-1, no request records."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=compressed)
        for url, status, body in ((URL, "200 OK", page), (URL + "x", "404 Not Found", "no such page")):
            head = StatusAndHeaders(
                status, [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=io.BytesIO(body.encode()),
                    http_headers=head,
                    warc_headers_dict={"WARC-Date": "2023-03-15T01:02:03Z"},
                )
            )
    return path


def test_a_folder_of_saved_pages_is_kept_under_the_addresses_that_they_tell(
    opened: Opener, folder: Path, tmp_path: Path
) -> None:
    pages = saved(tmp_path / "pages")
    first = bring(opened, pages)
    assert sorted(endings(first)) == [Ending.NEW, Ending.SKIPPED]
    with Archive.read(folder) as archive:
        (report,) = archive.reports()
        assert (report.title, report.url, report.region, report.year) == (TITLE, URL, "420100", 2022)
    assert query(folder, "SELECT origin, record_type, url FROM captures") == [
        ("报告 1.html", "resource", URL)
    ]
    assert sorted(endings(bring(opened, pages))) == [Ending.SKIPPED, Ending.UNCHANGED]
    assert len(query(folder, "SELECT 1 FROM captures")) == 1
    assert faults(folder, deep=True) == []


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves a buffer open
def test_another_crawlers_warc_is_recorded_with_its_origin(
    compressed: bool, opened: Opener, folder: Path, tmp_path: Path
) -> None:
    path = a_warc(tmp_path / ("theirs.warc.gz" if compressed else "theirs.warc"), compressed=compressed)
    assert endings(bring(opened, path)) == [Ending.NEW, Ending.GONE]
    rows = query(folder, "SELECT url, status, fetched_at, origin FROM captures ORDER BY id")
    assert [(url, status, str(when)[:19]) for url, status, when, _ in rows] == [
        (URL, 200, "2023-03-15 01:02:03"),
        (URL + "x", 404, "2023-03-15 01:02:03"),
    ]
    assert all(str(origin).startswith(f"{path.name}#<urn:uuid:") for *_, origin in rows)
    assert bring(opened, path) == []
    assert len(query(folder, "SELECT 1 FROM captures")) == 2
    assert faults(folder, deep=True) == []


@pytest.mark.parametrize(
    "pager",
    [
        "<a href='t1_1.shtml'>下一页</a>",
        "[1] <a href='t1_2.shtml'>[2]</a>",
        "第1页 共2页",
        "<a href='javascript:go(2)'>2</a>",
    ],
)
@pytest.mark.parametrize("form", ["page", "page without address", "warc"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves a buffer open
def test_one_page_of_an_article_on_several_is_recorded_and_not_kept(
    form: str, pager: str, opened: Opener, folder: Path, tmp_path: Path
) -> None:
    part = PAGE.replace("</body>", f"<div>{pager}</div></body>")
    if form == "warc":
        outcomes = bring(opened, a_warc(tmp_path / "theirs.warc.gz", page=part))
        assert len(query(folder, "SELECT 1 FROM captures")) == 2
    else:
        told = f"<!-- saved from url=({len(URL):04}){URL} -->\n" if form == "page" else ""
        (tmp_path / "page.html").write_text(told + part, "utf-8")
        outcomes = bring(opened, tmp_path / "page.html")
    assert (outcomes[0].ending, outcomes[0].detail[:7]) == (Ending.FAILED, "short: ")
    with Archive.read(folder) as archive:
        assert archive.reports() == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves a buffer open
def test_a_warc_that_is_torn_gives_what_is_whole_and_says_so(
    opened: Opener, folder: Path, tmp_path: Path
) -> None:
    path = a_warc(tmp_path / "theirs.warc.gz")
    path.write_bytes(path.read_bytes()[:-20])
    outcomes = bring(opened, path)
    assert endings(outcomes) == [Ending.NEW, Ending.FAILED]
    assert "is cut off" in outcomes[1].detail


def test_what_is_not_there_and_what_cannot_be_imported_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file or folder"):
        documents([tmp_path / "nothing"])
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(ConfigError, match="no file that can be imported"):
        documents([tmp_path])


def test_a_text_that_is_no_report_is_told_and_not_kept(opened: Opener, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("关于放假的通知\n\n" + "各单位请遵照执行。\n\n" * 30, "utf-8")
    (outcome,) = bring(opened, tmp_path / "a.txt")
    assert outcome.ending is Ending.SKIPPED
    assert query(folder, "SELECT 1 FROM reports") == []
