"""What a crawl consists of besides reports is recorded and counted, and no trouble: only damage, or nothing of use, is."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.intake.imports import documents, import_paths
from crawler.intake.imports.recognition import reader_of
from crawler.intake.imports.warcs import import_warc
from crawler.model import Ending, Outcome
from crawler.warc import read_records
from crawler.warc.foreign import blocks
from tests.archive.held import query
from tests.conftest import Clock, Fazhi
from tests.intake.test_import_warcs import PAGE, REVISIT, WHOLE, digest_of, endings, page, same_after_rebuild
from tests.warc.others_formats import arc_head, arc_record, frame, wacz
from tests.warc.written import HTML, OTHER, URL, a_record, zipped

Opener = Callable[[], Archive]
Take = Callable[..., tuple[list[Outcome], list[str]]]
REPORT = a_record(WHOLE, more=[digest_of(PAGE)])


def answer(status: str, *heads: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *heads, "", ""]).encode() + body


def served(kind: str, body: bytes = b"x" * 50) -> bytes:
    return answer("200 OK", f"Content-Type: {kind}", body=body)


@pytest.fixture
def take(opened: Opener, tmp_path: Path) -> Take:
    """Import files, each given as its bytes; the outcomes, and what was told."""

    def take(*files: bytes) -> tuple[list[Outcome], list[str]]:
        paths = [tmp_path / f"{number}.warc.gz" for number in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        told: list[str] = []
        with opened() as archive:
            return list(import_paths(paths, archive, notify=told.append)), told

    return take


PART_OF_A_CRAWL = {
    "a redirect": (a_record(answer("301 Moved Permanently", "Location: /b")), "1 answer that redirects", 1),
    "a redirect with a page": (a_record(answer("302 Found", body=PAGE)), "1 answer that redirects", 1),
    "an image": (a_record(served("image/png", b"\x89PNG\r\n\x1a\n" + bytes(90))), "1 image, style or script", 1),
    "a font with a tag in it": (
        a_record(served("application/font-woff", b"wOFF\0\1<p>text</p><a href=x>" + bytes(90))), "1 image, style or script", 1,
    ),
    "a drawing": (
        a_record(served("image/svg+xml", b'<?xml version="1.0"?>\n<!DOCTYPE svg><svg><text>a</text></svg>')),
        "1 image, style or script", 1,
    ),
    "a script": (a_record(served("application/javascript; charset=utf-8")), "1 image, style or script", 1),
    "a style": (a_record(served("text/css")), "1 image, style or script", 1),
    "a video that was cut off": (
        a_record(served("video/mp4"), more=["WARC-Truncated: length"]), "1 image, style or script", 1,
    ),
    "a part of a video": (
        a_record(answer("206 Partial Content", "Content-Type: video/mp4", body=b"x")), "1 image, style or script", 1,
    ),
    "an empty page": (a_record(served("text/html", b"")), "1 empty answer", 1),
    "no content": (a_record(answer("204 No Content")), "1 empty answer", 1),
    "an empty record": (a_record(b""), "1 'empty answer'", 0),
    "dns": (a_record(b"x", url="dns:a.gov.cn", content_type="text/dns"), "1 'dns: response'", 0),
    "metadata": (a_record(b"x", kind="metadata"), "1 'metadata'", 0),
    "a resource": (a_record(b"x", kind="resource"), "1 'resource'", 0),
    "an image as a resource": (
        a_record(b"x", kind="resource", content_type="image/png"), "1 'resource'", 0,
    ),
    "a page of no web address as a resource": (
        a_record(PAGE, kind="resource", url="urn:x", content_type="text/html"), "1 'resource'", 0,
    ),
    "a conversion": (a_record(b"x", kind="conversion"), "1 'conversion'", 0),
    "warcinfo": (a_record(b"x", kind="warcinfo"), "1 'warcinfo'", 0),
    "a revisit of an image": (
        a_record(served("image/png", b""), kind="revisit", more=[REVISIT, digest_of(b"image")]),
        "2 answers of web servers: 1 page or document", 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "words", "recorded"), PART_OF_A_CRAWL.values(), ids=PART_OF_A_CRAWL.keys()
)
def test_what_a_crawl_consists_of_is_counted_and_no_trouble(
    record: bytes, words: str, recorded: int, take: Take, folder: Path, clock: Clock
) -> None:
    record = record.replace(URL.encode(), OTHER.encode())
    outcomes, told = take(zipped(REPORT, record))
    assert endings(outcomes) == [Ending.NEW]
    assert words in told[0]
    assert query(folder, "SELECT count(*) FROM captures") == [(1 + recorded,)]
    same_after_rebuild(folder, clock)


def test_a_page_is_read_whatever_type_its_head_says(take: Take) -> None:
    outcomes, _ = take(a_record(served("image/png", PAGE)))
    assert endings(outcomes) == [Ending.NEW]


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many"])
def test_an_answer_of_a_server_in_trouble_is_told_and_no_failure_of_the_import(
    status: str, take: Take
) -> None:
    outcomes, _ = take(zipped(REPORT, a_record(answer(status), url=OTHER)))
    assert endings(outcomes) == [Ending.NEW, Ending.SKIPPED]
    assert outcomes[1].detail.startswith(f"HTTP {status[:3]}")


@pytest.mark.parametrize(("title", "ending"), [("通知公告", Ending.SKIPPED), ("", Ending.FAILED)])
def test_a_part_of_an_article_is_a_failure_if_it_is_of_a_report(
    title: str, ending: Ending, take: Take
) -> None:
    pager = "<div class='page'><a href='a_2.html'>下一页</a></div></body>".encode()
    part = PAGE.replace(b"</body>", pager)
    if title:
        part = part.replace("武汉市人民政府关于2022年度法治政府建设情况的报告".encode(), title.encode())
    outcomes, _ = take(zipped(a_record(HTML + b"\r\n" + part)))
    assert endings(outcomes) == [ending], outcomes


def test_an_answer_too_large_for_a_page_is_counted(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_BLOCK_BYTES", len(WHOLE) + 100)
    outcomes, told = take(zipped(REPORT, a_record(served("video/mp4", bytes(30_000)), url=OTHER)))
    assert endings(outcomes) == [Ending.NEW]
    assert "1 answer too large for a page" in told[0]


def test_a_repeated_image_without_its_original_is_told_once_all_files_are_read(take: Take) -> None:
    revisit = a_record(
        served("image/png", b""), kind="revisit", url=OTHER, more=[REVISIT, digest_of(b"image")]
    )
    outcomes, told = take(zipped(REPORT, revisit))
    assert endings(outcomes) == [Ending.NEW]
    assert (
        told[-1] == "not imported, since their originals are in none of the files: 1 image, style or script"
    )


USELESS = {
    "other records": (zipped(a_record(b"x", kind="warcinfo"), a_record(b"x", kind="metadata")), "no answer"),
    "repeats alone": (
        a_record(served("image/png", b""), kind="revisit", more=[REVISIT, digest_of(b"image")]), "repeats only",
    ),
    "an ARC file of one name server": (arc_head() + arc_record(b"x", url="dns:a.gov.cn"), "1 'dns: response'"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "words"), USELESS.values(), ids=USELESS.keys())
def test_a_file_without_anything_of_use_is_a_failure_only_if_nothing_else_was_imported(
    data: bytes, words: str, take: Take
) -> None:
    (outcome,), _ = take(data)
    assert (outcome.ending, words in outcome.detail) == (Ending.FAILED, True)
    outcomes, _ = take(data, zipped(REPORT))
    assert Ending.FAILED not in endings(outcomes)


FORMS = {
    "x.arc": arc_head() + arc_record(WHOLE),
    "x.arc.gz": zipped(arc_head(), arc_record(WHOLE)),
    "x.warc": a_record(WHOLE),
    "x.warc.gz": zipped(a_record(WHOLE)),
    "x.warc.zst": frame(a_record(WHOLE)),
    "x.wacz": wacz({"archive/x.warc.gz": zipped(a_record(WHOLE))}),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("name", ["report.txt", "page.html", "without an ending", *FORMS])
def test_a_web_archive_is_told_by_its_content_whatever_its_name(
    name: str, data: bytes, opened: Opener, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with opened() as archive:
        assert endings(list(import_paths([path], archive))) == [Ending.NEW]


@pytest.mark.parametrize("name", FORMS)
def test_web_archives_are_found_in_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FORMS[name])
    assert documents([tmp_path]) == [tmp_path / name]


def test_a_page_that_begins_like_no_web_archive_is_read_by_its_name(tmp_path: Path) -> None:
    for data in (PAGE, gzip.compress(PAGE), b"", b"http://a.gov.cn/ is the address\n", b"PK\x03\x04"):
        (tmp_path / "a.html").write_bytes(data)
        assert reader_of(tmp_path / "a.html") is not import_warc


@pytest.mark.parametrize("name", FORMS)
def test_an_archive_of_an_import_verifies_and_is_the_same_after_a_rebuild(
    name: str, opened: Opener, tmp_path: Path, folder: Path, clock: Clock
) -> None:
    (tmp_path / name).write_bytes(FORMS[name])
    with opened() as archive:
        list(import_paths([tmp_path / name], archive))
    same_after_rebuild(folder, clock)


def test_the_command_ends_with_0_for_a_crawl_and_with_1_for_damage(
    fazhi: Fazhi, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(zipped(REPORT, a_record(answer("302 Found", "Location: /"), url=OTHER), a_record(b"")))
    code, out, err = fazhi("import", str(path), "--archive", str(folder), "--json")
    assert (code, json.loads(out)["ending"]) == (0, "new")
    assert "x.warc.gz: 2 answers of web servers: 1 page or document, 1 answer that redirects; 1 record" in err
    path.write_bytes(zipped(a_record(HTML + b"\r\n" + page(2021), url=OTHER))[:-20] + b"x")
    code, _, _ = fazhi("import", str(path), "--archive", str(folder))
    assert code == 1


def test_a_page_in_a_resource_record_is_read_and_says_what_it_lacks(
    take: Take, folder: Path, clock: Clock
) -> None:
    record = a_record(PAGE, kind="resource", content_type="text/html; charset=utf-8", more=[digest_of(PAGE)])
    outcomes, told = take(zipped(record))
    assert endings(outcomes) == [Ending.NEW]
    assert "1 page or document" in told[0]
    (outcome,) = outcomes
    assert f"{outcome.at:%Y-%m-%d %H:%M:%S}" == "2023-03-16 01:02:03"
    (warc,) = folder.glob("warc/*/*.warc.gz")
    (kept,) = [each for each in read_records(warc) if each.kind == "response"]
    assert "its record is a resource" in kept.fields["fazhi-not-kept"]
    assert not [each for each in read_records(warc) if each.kind == "request"]
    same_after_rebuild(folder, clock)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (a_record(PAGE, kind="resource", content_type="text/html", more=[digest_of(b"x")]), "does not match"),
        (a_record(PAGE, kind="resource", content_type="text/html", date="yesterday"), "its date 'yesterday'"),
        (
            a_record(PAGE, kind="resource", content_type="text/html", url="http://me:secret@a.cn/"),
            "a password",
        ),
        (a_record(PAGE, kind="resource", content_type="text/html", more=["WARC-Truncated: length"]), "short"),
    ],
    ids=["digest", "date", "password", "truncated"],
)
def test_a_faulty_resource_record_is_told(record: bytes, why: str, take: Take) -> None:
    outcomes, _ = take(zipped(record))
    assert outcomes[0].ending is Ending.FAILED
    assert why in outcomes[0].detail
    assert "secret" not in outcomes[0].detail


@pytest.mark.parametrize("name", ["a.warc.gz.open", "a.WARC.open", "a.arc.gz.bad", "a.warc.zst.open"])
def test_a_web_archive_that_its_crawler_has_not_closed_is_found_in_a_folder(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(zipped(REPORT))
    (tmp_path / "notes.open").write_bytes(b"x")
    assert documents([tmp_path]) == [tmp_path / name]
    assert reader_of(tmp_path / name) is import_warc
