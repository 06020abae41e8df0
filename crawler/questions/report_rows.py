"""A report as a value for JSON and as cells of a table, for the command line and the viewer. The keys are the contract's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from crawler.archive import OUTSIDE_SITES
from crawler.field.regions import region as region_row
from crawler.field.times import iso
from crawler.model import JSON_KEYS, Holding, Report


def report_json(report: Report, *, body: bool = True, as_published: bool = False) -> dict[str, Any]:
    """Return a report under the contract's keys, absent values as None. `body=False` leaves `body` out, for lists.

    `as_published` adds title and body with the full-width forms of the page.
    """
    values = {key: getattr(report, key) for key in JSON_KEYS}
    values["index"] = dict(report.index) if report.index else None
    values["sections"] = [asdict(section) for section in report.sections]
    values["attachments"] = [asdict(attachment) for attachment in report.attachments]
    if not body:
        del values["body"]
    if as_published and report.as_published:
        values["title_as_published"] = report.as_published.title
        values["body_as_published"] = report.as_published.body
    return values


def holding_json(holding: Holding) -> dict[str, Any]:
    """Return what the archive knows of a report under the contract's keys, times in UTC."""
    times = {"first_seen": iso(holding.first_seen), "last_seen": iso(holding.last_seen)}
    return asdict(holding) | times


def report_cells(report: Report, held: Holding, names: Sequence[str], **others: object) -> list[object]:
    """Return the named columns of a report: its fields, what is held of it, and `others` by name. Days and times are apart."""
    day, _, time = (report.published or "").partition("T")
    division = region_row(report.region) if report.region else None
    cells: dict[str, object] = {
        "division": division.name if division else None,
        "published_date": day,
        "published_time": time,
        "published_by": held.published_by or (None if held.site in OUTSIDE_SITES else held.site),
        "state": held.state,
        "origin": held.origin,
        "first_seen": iso(held.first_seen),
        "last_seen": iso(held.last_seen),
        **others,
    }
    return [cells[name] if name in cells else getattr(report, name) for name in names]
