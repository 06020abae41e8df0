"""What one run enters in the catalogue, as it goes or once more out of its WARC files: the same rows either way."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue import queries, rows
from crawler.archive.catalogue.models import (
    CaptureRow,
    OutcomeRow,
    PageRow,
    RunRow,
    VersionRow,
    VisitRow,
    WarcRow,
)
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import Entered
from crawler.archive.ledger import identity, page_states, site_visits
from crawler.archive.ledger.current_page import Seen
from crawler.archive.ledger.identity import Reread
from crawler.archive.ledger.observation import Change, Sight
from crawler.archive.ledger.runs import MERGED
from crawler.archive.ledger.varying_urls import key_of
from crawler.model import Ending, Outcome, Report, Site, SiteVisit

_NOT_REACHED = (Ending.FAILED, Ending.REFUSED, Ending.CHALLENGED)


_CAPTURE, _OUTCOME = Prepared(insert(CaptureRow)), Prepared(insert(OutcomeRow))


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The rows of one run. Nothing is committed but by `commit`."""

    session: Session
    run: RunRow
    fresh: dict[str, Entered] = field(default_factory=dict)  # last of each address since the last commit
    texts: dict[str, bytes] = field(default_factory=dict)  # files that follow the next commit
    standing: set[str] = field(default_factory=set)  # files written before, that must be there
    outcomes: list[dict[str, Any]] = field(default_factory=list)  # to be entered with the next commit
    visits: dict[str, VisitRow] = field(default_factory=dict)  # under way, by site

    def enter(self, values: dict[str, Any]) -> Entered:
        """A capture, at once: others refer to its row."""
        key = _CAPTURE.insert(self.session, values | {"run_id": self.run.id})
        row = Entered(key, values["record_id"], values["payload_sha256"], values["warc_file"])
        self.fresh[values["url_key"]] = row
        return row

    def latest(self, key: str) -> Entered | None:
        """The last capture of a canonical address."""
        return self.fresh.get(key) or queries.latest_capture(self.session, key)

    def store(
        self,
        report: Report,
        site: Site,
        now: datetime,
        capture: Entered | None,
        *,
        note: str = "",
        reread: Reread,
        further: Sequence[int] = (),
        came_from: Sequence[str] = (),
        shown: Container[str] | None = None,
        varies: Sequence[str] = (),
        told: Ending | None = None,
    ) -> Change:
        """A text that was seen. `came_from`: the addresses that redirected here. `note`: for the outcome.

        `shown`, `varies`, `told`: as Sight has them.
        """
        sight = Sight(
            report=report,
            site=site,
            now=now,
            capture=capture,
            further=further,
            run=self.run.id,
            live=self._is_live(now, site.id),
            shown=shown,
            varies=varies,
            told=told,
        )
        change = identity.settle(self.session, sight, reread).saying(note)
        here = key_of(self.session, sight.url)
        for key in {key_of(self.session, url): None for url in came_from}:
            page = page_states.at(self.session, key)
            if page is not None and key != here:
                self._moved(page, sight)
        return self._keep(change, capture)

    def confirm(self, url: str, site: Site, now: datetime, capture: Entered | None) -> Change:
        """A 304: what is held from this address is still what stands there."""
        seen = Seen(now, self.run.id, self._is_live(now, site.id), site.id, capture)
        return self._keep(identity.confirm(self.session, url, seen), capture)

    def _is_live(self, at: datetime, site_id: str) -> bool:
        """Whether the run itself found something then, so that it is the last to say by the order of runs.

        What others gathered, and saved pages, have times before the run's start; times of another archive's runs are
        only comparable as times.
        """
        return self.run.state != MERGED and site_id != rows.IMPORT_SITE and at >= self.run.started_at

    def note(self, outcome: Outcome) -> Outcome:
        """How a visit ended that stored nothing. It may say that a page is gone. The outcome has its time."""
        at = outcome.at
        assert at is not None
        page = page_states.at(self.session, key_of(self.session, outcome.url)) if outcome.url else None
        live = self._is_live(at, outcome.site_id)
        if page is not None and outcome.ending is Ending.GONE:
            stone = page_states.missed(self.session, page, at, outcome.detail, live=live)
            page.answered_in = self.run.id if live else page.answered_in
            if stone is not None:
                outcome = replace(outcome, report_id=page.report_id, version=stone.number)
        elif page is not None and outcome.ending in _NOT_REACHED:
            page_states.unreachable(self.session, page, at, outcome.detail, live=live)
        self.outcomes.append(rows.outcome_values(outcome, self.run.id, None))
        return outcome

    def _moved(self, page: PageRow, sight: Sight) -> None:
        """A page redirects to where a text was seen."""
        if not page_states.is_past(page, sight.now, live=sight.live):
            page_states.moved(self.session, page, sight.now, sight.url)
            page.answered_in = self.run.id if sight.live else page.answered_in

    def _keep(self, change: Change, capture: Entered | None) -> Change:
        self.texts.update(change.text)
        if change.stands:
            self.standing.add(change.stands)
        told = rows.outcome_values(change.outcome, self.run.id, capture.id if capture else None)
        self.outcomes.append(told)
        return change

    def begin_visit(self, visit: SiteVisit) -> None:
        """That a site is being visited, so that a killed visit is known to be unfinished."""
        row = VisitRow(run_id=self.run.id, site_id=visit.site_id, began_at=visit.began_at)
        site_visits.fill(row, visit)
        self.visits[visit.site_id] = row
        self.session.add(row)

    def end_visit(self, visit: SiteVisit, now: datetime) -> None:
        """How a site's visit ended and what it left. Nothing, for a visit that never began."""
        row = self.visits.pop(visit.site_id, None) or self._begun(visit.site_id)
        if row is None:
            return
        site_visits.fill(row, visit)
        row.ended_at = now

    def _begun(self, site_id: str) -> VisitRow | None:
        """The visit that this run began, as the catalogue has it: its beginning may stand in another file."""
        mine = (VisitRow.run_id == self.run.id, VisitRow.site_id == site_id, VisitRow.ended_at.is_(None))
        return self.session.scalars(select(VisitRow).where(*mine).order_by(VisitRow.id.desc())).first()

    def end_run(self, state: str, detail: str, now: datetime) -> None:
        """How the run ended."""
        self.run.state, self.run.detail, self.run.finished_at = state, detail, now

    def entered(self, sizes: dict[str, int]) -> None:
        """How many bytes of each WARC file these rows are of."""
        for file, size in sizes.items():
            self.session.merge(WarcRow(file=file, run_id=self.run.id, entered=size))

    def text_of(self, name: str) -> bytes:
        """What a version's text file holds, by its name."""
        found = self.session.scalars(select(VersionRow).where(VersionRow.text_file == name)).first()
        assert found is not None
        return queries.to_report(found).text().encode()

    def commit(self) -> dict[str, bytes]:
        """Make everything last. Returns the text files that must stand now, by name."""
        _OUTCOME.insert_all(self.session, self.outcomes)
        self.session.commit()
        self.outcomes, self.fresh = [], {}
        texts, self.texts = self.texts, {}
        return texts
