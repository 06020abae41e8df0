"""Ask the engine for the pages of a scan, a few at a time, in a child process with limits of its own. Files in, a record out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ParamSpec, TypeVar

from crawler.errors import CrawlerError, Halted, UnreadDocument
from crawler.extract.documents.ocr.record import MAX_PAGES, Seen, written
from crawler.ocr import engine
from crawler.reading.alone import read_within
from crawler.reading.frames import JobLimits
from crawler.reading.process import ReadingLimits

P = ParamSpec("P")
T = TypeVar("T")

PAGES_PER_CHILD = 10
"""The memory of the engine grows with every page: then another process goes on."""
PAGE_SECONDS = 120.0
"""Processor time for one page. A full page of A4 takes 4 to 8."""
START_SECONDS = 60.0
MEMORY_BYTES = 4 * 1024**3
"""Address space of the child. Ten pages of A4 take 2 GB of it, half of that in memory."""
EXTRA_MISSING = "OCR needs the extra `ocr`: pip install 'fazhi[ocr]' (in a source tree: make ocr)"
FORMATS = {"pdf": engine.PDF, "image": engine.IMAGE}
"""Formats of scans that can be read, by the key that a document has."""


@dataclass(frozen=True, slots=True)
class OcrLimits(ReadingLimits):
    """Limits of the child that recognises pages. They do not depend on the size of a file, but on the number of pages."""

    pages: int = PAGES_PER_CHILD

    def for_job(self, args: Sequence[object]) -> JobLimits:
        """Return the limits for a job of so many pages."""
        return JobLimits(START_SECONDS + PAGE_SECONDS * self.pages)


def has_extra() -> bool:
    """Whether the libraries of the extra `ocr` are installed."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def require_extra() -> None:
    """Raise CrawlerError, which says how to install it, if the extra `ocr` is missing."""
    if not has_extra():
        raise CrawlerError(EXTRA_MISSING)


def recognise(format: str, files: Sequence[bytes], *, is_late: Callable[[], bool] = lambda: False) -> bytes:
    """Return the record of what the engine sees on the pages of files, in order.

    `format`: a key of FORMATS. `is_late`: asked before each portion of pages. Raises UnreadDocument (damaged, too_large,
    encrypted), Unread if a page breaks the child or its limits, Halted when it is late.
    """
    kind = FORMATS[format]
    pages: list[Seen] = []
    for body in files:
        count = _ask(1, engine.count_pages, kind, body)
        if len(pages) + count > MAX_PAGES:
            raise UnreadDocument(
                None, "too_large", f"more than {MAX_PAGES} pages", format=format, pages=count
            )
        for first in range(0, count, PAGES_PER_CHILD):
            if is_late():
                raise Halted("the time is up")
            last = min(count, first + PAGES_PER_CHILD)
            pages += _ask(last - first, engine.recognise, kind, body, first, last)
    return written(engine.reader(), pages)


def _ask(pages: int, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    seconds = START_SECONDS + PAGE_SECONDS * pages
    limits = OcrLimits(cpu_seconds=seconds, wait_seconds=4 * seconds, memory_bytes=MEMORY_BYTES, pages=pages)
    return read_within(limits, work, *args, **named)
