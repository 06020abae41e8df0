"""Our extractor with the interface of the scoring tool: {"body", "title", "date"}."""

from __future__ import annotations

from crawler.errors import NoBody
from crawler.extract import extract as _extract


def extract(page: bytes) -> dict[str, str | None]:
    """Extract a page with `crawler.extract`; empty fields if it finds no body."""
    try:
        report = _extract(page)
    except NoBody:
        return {}
    return {"body": report.body, "title": report.title, "date": report.published}
