"""Say in words what the text of a report was read from, and why a report has none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.field.counting import counted
from crawler.model import Document, Report

_FAULTS = {
    "needs_ocr": "needs OCR",
    "encrypted": "its document is encrypted",
    "damaged": "its document is damaged",
    "too_large": "its document is too large",
    "empty": "its document is empty",
    "gone": "its document is gone",
    "not_fetched": "its document could not be fetched",
    "no_document": "a web page came in the place of its document",
    "unknown_format": "its document has an unknown format",
    "archive_rar": "its document is a RAR archive",
    "archive_7z": "its document is a 7z archive",
    "unsupported": "its document has a format that is not read",
    "not_read": "none of its documents gives one",
}


def fault_words(report: Report) -> str:
    """Return why a report has no text, such as `no text: needs OCR, 12 pages`; empty if it has one."""
    if report.unread is None:
        return ""
    pages = f", {_pages(report.pages)}" if report.pages else ""
    return f"no text: {_FAULTS.get(report.unread, report.unread)}{pages}"


def recognised_words(report: Report) -> str:
    """Return that a text was read by OCR, and with what confidence; empty for any other text."""
    if report.text_from != "ocr" or report.confidence is None:
        return ""
    return f"text from OCR, confidence {report.confidence:.1%}"


def _pages(number: int) -> str:
    return counted(number, "page")


def source_lines(report: Report, documents: Sequence[Document]) -> Iterator[str]:
    """Yield lines on a report's text: what it was read from, how page and document differ, and every document offered."""
    if report.unread is not None:
        yield f"{report.id}  {fault_words(report)}"
    elif report.text_url is not None or report.text_from != "page":
        read_from = [report.text_from, _pages(report.pages) if report.pages else "", report.reader or ""]
        if report.confidence is not None:
            read_from.append(f"confidence {report.confidence:.1%}")
        where = f": {report.text_url}" if report.text_url else ""
        yield f"{report.id}  its text is that of a document ({', '.join(filter(None, read_from))}){where}"
    if report.difference:
        yield f"{report.id}  its page and its document differ: {report.difference}"
    for each in documents:
        facts = (
            each.format or "",
            _pages(each.pages) if each.pages else "",
            each.reader or "",
            f"no text: {each.fault}" if each.fault else "",
            f"SHA-256 {each.payload_sha256}" if each.payload_sha256 else "not archived",
        )
        what = "recognised" if each.offer.how == "ocr" else "offers"
        yield f"  {what} {each.offer.url} ({each.offer.how}): {', '.join(filter(None, facts))}"
