"""`Ledger`: enter what one run fetched, stored and found out in the catalogue.

A live run calls it as it goes, a rebuild calls it with what it reads from WARC files. Both get the same rows. What a text
is (unchanged, new version, new report) is decided in `identity`; what writes the WARC files is `evidence`.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue import queries, rows
from crawler.archive.catalogue.databases.read_ahead import find
from crawler.archive.catalogue.databases.session_memory import next_number
from crawler.archive.catalogue.models import (
    IMPORTED,
    MEMENTO,
    MERGED,
    OWN,
    CaptureRow,
    OutcomeRow,
    PageRow,
    RunRow,
    VersionRow,
    VisitRow,
    WarcRow,
)
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import CaptureRef, KeptDocument
from crawler.archive.catalogue.troubles.rules import may_be_trouble
from crawler.archive.ledger import identity, page_states, site_visits
from crawler.archive.ledger.current_page import SeenAgain
from crawler.archive.ledger.documents.rows import keep_documents
from crawler.archive.ledger.identity import OnlyExtractorChanged
from crawler.archive.ledger.observation import Observation, PageMetadata, ReadMetadata, StoreResult
from crawler.archive.ledger.ownership import outside, sites
from crawler.archive.ledger.runs import MERGED_STATE
from crawler.archive.ledger.troubles.rows import Recovery, Troubles
from crawler.archive.ledger.varying_urls import page_key
from crawler.model import Ending, Outcome, Report, Site, SiteVisit

_UNREACHABLE_ENDINGS = (Ending.FAILED, Ending.REFUSED, Ending.CHALLENGED)
_MAX_FETCH_TIME = timedelta(hours=1)
"""No page takes so long from its request to its act: one fetched so long before a clock was found set back was fetched after it."""
_INSERT_CAPTURE, _INSERT_OUTCOME = Prepared(insert(CaptureRow)), Prepared(insert(OutcomeRow))


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Writer of one run's rows. Only `commit` commits.

    `savepoints`: a text that cannot be entered leaves no row. False where its failure ends the whole transaction.
    """

    session: Session
    run: RunRow
    savepoints: bool = True
    new_captures: dict[str, CaptureRef] = field(
        default_factory=dict
    )  # by url_key, those since the last commit
    texts: dict[str, bytes] = field(default_factory=dict)  # text files to write after the next commit
    existing_text_files: set[str] = field(default_factory=set)  # older text files, to write again if missing
    outcomes: list[dict[str, Any]] = field(default_factory=list)  # rows to insert with the next commit
    clock_set_back_to: datetime | None = None  # before the run's start, noticed since the last commit
    open_visits: dict[str, VisitRow] = field(default_factory=dict)  # in progress, by site id
    _troubles: Troubles = field(init=False)

    def __post_init__(self) -> None:
        self._troubles = Troubles(session=self.session, run_started=self.run.started_at)

    def add_capture(self, values: dict[str, Any]) -> CaptureRef:
        """Insert a capture's row, and return it."""
        key = next_number(self.session, CaptureRow)
        _INSERT_CAPTURE.post(self.session, values | {"id": key, "run_id": self.run.id})
        row = CaptureRef(key, values["record_id"], values["payload_sha256"], values["warc_file"])
        self.new_captures[values["url_key"]] = row
        return row

    def latest_capture(self, key: str) -> CaptureRef | None:
        """Return the last capture of a canonical URL; None if there is none."""
        return self.new_captures.get(key) or queries.latest_capture(self.session, key)

    def store(
        self,
        report: Report,
        site: Site,
        now: datetime,
        capture: CaptureRef | None,
        *,
        note: str = "",
        only_extractor_changed: OnlyExtractorChanged,
        further: Sequence[int] = (),
        came_from: Sequence[str] = (),
        documents: Sequence[KeptDocument] = (),
        shown: Container[str] | None = None,
        joined_keys: Sequence[str] = (),
        recorded_ending: Ending | None = None,
        recorded_metadata: PageMetadata | None = None,
        read_metadata: ReadMetadata | None = None,
        hosts: Sequence[str] | None = None,
    ) -> StoreResult:
        """Enter a text that was seen, and return what it was. If that fails, no row of it stays, unless `savepoints` is false.

        `came_from`: the URLs that redirected here; their pages have moved. `note`: added to the outcome's detail.
        `further`, `documents`, `shown`, `joined_keys`, `recorded_ending`, `recorded_metadata`, `read_metadata`, `hosts`: as in Observation. `only_extractor_changed`: see OnlyExtractorChanged.
        """
        observation = Observation(
            report=report,
            site=site,
            seen_at=now,
            capture=capture,
            further=further,
            run_id=self.run.id,
            live=self._is_live(now, site.id),
            origin=self._origin(site.id),
            hosts=hosts,
            documents=documents,
            shown=shown,
            joined_keys=joined_keys,
            recorded_ending=recorded_ending,
            recorded_metadata=recorded_metadata,
            read_metadata=read_metadata,
        )
        # the usual store changes two times of day; only what can fail half-way pays for a savepoint
        with self._savepoint() if came_from or documents else nullcontext():
            keys = {page_key(self.session, url): None for url in came_from}
            for key in keys:
                self._vouch_for_target(page_states.find_page(self.session, key), observation)
            result = identity.store_text(
                self.session, observation, only_extractor_changed, self._savepoint
            ).with_note(note)
            result = keep_documents(self.session, observation, result)
            here = page_key(self.session, observation.url) if came_from else ""
            for key in keys:
                page = page_states.find_page(self.session, key)
                if page is not None and key != here:
                    self._mark_moved(page, observation)
        return self._keep(result, capture)

    def _savepoint(self) -> AbstractContextManager[object]:
        return self.session.begin_nested() if self.savepoints else nullcontext()

    def _vouch_for_target(self, page: PageRow | None, observation: Observation) -> None:
        """Take the host to which a publisher's page redirects with its text for one of the publisher's hosts."""
        if page is None or not page.own or observation.origin != OWN:
            return
        if page.text_sha256 == observation.report.text_sha256:
            sites.vouch(self.session, page.report.site_id, observation.url)

    def confirm(self, url: str, site: Site, now: datetime, capture: CaptureRef | None) -> StoreResult:
        """Enter a 304 response: the text held from a URL is still there."""
        live, origin = self._is_live(now, site.id), self._origin(site.id)
        seen = SeenAgain(now, self.run.id, live, site.id, capture, origin)
        return self._keep(identity.confirm_not_modified(self.session, url, seen), capture)

    def _is_live(self, at: datetime, site_id: str) -> bool:
        """Whether this run itself fetched something at that time, which makes it the latest observation.

        Imports and saved pages have times before the run's start. Runs of a merged archive have no place in the order of
        this archive's runs, so only their times can be compared.
        """
        since = self.run.started_at
        if self.clock_set_back_to is not None:
            since = min(since, self.clock_set_back_to - _MAX_FETCH_TIME)
        return self.run.state != MERGED_STATE and site_id not in rows.OUTSIDE_SITES and at >= since

    def _origin(self, site_id: str) -> str:
        """Return who saw what this run enters for a site: own crawls, an import, a memento, or a merged archive."""
        if self.run.state == MERGED_STATE:
            return MERGED
        return {rows.IMPORT_SITE: IMPORTED, rows.MEMENTO_SITE: MEMENTO}.get(site_id, OWN)

    def note(self, outcome: Outcome, *, changes_page: bool = True) -> Outcome:
        """Enter the outcome of a request that gave no text; `outcome.at` must be set.

        It may set the page of the URL to missing, gone or unreachable. The returned outcome has the page's report, and says whether
        it is news; if that adds a tombstone, it has its version. Of trouble it says since when, and whether it was told already.
        """
        at = outcome.at
        assert at is not None
        key = page_key(self.session, outcome.url) if outcome.url and changes_page else None
        page = page_states.find_page(self.session, key) if key else None
        held = page is not None
        live, origin = self._is_live(at, outcome.site_id), self._origin(outcome.site_id)
        if page is not None and origin != OWN and outside.is_at_most_as_late(self.session, page, at):
            page = None
        noted = shown = outcome
        if page is not None and outcome.ending is Ending.GONE:
            before = page_states.known_state(page.state, page.missing_since)
            tombstone = page_states.mark_missing(
                self.session, page, at, outcome.detail, live=live, origin=origin
            )
            page.answered_in = self.run.id if live else page.answered_in
            if tombstone is not None:
                noted = replace(outcome, report_id=page.report_id, version=tombstone.number)
            news = page_states.news_of_miss(before, page)
            shown = replace(noted, report_id=page.report_id, news=news, as_before=news is None)
        elif page is not None and outcome.ending in _UNREACHABLE_ENDINGS:
            page_states.mark_unreachable(self.session, page, at, outcome.detail, live=live)
        self.outcomes.append(rows.outcome_values(noted, self.run.id, None))
        return self._troubles.note(shown, self._open_visit(outcome), held=held)

    def _open_visit(self, outcome: Outcome) -> VisitRow | None:
        """Return the visit under way that an outcome belongs to, if it may be trouble; None if there is none."""
        if self.run.state == MERGED_STATE or not may_be_trouble(outcome.ending, outcome.detail):
            return None
        if outcome.ending is Ending.LEFT:  # told after the visit has ended
            return self._find_begun_visit(outcome.site_id, ended=True)
        return self.open_visits.get(outcome.site_id) or self._find_begun_visit(outcome.site_id)

    def _mark_moved(self, page: PageRow, observation: Observation) -> None:
        """Set a page that redirects to the observation's URL to moved."""
        if not outside.is_outdated(self.session, page, observation):
            page_states.mark_moved(self.session, page, observation.seen_at, observation.url)
            page.answered_in = self.run.id if observation.live else page.answered_in

    def _keep(self, result: StoreResult, capture: CaptureRef | None) -> StoreResult:
        """Keep a result's outcome and text file for the next commit."""
        self.texts.update(result.text_files)
        if result.existing_text_file:
            self.existing_text_files.add(result.existing_text_file)
        values = rows.outcome_values(result.outcome, self.run.id, capture.id if capture else None)
        self.outcomes.append(values)
        if result.outcome.ending is not Ending.SHRUNK:
            return result
        visit = self._open_visit(result.outcome)
        return replace(result, outcome=self._troubles.note(result.outcome, visit, held=True))

    def begin_visit(self, visit: SiteVisit, entry: site_visits.Entry | None = None) -> bool:
        """Add the row of a visit that begins, so that a killed visit is known to be unfinished.

        `entry`: of the site, if it is known. Returns whether it is another than that of the visits before.
        """
        row = VisitRow(run_id=self.run.id, site_id=visit.site_id, began_at=visit.began_at)
        site_visits.fill_row(row, visit)
        self.open_visits[visit.site_id] = row
        self.session.add(row)
        if entry is None:
            return False
        return site_visits.note_entry(self.session, visit.site_id, entry, visit.began_at)

    def end_visit(self, visit: SiteVisit, now: datetime) -> Recovery | None:
        """Write how a site's visit ended and what it left, and return what trouble is over. Does nothing for a visit that never began."""
        row = self.open_visits.pop(visit.site_id, None) or self._find_begun_visit(visit.site_id)
        if row is None:
            return None
        site_visits.fill_row(row, visit)
        row.ended_at = now
        return self._troubles.end_visit(row, now)

    def _find_begun_visit(self, site_id: str, *, ended: bool = False) -> VisitRow | None:
        """Return the visit that this run began, from the catalogue: its beginning may have been read from another WARC file.

        `ended`: also one that has ended.
        """
        mine = [VisitRow.run_id == self.run.id, VisitRow.site_id == site_id]
        mine += [] if ended else [VisitRow.ended_at.is_(None)]
        return self.session.scalars(select(VisitRow).where(*mine).order_by(VisitRow.id.desc())).first()

    def end_run(self, state: str, detail: str, now: datetime) -> None:
        """Write how the run ended."""
        self.run.state, self.run.detail, self.run.finished_at = state, detail, now

    def set_entered_bytes(self, sizes: dict[str, int]) -> None:
        """Write how many bytes of each WARC file the rows cover."""
        for file, size in sizes.items():
            row = find(self.session, WarcRow, WarcRow.file, file)
            if row is None:
                self.session.add(WarcRow(file=file, run_id=self.run.id, entered=size))
            else:
                row.run_id, row.entered = self.run.id, size

    def keep_text_file(self, version: VersionRow) -> None:
        """Keep a version's text file for the next commit; one without a text has none."""
        if version.text_file:
            self.texts[version.text_file] = queries.to_report(version).text().encode()

    def text_file_content(self, name: str) -> bytes:
        """Return the content of a version's text file, by the file's name."""
        found = self.session.scalars(select(VersionRow).where(VersionRow.text_file == name)).first()
        assert found is not None
        return queries.to_report(found).text().encode()

    def commit(self) -> dict[str, bytes]:
        """Commit all rows. Returns the text files to write now: content by name."""
        texts = self.flush()
        self.session.commit()
        return texts

    def flush(self) -> dict[str, bytes]:
        """Write all rows in the transaction under way, without its commit. Returns the text files to write."""
        numbered = [{"id": next_number(self.session, OutcomeRow), **values} for values in self.outcomes]
        _INSERT_OUTCOME.post(self.session, *numbered)
        self.session.flush()
        self.outcomes, self.new_captures, self.clock_set_back_to = [], {}, None
        texts, self.texts = self.texts, {}
        return texts
