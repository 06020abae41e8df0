"""What a search has found so far, and whether it may end: lists, columns, reports."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.address import canonical
from crawler.model import Link
from crawler.onboarding.find.candidates import Candidate
from crawler.onboarding.find.leads import Lead
from crawler.onboarding.find.model import Options, Target

_FRESH_YEARS = 4  # a list whose newest report is of an earlier year is an old one
_MAX_READ_PAST_A_STALE_LIST = 8
_MAX_READ_FOR_DEPARTMENTS = 12


@dataclass(slots=True, kw_only=True)
class Finds:
    """What one search has found so far."""

    target: Target
    options: Options
    year: int  # this one
    candidates: list[Candidate] = field(default_factory=list)
    departments: list[Candidate] = field(default_factory=list)
    columns: list[tuple[int, Link]] = field(
        default_factory=list
    )  # named ones that were read, with their scores
    reports: dict[str, tuple[Link, int | None]] = field(default_factory=dict)  # own, wherever they were seen
    nearest: Lead | None = None  # the one read with the highest score
    extra: int = 0  # leads read since a list was found

    def best(self) -> Candidate | None:
        """Return the list that is to be taken, if the search ended now."""
        taken = [each for each in self.candidates if each.precise or each.confirmed]
        return max(taken, key=lambda each: each.value, default=None)

    def is_settled(self) -> bool:
        """Whether nothing better is to be expected."""
        best = self.best()
        if best is None:
            return False
        if self.options.departments and not self.departments and self.extra < _MAX_READ_FOR_DEPARTMENTS:
            return False
        good = best.precise and not best.foreign
        if self.is_stale(best):
            return self.extra >= _MAX_READ_PAST_A_STALE_LIST
        allowed = 0 if good and best.named and len(best.years) > 2 else 2 if good and best.named else 4
        return self.extra >= allowed

    def is_stale(self, candidate: Candidate) -> bool:
        """Whether a list has no report of the last years: the government has another one by now."""
        return max(candidate.years, default=0) < self.year - _FRESH_YEARS

    def note_read(self, lead: Lead) -> None:
        """Note that a lead was read."""
        if lead.kind == "page" and lead.score > (self.nearest.score if self.nearest else 0):
            self.nearest = lead

    def forget_report(self, link: Link) -> None:
        """Leave out a report that was read and is not the government's."""
        self.reports.pop(canonical(link.url), None)
