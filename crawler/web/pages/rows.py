"""Things of the archive as rows of JSON and CSV: the contract's keys, and the addresses of their pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from crawler.field.regions import region as region_row
from crawler.field.times import iso
from crawler.model import JSON_KEYS, Holding, Report
from crawler.web.question import Question

REPORT_COLUMNS = (
    "id", "region", "division", "year", "kind", "published_date", "published_time", "version", "title", "issuer",
    "published_by", "state", "origin", "first_seen", "last_seen", "url", "text_sha256", "page",
)  # fmt: skip
"""Columns of a table of reports. Stable: new ones come last."""


def report_row(question: Question, report: Report, *, body: bool = False) -> dict[str, Any]:
    """Return a report under the contract's keys, and `page`, the absolute address of its page."""
    values = {key: getattr(report, key) for key in JSON_KEYS}
    values["index"] = dict(report.index) if report.index else None
    values["sections"] = [asdict(section) for section in report.sections]
    values["attachments"] = [asdict(attachment) for attachment in report.attachments]
    if not body:
        del values["body"]
    return values | {"page": question.address(f"/r/{report.id}")}


def report_cells(question: Question, report: Report, held: Holding) -> list[object]:
    """Return a report under REPORT_COLUMNS."""
    day, _, time = (report.published or "").partition("T")
    division = region_row(report.region) if report.region else None
    values: dict[str, object] = {
        "division": division.name if division else None,
        "published_date": day,
        "published_time": time,
        "published_by": held.published_by or held.site,
        "state": held.state,
        "origin": held.origin,
        "first_seen": iso(held.first_seen),
        "last_seen": iso(held.last_seen),
        "page": question.address(f"/r/{report.id}"),
    }
    return [values[name] if name in values else getattr(report, name) for name in REPORT_COLUMNS]
