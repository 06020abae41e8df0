"""The form in which OCR is kept: pieces of text at places, with their confidence, as JSON. Pages to bytes, and bytes to `Material`.

What an engine sees on a page is evidence and is kept as it is; lines and paragraphs are derived from it, as from a page of
a PDF. So a better layout reads an old recognition again. This is no format of `FORMATS`: no server can send it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

from crawler.errors import UnreadDocument
from crawler.extract.documents.layout import Page, Run, mended, read_pages
from crawler.extract.documents.material import Material
from crawler.extract.documents.measures import fault

OCR = "ocr"
"""`Report.text_from` of a text that was read by OCR, and `Offer.how` of its record."""
MEDIA_TYPE = "application/vnd.fazhi.ocr+json"
MAX_BYTES = 32_000_000
MAX_PAGES = 500
MAX_RUNS = 200_000
"""Pieces of text in one recognition: 400 on each page."""
_FORM = 1
_SAME_SIZE = 0.25  # of the usual height; boxes of one size of characters differ by less
_MAX_TEXT = 2_000  # characters of a piece
_HEIGHT_OF_SIZE = 1.12  # height of a box in font sizes


class Piece(NamedTuple):
    """A line of text as an engine sees it: its box in points, y downwards, and its confidence, 0 to 1."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float


class Seen(NamedTuple):
    """What an engine sees on one page; width and height in points."""

    width: float
    height: float
    pieces: Sequence[Piece]


def written(reader: str, pages: Sequence[Seen]) -> bytes:
    """Return a recognition as bytes. `reader`: engine and version."""
    value = {
        "fazhi_ocr": _FORM,
        "reader": reader,
        "pages": [
            {"width": page.width, "height": page.height, "pieces": [list(each) for each in page.pieces]}
            for page in pages
        ],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def read_ocr(body: bytes, url: str | None) -> Material:
    """Return the lines of a recognition. Raise UnreadDocument: damaged if it has not the form, needs_ocr if its text is none."""
    try:
        reader, pages = _parsed(body)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnreadDocument(
            url, "damaged", f"not the record of a recognition: {error!r}"[:200], format=OCR
        ) from None
    lines = read_pages(list(_layout_pages(pages)))
    texts = "".join(mended(piece.text) for page in pages for piece in page.pieces)
    if doubt := fault(texts, len(pages)):
        reason = f"what {reader} reads cannot be used: {doubt}"
        raise UnreadDocument(url, "needs_ocr", reason, format=OCR, pages=len(pages))
    return Material(lines=lines, reader=reader, pages=len(pages), confidence=_confidence(pages))


def reader_of(body: bytes) -> str:
    """Return which engine made a recognition; empty if the bytes are none."""
    try:
        return _parsed(body)[0]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


def _parsed(body: bytes) -> tuple[str, list[Seen]]:
    if len(body) > MAX_BYTES:
        raise ValueError(f"{len(body)} bytes")
    value: dict[str, Any] = json.loads(body)
    if value["fazhi_ocr"] != _FORM or len(value["pages"]) > MAX_PAGES:
        raise ValueError("another form, or too many pages")
    pages = [
        Seen(_length(page["width"]), _length(page["height"]), list(map(_piece, page["pieces"])))
        for page in value["pages"]
    ]
    if sum(len(page.pieces) for page in pages) > MAX_RUNS:
        raise ValueError("too many pieces")
    return str(value["reader"])[:100], pages


def _piece(values: Sequence[Any]) -> Piece:
    text, *box, confidence = values
    left, top, right, bottom = map(_length, box)
    if not isinstance(text, str) or right < left or bottom < top:
        raise ValueError("a piece without text or place")
    return Piece(text[:_MAX_TEXT], left, top, right, bottom, min(1.0, _length(confidence)))


def _length(value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 20_000:
        raise ValueError(f"{value} is no length")
    return number


def _layout_pages(pages: Sequence[Seen]) -> Iterator[Page]:
    """The pages for the layout. Boxes of one font differ in height: those near the usual one get its size."""
    heights = [piece.bottom - piece.top for page in pages for piece in page.pieces for _ in piece.text]
    usual = median(heights or [1.0]) or 1.0
    for page in pages:
        runs: list[Run] = []
        for piece in page.pieces:
            height = piece.bottom - piece.top
            if abs(height - usual) <= _SAME_SIZE * usual:
                height = usual
            size = round(height / _HEIGHT_OF_SIZE, 1)
            runs.append(Run(piece.text, piece.left, piece.top, piece.right, piece.bottom, size))
        yield Page(width=page.width, height=page.height, runs=runs)


def _confidence(pages: Sequence[Seen]) -> float:
    """The mean confidence of a character, to three places."""
    pieces = [piece for page in pages for piece in page.pieces]
    total = sum(len(piece.text) for piece in pieces)
    return round(sum(len(piece.text) * piece.confidence for piece in pieces) / total, 3) if total else 0.0
