"""A page whose report stands in a document: the document is archived as evidence and gives the text, or says why it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive, rebuild
from crawler.archive.loading import reextraction
from crawler.crawl import crawl
from crawler.extract import extract_text, read_offer
from crawler.fetch import Exchange, Fetcher, Replay
from crawler.model import DocumentLimits, Ending, Outcome, Report, Site
from crawler.questions.near_copies import near_copies
from tests.archive.held import derived, dump, faults, query
from tests.conftest import SITE, Clock

FOLDER = "https://www.wuhan.gov.cn/zwgk/fzzfj/"
PAGE = f"{FOLDER}202303/t20230315_2170174.shtml"
OTHER = f"{FOLDER}202303/t20230316_2170175.shtml"
FILE = f"{FOLDER}202303/P020230315.doc"
TITLE = "武汉市人民政府关于2022年度推进法治政府建设情况的报告"
OTHER_TITLE = "武汉市人民政府关于2021年度推进法治政府建设情况的报告"
TEXT = "\n".join(
    [
        "2022年,全市深入学习贯彻习近平法治思想,扎实推进法治政府建设。现将有关情况报告如下。",
        *(f"第{n}项工作取得成效,完成事项{n * 37}件,群众满意度达到{90 + n % 10}%。" for n in range(40)),
        "武汉市人民政府",
        "2023年2月20日",
    ]
)
SCAN = b"%PDF-1.4\n%" + bytes(range(128, 250)) * 20


def exchange(url: str, body: bytes, status: int = 200, kind: str = "text/html; charset=utf-8") -> Exchange:
    return Exchange(method="GET", url=url, status=status, headers=(("Content-Type", kind),), body=body)


def page(stub: str, url: str = PAGE, title: str = TITLE) -> Exchange:
    html = (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>发布日期:2023-03-15 来源:市司法局</div>"
        f'<div class="TRS_Editor">{stub}</div><div>版权所有 网站标识码:4201000042</div></body></html>'
    )
    return exchange(url, html.encode())


def listing(*entries: tuple[str, str]) -> Exchange:
    items = "".join(f'<li><a href="{url}">{title}</a><span>2023-03-15</span></li>' for url, title in entries)
    return exchange(FOLDER, f"<ul>{items}</ul>".encode())


LIST = listing((PAGE, TITLE))
STUB = page('<p>附件:<a href="P020230315.doc">法治政府建设情况报告.doc</a></p>')


def text_file(text: str = TEXT, url: str = FILE, status: int = 200) -> Exchange:
    return exchange(url, f"{TITLE}\n\n{text}\n".encode(), status, "text/plain; charset=utf-8")


def a_scan(url: str = FILE, *, mark: bytes = b"") -> Exchange:
    return exchange(url, SCAN + mark, kind="application/pdf")


async def crawled(
    folder: Path, clock: Clock, *saved: Exchange, site: Site = SITE, after: timedelta = timedelta(hours=1)
) -> list[Outcome]:
    """Crawl saved exchanges, in which the list comes first; return the outcomes after the list's."""
    clock.forward(seconds=after.total_seconds())
    replay = Replay(saved)
    with Archive.create(folder, clock=clock) as archive:
        async with Fetcher(sink=archive.record, replay=replay, clock=clock) as fetcher:
            found = [each async for each in crawl([site], fetcher=fetcher, archive=archive, replay=replay)]
    return found[1:]


def held(folder: Path) -> Report:
    """Return the only report of an archive."""
    with Archive.read(folder) as archive:
        (report,) = archive.iter_reports(bodies=True)
    return report


def is_sound(folder: Path, clock: Clock) -> None:
    """Assert that the WARC files give every row and text again."""
    assert faults(folder, deep=True) == []
    rows, files = dump(folder), derived(folder)
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert dump(folder) == rows
    assert derived(folder) == files


async def test_the_text_of_a_stub_is_that_of_its_document(folder: Path, clock: Clock) -> None:
    (outcome,) = await crawled(folder, clock, LIST, STUB, text_file())
    assert outcome.ending is Ending.NEW
    report = held(folder)
    assert report.body == TEXT
    assert (report.title, report.year, report.published) == (TITLE, 2022, "2023-03-15")
    assert (report.text_from, report.text_url, report.unread) == ("text", FILE, None)
    assert query(
        folder, "SELECT d.url, how, format, c.url FROM documents d JOIN captures c ON c.id = capture_id"
    ) == [(FILE, "link", "text", FILE)]
    is_sound(folder, clock)


async def test_the_text_is_that_of_a_page_that_shows_it_itself(folder: Path, clock: Clock) -> None:
    twin, site = folder.with_name("twin"), replace(SITE, id="twin")
    await crawled(folder, clock, LIST, STUB, text_file())
    await crawled(twin, clock, LIST, page("".join(f"<p>{line}</p>" for line in TEXT.split("\n"))), site=site)
    assert held(folder).text_sha256 == held(twin).text_sha256


async def test_a_document_made_anew_with_the_same_text_is_kept_and_makes_no_version(
    folder: Path, clock: Clock
) -> None:
    await crawled(folder, clock, LIST, STUB, text_file())
    (outcome,) = await crawled(folder, clock, LIST, STUB, text_file(TEXT + "\n\n\n"))
    assert (outcome.ending, outcome.version) == (Ending.UNCHANGED, 1)
    assert query(folder, "SELECT count(*), count(DISTINCT capture_id) FROM documents") == [(2, 2)]
    (outcome,) = await crawled(folder, clock, LIST, STUB, text_file(TEXT + "\n\n\n"))
    assert query(folder, "SELECT count(*) FROM documents") == [(2,)]
    is_sound(folder, clock)


async def test_a_document_with_another_text_makes_a_version(folder: Path, clock: Clock) -> None:
    await crawled(folder, clock, LIST, STUB, text_file())
    (outcome,) = await crawled(folder, clock, LIST, STUB, text_file(TEXT.replace("37件", "39件")))
    assert (outcome.ending, outcome.version) == (Ending.REVISED, 2)
    is_sound(folder, clock)


@pytest.mark.parametrize(
    ("status", "ending"), [(503, Ending.FAILED), (403, Ending.REFUSED), (404, Ending.GONE)]
)
async def test_a_document_that_cannot_be_fetched_takes_no_text_away(
    status: int, ending: Ending, folder: Path, clock: Clock
) -> None:
    await crawled(folder, clock, LIST, STUB, text_file())
    page_outcome, missed = await crawled(folder, clock, LIST, STUB, text_file("", status=status))
    assert (page_outcome.ending, page_outcome.version) == (Ending.UNCHANGED, 1)
    assert "version 1 stays" in page_outcome.detail
    assert (missed.ending, missed.url) == (ending, FILE)
    assert f"a document of {PAGE}" in missed.detail
    assert held(folder).body == TEXT
    (outcome,) = await crawled(folder, clock, LIST, STUB, text_file())
    assert (outcome.ending, outcome.version) == (Ending.UNCHANGED, 1)
    is_sound(folder, clock)


async def test_a_document_that_comes_at_last_gives_the_first_version_its_text(
    folder: Path, clock: Clock
) -> None:
    outcome, missed = await crawled(folder, clock, LIST, STUB, text_file("", status=503))
    assert (outcome.ending, missed.ending) == (Ending.NEW, Ending.FAILED)
    assert "without a text: not_fetched" in outcome.detail
    report = held(folder)
    assert (report.body, report.unread) == ("", "not_fetched")
    assert list(folder.glob("text/*/*/*")) == []
    assert faults(folder, deep=True) == []
    (outcome,) = await crawled(folder, clock, LIST, STUB, text_file())
    assert (outcome.ending, outcome.version) == (Ending.UNCHANGED, 1)
    report = held(folder)
    assert (report.body, report.unread, report.text_url, report.version) == (TEXT, None, FILE, 1)
    is_sound(folder, clock)


async def test_scans_are_reports_without_a_text_and_never_one_another(folder: Path, clock: Clock) -> None:
    both = listing((PAGE, TITLE), (OTHER, OTHER_TITLE))
    stub = page('<p>附件:<a href="b.pdf">报告.pdf</a></p>', OTHER, OTHER_TITLE)
    scans = (a_scan(), a_scan(f"{FOLDER}202303/b.pdf", mark=b"2"))
    one, other = await crawled(folder, clock, both, STUB, stub, *scans)
    assert (one.ending, other.ending) == (Ending.NEW, Ending.NEW)
    assert one.report_id != other.report_id
    one, other = await crawled(folder, clock, both, STUB, stub, *scans)
    assert (one.ending, other.ending) == (Ending.UNCHANGED, Ending.UNCHANGED)
    with Archive.read(folder) as archive:
        assert list(near_copies(archive)) == []
        assert {report.unread is not None for report in archive.reports()} == {True}
    is_sound(folder, clock)


async def test_a_scan_in_the_place_of_a_text_takes_no_text_away(folder: Path, clock: Clock) -> None:
    await crawled(folder, clock, LIST, STUB, text_file())
    (outcome,) = await crawled(folder, clock, LIST, STUB, a_scan())
    assert (outcome.ending, outcome.version) == (Ending.UNCHANGED, 1)
    assert query(folder, "SELECT count(*) FROM documents") == [(2,)]
    assert held(folder).body == TEXT
    is_sound(folder, clock)


async def test_a_text_in_the_place_of_a_scan_is_a_new_version(folder: Path, clock: Clock) -> None:
    await crawled(folder, clock, LIST, STUB, a_scan())
    (outcome,) = await crawled(folder, clock, LIST, STUB, text_file())
    assert (outcome.ending, outcome.version) == (Ending.REVISED, 2)
    assert outcome.detail.startswith("text none is now ")
    is_sound(folder, clock)


async def test_a_list_may_lead_straight_to_a_document(folder: Path, clock: Clock) -> None:
    (outcome,) = await crawled(folder, clock, listing((FILE, TITLE)), text_file())
    assert outcome.ending is Ending.NEW
    report = held(folder)
    assert (report.title, report.body, report.url) == (TITLE, TEXT, FILE)
    is_sound(folder, clock)


async def test_a_report_in_a_frame_is_read_as_the_page_that_it_is(folder: Path, clock: Clock) -> None:
    framed = page('<iframe src="body.html" width="100%" height="800"></iframe>')
    inner = "".join(f"<p>{line}</p>" for line in TEXT.split("\n"))
    frame = exchange(f"{FOLDER}202303/body.html", f"<html><body><div>{inner}</div></body></html>".encode())
    (outcome,) = await crawled(folder, clock, LIST, framed, frame)
    assert outcome.ending is Ending.NEW
    report = held(folder)
    assert (report.body, report.text_from, report.text_url) == (TEXT, "page", f"{FOLDER}202303/body.html")
    is_sound(folder, clock)


@pytest.mark.parametrize("most", [0, 1])
async def test_no_more_documents_are_fetched_than_the_entry_allows(
    most: int, folder: Path, clock: Clock
) -> None:
    links = "".join(f'<p><a href="{n}.doc">附件{n}.doc</a></p>' for n in range(3))
    files = [text_file(url=f"{FOLDER}202303/{n}.doc") for n in range(3)]
    site = replace(SITE, documents=DocumentLimits(most=most))
    await crawled(folder, clock, LIST, page(f"<p>全文见附件。</p>{links}"), *files, site=site)
    assert query(folder, "SELECT count(*) FROM documents") == [(most,)]
    details = query(folder, "SELECT detail FROM outcomes WHERE report_id IS NOT NULL")
    assert ("2 further documents not fetched" in str(details)) is (most == 1)


async def test_an_unchanged_document_is_asked_for_with_its_validators(folder: Path, clock: Clock) -> None:
    tagged = replace(text_file(), headers=(("Content-Type", "text/plain"), ("ETag", '"v1"')))
    await crawled(folder, clock, LIST, STUB, tagged)
    with Archive.read(folder) as archive:
        assert archive.validators(PAGE) is None  # a 304 for the page would say nothing of the document
    same = Exchange(method="GET", url=FILE, status=304, headers=(("ETag", '"v1"'),), body=b"")
    (outcome,) = await crawled(folder, clock, LIST, STUB, same)
    assert (outcome.ending, outcome.version, outcome.detail) == (Ending.UNCHANGED, 1, "")
    is_sound(folder, clock)


async def test_a_better_reader_gives_a_version_its_text(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crawled(folder, clock, LIST, STUB, a_scan())
    real = reextraction.read_alone

    def better(work: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if work is read_offer:
            return replace(extract_text(f"{TITLE}\n\n{TEXT}"), text_from="ocr", reader="eyes 1")
        return real(work, *args, **named)

    monkeypatch.setattr(reextraction, "read_alone", better)
    clock.forward(hours=1)
    with Archive.create(folder, clock=clock) as archive:
        assert archive.reextract(lambda _: None) == 1
        assert archive.reextract(lambda _: None) == 0
    report = held(folder)
    assert (report.version, report.body, report.text_from, report.reader) == (1, TEXT, "ocr", "eyes 1")
    with Archive.read(folder) as archive:
        (row,) = archive.history(report.id or "")
    assert [former["unread"] for former in row.former] == ["damaged"]
    assert query(folder, "SELECT reader, fault FROM documents") == [("eyes 1", None)]
    is_sound(folder, clock)


async def test_frames_that_show_each_other_are_asked_for_once(folder: Path, clock: Clock) -> None:
    one, other = f"{FOLDER}202303/one.html", f"{FOLDER}202303/other.html"
    framed = page('<iframe src="one.html" width="100%" height="800"></iframe>')
    frames = (
        page('<iframe src="other.html"></iframe>', one),
        page('<iframe src="one.html"></iframe>', other),
    )
    (outcome,) = await crawled(folder, clock, LIST, framed, *frames)
    assert (outcome.ending, held(folder).body) == (Ending.NEW, "")
    asked = query(folder, "SELECT count(*) FROM captures WHERE url LIKE '%202303/o%'")
    assert asked[0][0] in (1, 2)
    is_sound(folder, clock)


async def test_a_page_in_the_place_of_a_document_is_no_text(folder: Path, clock: Clock) -> None:
    notice = exchange(FILE, f"<html><body><p>{TEXT}</p></body></html>".encode())
    (outcome,) = await crawled(folder, clock, LIST, STUB, notice)
    assert outcome.ending is Ending.NEW
    assert held(folder).unread == "no_document"
    (outcome,) = await crawled(folder, clock, LIST, STUB, text_file())
    assert (outcome.ending, outcome.version, held(folder).body) == (Ending.UNCHANGED, 1, TEXT)
    is_sound(folder, clock)


async def test_another_documents_text_is_no_change_of_the_one_that_is_missing(
    folder: Path, clock: Clock
) -> None:
    second = f"{FOLDER}202303/b.doc"
    stub = page('<p>全文:<a href="P020230315.doc">报告.doc</a></p><p><a href="b.doc">报告.doc</a></p>')
    longer = text_file(TEXT.replace("2022年,", "2022年,又一年,"), second)
    await crawled(folder, clock, LIST, stub, text_file(), text_file("", second, status=503))
    assert held(folder).text_url == FILE
    (outcome, *_) = await crawled(folder, clock, LIST, stub, text_file("", status=503), longer)
    assert (outcome.ending, outcome.version) == (Ending.UNCHANGED, 1)
    assert (held(folder).body, held(folder).text_url) == (TEXT, FILE)
    is_sound(folder, clock)


RAR = b"Rar!\x1a\x07\x01\x00" + bytes(100)


@pytest.mark.parametrize("kind", ["rar", "7z"])
async def test_an_archive_that_is_not_read_is_a_reason_that_the_archive_gives_again(
    kind: str, folder: Path, clock: Clock
) -> None:
    url, body = FILE.replace(".doc", f".{kind}"), RAR if kind == "rar" else b"7z\xbc\xaf\x27\x1c" + bytes(100)
    stub = page(f'<p>附件:<a href="{url}">法治政府建设情况报告.{kind}</a></p>')
    await crawled(folder, clock, LIST, stub, exchange(url, body, kind="application/octet-stream"))
    assert (held(folder).body, held(folder).unread) == ("", f"archive_{kind}")
    is_sound(folder, clock)


async def test_a_text_file_in_gbk_gives_the_text_of_a_stub(folder: Path, clock: Clock) -> None:
    url = FILE.replace(".doc", ".txt")
    stub = page(f'<p>附件:<a href="{url}">法治政府建设情况报告.txt</a></p>')
    body = f"{TITLE}\n\n{TEXT}\n".encode("gbk")
    await crawled(folder, clock, LIST, stub, exchange(url, body, kind="text/plain"))
    assert (held(folder).body, held(folder).text_from) == (TEXT, "text")


async def test_a_stub_that_only_names_its_document_is_no_text(folder: Path, clock: Clock) -> None:
    await crawled(folder, clock, LIST, STUB, text_file("见纸质件。"))
    assert (held(folder).body, held(folder).unread) == ("", "not_read")
    is_sound(folder, clock)


@pytest.mark.parametrize("document", [text_file(), a_scan()])
async def test_a_merge_takes_what_was_seen_again_without_a_change(
    document: Exchange, folder: Path, tmp_path: Path, clock: Clock
) -> None:
    other, notices = tmp_path / "other", list[str]()
    for _ in range(2):
        await crawled(other, clock, LIST, STUB, document)
        with Archive.create(folder, clock=clock, notify=notices.append) as archive:
            archive.merge(other, notices.append)
    await crawled(other, clock, LIST, STUB, document)
    for target in (folder, tmp_path / "third"):
        clock.forward(minutes=1)
        with Archive.create(target, clock=clock, notify=notices.append) as archive:
            archive.merge(other, notices.append)
        assert query(target, "SELECT number, text_sha256, unread, last_seen FROM versions") == query(
            other, "SELECT number, text_sha256, unread, last_seen FROM versions"
        )
        is_sound(target, clock)
    assert notices == []


async def test_a_merge_makes_no_version_of_the_stub_while_the_document_is_damaged(
    folder: Path, tmp_path: Path, clock: Clock
) -> None:
    other = tmp_path / "other"
    for document in (text_file(), a_scan(), a_scan(), text_file()):
        await crawled(other, clock, LIST, STUB, document)
    clock.forward(minutes=1)
    with Archive.create(folder, clock=clock) as archive:
        archive.merge(other, lambda _: None)
    assert query(folder, "SELECT number, unread FROM versions") == [(1, None)]
    is_sound(folder, clock)
