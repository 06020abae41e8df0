"""Rows of troubles: enter what a run's visits meet, and end what they meet no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import is_absent
from crawler.archive.catalogue.models import SourceRow, TroubleRow, VisitRow
from crawler.archive.catalogue.troubles.rules import Met, end_visit, may_be_trouble, meet, told
from crawler.model import Ending, Outcome, VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Trouble of a site that is over."""

    urls: tuple[str, ...]
    since: datetime  # when the first of it began
    ending: Ending  # of the first
    detail: str  # of the first
    still: int  # URLs of the site whose trouble stands


@dataclass(slots=True, kw_only=True)
class Troubles:
    """The troubles of the sites that one run visits."""

    session: Session
    run_started: datetime
    _standing: dict[str, list[TroubleRow]] = field(default_factory=dict)  # by site id
    _lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def note(self, outcome: Outcome, visit: VisitRow | None, *, held: bool) -> Outcome:
        """Enter an outcome of a visit if it is trouble. Return it with `since`, and with `as_before` if that was told already.

        `held`: the URL is one of a report's pages, which have states of their own. Outcomes outside a visit are not entered: a
        replay and an import say nothing of how a site is doing.
        """
        if visit is None or not may_be_trouble(outcome.ending, outcome.detail):
            return outcome
        lists = self._lists_of(visit)
        if outcome.ending is Ending.GONE and (held or outcome.url not in lists):
            return outcome
        assert outcome.at is not None
        met = Met(
            url=outcome.url,
            ending=outcome.ending,
            detail=outcome.detail,
            at=outcome.at,
            run_started=self.run_started,
            lists=lists,
        )
        since, known = meet(
            self._of(visit.site_id), met, lambda met, cause: self._add(visit.site_id, met, cause)
        )
        return replace(outcome, since=since, as_before=known)

    def end_visit(self, visit: VisitRow, now: datetime) -> Recovery | None:
        """Enter that a visit has ended, whose row has its state. Return what is over and was told; None if nothing is."""
        standing = self._of(visit.site_id)
        state = None if visit.state is None else VisitState(visit.state)
        over = end_visit(standing, state, began_at=visit.began_at, run_started=self.run_started, ended_at=now)
        if not told(over):
            return None
        first = min(over, key=lambda each: (each.since, each.id))
        return Recovery(
            urls=tuple(dict.fromkeys(each.url for each in over)),
            since=first.since,
            ending=Ending(first.ending),
            detail=first.detail,
            still=len({each.url for each in standing}),
        )

    def _of(self, site_id: str) -> list[TroubleRow]:
        if site_id not in self._standing and is_absent(self.session, TroubleRow.site_id, site_id):
            self._standing[site_id] = []
        elif site_id not in self._standing:
            mine = (TroubleRow.site_id == site_id, TroubleRow.over_at.is_(None))
            found = self.session.scalars(select(TroubleRow).where(*mine).order_by(TroubleRow.id))
            self._standing[site_id] = list(found)
        return self._standing[site_id]

    def _add(self, site_id: str, met: Met, cause: str) -> TroubleRow:
        row = TroubleRow(site_id=site_id, **met.columns(cause))
        self.session.add(row)
        self.session.flush()
        return row

    def _lists_of(self, visit: VisitRow) -> tuple[str, ...]:
        """Return the URLs of a site's lists. The pages that an entry names come after them; visits of earlier versions do not tell."""
        if visit.site_id not in self._lists:
            told = select(SourceRow.lists).where(SourceRow.site_id == visit.site_id)
            number = self.session.scalar(told.order_by(SourceRow.id.desc()).limit(1))
            entries: Sequence[str] = visit.entries
            self._lists[visit.site_id] = tuple(entries if number is None else entries[:number])
        return self._lists[visit.site_id]
