"""`WarcLoader`: enter the records of a WARC file in the catalogue, by applying its captures and acts in order.

Recovery loads what a killed run did not commit, a merge another archive's files, a rebuild every file. The rows are made
by the same `Ledger` as in a live run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from crawler.address import canonical
from crawler.archive.catalogue import earlier_responses, queries, rows
from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.rows import DOCUMENT_KINDS, CaptureRef, KeptDocument
from crawler.archive.evidence import acts
from crawler.archive.evidence.act_schema import ACTS
from crawler.archive.evidence.acts import Act, ActFault
from crawler.archive.evidence.files import write_all
from crawler.archive.evidence.warc_paths import index_of
from crawler.archive.ledger import site_memory
from crawler.archive.ledger.documents.recognised import enter_reading, keep_recognition
from crawler.archive.ledger.ledger import Ledger
from crawler.archive.ledger.metadata.past import enter_past_edit
from crawler.archive.ledger.observation import StoreResult
from crawler.archive.ledger.runs import MERGED_STATE
from crawler.archive.ledger.versions import READ_FROM
from crawler.archive.loading import reextraction
from crawler.archive.loading.begun import BegunReadings
from crawler.archive.loading.held_bodies import held_body
from crawler.archive.loading.lost_captures import seen_again, with_lost_metadata
from crawler.archive.loading.reextraction import Offered
from crawler.errors import ArchiveDamaged, ExtractError
from crawler.extract.documents.ocr.record import OCR
from crawler.model import Ending, Report
from crawler.regular_files import holder_of
from crawler.warc import ORIGIN, Record, exchanges, hex_sha256, read_records, to_capture
from crawler.warc.cdxj import index_text, line_of

_MAX_TOLD = 50
"""Faults of one file that are told of one by one."""
_MAX_CACHED_BYTES = 64_000_000
"""Records kept in memory until their acts follow. Records beyond this are read from disk again."""


@dataclass(slots=True, kw_only=True)
class WarcLoader:
    """Loads one WARC file of this archive. An act with a fault is told of and passed over; `faults` lists such acts."""

    archive: Path
    ledger: Ledger
    file: str  # the WARC's final name, relative to the archive
    notify: Callable[[str], None]
    read: Callable[[Path, int], Iterator[Record]] = read_records  # how the file is read, from a byte on
    read_acts: Callable[[Record], Iterable[Act | ActFault]] = acts.read_acts
    told_body: Callable[[str], str | None] = lambda _: None  # a text's body by its digest, told with the file
    held_body: Callable[[str], str | None] = lambda _: None  # the same, if all else fails
    merged: Callable[[acts.Content], None] | None = None  # enters the files of a `merged` act
    entered: Callable[[acts.Content, datetime], None] | None = None  # enters the file of an `entered` act
    begun: BegunReadings | None = None  # readings of its records that were begun already
    duplicates: set[str] = field(default_factory=set)  # ids of records that another file has too
    index: list[str] = field(default_factory=list)  # lines of the file's CDXJ
    cached: dict[int, Record] = field(default_factory=dict)  # records whose acts are not read yet, by row id
    cached_bytes: int = 0  # of their blocks
    faults: list[str] = field(default_factory=list)  # of acts, by file and record; the first ones
    unknown: set[str] = field(default_factory=set)  # names of acts of a later format
    passed_over: int = 0  # acts that were not entered
    untold: dict[str, acts.Content] = field(default_factory=dict)
    """Acts that made a text whose captures are lost, by the text's digest. They alone have its title, dates and site."""

    def load(self, path: Path, start: int = 0) -> None:
        """Enter every record from byte `start` on. Raises ArchiveDamaged if one cannot be read."""
        for record, request in exchanges(self.read(path, start)):
            if record.is_http or record.kind in DOCUMENT_KINDS:
                self._enter_capture(record, request)
            elif record.kind == "metadata":
                self.ledger.clock_set_back_to = None  # as after the commit that wrote the record before
                for act in self.read_acts(record):
                    self._apply(act, record)
                self.cached, self.cached_bytes = {}, 0
        if self.passed_over > _MAX_TOLD:
            self.notify(f"{self.file}: {self.passed_over - _MAX_TOLD} further acts were not entered")

    def _apply(self, act: Act | ActFault, record: Record) -> None:
        if isinstance(act, ActFault):
            fault = f"{self.file}: the record at byte {record.place.offset}, {act}; not entered"
            if self.passed_over < _MAX_TOLD:
                self.faults.append(fault)
            self.pass_over(fault)
        elif act.about not in self.duplicates and act.name in _HANDLERS:
            getattr(self, _HANDLERS[act.name])(act)
        elif act.name and act.name not in (*ACTS, *self.unknown):
            self.unknown.add(act.name)
            self.notify(f"{self.file}: acts {ascii(act.name)[:80]} are of a later format; not entered")

    def pass_over(self, why: str) -> None:
        """Notify that an act is not entered. After _MAX_TOLD of a file the rest are only counted."""
        self.passed_over += 1
        if self.passed_over <= _MAX_TOLD:
            self.notify(why)

    def _enter_capture(self, record: Record, request: Record | None) -> None:
        key, origin = canonical(record.url), record.fields.get(ORIGIN.lower())
        digest = self._stated_digest(record)
        held = self._held_row(record.place.record_id)
        if held is not None and held.warc_file != self.file:
            self.duplicates.add(held.record_id)
        if not record.is_http:
            digest = digest or hashlib.sha256(record.block).hexdigest()
            values = rows.document_values(
                record.kind, record.url, digest, record.date, record.place, self.file, origin=origin
            )
        else:
            capture = to_capture(record, request)
            digest = digest or capture.payload_sha256
            self.index.append(line_of(capture, record.place, record.kind, bytes.fromhex(digest), self.file))
            values = rows.capture_values(
                capture, key, record.place, self.file, record.kind, sha256=digest, origin=origin
            )
            if record.kind == "revisit":
                own = origin is None and self.ledger.run.state != MERGED_STATE
                session, named = self.ledger.session, record.fields.get("warc-refers-to", "")
                known = earlier_responses.find_response(session, key, named)
                known = known or earlier_responses.find_earlier_response(
                    session, key, capture, digest, own=own
                )
                values |= earlier_responses.confirmed_validators(values, known)
        row = held or self.ledger.add_capture(values)
        self.cached_bytes += len(record.block)
        if record.kind != "revisit" and self.cached_bytes <= _MAX_CACHED_BYTES:
            self.cached[row.id] = record

    def _held_row(self, record_id: str) -> CaptureRef | None:
        """Return the row that a record has already; None if it has none."""
        return self._row(record_id)

    def _stated_digest(self, record: Record) -> str | None:
        """Return the SHA-256 of the payload as the record states it; None if the payload must be read for it."""
        return hex_sha256(record.fields.get("warc-payload-digest"))

    def _row(self, record_id: str | None, url: str = "") -> CaptureRef | None:
        """Return the row of the capture in a WARC record; None if there is none. `url`: of the capture, makes this fast."""
        fresh = self.ledger.new_captures.get(canonical(url))
        if not record_id or (fresh and fresh.record_id == record_id):
            return fresh if record_id else None
        return queries.find_capture(self.ledger.session, record_id)

    def _stored(self, act: Act) -> None:
        content, row = act.content, self._row(act.about, act.url)
        further = [self._row(each) for each in content.get("further") or ()]
        documents = self._documents(act)
        captures = [each for each in (row, *further) if each is not None]
        named = (act.about is not None) + len(further)
        if len(captures) < named:  # a power cut can keep an act and lose the capture that it is about
            kept = reextraction.text_file_with(self.archive, content["report"].get("text_sha256", ""))
            rest = f"; its text stays in {kept}, which no version has" if kept else ""
            self.notify(f"{act.url}: the capture that its text was read from is lost; not entered{rest}")
            if "title" in content["report"]:
                self.untold.setdefault(content["report"]["text_sha256"], content)
            return
        if self.untold and held_body(self.ledger.session, content["report"]["text_sha256"]) is None:
            act = with_lost_metadata(act, self.untold)
            content = act.content
        ids = [each.id for each in captures]
        offered = [Offered(each.document, each.capture and each.capture.id) for each in documents]
        report = self._report(act, ids, acts.site_of(content).body, offered)
        if report is None:
            return
        change = self.ledger.store(
            report,
            acts.site_of(content),
            act.at,
            row,
            note=content.get("note") or "",
            only_extractor_changed=lambda _: bool(content.get("reextracted")),
            further=ids[1:],
            came_from=content.get("came_from") or (),
            documents=documents,
            joined_keys=content.get("varies") or (),
            hosts=acts.hosts_of(content),
            recorded_ending=Ending(content["ending"]) if content.get("ending") else Ending.REVISED,
            recorded_metadata=acts.metadata_of(content),
        )
        self._keep_former(act, report, change)

    def _keep_former(self, act: Act, report: Report, change: StoreResult | None) -> None:
        """Note in a new version which text its act names, if another one was read."""
        was = act.content["report"]["text_sha256"]
        if change is not None and change.is_new_text and report.text_sha256 != was:
            version = self._version(change.outcome.report_id, change.outcome.version)
            assert version is not None
            former = {"text_sha256": was, "text_file": None, "extractor": act.content.get("extractor")}
            version.former = [former]

    def _version(self, report_id: str | None, number: int | None) -> VersionRow | None:
        query = select(VersionRow).where(VersionRow.report_id == report_id, VersionRow.number == number)
        return self.ledger.session.scalars(query).first()

    def _documents(self, act: Act) -> list[KeptDocument]:
        """Return the documents of an act, each with its capture. One whose record is lost counts as not fetched."""
        told = acts.documents_of(act.content)
        return [KeptDocument(document, self._row(record, document.offer.url)) for document, record in told]

    def _report(
        self, act: Act, captures: list[int], hint: str | None, offered: Sequence[Offered]
    ) -> Report | None:
        """Return the report of a `stored` act with its body; None, with a notice, if the text cannot be read again.

        The body comes from what was told with the file, from a version with the same digest, from the page, or from the text file.
        """
        report = acts.report_of(act.content, act.url, "")
        if report.unread is not None:
            return report
        session = self.ledger.session
        told = self.told_body(report.text_sha256) if "title" in act.content["report"] else None
        if told is not None:
            return replace(report, body=told)
        held = held_body(session, report.text_sha256)
        if held is not None:
            return replace(report, body=held)
        try:
            again = reextraction.read_pages(
                self.archive, session, captures, hint, offered, self.cached, begun=self.begun
            ).report
        except (ExtractError, ArchiveDamaged) as error:
            again, why = None, getattr(error, "reason", None) or str(error)
        if "title" not in act.content["report"]:
            found, what = seen_again(session, act, again)
            self.notify(what)
            return found
        if again is not None and again.text_sha256 == report.text_sha256:
            return replace(report, body=again.body)
        body = reextraction.body_from_text_file(self.archive, report.text_sha256)
        if body is None:
            body = self.held_body(report.text_sha256)
        if body is not None:
            return replace(report, body=body)
        if again is None:
            self.notify(f"{act.url}: its text cannot be read again ({why}); not entered")
            return None
        return self._with_other_text(report, again)

    def _with_other_text(self, report: Report, again: Report) -> Report:
        """Return the report with the text that the current extractor reads; notify that the text stored is lost."""
        self.notify(
            f"{report.url}: the text {report.text_sha256[:16]} that {report.extractor} read from it is lost;"
            f" entered as {again.extractor} reads it"
        )
        return replace(
            report,
            body=again.body,
            text_sha256=again.text_sha256,
            sections=again.sections,
            attachments=again.attachments,
            extractor=again.extractor,
            **{name: getattr(again, name) for name in READ_FROM},
        )

    def _confirmed(self, act: Act) -> None:
        row = self._row(act.about, act.url)
        self.ledger.confirm(act.url, acts.site_of(act.content), act.at, row)

    def _noted(self, act: Act) -> None:
        self.ledger.note(acts.outcome_of(act.content, act.url, act.at))

    def _visit_begun(self, act: Act) -> None:
        self.ledger.begin_visit(acts.visit_of(act.content), acts.entry_of(act.content))

    def _visit_ended(self, act: Act) -> None:
        self.ledger.end_visit(acts.visit_of(act.content), act.at)

    def _learnt(self, act: Act) -> None:
        site_memory.save(self.ledger.session, act.content["site"]["id"], acts.memory_of(act.content))

    def _clock_set_back(self, act: Act) -> None:
        self.ledger.clock_set_back_to = act.at

    def _run_ended(self, act: Act) -> None:
        self.ledger.end_run(act.content["state"], act.content.get("detail") or "", act.at)

    def _reextracted(self, act: Act) -> None:
        fields = act.content["report"]
        version = self._version(fields["id"], fields["version"])
        if version is None or version.text_sha256 != act.content["was"]:
            return
        documents = self._documents(act)
        for kept in documents:
            if kept.document.offer.how == OCR:
                keep_recognition(self.ledger.session, version, kept)
        offered = reextraction.offered_with(self.ledger.session, version)
        again = self._report(act, reextraction.capture_ids(version), version.hint, offered)
        if again is not None:
            enter_reading(self.ledger.session, version, again, [each.document for each in documents])
            self.ledger.keep_text_file(version)

    def _page_edited(self, act: Act) -> None:
        row, found = self._row(act.about, act.url), acts.metadata_of(act.content)
        if row is not None and found is not None:
            told = act.content["report"]
            enter_past_edit(self.ledger.session, act.url, told["id"], told["version"], row, found)

    def _merged(self, act: Act) -> None:
        if self.merged is not None:
            self.merged(act.content)

    def _entered(self, act: Act) -> None:
        if self.entered is not None:
            self.entered(act.content, act.at)


def load_file(
    loader: WarcLoader,
    path: Path,
    *,
    commit: bool = True,
    keep: bool = True,
    size: int | None = None,
    write_texts: Callable[[Mapping[str, bytes]], None] | None = None,
) -> None:
    """Load a whole file and commit its rows. Then write its text files and its index, unless they are there unchanged.

    Without `commit` the rows wait for the caller's. The files are written all the same: the WARC states that they belong.
    Without `keep`, only the rows are made. `size`: of what the loader reads of the file, in bytes; default: its size.
    `write_texts`: takes the text files, by name, in the place of their being written here.
    """
    archive, ledger = loader.archive, loader.ledger
    loader.load(path)
    ledger.set_entered_bytes({loader.file: path.stat().st_size if size is None else size})
    written = ledger.commit() if commit else ledger.flush()
    if keep:
        index = index_of(path).relative_to(archive).as_posix()
        is_packed = holder_of(path) is not path  # the pack has an index of its own
        indexes = {} if is_packed else {index: index_text(loader.index)}
        if write_texts is not None:
            write_texts(written)
            written = {}
        write_all(archive, written | indexes, compare=True)


_HANDLERS = {
    "stored": "_stored",
    "confirmed": "_confirmed",
    "noted": "_noted",
    "visit begun": "_visit_begun",
    "visit ended": "_visit_ended",
    "learnt": "_learnt",
    "clock set back": "_clock_set_back",
    "run ended": "_run_ended",
    "reextracted": "_reextracted",
    "page edited": "_page_edited",
    "merged": "_merged",
    "entered": "_entered",
}
"""Method that enters an act, by the act's name. `attempted` has none: it is evidence in the WARC only.

Acts of a later format are not entered, and told of once.
"""
