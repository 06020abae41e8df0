"""An archive held against itself: chain, WARC digests, catalogue and text files. Names every fault, mends none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.archive import (
    CATALOGUE,
    DOCUMENT_KINDS,
    EMPTY_HEAD,
    MERGED_FOLDER,
    Act,
    ConsistencyQueries,
    MadeVersion,
    Reader,
    acts_in,
    manifest_entries,
)
from crawler.archive import MANIFEST as CHAIN
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence.warc_paths import IN_PROGRESS, closed_warcs, file_sha256, index_of
from crawler.archive.snapshot import snapshot
from crawler.errors import ArchiveDamaged, ArchiveError, ArchiveTooNew
from crawler.extract import EXTRACTOR
from crawler.field.fingerprint import text_sha256
from crawler.warc import Record, hex_sha256, read_records
from crawler.warc.cdxj import index_text, lines_of

_TOLD = ("title", "issuer", "kind", "published", "source", "signed")  # a metadata record and a row both say
_NAMED = re.compile(r"_([0-9a-f]{16})\.txt$")
Notify = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not as it must be."""

    place: str  # file or row, relative to the archive
    what: str


def verify(path: Path, *, deep: bool = False, head: str | None = None, notify: Notify) -> Iterator[Fault]:
    """Every fault of an archive. `deep`: read every text out of its page again. `head`: a digest published before.

    Raises ArchiveError when there is nothing to verify, ArchiveTooNew when a later version wrote it. Nothing is
    written, and no lock is taken: what a run that goes on meanwhile has in progress is left out, and `notify` is told.
    """
    with errors_as_damage(path):
        if not (path / "warc").is_dir() and not (path / CATALOGUE).is_file():
            raise ArchiveError(f"{path}: no archive here; a crawl makes one, or name it with --archive")
        before = snapshot(path)
        for name in before.in_progress:
            notify(f"{name}: in progress, or left by a killed run; the next one finishes it")
        doubtful: list[Fault] = []
        for fault in _faults(path, deep=deep, head=head, notify=notify):
            if not before.in_progress and before == snapshot(path):
                yield fault
            else:
                doubtful.append(fault)
        if doubtful:  # half of a change may have been seen: a fault is what is still one with all of it
            again = set(_faults(path, deep=deep, head=head, notify=lambda _: None))
            yield from (fault for fault in doubtful if fault in again)


def _faults(path: Path, *, deep: bool, head: str | None, notify: Notify) -> Iterator[Fault]:
    yield from _chain(path, head)
    try:
        with Reader.read(path, notify=notify) as reader, reader.consistency() as claims:
            yield from _Check(path, claims, deep, notify).everything()
    except ArchiveTooNew:
        raise
    except ArchiveError as error:
        yield Fault(place=CATALOGUE, what=f"{error}; `fazhi rebuild` makes it again")
        yield from _Check(path, None, deep, notify).everything()


def _chain(path: Path, head: str | None) -> Iterator[Fault]:
    """The manifest against itself and against the files it names."""
    last, chained, seen = EMPTY_HEAD, dict[str, dict[str, Any]](), {EMPTY_HEAD}
    for entry in manifest_entries(path):
        if entry.previous != last:
            yield Fault(
                place=f"{CHAIN}:{entry.number}", what="the line before is not the one that this was added to"
            )
        last = entry.sha256
        seen.add(last)
        if "file" in entry.facts:
            chained[entry.facts["file"]] = entry.facts
    if head is not None and head not in seen:
        yield Fault(place=CHAIN, what=f"no line of it has the digest {head}: it was changed since")
    for name, facts in chained.items():
        yield from _chained(path, name, facts)
    for file in closed_warcs(path):
        name = file.relative_to(path).as_posix()
        if name not in chained:
            yield Fault(place=name, what=f"is not in {CHAIN}")


def _chained(path: Path, name: str, facts: dict[str, Any]) -> Iterator[Fault]:
    file = path / name
    if not file.is_file():
        if not file.with_name(file.name + IN_PROGRESS).is_file():
            yield Fault(place=name, what=f"is in {CHAIN}, and is not there")
        return
    size = file.stat().st_size
    if size != facts.get("size"):
        yield Fault(place=name, what=f"has {size} bytes; when it was closed it had {facts.get('size')}")
    elif file_sha256(file) != facts.get("sha256"):
        yield Fault(place=name, what="its SHA-256 is not the one it had when it was closed")


@dataclass(slots=True)
class _Check:
    """Files and rows held against each other; without a catalogue, the files against themselves."""

    path: Path
    claims: ConsistencyQueries | None
    deep: bool
    notify: Notify
    texts: set[str] = field(default_factory=set)  # files that a version has
    unlike: int = 0  # texts that a later extractor reads differently

    def everything(self) -> Iterator[Fault]:
        if self.claims is not None:
            for what in self.claims.integrity_errors():
                yield Fault(place=CATALOGUE, what=what)
        files = closed_warcs(self.path)
        for file in files:
            yield from self._warc(file)
        if self.claims is not None:
            yield from self._absent({file.relative_to(self.path).as_posix() for file in files})
            yield from self._versions(self.claims)
        yield from self._stray()
        if self.unlike:
            self.notify(
                f"{EXTRACTOR} reads {self.unlike} texts otherwise than they were read: `fazhi rebuild --reextract`"
            )

    def _warc(self, file: Path) -> Iterator[Fault]:
        name = file.relative_to(self.path).as_posix()
        places = self.claims.records(name) if self.claims else {}
        told = self.claims.made_versions(name) if self.claims else {}
        kept: list[Record] = []
        try:
            for record in read_records(file):
                yield from (self._at(name, record, what) for what in record.faults())
                if record.is_http or record.kind in DOCUMENT_KINDS:
                    place = places.pop(record.place.record_id, None)
                    if self.claims is not None:
                        yield from (self._at(name, record, what) for what in _unlike(place, record))
                elif self.claims is not None:
                    for act in filter(_tells_whole, acts_in(record)):
                        about = act.about or ""
                        claimed = told.get(about) or self.claims.made_version(
                            about
                        )  # it may stand in another file
                        yield from (
                            self._at(name, record, what)
                            for what in _untrue(claimed, act, merged=name.startswith(MERGED_FOLDER))
                        )
                if record.kind in ("response", "revisit", "request"):
                    kept.append(record)
        except OSError as error:
            yield Fault(place=name, what=f"cannot be read: {error.strerror}")
            return
        except ArchiveDamaged as error:
            yield Fault(place=name, what=str(error).removeprefix(f"{file}: "))
            return
        for lost in places.values():
            yield Fault(
                place=CATALOGUE, what=f"capture {lost.record_id} of {lost.url}: no such record in {name}"
            )
        yield from self._index(file, kept)

    def _at(self, name: str, record: Record, what: str) -> Fault:
        return Fault(place=f"{name} at byte {record.place.offset}", what=what)

    def _index(self, file: Path, records: list[Record]) -> Iterator[Fault]:
        index = index_of(file)
        name = index.relative_to(self.path).as_posix()
        if not index.is_file():
            yield Fault(place=name, what="is not there; `fazhi rebuild` makes it again")
        elif index.read_bytes() != index_text(lines_of(records, file.name)):
            yield Fault(
                place=name, what=f"does not say what {file.name} holds; `fazhi rebuild` makes it again"
            )

    def _absent(self, files: set[str]) -> Iterator[Fault]:
        assert self.claims is not None
        for name in sorted(self.claims.warc_files() - files):
            if not (self.path / (name + IN_PROGRESS)).is_file():
                yield Fault(place=name, what="captures are said to stand in it, and it is not there")
        for name, entered in self.claims.entered_bytes().items():
            file = self.path / name
            if file.is_file() and file.stat().st_size != entered:
                size = file.stat().st_size
                yield Fault(place=name, what=f"has {size} bytes, of which {entered} are catalogued")

    def _versions(self, claims: ConsistencyQueries) -> Iterator[Fault]:
        unwritten = claims.versions_in_progress()
        for row, report in claims.versions():
            place = f"{row.report_id} version {row.number}"
            self.texts |= {row.text_file, *(former["text_file"] for former in row.former)}
            if text_sha256(row.body) != row.text_sha256:
                yield Fault(place=place, what="its text in the catalogue has not the digest it tells")
            file = self.path / row.text_file
            if not file.is_file():
                if (row.report_id, row.number) not in unwritten:
                    yield Fault(place=row.text_file, what=f"the text of {place} is not there")
            elif file.read_bytes() != report.text().encode():
                yield Fault(place=row.text_file, what=f"is not the text of {place}")
            if self.deep:
                try:
                    yield from self._again(
                        place, claims.reextracted_sha256(row), row.text_sha256, row.extractor
                    )
                except ArchiveDamaged as error:
                    yield Fault(place=place, what=str(error))
        for url in claims.pages_without_version():
            yield Fault(place=url, what="the text last seen there is no version of its report")
        for name in claims.misnumbered_reports():
            yield Fault(place=name, what="its versions are not numbered without a gap")

    def _again(self, place: str, found: str | None, expected: str, extractor: str) -> Iterator[Fault]:
        if found in (None, expected):
            return
        if extractor == EXTRACTOR:
            yield Fault(place=place, what=f"its page, read again, gives another text ({str(found)[:16]})")
        else:
            self.unlike += 1

    def _stray(self) -> Iterator[Fault]:
        for file in sorted((self.path / "text").glob("*/*/*.txt")):
            name = file.relative_to(self.path).as_posix()
            if self.claims is not None and name not in self.texts:
                yield Fault(place=name, what="no version has this text")
            elif self.claims is None and not _names_itself(file):
                yield Fault(place=name, what="its text has not the digest that its name tells")


def _names_itself(file: Path) -> bool:
    named = _NAMED.search(file.name)
    blocks = file.read_bytes().decode("utf-8", "replace").removesuffix("\n").split("\n\n")
    digests = (hashlib.sha256("\n".join(blocks[skipped:]).encode()).hexdigest()[:16] for skipped in (2, 1))
    return named is not None and named[1] in digests


def _unlike(place: Any, record: Record) -> Iterator[str]:
    """What the catalogue says otherwise of a capture than its record does."""
    if place is None:
        yield "the catalogue does not know this capture"
        return
    told = hex_sha256(record.fields.get("warc-payload-digest"))
    pairs = {
        "stands elsewhere": ((place.offset, place.length), (record.place.offset, record.place.length)),
        "is of another kind": (place.kind, record.kind),
        "is of another address": (place.url, record.url),
        "was made at another time": (place.date, record.date),
        "has another payload": (place.sha256, told or place.sha256),
    }
    yield from (
        f"according to the catalogue it {what}" for what, (one, other) in pairs.items() if one != other
    )


def _tells_whole(act: Act) -> bool:
    """Whether an act tells of a version that was made then."""
    content = act.content
    return content.get("act") == "stored" and "title" in content["report"] and not content.get("reextracted")


def _untrue(claimed: MadeVersion | None, act: Act, *, merged: bool) -> Iterator[str]:
    """What the catalogue says otherwise of a version than the WARC says was read.

    What was new to another archive may have been held in this one when it was `merged`.
    """
    content = act.content
    report = content["report"]
    if claimed is None or claimed.ending != content.get("ending"):
        if not merged:
            yield "the catalogue has no version of what was read here"
        return
    row = claimed.version
    former = {each["text_sha256"] for each in row.former}
    if report["text_sha256"] not in {row.text_sha256, *former}:
        yield f"{row.report_id} version {row.number} has another text than was read here"
    for name in _TOLD:
        if getattr(row, name) != report.get(name):
            yield f"{row.report_id} version {row.number} has another `{name}` than was read here"
