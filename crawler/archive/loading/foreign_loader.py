"""`ForeignLoader`: enter another archive's WARC file. What that archive says changes only what it made itself.

A text is entered as the extractor reads it from the captures that the act names, which must be that archive's own. Its
acts about visits, runs, lists, extractions and further merges are evidence in its file, and not entered here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from crawler.address import canonical
from crawler.archive.catalogue.documents.queries import documents_of_text, to_document
from crawler.archive.catalogue.models import CaptureRow, PageRow
from crawler.archive.catalogue.rows import CaptureRef, KeptDocument
from crawler.archive.evidence import acts
from crawler.archive.evidence.acts import Act
from crawler.archive.ledger import page_states
from crawler.archive.ledger.observation import Metadata, StoreResult
from crawler.archive.ledger.page_makers import is_made_by, is_own
from crawler.archive.ledger.varying_urls import page_key
from crawler.archive.loading import reextraction
from crawler.archive.loading.former_ids import keep_former_id
from crawler.archive.loading.reextraction import Offered, Reread
from crawler.archive.loading.warc_loader import WarcLoader
from crawler.discover import judge_title
from crawler.errors import ArchiveDamaged, ExtractError
from crawler.extract import unread_page
from crawler.field.regions import region_of
from crawler.field.text import one_line
from crawler.model import Ending, Report, Site
from crawler.warc import Record, hex_sha256

_MAX_READ = 200
"""Reports kept, since a page that does not change is stored again and again."""


@dataclass(slots=True, kw_only=True)
class ForeignLoader(WarcLoader):
    """Loads one WARC file of another archive. `files`: names here of the WARC files that this archive wrote."""

    files: frozenset[str]
    readings: dict[object, Reread]  # what was read, by the rows with the payloads and the hint

    def _stored(self, act: Act) -> None:
        captures = self._named_captures(act)
        if captures is None:
            return
        documents = self._documents(act)
        offered = [Offered(each.document, each.capture and each.capture.id) for each in documents]
        report = self._report(act, [each.id for each in captures], acts.site_of(act.content).body, offered)
        if report is not None:
            ids, hint = [each.id for each in captures], acts.site_of(act.content).body
            read = {each.offer.url: each for each in self._read(ids, hint, offered).documents}
            kept = [
                KeptDocument(read[url], each.capture)
                for each in documents
                if (url := each.document.offer.url) in read
            ]
            change = self._enter_text(act, report, captures, kept)
            self._keep_former(act, report, change)
            keep_former_id(self.ledger.session, act.content, change)

    def _documents(self, act: Act) -> list[KeptDocument]:
        """Return the documents of an act whose captures are that archive's, and of the URL that the act gives, or a redirect's.

        How they were read is read again. A document with another capture is left out: it may be any text of that archive.
        """
        told = WarcLoader._documents(self, act) or self._documents_before(act)
        return [each for each in told if self._is_of_its_url(each, act)]

    def _documents_before(self, act: Act) -> list[KeptDocument]:
        """Return the documents that its page offered last with the text of an act: it names them only if they have changed."""
        digest = acts.report_of(act.content, act.url, "").text_sha256
        rows = documents_of_text(self.ledger.session, canonical(act.url), digest, self.files)
        return [KeptDocument(to_document(row, None), capture) for row, capture in rows]

    def _is_of_its_url(self, kept: KeptDocument, act: Act) -> bool:
        capture, url = kept.capture, kept.document.offer.url
        if capture is None:
            return kept.document.fault is not None
        session = self.ledger.session
        row = session.get_one(CaptureRow, capture.id)
        hop = select(CaptureRow.id).where(
            CaptureRow.url_key == canonical(url),
            CaptureRow.status.between(300, 399),
            CaptureRow.warc_file.in_(self.files),
        )
        is_its = row.url_key == canonical(url) or session.scalar(hop.limit(1)) is not None
        if capture.warc_file not in self.files or not is_its:
            self.pass_over(f"{act.url!a}: its act names a capture of {row.url!a} for the document {url!a}")
            return False
        return True

    def _named_captures(self, act: Act) -> list[CaptureRef] | None:
        """Return the captures that an act names; None, with a notice, if one is not that archive's, or of another URL."""
        found = [self._row(each) for each in (act.about, *(act.content.get("further") or ()))]
        captures = [each for each in found if each is not None and each.warc_file in self.files]
        if len(captures) < len(found):
            self.pass_over(f"{act.url!a}: its act names a capture that is not in that archive's files")
            return None
        first = self.ledger.session.get_one(CaptureRow, captures[0].id)
        if first.url_key != canonical(act.url):
            self.pass_over(f"{act.url!a}: its act names a capture of {first.url!a}")
            return None
        return captures

    def _report(
        self, act: Act, captures: list[int], hint: str | None, offered: Sequence[Offered]
    ) -> Report | None:
        """Return the report as the extractor reads it from its captures; None, with a notice, if that finds no article."""
        told = acts.report_of(act.content, act.url, "")
        try:
            read = self._read(captures, hint, offered).report
        except (ExtractError, ArchiveDamaged) as error:
            reason = error.reason if isinstance(error, ExtractError) else str(error)
            self.pass_over(f"{act.url!a}: no text can be read from its captures ({reason})")
            return None
        if told.unread is not None and not offered:  # seen while a text was held: what the page says is none
            read = unread_page(read, told.unread)
        report = _as_read(told, read, acts.site_of(act.content))
        if (
            "title" not in act.content["report"]
        ):  # a text that archive held already: its act has no more than the digest
            region = acts.site_of(act.content).region
            report = replace(
                read, id=None, url=act.url, region=read.region or region, text_sha256=told.text_sha256
            )
        if read.text_sha256 == told.text_sha256:
            return report if _has_own_id(report) else replace(report, id=None)
        lacks = f"{act.url!a}: its captures do not give the text {told.text_sha256[:16]} that its act names"
        reads_alike = (told.extractor, told.unread) == (read.extractor, read.unread)
        if reads_alike and read.text_from == "page":  # no other extractor can have read it: the act is wrong
            self.pass_over(f"{lacks}; not entered")
            return None
        self.notify(f"{lacks}; entered as {read.extractor} reads it")
        return replace(report, id=None, text_sha256=read.text_sha256, extractor=read.extractor)

    def _read(self, captures: Sequence[int], hint: str | None, offered: Sequence[Offered]) -> Reread:
        session = self.ledger.session
        rows = [
            reextraction.row_with_payload(session, session.get_one(CaptureRow, each)) for each in captures
        ]
        key = (hint, *(row.id for row in rows), *offered)
        if key not in self.readings:
            if len(self.readings) >= _MAX_READ:
                self.readings.pop(next(iter(self.readings)))
            self.readings[key] = reextraction.read_pages(
                self.archive,
                session,
                captures,
                hint,
                offered,
                self.cached,
                only_if_offered=True,
                begun=self.begun,
            )
        return self.readings[key]

    def _enter_text(
        self,
        act: Act,
        report: Report,
        captures: Sequence[CaptureRef],
        documents: Sequence[KeptDocument],
    ) -> StoreResult | None:
        session, content = self.ledger.session, act.content
        ending = Ending(content["ending"]) if content.get("ending") else Ending.REVISED
        page = self._page(act.url)
        if ending is Ending.SHRUNK and page is not None and not self._made(page):
            return None
        row = session.get_one(CaptureRow, captures[0].id)
        moved = [url for url in content.get("came_from") or () if self._may_change(url)]
        keys = content.get("varies") or ()
        joined = [page_states.find_page(session, key) for key in keys]
        return self.ledger.store(
            report,
            acts.site_of(content),
            row.fetched_at if row.record_type in ("response", "revisit") else act.at,
            captures[0],
            note=content.get("note") or "",
            only_extractor_changed=lambda _: False,
            further=[each.id for each in captures[1:]],
            came_from=moved,
            documents=documents,
            joined_keys=keys if all(each is None or self._made(each) for each in joined) else (),
            hosts=acts.hosts_of(content),
            recorded_ending=ending,
            read_metadata=self._read_metadata,
        )

    def _read_metadata(self, capture: int) -> Metadata | None:
        """Read the metadata of a capture again: what that archive's act tells of them is not believed."""
        return reextraction.read_metadata(self.archive, self.ledger.session, capture, None)

    def _page(self, url: str) -> PageRow | None:
        session = self.ledger.session
        return page_states.find_page(session, page_key(session, url)) if url else None

    def _made(self, page: PageRow) -> bool:
        return is_made_by(self.ledger.session, page, self.files)

    def _may_change(self, url: str) -> bool:
        """Whether the state of a URL's page may change: that archive made it, and the report has no page of this one."""
        page = self._page(url)
        own = page is not None and any(is_own(self.ledger.session, each) for each in page.report.pages)
        return page is not None and self._made(page) and not own

    def _confirmed(self, act: Act) -> None:
        row = self._row(act.about)
        if row is None or row.warc_file not in self.files or not self._may_change(act.url):
            return
        if self.ledger.session.get_one(CaptureRow, row.id).url_key == canonical(act.url):
            self.ledger.confirm(act.url, acts.site_of(act.content), act.at, row)

    def _noted(self, act: Act) -> None:
        outcome = acts.outcome_of(act.content, act.url, act.at)
        self.ledger.note(outcome, changes_page=self._may_change(act.url))

    def _evidence_only(self, act: Act) -> None:
        """Do nothing: the act says what only that archive can use."""

    _visit_begun = _visit_ended = _learnt = _clock_set_back = _evidence_only
    _run_ended = _reextracted = _page_edited = _merged = _entered = _evidence_only

    def _stated_digest(self, record: Record) -> str | None:
        """Return what a revisit states of the record that it repeats. The digest of a payload is computed."""
        if record.kind == "revisit":
            return hex_sha256(record.fields.get("warc-payload-digest"))
        return None


def _as_read(told: Report, read: Report, site: Site) -> Report:
    """Return the report with text and metadata as read from the captures. The act's word counts where they say nothing.

    Its division is that of the issuer within the site's division, as in a crawl.
    """
    title = read.title if judge_title(read.title).report or not told.title else one_line(told.title)
    issuer = read.issuer or (one_line(told.issuer) if told.issuer else site.name or None)
    return replace(
        read,
        id=told.id,
        url=told.url,
        title=title,
        issuer=issuer,
        region=(region_of(issuer, within=site.region) if issuer else None) or site.region,
        year=judge_title(title).year or read.year or told.year,
        kind=read.kind or told.kind,
        published=read.published or told.published,
        source=read.source or (one_line(told.source) if told.source else None),
        signed=read.signed or told.signed,
        parts=told.parts,
        extractor=told.extractor,
        text_sha256=told.text_sha256,
    )


def _has_own_id(report: Report) -> bool:
    """Whether a report's id is made of its division, its year and its text, as this archive makes ids."""
    start = f"{report.region or '000000'}-{report.year or '0000'}-"
    digest = (report.id or "").removeprefix(start)
    return (
        (report.id or "").startswith(start)
        and len(digest) in (8, 16)
        and report.text_sha256.startswith(digest)
    )
