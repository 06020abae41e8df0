"""Read a PDF: bytes to `Material`. Its text layer is read; a page that is only an image or outlines of glyphs needs OCR."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import Any

from crawler.errors import UnreadDocument
from crawler.extract.documents.layout import Page, mended, read_pages
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.measures import fault
from crawler.extract.documents.pdf.drawing import Drawing, drawing_of
from crawler.extract.documents.pdf.library import opened, stated_title, version
from crawler.extract.documents.pdf.text import Box, runs_of, turn_of
from crawler.extract.documents.pdf.whole import cut_reason
from crawler.extract.page.lines import Line
from crawler.extract.roles.role import squeeze
from crawler.model import Headers

MAX_PAGES = 500
"""A report has some tens of pages; the longest yearbooks of a government have some hundreds."""
MAX_CHARACTERS = 3_000_000
"""Of a document, spaces included: ten times the characters of 500 full pages."""
_MAGIC_BYTES = 1024  # in which the mark stands; readers of PDF allow other bytes before it
_MARK = re.compile(rb"%PDF-[0-9]")
_MIN_PAGE_CHARACTERS = 10  # a page with fewer, and an image or outlines, is a scan
_TITLE_LINES = 8  # in which a title that the properties state is looked for
_MIN_TITLE_LENGTH = 6  # characters


def _recognises(body: bytes, headers: Headers) -> bool:
    """Whether the mark of a PDF is among the first bytes, which are no markup that names one."""
    start = body[:_MAGIC_BYTES]
    return _MARK.search(start) is not None and not start.removeprefix(BOM_UTF8).lstrip().startswith(b"<")


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    """Raise UnreadDocument: encrypted, damaged, too_large, empty or needs_ocr."""
    with opened(body, url) as (raw, document):
        count = raw.FPDF_GetPageCount(document)
        if not count:
            raise UnreadDocument(url, "empty", "the PDF has no page", format="pdf", pages=0)
        if count > MAX_PAGES:
            reason = f"the PDF has {count} pages, the limit is {MAX_PAGES}"
            raise UnreadDocument(url, "too_large", reason, format="pdf", pages=count)
        cut = cut_reason(body)
        if cut:
            raise UnreadDocument(url, "damaged", f"the PDF is not whole: {cut}", format="pdf", pages=count)
        pages, scans = _pages(raw, document, count, url)
        title = stated_title(raw, document)
    _check_scans(scans, count, url)
    lines = read_pages(pages)
    characters = mended("".join(run.text for page in pages for run in page.runs))
    if not characters:
        raise UnreadDocument(
            url, "empty", f"the {count} pages of the PDF are blank", format="pdf", pages=count
        )
    doubt = fault(characters, count)
    if doubt:
        raise UnreadDocument(
            url, "needs_ocr", f"the PDF's text cannot be used: {doubt}", format="pdf", pages=count
        )
    return Material(
        lines=lines,
        titles=_titles(title, lines),
        undecodable=characters.count("\ufffd"),
        reader=version(),
        pages=count,
    )


def _pages(raw: Any, document: Any, count: int, url: str | None) -> tuple[list[Page], list[int]]:
    """The pages, and the numbers of those that are scans or drawn."""
    pages: list[Page] = []
    scans: list[int] = []
    characters = 0
    for number in range(count):
        handle = raw.FPDF_LoadPage(document, number)
        text = raw.FPDFText_LoadPage(handle) if handle else None
        if not text:
            if handle:
                raw.FPDF_ClosePage(handle)
            reason = f"page {number + 1} of {count} cannot be loaded"
            raise UnreadDocument(url, "damaged", reason, format="pdf", pages=count)
        try:
            page, drawing = _page(raw, handle, text, MAX_CHARACTERS - characters)
        finally:
            raw.FPDFText_ClosePage(text)
            raw.FPDF_ClosePage(handle)
        length = sum(len(run.text) for run in page.runs)
        characters += length
        if characters >= MAX_CHARACTERS:
            reason = f"the PDF has more than {MAX_CHARACTERS} characters"
            raise UnreadDocument(url, "too_large", reason, format="pdf", pages=count)
        if length < _MIN_PAGE_CHARACTERS and drawing.is_content:
            scans.append(number)
        pages.append(page)
    return pages, scans


def _page(raw: Any, handle: Any, text: Any, limit: int) -> tuple[Page, Drawing]:
    box = _box(raw, handle)
    count = max(0, min(raw.FPDFText_CountChars(text), limit))
    turn = turn_of(raw, text, count, box)
    width, height = turn.size
    runs = [
        run
        for run in runs_of(raw, text, count, turn)
        if -run.size < run.left < width and 0 <= run.middle <= height
    ]
    drawing = drawing_of(raw, handle, turn)
    return Page(width=width, height=height, runs=runs, rules=drawing.rules), drawing


def _box(raw: Any, handle: Any) -> Box:
    rect = raw.FS_RECTF()
    if raw.FPDF_GetPageBoundingBox(handle, rect) and rect.right > rect.left and rect.top > rect.bottom:
        return Box(rect.left, rect.bottom, rect.right, rect.top)
    return Box(0.0, 0.0, raw.FPDF_GetPageWidthF(handle) or 1.0, raw.FPDF_GetPageHeightF(handle) or 1.0)


def _check_scans(scans: list[int], count: int, url: str | None) -> None:
    """Raise UnreadDocument if pages of the text are images. A cover and a last page may be pictures."""
    inner = [number for number in scans if 0 < number < count - 1]
    if len(scans) == count or inner:
        named = ", ".join(str(number + 1) for number in scans[:5]) + (" …" if len(scans) > 5 else "")
        reason = f"{len(scans)} of {count} pages are images or outlines without text: {named}"
        raise UnreadDocument(url, "needs_ocr", reason, format="pdf", pages=count)


def _titles(stated: str, lines: list[Line]) -> tuple[str, ...]:
    """The title that the properties state, if the document shows it: templates carry those of other documents."""
    name = squeeze(stated)
    shown = squeeze("".join(line.text for line in lines[:_TITLE_LINES]))
    return (stated,) if len(name) >= _MIN_TITLE_LENGTH and name in shown else ()


PDF = Format(recognises=_recognises, read=_read)
