"""Scans read by the real engine. Needs the extra `ocr` and a font with Chinese characters: make test-ocr."""

from __future__ import annotations

import io
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from PIL import Image

from crawler.archive import Archive
from crawler.errors import UnreadDocument
from crawler.extract import extract, read_offer
from crawler.model import Report
from crawler.ocr import engine
from crawler.ocr.job import READ, read_scans
from crawler.ocr.recognition import recognise
from tests.conftest import Clock
from tests.crawl.test_documents import FILE, LIST, STUB, crawled, exchange, held, is_sound
from tests.extract.test_pdf import REPORTS, title_lines, wide
from tests.made_documents.scans import jpeg, pdf_of_images, scan
from tests.made_documents.typeset import Sheet, Style, typeset
from tests.site.model import Document

LEAST_ACCURACY = 0.97


def sheets(report: Document) -> list[Sheet]:
    return typeset(title_lines(report.title), [wide(text) for text in report.paragraphs], Style())


def scanned(report: Document, pages: int = 99) -> bytes:
    """A report as a scanner gives it: grain, every page a little askew, a seal on the last one."""
    made = sheets(report)[:pages]
    images = [
        scan(sheet, seed=number, stamp=number == len(made) - 1, turn=0.4 * (number % 3 - 1))
        for number, sheet in enumerate(made)
    ]
    return pdf_of_images([jpeg(image) for image in images])


def accuracy(found: str, expected: str) -> float:
    """The share of characters that are right, of the longer text, without white space."""
    one, other = ("".join(text.split()) for text in (found, expected))
    same = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in same) / max(len(one), len(other))


def read(block: bytes) -> Report:
    return read_offer(block, (), FILE, "ocr")


def test_a_scanned_report_is_read_with_its_title_and_paragraphs() -> None:
    report = REPORTS[0]
    body = scanned(report)
    with pytest.raises(UnreadDocument) as raised:
        extract(body)
    assert raised.value.fault == "needs_ocr"
    found = read(recognise("pdf", [body]))
    assert accuracy(found.body, report.body) >= LEAST_ACCURACY
    assert found.title == report.title
    assert abs(len(found.body.split("\n")) - len(report.paragraphs)) <= 1
    assert found.text_from == "ocr"
    assert found.reader == engine.reader()
    assert found.confidence is not None
    assert 0.9 < found.confidence <= 1


async def test_a_crawled_scan_is_read_from_the_archive(folder: Path, clock: Clock) -> None:
    report = REPORTS[2]
    await crawled(folder, clock, LIST, STUB, exchange(FILE, scanned(report, 1), kind="application/pdf"))
    clock.forward(hours=1)
    with Archive.create(folder, clock=clock) as archive:
        (done,) = read_scans(archive)
        assert (done.ending, done.pages) == (READ, 1)
        assert list(read_scans(archive)) == []
    body = held(folder).body
    assert accuracy(body, report.body[: len(body)]) >= 0.95
    is_sound(folder, clock)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_an_image_of_a_page_is_read(kind: str) -> None:
    out = io.BytesIO()
    sheet = sheets(REPORTS[1])[0]
    scan(sheet, noise=10).crop((0, 0, 1653, 900)).save(out, kind)
    found = read(recognise("image", [out.getvalue()]))
    report = REPORTS[1]
    assert found.title == report.title
    assert accuracy(found.body, report.body[: len(found.body)]) >= 0.95


def test_a_picture_much_longer_than_a_page_is_read_in_pieces() -> None:
    pages = [scan(sheet, noise=0).crop((100, 200, 1553, 2100)) for sheet in sheets(REPORTS[0])[1:3]]
    long = Image.new("RGB", (pages[0].width, sum(page.height for page in pages)), "white")
    for number, page in enumerate(pages):
        long.paste(page, (0, number * pages[0].height))
    found = engine.recognise("image", jpeg(long), 0, 1)
    read = "".join(piece.text for page in found for piece in page.pieces)
    expected = "".join(text.text for sheet in sheets(REPORTS[0])[1:3] for text in sheet.texts)
    assert len(found) > 1
    assert accuracy(read, expected) >= 0.95


def test_the_same_page_gives_the_same_record() -> None:
    page = jpeg(scan(sheets(REPORTS[0])[1]).crop((0, 0, 1653, 700)))
    assert recognise("image", [page]) == recognise("image", [page])


def test_text_under_a_seal_is_read_and_the_seal_is_not() -> None:
    texts = [*sheets(REPORTS[0])[0].texts]
    with_seal = scan(Sheet(texts=texts), stamp=True)
    pieces = engine.recognise("image", jpeg(with_seal), 0, 1)[0].pieces
    found = "".join(piece.text for piece in pieces)
    expected = "".join(text.text for text in texts)
    assert accuracy(found, expected) >= LEAST_ACCURACY


@pytest.mark.parametrize("body", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(60), b"%PDF-1.4\n"])
def test_a_broken_file_is_told(body: bytes) -> None:
    with pytest.raises(UnreadDocument) as raised:
        recognise("pdf" if body.startswith(b"%PDF") else "image", [body])
    assert raised.value.fault in ("damaged", "empty")


def test_an_image_of_more_pixels_than_a_page_has_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(UnreadDocument, match="pixels"):
        recognise("image", [out.getvalue()])
