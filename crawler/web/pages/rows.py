"""Things of the archive as rows of JSON: the contract's keys, and the addresses of their pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from crawler.model import JSON_KEYS, Report
from crawler.web.question import Question


def report_row(question: Question, report: Report, *, body: bool = False) -> dict[str, Any]:
    """Return a report under the contract's keys, and `page`, the absolute address of its page."""
    values = {key: getattr(report, key) for key in JSON_KEYS}
    values["index"] = dict(report.index) if report.index else None
    values["sections"] = [asdict(section) for section in report.sections]
    values["attachments"] = [asdict(attachment) for attachment in report.attachments]
    if not body:
        del values["body"]
    return values | {"page": question.address(f"/r/{report.id}")}
