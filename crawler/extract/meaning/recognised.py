"""Put what OCR read of a scan in the place of the scan, before the text of a report is chosen. Readings in, readings out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.errors import ExtractError, UnreadDocument
from crawler.extract.meaning.text_choice import IMAGE, needs_document, with_text
from crawler.extract.page.as_published import of_report
from crawler.model import AsPublished, Offer, Report

_Reading = tuple[Offer, Report | ExtractError]
NEEDS_OCR = "needs_ocr"


def with_recognised(
    page: Report, documents: Sequence[_Reading], recognised: Sequence[_Reading]
) -> tuple[list[_Reading], Report | None]:
    """Return the readings with the texts of scans in them; or the whole report, where the page itself is a scan.

    `recognised`: readings of the records of OCR, each with the URL of the scan that it is of, or of the first of a page's
    images. One that is of a document which can be read by now does not count.
    """
    texts = {offer.url: one for offer, one in recognised if isinstance(one, Report)}
    if page.unread == NEEDS_OCR and texts:  # a file, which offers nothing itself
        return list(documents), _whole(page, next(iter(texts.values())))
    found: list[_Reading] = []
    for offer, one in documents:
        text = texts.get(offer.url)
        if text is None or not (isinstance(one, UnreadDocument) and one.fault == NEEDS_OCR):
            found.append((offer, one))
        elif offer.how == IMAGE:
            if needs_document(page):
                return list(documents), with_text(page, offer, text)
        else:
            found.append((offer, text))
    return found, None


def _whole(page: Report, text: Report) -> Report:
    """The report of a page that is a scan itself. The title of the link to it stays, if there is one."""
    shown = AsPublished(title=of_report(page if page.title else text).title, body=of_report(text).body)
    return replace(text, title=page.title or text.title, url=page.url, as_published=shown)
