"""A cell in words and as a mark of a few characters, and the totals of many rows, for tables and pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.field.deadline import china_day
from crawler.questions.coverage.cells import CLAIMED, Cell, Row, Status

STATUS_WORDS: dict[Status, tuple[str, str]] = {
    Status.ON_TIME: ("on time", "按时公开"),
    Status.LATE: ("late", "迟延公开"),
    Status.OVERDUE: ("overdue", "逾期未见公开"),
    Status.NOT_YET_DUE: ("not yet due", "未到期限"),
    Status.WITHDRAWN: ("withdrawn", "公开后撤下"),
    Status.UNKNOWN: ("unknown", "不明"),
}
"""Each status in English and Chinese."""

LEGEND: tuple[tuple[str, str], ...] = (
    ("✓", "on time: captured on or before the last day"),
    ("(✓)", "on time by the page's own date alone; first captured later"),
    ("+27", "late by at least 27 days: a visit after the last day did not find it"),
    ("(+27)", "late by 27 days by the page's own date"),
    ("!59", "overdue for 59 days: a complete visit after the last day found none"),
    ("·", "not yet due"),
    ("✗", "withdrawn: published, then gone"),
    ("?", "unknown: not looked for, or the source fails"),
    ("?#", "held, but unknown whether it was in time"),
    ("…*", "a visit after the last day did not find it, against the page's own date"),
)
"""The marks with their meanings. No mark differs from another by colour alone."""


def mark(cell: Cell) -> str:
    """Return a cell in a few characters, see LEGEND."""
    marks = {
        Status.ON_TIME: "✓",
        Status.LATE: f"+{cell.days}",
        Status.OVERDUE: f"!{cell.days}",
        Status.NOT_YET_DUE: "·",
        Status.WITHDRAWN: "✗",
        Status.UNKNOWN: "?#" if cell.is_published else "?",
    }
    short = f"({marks[cell.status]})" if cell.rests_on == CLAIMED and not cell.was else marks[cell.status]
    return short + ("*" if cell.doubt and cell.rests_on == CLAIMED else "")


def status_words(cell: Cell) -> str:
    """Return status, days and what they rest on, or the reason, in a few words."""
    words = STATUS_WORDS[cell.status][0]
    if cell.was:
        return f"{words} (was {STATUS_WORDS[cell.was][0]})"
    if cell.reason:
        return f"{words} ({cell.reason.replace('_', ' ')})"
    days = f" {cell.days} days" if cell.days is not None else ""
    return f"{words}{days}" + (f", {cell.rests_on}" if cell.rests_on else "")


def sentence(cell: Cell) -> str:
    """Return a cell with all of its evidence, for those who look closely."""
    parts = [status_words(cell)]
    if cell.last_day:
        parts.append(f"last day {cell.last_day}")
    if cell.claimed:
        parts.append(f"page dated {cell.claimed}")
    if cell.witnessed:
        by = "" if cell.witnessed_by == "own" else f" by {_BY.get(cell.witnessed_by or '', 'others')}"
        parts.append(f"first captured {china_day(cell.witnessed)}{by}")
    if cell.gone_since:
        parts.append(f"gone since {china_day(cell.gone_since)}")
    if cell.doubt:
        parts.append(f"not on the lists of {cell.site} on {china_day(cell.doubt)}")
    if cell.checked:
        parts.append(f"last complete visit of {cell.site} {china_day(cell.checked)}")
    if cell.reason:
        parts.append(cell.words())
    if cell.report:
        parts.append(f"{cell.report} version {cell.version}")
    return "; ".join(parts)


_BY = {"merged": "another archive", "imported": "another crawler"}


@dataclass(slots=True)
class YearTotal:
    """The number of organs with each status in one year, and the denominators of shares."""

    counts: dict[Status, int]

    @property
    def due(self) -> int:
        """Organs whose report is due, or was published before."""
        return sum(self.counts.values()) - self.counts[Status.NOT_YET_DUE]

    @property
    def known(self) -> int:
        """Of these, the organs whose status is known: the denominator of any share."""
        return self.due - self.counts[Status.UNKNOWN]


def totals(rows: Iterable[Row]) -> dict[int, YearTotal]:
    """Count rows by year and status."""
    found: dict[int, YearTotal] = {}
    for row in rows:
        for cell in row.cells:
            total = found.setdefault(cell.year, YearTotal(dict.fromkeys(Status, 0)))
            total.counts[cell.status] += 1
    return found


def share(part: int, whole: int) -> str:
    """Return a share in percent: 71 %. Nothing for no part, or without a denominator."""
    return f"{100 * part / whole:.0f} %" if part and whole else ""


def iso(moment: datetime | None) -> str | None:
    """Return a time in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
