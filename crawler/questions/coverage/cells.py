"""The values of a coverage: a status with what it rests on, for one organ and one year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class CoverageStatus(StrEnum):
    """What is known of the publication of one organ's report on one year."""

    ON_TIME = "on_time"
    LATE = "late"  # `days` after the last day on time
    OVERDUE = "overdue"  # not there at a complete visit after the last day; `days` so far
    NOT_YET_DUE = "not_yet_due"
    WITHDRAWN = "withdrawn"  # published, then gone; `was` says on_time or late
    UNKNOWN = "unknown"  # `reason` says why


class CoverageReason(StrEnum):
    """Why a status is unknown."""

    NO_RULE = "no_rule"  # no deadline is known for that year
    NO_SOURCE = "no_source"  # the archive has no source of that organ
    ENTRY_UNKNOWN = "entry_unknown"  # no visit has told what the source's entry looks for
    NO_LISTS = "no_lists"  # the source has only given pages: a missing report would not be noticed
    YEAR_NOT_WANTED = "year_not_wanted"  # the source's entry leaves that year out
    NEVER_COMPLETE = "never_complete"  # no visit of the source was complete
    FAILING = "failing"  # the last visit of the source failed
    NOT_VISITED_SINCE = "not_visited_since"  # no complete visit began after the last day on time
    SHOWN_UNREAD = "shown_unread"  # a list shows a report on that year that is not held
    UNDATED = "undated"  # it is held, but neither its page nor a capture says whether it was in time
    ONLY_A_COPY = "only_a_copy"  # another site shows what claims to be this report


REASONS: dict[CoverageReason, str] = {
    CoverageReason.NO_RULE: "no deadline is known for this year",
    CoverageReason.NO_SOURCE: "no source of it was ever visited",
    CoverageReason.ENTRY_UNKNOWN: "no visit has told what its source looks for: its texts come from saved pages or an earlier version",
    CoverageReason.NO_LISTS: "its source names pages only, no list that would show a new report",
    CoverageReason.YEAR_NOT_WANTED: "the entry of its source leaves this year out",
    CoverageReason.NEVER_COMPLETE: "its lists were never walked whole without trouble",
    CoverageReason.FAILING: "the last visit of its source failed",
    CoverageReason.NOT_VISITED_SINCE: "no complete visit of its source began after the last day on time",
    CoverageReason.SHOWN_UNREAD: "a list of its source shows a report on this year that is not held",
    CoverageReason.UNDATED: "held, but without a date that can be used, and first captured after the last day on time",
    CoverageReason.ONLY_A_COPY: "only another site shows a report that claims to be its",
}
"""The reasons in words."""

CLAIMED, WITNESSED = "claimed", "witnessed"
"""Values of `CoverageCell.rests_on`: the page's own date, or the time of a capture or of a visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCell:
    """The status of one organ's report on one year, and its evidence. Field names are the keys of the JSON output.

    `claimed` is the date that the page gave when it was first seen; `witnessed` is the first capture. They are independent: a
    page can claim any date, a capture proves that the text was there by then.
    """

    year: int
    status: CoverageStatus
    days: int | None = None  # late: after the last day; overdue: so far
    last_day: date | None = None  # the last day on time
    rule: str | None = None  # id in field.deadline.RULES
    rests_on: str | None = None  # claimed, witnessed
    claimed: str | None = None
    witnessed: datetime | None = None
    witnessed_by: str | None = None  # own, merged, imported, memento
    report_id: str | None = None
    version: int | None = None
    url: str | None = None
    was: CoverageStatus | None = None  # of a withdrawn report
    gone_since: datetime | None = None
    doubt: datetime | None = (
        None  # a complete visit after the last day that did not find the report on its source's lists
    )
    site: str | None = None  # the source that the report or its absence was seen at
    checked: datetime | None = None  # begin of that source's last complete visit
    reason: CoverageReason | None = None
    report_ids: tuple[str, ...] = ()  # of all that count for this cell, the one chosen first
    redated: datetime | None = (
        None  # when the page was first seen to give another day than `claimed`, which it gives since
    )
    claimed_now: str | None = (
        None  # that other date; None if there is none now. The status does not rest on it
    )
    claimed_version: int | None = None  # the version whose page gave `claimed`; `version` is the latest one
    witnessed_version: int | None = None  # the version that was captured at `witnessed`
    several_years: tuple[
        str, ...
    ] = ()  # ids of its reports on several years, this one among them; they count for none

    @property
    def is_published(self) -> bool:
        """Whether the organ's own report was seen, whatever is known of its time."""
        return self.report_id is not None and self.reason is not CoverageReason.ONLY_A_COPY

    def words(self) -> str:
        """Return why the status is unknown, in words; else an empty string."""
        return REASONS[self.reason] if self.reason else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """One organ: a division's government, or one of its departments; a cell for each year."""

    region: str  # GB/T 2260
    division: str  # name
    level: str  # province, city, county; empty for a code that is not in the table
    parent: str | None
    organ: str | None  # name of a department; None: the government
    sources: tuple[str, ...]
    cells: tuple[CoverageCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageChange:
    """One organ and year whose status was another on an earlier day."""

    row: CoverageRow
    before: CoverageCell
    now: CoverageCell
