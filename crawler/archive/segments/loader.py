"""`SegmentLoader`: enter the WARC file of one of this archive's workers. Its acts are this archive's own word.

What a text is (new, revised, a duplicate …), its report's id and its version's number are decided here: the worker knew
only its slice of the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.archive.catalogue.rows import CaptureRef
from crawler.archive.evidence import acts
from crawler.archive.evidence.acts import Act
from crawler.archive.ledger.observation import StoreResult
from crawler.archive.loading.warc_loader import WarcLoader
from crawler.model import Outcome, Report, SiteVisit


@dataclass(slots=True, kw_only=True)
class SegmentLoader(WarcLoader):
    """Loads one segment. `outcomes`: how each address ended here; `visits`: the visits that ended in it.

    `known`: ids of its records that may have a row; the others have none. None: each is looked up.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    visits: list[SiteVisit] = field(default_factory=list)
    known: set[str] | None = None

    def _held_row(self, record_id: str) -> CaptureRef | None:
        if self.known is None or record_id in self.known:
            return self._row(record_id)
        self.known.add(record_id)
        return None

    def _keep_former(self, act: Act, report: Report, change: StoreResult | None) -> None:
        WarcLoader._keep_former(self, act, report, change)
        if change is not None:
            self.outcomes.append(change.outcome)

    def _confirmed(self, act: Act) -> None:
        row = self._row(act.about, act.url)
        change = self.ledger.confirm(act.url, acts.site_of(act.content), act.at, row)
        self.outcomes.append(change.outcome)

    def _noted(self, act: Act) -> None:
        self.outcomes.append(self.ledger.note(acts.outcome_of(act.content, act.url, act.at)))

    def _visit_ended(self, act: Act) -> None:
        visit = acts.visit_of(act.content)
        self.ledger.end_visit(visit, act.at)
        self.visits.append(visit)

    def _run_ended(self, act: Act) -> None:
        """Note when and why the worker ended. The state stays: such a run has no line in the manifest."""
        self.ledger.end_run(self.ledger.run.state, act.content.get("detail") or "", act.at)

    def _merged(self, act: Act) -> None:
        """Do nothing: a worker enters no files."""

    _entered = _merged
