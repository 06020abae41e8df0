"""Documents come with imports, merges and saved sites as they come with a crawl: tied to their page, and never lost."""

from __future__ import annotations

import quopri
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.intake.imports import import_paths
from crawler.model import Ending, Outcome
from tests.archive.held import faults, query
from tests.conftest import URL, Clock, Fazhi
from tests.crawl.test_documents import (
    FILE,
    LIST,
    PAGE,
    STUB,
    TEXT,
    TITLE,
    a_scan,
    crawled,
    held,
    is_sound,
    text_file,
)
from tests.intake.test_import_warcs import PAGE as SAVED
from tests.site.offered import docx_of, pdf_of
from tests.site.troubles import BY_HOST

DOCUMENT = BY_HOST["document-listed.trouble.gov.cn"].document


def imported(folder: Path, clock: Clock, *paths: Path) -> list[Outcome]:
    clock.forward(hours=1)
    with Archive.create(folder, clock=clock) as archive:
        return list(import_paths(paths, archive))


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_document_is_imported_as_a_report(kind: str, folder: Path, clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / f"报告.{kind}"
    file.write_bytes(pdf_of(DOCUMENT) if kind == "pdf" else docx_of(DOCUMENT))
    (outcome,) = imported(folder, clock, file)
    assert outcome.ending is Ending.NEW
    report = held(folder)
    assert (report.title, report.body, report.text_from) == (DOCUMENT.title, DOCUMENT.body, kind)
    is_sound(folder, clock)


def test_a_scan_is_imported_under_the_title_in_its_name(folder: Path, clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / f"{TITLE}.pdf"
    file.write_bytes(a_scan().body)
    (outcome,) = imported(folder, clock, file)
    assert outcome.ending is Ending.NEW
    report = held(folder)
    assert (report.title, report.body, report.unread) == (TITLE, "", "damaged")
    is_sound(folder, clock)


def test_a_document_without_a_text_and_without_the_name_of_a_report_is_a_failure(
    folder: Path, clock: Clock, tmp_path: Path
) -> None:
    file = tmp_path / "文件.pdf"
    file.write_bytes(a_scan().body)
    (outcome,) = imported(folder, clock, file)
    assert outcome.ending is Ending.FAILED
    assert outcome.detail.endswith("the document has no text (damaged): name the file after its report")


async def test_a_page_of_a_warc_file_has_the_document_that_follows_it(folder: Path, clock: Clock) -> None:
    there = folder.with_name("there")
    await crawled(there, clock, LIST, STUB, text_file())
    outcomes = imported(folder, clock, *there.glob("warc/*/*.warc.gz"))
    assert [each.url for each in outcomes if each.ending is Ending.NEW] == [PAGE]
    report = held(folder)
    assert (report.body, report.text_url) == (TEXT, FILE)
    assert query(folder, "SELECT url, fault FROM documents") == [(FILE, None)]
    is_sound(folder, clock)


async def test_a_merged_report_is_read_from_its_document(folder: Path, clock: Clock) -> None:
    there = folder.with_name("there")
    await crawled(there, clock, LIST, STUB, text_file())
    clock.forward(hours=1)
    with Archive.create(folder, clock=clock) as archive:
        assert archive.merge(there, lambda _: None) == 1
    report = held(folder)
    assert (report.body, report.text_url) == (TEXT, FILE)
    assert query(folder, "SELECT url, format, fault FROM documents") == [(FILE, "text", None)]
    assert faults(folder, deep=True) == []
    is_sound(folder, clock)


async def test_show_and_reports_say_what_a_text_was_read_from(
    folder: Path, clock: Clock, fazhi: Fazhi
) -> None:
    await crawled(folder, clock, LIST, STUB, text_file())
    report_id = held(folder).id or ""
    _, _, err = fazhi("show", report_id, "--archive", str(folder))
    assert f"its text is that of a document (text): {FILE}" in err
    assert f"offers {FILE} (link): text, SHA-256 " in err
    _, out, _ = fazhi("show", report_id, "--json", "--archive", str(folder))
    assert f'"text_url": "{FILE}"' in out
    assert '"documents": [' in out


async def test_a_report_without_a_text_is_marked(folder: Path, clock: Clock, fazhi: Fazhi) -> None:
    await crawled(folder, clock, LIST, STUB, a_scan())
    _, out, _ = fazhi("reports", "--archive", str(folder))
    assert "no text: its document is damaged" in out
    _, out, _ = fazhi("reports", "--json", "--archive", str(folder))
    assert '"unread": "damaged"' in out


def test_extract_explains_a_document(tmp_path: Path, fazhi: Fazhi) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf_of(DOCUMENT))
    _, out, _ = fazhi("extract", "--explain", str(file))
    assert DOCUMENT.paragraphs[0] in out
    assert "format\tpdf" in out
    assert "reader\tpypdfium2" in out
    assert "unknown, share\t0.0000" in out


MESSAGE = (
    b"From: <Saved by Blink>\r\nSnapshot-Content-Location: %b\r\nSubject: report\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--b"\r\n\r\n\r\n----b\r\nContent-Type: text/html\r\n'
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n%b\r\n----b--\r\n"
)


@pytest.mark.parametrize(
    ("address", "kept"),
    [(URL, URL), ("http://me:secret@www.wuhan.gov.cn/", "urn:"), ("file:///a.html", "urn:")],
)
def test_a_page_saved_as_mhtml_is_read_with_the_address_in_its_head(
    address: str, kept: str, folder: Path, clock: Clock, tmp_path: Path
) -> None:
    file = tmp_path / "saved.mhtml"
    file.write_bytes(MESSAGE % (address.encode(), quopri.encodestring(SAVED)))
    (outcome,) = imported(folder, clock, file)
    assert outcome.ending is Ending.NEW
    assert outcome.url.startswith(kept)
    (again,) = imported(folder, clock, file)
    assert again.ending is Ending.UNCHANGED
    is_sound(folder, clock)
