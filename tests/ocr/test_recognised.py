"""What OCR saw on a scan is kept as evidence, and the report's text is read from it: on any machine, with or without an engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.archive.entering.recognising import Scan
from crawler.errors import CrawlerError, UnreadDocument
from crawler.extract.documents.ocr.record import Piece, Seen, read_ocr, written
from crawler.model import Ending, Report
from crawler.ocr import recognition
from crawler.ocr.job import read_scans
from tests.archive.held import faults, query
from tests.conftest import Clock, Fazhi
from tests.crawl.test_documents import FILE, LIST, STUB, TITLE, crawled, exchange, held, is_sound, page
from tests.intake.test_import_documents import imported
from tests.made_documents.pdf import pdf_of
from tests.made_documents.typeset import HEIGHT, WIDTH, Sheet, Style, typeset, width

TEXT = "\n".join(
    [
        "2022年,全市深入学习贯彻习近平法治思想,扎实推进法治政府建设。现将有关情况报告如下。",
        *(
            f"第{n}项工作取得成效,完成事项{n * 37}件,{'并向社会公布,接受监督,' * (n % 4)}群众满意度达到{90 + n % 10}分。"
            for n in range(20)
        ),
        "武汉市人民政府",
        "2023年2月20日",
    ]
)
READER = "rapidocr 3.10.0"
IMAGES = page('<p><img src="W1.jpg"></p><p><img src="W2.jpg"></p>')


def scan_of(pages: int = 2, title: str = "") -> bytes:
    return pdf_of([Sheet(image=True) for _ in range(pages)], info=title)


def seen(text: str = TEXT, confidence: float = 0.98, reader: str = READER) -> bytes:
    """What an engine sees on the pages of a text: boxes that are a little too high and never twice the same."""
    pages = []
    for sheet in typeset([TITLE[:14], TITLE[14:]], text.split("\n"), Style()):
        pieces = []
        for number, each in enumerate(sheet.texts):
            top, wide = each.y - each.size * (0.95 + number % 3 / 40), width(each.text) * each.size
            box = (each.x, top, each.x + wide + each.spacing * len(each.text), top + each.size * 1.15)
            pieces.append(Piece(each.text, *box, confidence))
        pages.append(Seen(WIDTH, HEIGHT, pieces))
    return written(reader, pages)


def recognised(folder: Path, clock: Clock, block: bytes, reader: str = READER) -> list[tuple[Scan, Report]]:
    clock.forward(hours=1)
    with Archive.create(folder, clock=clock) as archive:
        return [(scan, archive.enter_recognition(scan, block)) for scan in archive.scans(reader)]


async def test_a_scan_gets_its_text_from_what_ocr_saw(folder: Path, clock: Clock) -> None:
    await crawled(folder, clock, LIST, STUB, exchange(FILE, scan_of(), kind="application/pdf"))
    assert held(folder).unread == "needs_ocr"
    ((scan, _),) = recognised(folder, clock, seen())
    assert (scan.format, scan.pages, scan.url) == ("pdf", 2, FILE)
    report = held(folder)
    assert report.body == TEXT
    assert (report.title, report.year, report.published) == (TITLE, 2022, "2023-03-15")
    assert (report.text_from, report.text_url, report.unread) == ("ocr", FILE, None)
    assert (report.reader, report.confidence, report.version) == (READER, 0.98, 1)
    kinds = "SELECT how, c.record_type FROM documents d JOIN captures c ON c.id = capture_id ORDER BY d.id"
    assert query(folder, kinds) == [("link", "response"), ("ocr", "conversion")]
    is_sound(folder, clock)
    assert recognised(folder, clock, seen()) == []


async def test_a_scan_that_is_there_unchanged_is_seen_again_and_another_one_is_a_version(
    folder: Path, clock: Clock
) -> None:
    scan = exchange(FILE, scan_of(), kind="application/pdf")
    await crawled(folder, clock, LIST, STUB, scan)
    recognised(folder, clock, seen())
    (outcome,) = await crawled(folder, clock, LIST, STUB, scan)
    assert (outcome.ending, outcome.version) == (Ending.UNCHANGED, 1)
    assert query(folder, "SELECT count(*), max(last_seen) > max(first_seen) FROM versions") == [(1, 1)]
    assert query(folder, "SELECT count(*) FROM documents") == [(2,)]
    (outcome,) = await crawled(folder, clock, LIST, STUB, exchange(FILE, scan_of(3), kind="application/pdf"))
    assert (outcome.ending, outcome.version) == (Ending.REVISED, 2)
    ((again, _),) = recognised(folder, clock, seen(TEXT.replace("第7项", "第七项")))
    assert (again.version, again.pages) == (2, 3)
    assert "第七项" in held(folder).body
    is_sound(folder, clock)


async def test_a_document_that_is_away_for_a_day_takes_no_recognised_text_away(
    folder: Path, clock: Clock
) -> None:
    await crawled(folder, clock, LIST, STUB, exchange(FILE, scan_of(), kind="application/pdf"))
    recognised(folder, clock, seen())
    await crawled(folder, clock, LIST, STUB, exchange(FILE, b"", 503))
    assert held(folder).body == TEXT
    is_sound(folder, clock)


async def test_a_page_of_images_gets_its_text_from_all_of_them(folder: Path, clock: Clock) -> None:
    images = [
        exchange(f"{FILE.rpartition('/')[0]}/W{n}.jpg", b"\xff\xd8\xff" + bytes([n]) * 60) for n in (1, 2)
    ]
    await crawled(folder, clock, LIST, IMAGES, *images)
    ((scan, _),) = recognised(folder, clock, seen())
    assert (scan.format, scan.pages, len(scan.captures)) == ("image", 2, 2)
    assert held(folder).body == TEXT
    is_sound(folder, clock)


def test_an_imported_scan_is_read(folder: Path, clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / f"{TITLE}.pdf"
    file.write_bytes(scan_of())
    imported(folder, clock, file)
    recognised(folder, clock, seen())
    report = held(folder)
    assert (report.title, report.body, report.text_from) == (TITLE, TEXT, "ocr")
    is_sound(folder, clock)


async def test_a_later_engine_reads_again_and_makes_no_version(folder: Path, clock: Clock) -> None:
    await crawled(folder, clock, LIST, STUB, exchange(FILE, scan_of(), kind="application/pdf"))
    recognised(folder, clock, seen(TEXT.replace("满意", "满总")))
    recognised(folder, clock, seen(reader="rapidocr 4.0.0"), reader="rapidocr 4.0.0")
    report = held(folder)
    assert (report.body, report.version, report.reader) == (TEXT, 1, "rapidocr 4.0.0")
    is_sound(folder, clock)


async def test_what_is_no_text_leaves_the_scan_unread(folder: Path, clock: Clock) -> None:
    await crawled(folder, clock, LIST, STUB, exchange(FILE, scan_of(), kind="application/pdf"))
    ((_, report),) = recognised(folder, clock, written(READER, [Seen(WIDTH, HEIGHT, [])] * 2))
    assert (report.unread, report.body) == ("needs_ocr", "")
    assert recognised(folder, clock, seen()) == []  # this engine has seen it
    assert faults(folder, deep=True) == []
    is_sound(folder, clock)


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"fazhi_ocr":2,"reader":"x","pages":[]}',
        b'{"fazhi_ocr":1,"reader":"x","pages":[{"width":1,"height":NaN,"pieces":[]}]}',
        b'{"fazhi_ocr":1,"reader":"x","pages":[{"width":1,"height":1,"pieces":[["a",0,0,1e999,1,1]]}]}',
        b'{"fazhi_ocr":1,"reader":"x","pages":[{"width":1,"height":1,"pieces":[[1,0,0,1,1,1]]}]}',
        json.dumps(
            {"fazhi_ocr": 1, "reader": "x", "pages": [{"width": 1, "height": 1, "pieces": []}] * 501}
        ).encode(),
    ],
)
def test_a_record_without_the_form_is_damaged(block: bytes) -> None:
    with pytest.raises(UnreadDocument) as raised:
        read_ocr(block, None)
    assert raised.value.fault == "damaged"


def test_without_the_extra_the_command_says_what_is_missing(
    folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "has_extra", lambda: False)
    with Archive.create(folder, clock=clock) as archive, pytest.raises(CrawlerError, match="fazhi\\[ocr\\]"):
        next(read_scans(archive))


async def test_reports_and_show_say_that_a_text_is_from_ocr(folder: Path, clock: Clock, fazhi: Fazhi) -> None:
    await crawled(folder, clock, LIST, STUB, exchange(FILE, scan_of(), kind="application/pdf"))
    recognised(folder, clock, seen())
    _, listed, _ = fazhi("reports", "--archive", str(folder))
    assert "text from OCR, confidence 98.0%" in listed
    _, shown, _ = fazhi("show", held(folder).id or "", "--archive", str(folder), "--json")
    assert {"text_from": "ocr", "reader": READER, "confidence": 0.98}.items() <= json.loads(shown).items()
