"""A sight of a text, and what came of it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.archive.catalogue.rows import Entered
from crawler.model import Ending, Outcome, Report, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One sight of a text: where and when it was seen, and in which captures."""

    report: Report
    site: Site
    now: datetime
    capture: Entered | None
    run: int  # whose sight it is
    live: bool  # seen by the run itself, not in what others gathered before: the last sight, whatever its clock said
    further: Sequence[int] = ()  # captures of the article's pages after the first
    shown: Container[str] | None = (
        None  # canonical addresses that the site shows in this visit; None: not known
    )
    varies: Sequence[str] = ()  # keys of the pages that this one was found to be, when it was entered first
    told: Ending | None = None  # how it was told to have ended when it was seen; None: to be found out

    @property
    def url(self) -> str:
        """The address it was seen at."""
        return self.report.url or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An outcome, and the text file that must stand."""

    outcome: Outcome
    text: Mapping[str, bytes] = field(
        default_factory=dict
    )  # by its name relative to the archive; one at most
    stands: str = ""  # or the name alone of one that was written before
    whole: bool = False  # whether the text was not held before, in this version or at all
    reextracted: bool = False
    varies: Sequence[str] = ()  # keys of the pages that turned out to be one with it: see `varying`

    def saying(self, more: str) -> Change:
        """The same, with more in the outcome's detail."""
        detail = "; ".join(filter(None, (self.outcome.detail, more)))
        return replace(self, outcome=replace(self.outcome, detail=detail)) if more else self


def outcome_of(
    ending: Ending, sight: Sight, report_id: str | None = None, version: int | None = None, detail: str = ""
) -> Outcome:
    """How the visit of a sight's address ended."""
    return Outcome(
        ending=ending,
        url=sight.url,
        site_id=sight.site.id,
        at=sight.now,
        report_id=report_id,
        version=version,
        detail=detail,
    )
