"""Things of the archive as rows of JSON and CSV: the contract's keys, and the addresses of their pages."""

from __future__ import annotations

from typing import Any

from crawler.model import Holding, Report
from crawler.questions.report_rows import report_cells as cells
from crawler.questions.report_rows import report_json
from crawler.web.question import Question

REPORT_COLUMNS = (
    "id", "region", "division", "year", "kind", "published_date", "published_time", "version", "title", "issuer",
    "published_by", "state", "origin", "first_seen", "last_seen", "url", "text_sha256", "page",
)  # fmt: skip
"""Columns of a table of reports. Stable: new ones come last."""


def report_row(question: Question, report: Report, *, body: bool = False) -> dict[str, Any]:
    """Return a report under the contract's keys, and `page`, the absolute address of its page."""
    return report_json(report, body=body) | {"page": question.address(f"/r/{report.id}")}


def report_cells(question: Question, report: Report, held: Holding) -> list[object]:
    """Return a report under REPORT_COLUMNS."""
    return cells(report, held, REPORT_COLUMNS, page=question.address(f"/r/{report.id}"))
