"""Our extractor in the form that scorers of extractors ask for: bytes in, {"body", "title", "date"} out."""

from __future__ import annotations

from crawler.errors import ExtractError
from crawler.extract import extract as ours


def extract(page: bytes) -> dict[str, str | None]:
    """Body, title and date of a page; nothing where there is none."""
    try:
        report = ours(page)
    except ExtractError:
        return {}
    return {"body": report.body, "title": report.title, "date": report.published}
