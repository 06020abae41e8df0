"""Compare WARC files, indexes, catalogue and text files with each other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.archive import (
    DOCUMENT_KINDS,
    ENTERED_FOLDERS,
    Act,
    ActFault,
    ConsistencyQueries,
    MadeVersion,
    read_acts,
)
from crawler.archive.catalogue.text_names import earlier_name, name_on_disk
from crawler.archive.evidence.warc_paths import (
    IN_PROGRESS,
    closed_warcs,
    index_of,
    known_offsets,
    on_disk,
    pack_ranges,
)
from crawler.archive.loading.reextraction import body_with_digest
from crawler.errors import ArchiveDamaged
from crawler.extract import EXTRACTOR
from crawler.field.fingerprint import text_sha256
from crawler.questions.verify.fault import Fault
from crawler.questions.verify.second_reading import SecondReading
from crawler.regular_files import PartPath
from crawler.warc import Fault as Damage
from crawler.warc import Place, Record, hex_sha256, salvage
from crawler.warc.cdxj import index_text, lines_of

if TYPE_CHECKING:
    from crawler.archive.catalogue.models import VersionRow
    from crawler.model import Report

_TOLD = (
    "title",
    "issuer",
    "kind",
    "published",
    "source",
    "signed",
)  # columns of a version that its WARC record states too
_DIGEST_IN_NAME = re.compile(r"_([0-9a-f]{16})\.txt$")


@dataclass(slots=True)
class Comparison:
    """Compares files and catalogue rows; without a catalogue (`claims` is None), only the files."""

    path: Path
    catalogue: str  # where it is
    claims: ConsistencyQueries | None
    deep: bool
    notify: Callable[[str], None]
    texts: set[str] = field(default_factory=set)  # text files of all versions
    settled: bool = False  # every run of the catalogue has ended
    pack_lines: dict[Path, list[str] | None] = field(default_factory=dict)
    """Lines that the index of each pack must have; None for a pack with damage."""
    reextracted: int = 0  # texts that the current extractor reads differently than the one that stored them

    def everything(self) -> Iterator[Fault]:
        if self.claims is not None:
            self.settled = all(self.claims.run_ends().values())
            for what in self.claims.integrity_errors():
                yield Fault(place=self.catalogue, what=what)
            if self.deep:
                yield from (
                    Fault(place=self.catalogue, what=what) for what in self.claims.differences(self.notify)
                )
        files = list(self._entered(closed_warcs(self.path)))
        for name, (holder, _, _) in pack_ranges(self.path).items():
            if (self.path / name).exists():  # `fazhi pack` is removing it, or was killed
                self.pack_lines[self.path / holder] = None
        for file in files:
            yield from self._warc(file)
        for pack, lines in self.pack_lines.items():
            if lines is not None:
                yield from self._index_faults(pack, lines)
        if self.claims is not None:
            yield from self._missing_files({file.relative_to(self.path).as_posix() for file in files})
            yield from self._versions(self.claims)
        yield from self._text_files()
        if self.reextracted:
            self.notify(
                f"{EXTRACTOR} reads {self.reextracted} texts differently than they are stored; to update them: "
                "`fazhi rebuild --reextract`"
            )

    def _entered(self, files: Sequence[Path]) -> Iterator[Path]:
        """Yield the files; without those that a merge in progress, or a killed one, has copied and not entered yet."""
        if self.claims is None or self.settled:
            yield from files
            return
        known = self.claims.entered_bytes()
        for file in files:
            name = file.relative_to(self.path).as_posix()
            if name.startswith(ENTERED_FOLDERS) and name not in known:
                self.notify(
                    f"{name}: not verified: a merge has copied it; that merge, or the next run, enters it"
                )
            else:
                yield file

    def _warc(self, file: Path) -> Iterator[Fault]:
        name = file.relative_to(self.path).as_posix()
        places = self.claims.records(name) if self.claims else {}
        told = self.claims.made_versions(name) if self.claims else {}
        kept: list[Record] = []
        second, damaged = SecondReading(file, name), False
        try:
            for record in salvage(file, known=lambda: known_offsets(file)):
                if isinstance(record, Damage):
                    damaged = True
                    yield Fault(place=f"{name} at byte {record.offset}", what=record.reason)
                    continue
                if not damaged:  # the second reader stops where the first goes on behind damage
                    yield from second.compare(record)
                yield from (self._at(name, record, what) for what in record.faults())
                if record.is_http or record.kind in DOCUMENT_KINDS:
                    place = places.pop(record.place.record_id, None)
                    if self.claims is not None:
                        yield from (self._at(name, record, what) for what in _capture_faults(place, record))
                elif self.claims is not None:
                    yield from self._acts(name, record, told, self.claims)
                if record.kind in ("response", "revisit", "request"):
                    kept.append(record)
        except OSError as error:
            yield Fault(place=name, what=f"cannot be read: {error.strerror}")
            return
        if not damaged:
            yield from second.rest()
        for missing in places.values():
            yield Fault(
                place=self.catalogue,
                what=f"capture {missing.record_id} of {missing.url}: no such record in {name}",
            )
        if isinstance(file, PartPath) and file.holder is not None:
            self._keep_pack_lines(file, file.holder, None if damaged else kept)
        elif not damaged:  # else the records are fewer than the index lists
            yield from self._index_faults(file, lines_of(kept, file.name))

    def _acts(
        self, name: str, record: Record, told: Mapping[str, MadeVersion], claims: ConsistencyQueries
    ) -> Iterator[Fault]:
        """Check the acts of a record: their form, the versions that they made, the files that they merged."""
        merged = name.startswith(ENTERED_FOLDERS)  # what was new there may be known here
        for act in read_acts(record):
            if isinstance(act, ActFault):
                yield self._at(name, record, f"{act}; no act of an archive")
            elif act.name == "merged" and not merged and self.settled:
                yield from (self._at(name, record, what) for what in self._missing_merged(act))
            elif act.name == "entered" and not merged and self.settled:
                if not on_disk(self.path / (file := act.content["file"])).is_file():
                    what = f"{file} was entered, but does not exist; put it back, and run `fazhi rebuild`"
                    yield self._at(name, record, what)
            elif _made_version(act):
                about = act.about or ""
                # the capture that the act is about may be in another file; another archive's act must not be about a
                # record of ours
                claimed = told.get(about) or (None if merged else claims.made_version(about))
                if not merged or claimed is None or claimed.version.url == act.url:
                    faults = _version_faults(claimed, act, merged=merged)
                    yield from (self._at(name, record, what) for what in faults)

    def _missing_merged(self, act: Act) -> Iterator[str]:
        """Yield the files that an act of a merge names and that are not there. A merge in progress may be about to name them."""
        for each in act.content["files"]:
            if not (self.path / each["file"]).is_file():
                yield f"{each['file']} was merged, but does not exist; put it back, and run `fazhi rebuild`"

    def _at(self, name: str, record: Record, what: str) -> Fault:
        return Fault(place=f"{name} at byte {record.place.offset}", what=what)

    def _keep_pack_lines(self, file: PartPath, pack: Path, records: list[Record] | None) -> None:
        """Keep the index lines of a file in a pack, at their places in the pack. `records`: None if it is damaged."""
        lines = self.pack_lines.setdefault(pack, [])
        if records is None or lines is None:
            self.pack_lines[pack] = None
            return
        there = [replace(each, place=_moved(each.place, file.start)) for each in records]
        lines += lines_of(there, pack.name)

    def _index_faults(self, file: Path, lines: Iterable[str]) -> Iterator[Fault]:
        index = index_of(file)
        name = index.relative_to(self.path).as_posix()
        if not index.is_file():
            yield Fault(place=name, what="does not exist; `fazhi rebuild` recreates it")
        elif index.read_bytes() != index_text(lines):
            yield Fault(
                place=name, what=f"differs from the records of {file.name}; `fazhi rebuild` recreates it"
            )

    def _missing_files(self, files: set[str]) -> Iterator[Fault]:
        assert self.claims is not None
        for name in sorted(self.claims.warc_files() - files):
            if not (self.path / (name + IN_PROGRESS)).is_file():
                yield Fault(place=name, what="the catalogue has captures in it, but the file does not exist")
        for name, entered in self.claims.entered_bytes().items():
            file = on_disk(self.path / name)
            size = file.stat().st_size if file.is_file() else entered
            is_ahead = size > entered and name not in files  # in progress, or of a killed run: entered when it is closed
            if size != entered and not is_ahead:
                yield Fault(place=name, what=f"has {size} bytes, but the catalogue covers {entered}")

    def _versions(self, claims: ConsistencyQueries) -> Iterator[Fault]:
        unwritten = claims.versions_in_progress()
        for row, report, read_again in claims.readable_versions() if self.deep else _unread(claims):
            place = f"{row.report_id} version {row.number}"
            self.texts |= {
                name_on_disk(self.path, name)
                for name in (row.text_file, *(former["text_file"] for former in row.former))
                if name
            }
            yield from self._former(place, row, report)
            if text_sha256(row.body) != row.text_sha256:
                yield Fault(place=place, what="the digest of its text in the catalogue is wrong")
            file = self.path / name_on_disk(self.path, row.text_file)
            if not row.text_file:
                if row.unread is None or row.body:
                    yield Fault(place=place, what="has no text file, but is not marked as unread")
            elif not file.is_file():
                if (row.report_id, row.number) not in unwritten:
                    yield Fault(place=row.text_file, what=f"the text file of {place} does not exist")
            elif file.read_bytes() != report.text().encode():
                yield Fault(place=row.text_file, what=f"is not the text of {place}")
            if self.deep:
                try:
                    yield from self._extracted_again(place, read_again(), report)
                except ArchiveDamaged as error:
                    yield Fault(place=place, what=str(error))
        for url in claims.pages_without_version():
            yield Fault(place=url, what="the text last seen there is not a version of its report")
        for name in claims.misnumbered_reports():
            yield Fault(place=name, what="a number is missing among its versions")

    def _former(self, place: str, row: VersionRow, report: Report) -> Iterator[Fault]:
        """Check the files of the texts that earlier extractors read. They have the version's title and metadata."""
        for former in row.former:
            name, digest = former["text_file"], former["text_sha256"]
            if name is None:  # lost before a rebuild
                continue
            file = self.path / name_on_disk(self.path, name)
            data = file.read_bytes() if file.is_file() else b""
            body = body_with_digest(data.decode("utf-8", "replace"), digest)
            as_now = "url" not in former  # else it had the title and metadata of another site's page
            if body is None or (as_now and data != replace(report, body=body).text().encode()):
                what = "is not the text" if data else "does not exist; it had the text"
                yield Fault(place=name, what=f"{what} that {former['extractor']} read for {place}")

    def _extracted_again(self, place: str, found: Report | None, held: Report) -> Iterator[Fault]:
        """Compare a text with the one read now. Another reader of documents, or one that is not installed, may read another."""
        if found is None or found.text_sha256 == held.text_sha256:
            return
        reads_otherwise = (found.reader, found.unread) != (held.reader, held.unread)
        if held.extractor == EXTRACTOR and not reads_otherwise:
            what = f"its page, extracted again, gives another text ({found.text_sha256[:16]})"
            yield Fault(place=place, what=what)
        else:
            self.reextracted += 1

    def _text_files(self) -> Iterator[Fault]:
        for file in sorted((self.path / "text").glob("*/*/*.txt")):
            name = file.relative_to(self.path).as_posix()
            if self.claims is not None and name not in self.texts:
                if not self._is_renamed(file, name):
                    yield Fault(place=name, what="no version has this text")
            elif self.claims is None and not _has_digest_of_name(file):
                yield Fault(place=name, what="its text does not have the digest in its name")

    def _is_renamed(self, file: Path, name: str) -> bool:
        """Whether a rebuild was killed between writing a text under its new name and removing the earlier one."""
        same = [new for new in file.parent.glob(f"*_{file.name}") if new.read_bytes() == file.read_bytes()]
        renamed = any(earlier_name(new.relative_to(self.path).as_posix()) == name for new in same)
        if renamed:
            self.notify(f"{name}: has another name now, and is here twice; `fazhi rebuild` removes this one")
        return renamed


def _unread(
    claims: ConsistencyQueries,
) -> Iterator[tuple[VersionRow, Report, Callable[[], Report | None]]]:
    """Yield the versions where none is read again."""
    for row, report in claims.versions():
        yield row, report, lambda: None


def _has_digest_of_name(file: Path) -> bool:
    named = _DIGEST_IN_NAME.search(file.name)
    blocks = file.read_bytes().decode("utf-8", "replace").removesuffix("\n").split("\n\n")
    digests = (hashlib.sha256("\n".join(blocks[skipped:]).encode()).hexdigest()[:16] for skipped in (2, 1))
    return named is not None and named[1] in digests


def _moved(place: Place, by: int) -> Place:
    return replace(place, offset=place.offset + by)


def _capture_faults(place: Any, record: Record) -> Iterator[str]:
    """Yield where the catalogue's row of a capture differs from its WARC record."""
    if place is None:
        yield "the catalogue does not have this capture"
        return
    payload_sha256 = hex_sha256(record.fields.get("warc-payload-digest"))
    pairs = {
        "place": ((place.offset, place.length), (record.place.offset, record.place.length)),
        "kind": (place.kind, record.kind),
        "address": (place.url, record.url),
        "date": (place.date, record.date),
        "payload digest": (place.sha256, payload_sha256 or place.sha256),
    }
    yield from (
        f"the catalogue has another {what} for it" for what, (one, other) in pairs.items() if one != other
    )


def _made_version(act: Act) -> bool:
    """Whether an act says that a version was made, with all its fields."""
    content = act.content
    held = content.get("reextracted") or content.get("rests_here")
    return content.get("act") == "stored" and "title" in content["report"] and not held


def _version_faults(claimed: MadeVersion | None, act: Act, *, merged: bool) -> Iterator[str]:
    """Yield where the catalogue's row of a version differs from what the WARC file says was read.

    `merged`: the file is from another archive. What was a new version there may have been known here.
    """
    content = act.content
    report = content["report"]
    # earlier versions made a version of what another site showed; that page has a report of its own since
    departed = content.get("ending") == "revised" and "hosts" not in content.get("site", {})
    if claimed is None or (claimed.ending != content.get("ending") and not departed):
        if not merged:
            yield "the catalogue has no version for the text that was read here"
        return
    row = claimed.version
    former = {each["text_sha256"] for each in row.former}
    if report["text_sha256"] not in {row.text_sha256, *former}:
        yield f"{row.report_id} version {row.number} has another text than the one that was read here"
    for name in _TOLD if claimed.rests_on_it and not merged else ():
        if getattr(row, name) != report.get(name):
            yield f"{row.report_id} version {row.number} has another `{name}` than the one that was read here"
