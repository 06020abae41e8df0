"""`Archive`: the one way in. WARC first, then the catalogue, then the text file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crawler.address import canonical
from crawler.archive import reextraction
from crawler.archive.catalogue import queries, rows
from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.rows import Entered
from crawler.archive.damage import damage
from crawler.archive.evidence import acts
from crawler.archive.ledger import identity
from crawler.archive.ledger.varying_urls import key_of
from crawler.archive.ledger.versions import reextract
from crawler.archive.merging import bring, enter_merged
from crawler.archive.run import Run
from crawler.errors import FetchError
from crawler.model import Capture, Ending, Outcome, Page, Rendering, Report, Site
from crawler.warc import Earlier, RevisitReference


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """When and in which captures a text was seen."""

    now: datetime
    row: Entered | None
    further: Sequence[Entered] = ()
    came_from: Sequence[str] = ()
    note: str = ""
    shown: Container[str] | None = None


class Archive(Run):
    """An archive folder, opened for writing by `Archive.create`; what only reads it is a Reader (`Archive.read`)."""

    def record(self, capture: Capture, *, origin: str | None = None) -> None:
        """Append an exchange to the WARC, flushed, before anything is made of it.

        The same payload at the same address as before becomes a `revisit` record. `origin`: see Fazhi-Origin.
        """
        with damage(self.path):
            key, sha256 = canonical(capture.url), hashlib.sha256(capture.payload).digest()
            known = queries.same_capture(self._session, key, capture, sha256.hex())
            earlier = (
                Earlier(record_id=known.record_id, url=known.url, date=known.fetched_at) if known else None
            )
            ledger, warcs = self._open()
            place = warcs.writer().capture(capture, earlier, digest=sha256, origin=origin)
            kind = "revisit" if known else "response"
            warcs.index(capture, place, kind, sha256)
            values = rows.capture_values(
                capture, key, place, warcs.name, kind, sha256=sha256.hex(), origin=origin
            )
            ledger.enter(values | queries.revalidated(values, known))

    def record_rendered(self, rendering: Rendering) -> None:
        """Append a page as a browser drew it, as a `conversion` of the page as served, which was recorded before."""
        with damage(self.path):
            origin = queries.record_of(self._session, canonical(rendering.url), rendering.of)
            assert origin is not None, "a page was rendered before it was recorded"
            ledger, warcs = self._open()
            when, dom, url = rendering.rendered_at, rendering.dom, rendering.url
            place = warcs.writer().conversion(origin, url, when, rendering.headers[0][1], dom)
            digest = hashlib.sha256(dom).hexdigest()
            ledger.enter(rows.document_values("conversion", url, digest, when, place, warcs.name))

    def holds(self, capture: Capture) -> bool:
        """Whether an exchange is archived already: same address, time and payload."""
        return queries.holds(self._session, canonical(capture.url), capture)

    def cut_short(self, report: Report, page: Page) -> str:
        """What makes a text suspicious: it is the beginning of the one held from its address. Empty where it is not.

        Such a page is worth asking for once more; `store` does not take it for a version at its first sight.
        """
        with damage(self.path):
            return identity.cut_short(self._session, report.url or page.url, report)

    def original(self, repeats: RevisitReference) -> Capture | None:
        """The archived response that another crawler's revisit refers to: by address and time, or by its payload's digest."""
        with damage(self.path):
            return reextraction.original(self.path, self._session, repeats)

    def last_seen(self, url: str) -> datetime | None:
        """When a page from which a report is held was last seen."""
        return queries.last_seen(self._session, key_of(self._session, url))

    def store(
        self,
        report: Report,
        page: Page,
        site: Site,
        *,
        further: Sequence[Page] = (),
        shown: Container[str] | None = None,
        note: str = "",
    ) -> Outcome:
        """Keep what a page says: a new report, a new version, or the note that nothing has changed.

        `further`: the article's pages after the first. `shown`: the canonical addresses that the site shows in this
        visit; a page that is not among them may have changed its address. `note`: more to be said in the outcome.
        """
        with damage(self.path):
            ledger, _ = self._open()
            capture, drawn = (page.of, page.note) if isinstance(page, Rendering) else (page, "")
            report = replace(report, url=report.url or page.url, region=report.region or site.region)
            told = _Seen(
                now=page.fetched_at,
                row=ledger.latest(canonical(page.url)),
                further=[row for each in further if (row := ledger.latest(canonical(each.url)))],
                came_from=[canonical(hop.url) for hop in capture.hops],
                note="; ".join(filter(None, (drawn, note))),
                shown=shown,
            )
            return self._store(report, site, told)

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
        """Keep a document that came as a file: its bytes as a `resource` record, then like any other text.

        `url`: where it stood on the web, if that is known; else it is known by its name and its bytes.
        """
        with damage(self.path):
            ledger, warcs = self._open()
            now, sha256 = self._now(), hashlib.sha256(data).hexdigest()
            url = url or self._import_url(name, sha256)
            row = ledger.latest(canonical(url))
            if row is None or row.payload_sha256 != sha256:
                if queries.document(self._session, canonical(url), sha256):
                    return self.note(_superseded(url, site))
                place = warcs.writer().resource(url, now, content_type, data, origin=origin)
                values = rows.document_values("resource", url, sha256, now, place, warcs.name, origin=origin)
                row = ledger.enter(values)
            return self._store(replace(report, url=url), site, _Seen(now=now, row=row))

    def _import_url(self, name: str, sha256: str) -> str:
        """The address of a document without one: the name alone where an earlier archive knows these bytes by that."""
        before = rows.import_url(name)
        known = queries.document(self._session, canonical(before), sha256)
        return before if known else rows.import_url(name, sha256)

    def _store(self, report: Report, site: Site, seen: _Seen) -> Outcome:
        def reread(version: VersionRow) -> bool:
            return reextraction.reads_the_same(self.path, self._session, version, report.text_sha256)

        ledger, _ = self._open()
        change = ledger.store(
            report,
            site,
            seen.now,
            seen.row,
            note=seen.note,
            reread=reread,
            further=[page.id for page in seen.further],
            came_from=seen.came_from,
            shown=seen.shown,
        )
        further = [page.record_id for page in seen.further]
        told = acts.stored(report, site, change, further=further, came_from=seen.came_from, note=seen.note)
        self._say(told, report.url or "", seen.now, seen.row)
        return change.outcome

    def confirm(self, url: str, capture: Capture, site: Site) -> Outcome:
        """A 304: what is held from this address is still what stands there."""
        with damage(self.path):
            ledger, _ = self._open()
            row = ledger.latest(canonical(capture.url))
            change = ledger.confirm(url, site, capture.fetched_at, row)
            self._say(acts.confirmed(site), url, capture.fetched_at, row)
            return change.outcome

    def missed(self, url: str, site: Site, error: FetchError) -> None:
        """Keep, in the WARC alone, that an address was asked for in vain; how its visit ended is noted when it has."""
        with damage(self.path):
            self._say(acts.attempted(site, error.kind, error.reason), url, self._now())

    def note(self, outcome: Outcome) -> Outcome:
        """Keep how a visit ended that stored nothing. Where it makes a page gone, the outcome comes back saying so."""
        with damage(self.path):
            ledger, _ = self._open()
            at = outcome.at or self._now()
            noted = ledger.note(replace(outcome, at=at))
            self._say(acts.noted(noted), outcome.url, at)
            return replace(noted, at=outcome.at)

    def merge(self, other: Path, notify: Callable[[str], None]) -> int:
        """Bring another archive's WARC files in, and all they hold that is not here; returns the number of files."""
        with damage(self.path):
            self._open()
            assert self._manifest is not None
            told = acts.merged(list(bring(self.path, other, self._manifest)))
            if not told["files"]:
                return 0
            self._say(told, "", self._now())
            self.flush()
            return len(enter_merged(self.path, self._session, self._manifest, told, notify))

    def reextract(self, notify: Callable[[str], None]) -> int:
        """Run today's extractor over every version; what it reads differently is marked. Returns how many."""
        with damage(self.path):
            ledger, _ = self._open()
            found = 0
            for version in queries.texts_of_captures(self._session):
                was = version.text_sha256
                report = reextraction.try_again(self.path, self._session, version, notify)
                if report is None or report.text_sha256 == was:
                    continue
                reextract(version, report)
                ledger.texts[version.text_file] = queries.to_report(version).text().encode()
                self._say(acts.reextracted(version, was, report), version.url, self._now())
                found += 1
            return found


def _superseded(url: str, site: Site) -> Outcome:
    detail = "these bytes are held already, and later ones from the same address"
    return Outcome(ending=Ending.UNCHANGED, url=url, site_id=site.id, detail=detail)
