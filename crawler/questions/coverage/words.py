"""A cell in words and as a mark of a few characters, and the totals of many rows, for tables and pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawler.field.counting import counted
from crawler.field.times import china_day
from crawler.language import translate
from crawler.questions.coverage.cells import CLAIMED, CoverageCell, CoverageRow, CoverageStatus

STATUS_WORDS: dict[CoverageStatus, tuple[str, str]] = {
    CoverageStatus.ON_TIME: ("on time", "按时公开"),
    CoverageStatus.LATE: ("late", "迟延公开"),
    CoverageStatus.OVERDUE: ("overdue", "逾期未见公开"),
    CoverageStatus.NOT_YET_DUE: ("not yet due", "未到期限"),
    CoverageStatus.WITHDRAWN: ("withdrawn", "公开后撤下"),
    CoverageStatus.UNKNOWN: ("unknown", "不明"),
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


def mark(cell: CoverageCell) -> str:
    """Return a cell in a few characters, see LEGEND."""
    marks = {
        CoverageStatus.ON_TIME: "✓",
        CoverageStatus.LATE: f"+{cell.days}",
        CoverageStatus.OVERDUE: f"!{cell.days}",
        CoverageStatus.NOT_YET_DUE: "·",
        CoverageStatus.WITHDRAWN: "✗",
        CoverageStatus.UNKNOWN: "?#" if cell.is_published else "?",
    }
    short = f"({marks[cell.status]})" if cell.rests_on == CLAIMED and not cell.was else marks[cell.status]
    return short + ("*" if cell.doubt and cell.rests_on == CLAIMED else "")


def status_words(cell: CoverageCell) -> str:
    """Return status, days and what they rest on, or the reason, in a few words. Words of tables are translated."""
    words = translate(STATUS_WORDS[cell.status][0])
    if cell.was:
        return f"{words} (was {translate(STATUS_WORDS[cell.was][0])})"
    if cell.reason:
        return f"{words} ({translate(cell.reason.replace('_', ' '))})"
    days = f" {counted(cell.days, 'day')}" if cell.days is not None else ""
    return f"{words}{days}" + (f", {cell.rests_on}" if cell.rests_on else "")


def remarks(cell: CoverageCell) -> str:
    """Return what else a cell's status rests on: visits, and why it is unknown."""
    parts = []
    if cell.reason:
        parts.append(cell.words())
    if cell.gone_since:
        parts.append(f"gone since {china_day(cell.gone_since)}")
    if cell.redated:
        now = f"dated {cell.claimed_now[:10]}" if cell.claimed_now else "without a date"
        parts.append(f"{now} by its page since {china_day(cell.redated)}, after an edit")
    if cell.doubt:
        parts.append(f"not on the lists of {cell.site} on {china_day(cell.doubt)}")
    if cell.checked:
        parts.append(f"last complete visit of {cell.site} on {china_day(cell.checked)}")
    if len(cell.report_ids) > 1:
        parts.append(f"also {', '.join(cell.report_ids[1:])}")
    if cell.several_years:
        parts.append(f"on several years, and so for none of them: {', '.join(cell.several_years)}")
    return "; ".join(parts)


TOTAL_HEADINGS = ("due", "known", "on time", "late", "overdue", "withdrawn", "unknown")
"""Columns of a table of totals. Those between `known` and `unknown` are KNOWN_STATUSES, each with its share of the known."""

KNOWN_STATUSES = (
    CoverageStatus.ON_TIME,
    CoverageStatus.LATE,
    CoverageStatus.OVERDUE,
    CoverageStatus.WITHDRAWN,
)


@dataclass(slots=True)
class YearTotal:
    """The number of organs with each status in one year, and the denominators of shares."""

    counts: dict[CoverageStatus, int]

    @property
    def due(self) -> int:
        """Organs whose report is due, or was published before."""
        return sum(self.counts.values()) - self.counts[CoverageStatus.NOT_YET_DUE]

    @property
    def known(self) -> int:
        """Of these, the organs whose status is known: the denominator of any share."""
        return self.due - self.counts[CoverageStatus.UNKNOWN]


def totals(rows: Iterable[CoverageRow]) -> dict[int, YearTotal]:
    """Count rows by year and status."""
    found: dict[int, YearTotal] = {}
    for row in rows:
        for cell in row.cells:
            total = found.setdefault(cell.year, YearTotal(dict.fromkeys(CoverageStatus, 0)))
            total.counts[cell.status] += 1
    return found


def share(part: int, whole: int) -> str:
    """Return a share in percent: 71 %. Nothing for no part, or without a denominator."""
    return f"{100 * part / whole:.0f} %" if part and whole else ""
