"""Read the scans of an archive that have not been read by this engine. Takes an `Archive`, yields what became of each scan."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from crawler.archive import Archive
from crawler.archive.entering.recognising import Scan
from crawler.errors import ArchiveDamaged, ExtractError, Halted
from crawler.ocr import engine
from crawler.ocr.recognition import FORMATS, recognise, require_extra

READ, NO_TEXT, FAILED, UNSUPPORTED, LEFT = "read", "no_text", "failed", "unsupported", "left"
"""What became of a scan: its text is that of the report; what was seen is none; the engine failed; its format is none of
FORMATS; the time was up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What became of one scan."""

    scan: Scan
    ending: str
    detail: str = ""
    characters: int = 0
    pages: int | None = None
    confidence: float | None = None
    seconds: float = 0.0


def read_scans(
    archive: Archive,
    ids: Collection[str] | None = None,
    *,
    max_seconds: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Recognised]:
    """Read scans, oldest version first, and store the text of each as soon as it is read.

    `ids`: of reports; None: of all. A scan that an earlier version of the engine read is read again. Raises CrawlerError if
    the extra `ocr` is missing.
    """
    require_extra()
    until = None if max_seconds is None else clock() + max_seconds

    def is_late() -> bool:
        return until is not None and clock() >= until

    for scan in archive.scans(engine.reader(), ids):
        began = clock()
        if is_late():
            yield Recognised(scan=scan, ending=LEFT, detail="the time is up")
            continue
        yield _read(archive, scan, is_late, lambda since=began: clock() - since)  # type: ignore[misc]


def _read(
    archive: Archive, scan: Scan, is_late: Callable[[], bool], taken: Callable[[], float]
) -> Recognised:
    if scan.format not in FORMATS:
        detail = f"a scan in the format {scan.format}; OCR reads {' and '.join(FORMATS)}"
        return Recognised(scan=scan, ending=UNSUPPORTED, detail=detail, pages=scan.pages)
    try:
        block = recognise(scan.format, archive.scan_bytes(scan), is_late=is_late)
    except Halted as error:
        return Recognised(scan=scan, ending=LEFT, detail=str(error), pages=scan.pages)
    except (ExtractError, ArchiveDamaged) as error:
        reason = getattr(error, "reason", None) or str(error)
        return Recognised(scan=scan, ending=FAILED, detail=reason, pages=scan.pages, seconds=taken())
    report = archive.enter_recognition(scan, block)
    if report.text_from != "ocr":
        detail = (
            f"what the engine sees is no text ({report.unread})"
            if report.unread
            else "its document can be read"
        )
        return Recognised(scan=scan, ending=NO_TEXT, detail=detail, pages=scan.pages, seconds=taken())
    return Recognised(
        scan=scan,
        ending=READ,
        characters=len(report.body),
        pages=report.pages,
        confidence=report.confidence,
        seconds=taken(),
    )
