"""Our extractor in the shape that the scoring tool wants: {"body", "title", "date"}."""

from __future__ import annotations

from crawler.errors import NoBody
from crawler.extract import extract as _extract


def extract(page: bytes) -> dict[str, str | None]:
    """What `crawler.extract` makes of a page; nothing where it finds no body."""
    try:
        report = _extract(page)
    except NoBody:
        return {}
    return {"body": report.body, "title": report.title, "date": report.published}
