"""`Archive`: the one interface for writing to an archive. It writes the WARC first, then the catalogue, then the text.

It takes captures and reports; it gives Outcomes. `ledger` decides what a text is to the archive (new, revised,
unchanged …); `run` opens, commits and closes; `reader` answers queries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from crawler.address import canonical
from crawler.archive.catalogue import earlier_responses, queries, rows
from crawler.archive.catalogue.documents.queries import (
    capture_with_payload,
    document_validators,
    held_document,
    held_text_url,
    nearest_answer,
)
from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.rows import CaptureRef, KeptDocument
from crawler.archive.damage import errors_as_damage
from crawler.archive.entering.visits import EnteringVisits
from crawler.archive.evidence import acts
from crawler.archive.ledger import identity
from crawler.archive.ledger.documents.unread import was_never_fetched
from crawler.archive.ledger.ownership.sites import named_hosts
from crawler.archive.ledger.varying_urls import page_key
from crawler.archive.loading import reextraction
from crawler.archive.loading.version_captures import capture_of
from crawler.archive.merging import enter_merged, stage
from crawler.archive.packs import packing
from crawler.archive.packs.packing import Group, Packed
from crawler.errors import ArchiveDamaged, FetchError
from crawler.model import Capture, Document, Ending, Outcome, Page, Rendering, Report, Site, Validators
from crawler.warc import Earlier, Provenance, RevisitReference


@dataclass(frozen=True, slots=True, kw_only=True)
class _Observed:
    """When and in which captures a text was seen, and what Ledger.store must know beside it."""

    now: datetime
    row: CaptureRef | None
    further: Sequence[CaptureRef] = ()
    documents: Sequence[KeptDocument] = ()
    came_from: Sequence[str] = ()
    note: str = ""
    shown: Container[str] | None = None


class Archive(EnteringVisits):
    """An archive folder. `Archive.create` opens it for writing; `Archive.read` returns a Reader, which only reads."""

    def record(self, capture: Capture, *, origin: str | Provenance | None = None) -> None:
        """Append an exchange to the WARC, unbuffered. Call this before the capture is judged or extracted.

        The same payload at the same URL as before becomes a `revisit` record. `origin`: the file of another crawler that
        the exchange comes from, or what another archive tells of it.
        """
        with errors_as_damage(self.path, faults=self._faults):
            key, sha256 = canonical(capture.url), hashlib.sha256(capture.payload).digest()
            known = earlier_responses.find_earlier_response(
                self._session, key, capture, sha256.hex(), own=origin is None
            )
            earlier = (
                Earlier(record_id=known.record_id, url=known.url, date=known.fetched_at) if known else None
            )
            ledger, warcs = self._writers()
            place = warcs.writer().capture(capture, earlier, digest=sha256, origin=origin)
            kind = "revisit" if known else "response"
            warcs.index(capture, place, kind, sha256)
            named = origin.origin if isinstance(origin, Provenance) else origin
            values = rows.capture_values(
                capture, key, place, warcs.name, kind, sha256=sha256.hex(), origin=named
            )
            ledger.add_capture(values | earlier_responses.confirmed_validators(values, known))

    def record_rendered(self, rendering: Rendering) -> None:
        """Append a page as a browser rendered it, as a `conversion` of the page as served, which must be recorded already."""
        with errors_as_damage(self.path, faults=self._faults):
            served = queries.find_record_id(self._session, canonical(rendering.url), rendering.of)
            assert served is not None, "a page was rendered before it was recorded"
            ledger, warcs = self._writers()
            when, dom, url = rendering.rendered_at, rendering.dom, rendering.url
            place = warcs.writer().conversion(served, url, when, rendering.headers[0][1], dom)
            digest = hashlib.sha256(dom).hexdigest()
            ledger.add_capture(rows.document_values("conversion", url, digest, when, place, warcs.name))

    def holds(self, capture: Capture) -> bool:
        """Whether an exchange is archived already: same URL, time and payload."""
        return queries.has_capture(self._session, canonical(capture.url), capture)

    def describe_truncation(self, report: Report, page: Page) -> str:
        """Describe why a text may be truncated: it is the beginning of the text held from its URL. Empty if it is not.

        Request such a page once more; `store` makes no version of it when it is seen for the first time.
        """
        with errors_as_damage(self.path, faults=self._faults):
            return identity.describe_shrunk(self._session, report.url or page.url, report)

    def find_original(self, repeats: RevisitReference) -> Capture | None:
        """Find the archived response that another crawler's revisit refers to, by URL and time or by payload digest."""
        with errors_as_damage(self.path, faults=self._faults):
            return reextraction.find_original(self.path, self._session, repeats)

    def last_seen(self, url: str) -> datetime | None:
        """Return when the page at a URL was last seen; None if no report is held from it."""
        return queries.page_last_seen(self._session, page_key(self._session, url))

    def store(
        self,
        report: Report,
        page: Page,
        site: Site,
        *,
        further: Sequence[Page] = (),
        documents: Sequence[Document] = (),
        shown: Container[str] | None = None,
        note: str = "",
    ) -> Outcome:
        """Store the report of a page: as a new report, a new version, or the fact that nothing has changed.

        `page`: recorded before. `further`: the article's pages after the first. `documents`: what the page offers; their
        exchanges are recorded too. A report with `unread` is stored without a text, and replaces none. `shown`: the canonical URLs that the
        site shows in this visit; a page that is not among them may have changed its URL. `note`: added to the
        outcome's detail.
        """
        with errors_as_damage(self.path, faults=self._faults):
            ledger, _ = self._writers()
            capture, rendered = (page.of, page.note) if isinstance(page, Rendering) else (page, "")
            report = replace(report, url=report.url or page.url, region=report.region or site.region)
            observed = _Observed(
                now=page.fetched_at,
                row=ledger.latest_capture(canonical(page.url)),
                further=[row for each in further if (row := ledger.latest_capture(canonical(each.url)))],
                documents=[self._kept(each) for each in documents],
                came_from=[canonical(hop.url) for hop in capture.hops],
                note="; ".join(filter(None, (rendered, note))),
                shown=shown,
            )
            return self._store(report, site, observed)

    def _kept(self, document: Document) -> KeptDocument:
        """Return a document with the capture that has its bytes; None if it could not be fetched."""
        if document.served_at is None or document.payload_sha256 is None:
            return KeptDocument(document, None)
        key = canonical(document.served_at)
        found = capture_with_payload(self._session, key, document.payload_sha256)
        return KeptDocument(document, found)

    def document_validators(self, url: str) -> Validators | None:
        """Return the validators for a conditional request of a document that a page offers; None if it is not archived."""
        return document_validators(self._session, url)

    def held_document(self, url: str) -> Capture | None:
        """Return the bytes last archived of a document, by the URL that its page gives, as the exchange that brought them."""
        with errors_as_damage(self.path, faults=self._faults):
            held = held_document(self._session, url)
            return capture_of(self.path, self._session, held.id) if held else None

    def nearest_answer(self, url: str, at: datetime) -> Capture | None:
        """Return the archived answer with status 200 of a URL that is nearest to a time; None if there is none."""
        with errors_as_damage(self.path, faults=self._faults):
            found = nearest_answer(self._session, canonical(url), at)
            return None if found is None else capture_of(self.path, self._session, found)

    def held_text_url(self, url: str) -> str | None:
        """Return the URL of the document from which the text held from a page was read; None if it is the page's own."""
        return held_text_url(self._session, page_key(self._session, url))

    def ingest(
        self,
        report: Report,
        name: str,
        data: bytes,
        site: Site,
        *,
        url: str | None = None,
        content_type: str = "text/plain",
        origin: str | None = None,
    ) -> Outcome:
        """Store a document that came as a file: its bytes as a `resource` record, then its text as `store` does.

        `url`: its address on the web, if known; otherwise one is made from its name and its bytes.
        """
        with errors_as_damage(self.path, faults=self._faults):
            ledger, warcs = self._writers()
            now, sha256 = self._now(), hashlib.sha256(data).hexdigest()
            url = url or self._import_url(name, sha256)
            row = ledger.latest_capture(canonical(url))
            if row is None or row.payload_sha256 != sha256:
                if queries.has_document(self._session, canonical(url), sha256):
                    return self.note(_superseded(url, site))
                place = warcs.writer().resource(url, now, content_type, data, origin=origin)
                values = rows.document_values("resource", url, sha256, now, place, warcs.name, origin=origin)
                row = ledger.add_capture(values)
            return self._store(replace(report, url=url), site, _Observed(now=now, row=row))

    def _import_url(self, name: str, sha256: str) -> str:
        """Return the URL for a document without one, made of its name and bytes.

        Earlier versions made it of the name alone: documents archived so keep that URL.
        """
        of_name = rows.import_url(name)
        known = queries.has_document(self._session, canonical(of_name), sha256)
        return of_name if known else rows.import_url(name, sha256)

    def _store(self, report: Report, site: Site, seen: _Observed) -> Outcome:
        def reread(version: VersionRow) -> bool:
            if was_never_fetched(version):
                return True
            return reextraction.reads_same_text(self.path, self._session, version, report.text_sha256)

        ledger, _ = self._writers()
        change = ledger.store(
            report,
            site,
            seen.now,
            seen.row,
            note=seen.note,
            only_extractor_changed=reread,
            further=[page.id for page in seen.further],
            came_from=seen.came_from,
            documents=seen.documents,
            shown=seen.shown,
            hosts=named_hosts(site),
            read_metadata=partial(self._read_metadata, hint=site.body),
        )
        further = [page.record_id for page in seen.further]
        act = acts.stored(
            report,
            site,
            change,
            further=further,
            came_from=seen.came_from,
            documents=seen.documents,
            note=seen.note,
        )
        self._journal(act, report.url or "", seen.now, seen.row)
        return change.outcome

    def confirm(self, url: str, capture: Capture, site: Site) -> Outcome:
        """Record a 304: the text held from this URL is still current."""
        with errors_as_damage(self.path, faults=self._faults):
            ledger, _ = self._writers()
            row = ledger.latest_capture(canonical(capture.url))
            change = ledger.confirm(url, site, capture.fetched_at, row)
            self._journal(acts.confirmed(site), url, capture.fetched_at, row)
            return change.outcome

    def missed(self, url: str, site: Site, error: FetchError) -> None:
        """Record a failed request, in the WARC only. `note` records how the visit of the URL ended."""
        with errors_as_damage(self.path, faults=self._faults):
            self._journal(acts.attempted(site, error.kind, error.reason), url, self._now())

    def note(self, outcome: Outcome) -> Outcome:
        """Record the outcome of a visit that stored nothing, and return it. If the report is gone now, it names the tombstone."""
        with errors_as_damage(self.path, faults=self._faults):
            ledger, _ = self._writers()
            at = outcome.at or self._now()
            noted = ledger.note(replace(outcome, at=at))
            self._journal(acts.noted(noted), outcome.url, at)
            return replace(noted, at=outcome.at)

    def merge(self, other: Path, notify: Callable[[str], None]) -> int:
        """Copy another archive's WARC files here and enter what they hold. Return the number of files.

        Raises NotMerged if anything in the other archive has a fault; then nothing of it is taken.
        """
        with errors_as_damage(self.path, faults=self._faults):
            self.flush()
            assert self._manifest is not None
            found = stage(self.path, other, self._session, self._manifest, self._now(), notify)
            if not found.files:
                return 0
            act = acts.merged(found.files, found.held)
            self._any_text_may_have_changed = True
            self._write_acts(
                [act], self._now()
            )  # from here on a kill leaves a merge that the next run goes on with
            entered = enter_merged(self.path, self._session, self._manifest, act, notify)
            self.flush()
            return len(entered)

    def pack(self, wanted: Sequence[Group], notify: Callable[[str], None]) -> Packed:
        """Put WARC files into packs. `wanted`: as `crawler.archive.packs.packing.groups` chooses them.

        The files keep their names and places for every reader; see `crawler.archive.evidence.warc_paths`.
        """
        with errors_as_damage(self.path, faults=self._faults):
            assert self._manifest is not None
            return packing.pack(self.path, self._manifest, wanted, notify)


class ScratchArchive(Archive):
    """The archive of a worker's one visit, in a folder that `write_scratch` has made. Its WARC files are all that is wanted of it.

    A kill loses nothing that was stored, see `finish_warcs`. A power cut loses the visit, which is then made anew: nothing is
    synced to disk before the segment is delivered, and no text files and no search index are written.
    """

    _durable: ClassVar[bool] = False

    def held_document(self, url: str) -> Capture | None:
        """Return the bytes last archived of a document; None also where the whole archive's file cannot be read from here."""
        try:
            return Archive.held_document(self, url)
        except ArchiveDamaged:
            return None


def _superseded(url: str, site: Site) -> Outcome:
    detail = "these bytes are archived already, and the same address has newer ones"
    return Outcome(ending=Ending.UNCHANGED, url=url, site_id=site.id, detail=detail)
