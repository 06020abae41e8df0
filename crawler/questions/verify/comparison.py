"""Compare WARC files, indexes and the catalogue with each other; `texts` compares the text files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive import (
    DOCUMENT_KINDS,
    ENTERED_FOLDERS,
    Act,
    ActFault,
    ConsistencyQueries,
    MadeVersion,
    read_acts,
)
from crawler.archive.evidence.warc_paths import (
    IN_PROGRESS,
    closed_warcs,
    index_of,
    known_offsets,
    on_disk,
    pack_ranges,
)
from crawler.extract import EXTRACTOR
from crawler.questions.verify.fault import Fault
from crawler.questions.verify.record_claims import capture_faults, made_version, version_faults
from crawler.questions.verify.second_reading import SecondReading
from crawler.questions.verify.texts import TextComparison, faults_without_catalogue
from crawler.regular_files import PartPath
from crawler.warc import Fault as Damage
from crawler.warc import Place, Record, salvage
from crawler.warc.cdxj import index_text, lines_of

if TYPE_CHECKING:
    pass


@dataclass(slots=True)
class Comparison:
    """Compares files and catalogue rows; without a catalogue (`claims` is None), only the files."""

    path: Path
    catalogue: str  # where it is
    claims: ConsistencyQueries | None
    deep: bool
    notify: Callable[[str], None]
    settled: bool = False  # every run of the catalogue has ended
    pack_lines: dict[Path, list[str] | None] = field(default_factory=dict)
    """Lines that the index of each pack must have; None for a pack with damage."""

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
        yield from self._texts()

    def _texts(self) -> Iterator[Fault]:
        if self.claims is None:
            yield from faults_without_catalogue(self.path)
            return
        texts = TextComparison(self.path, self.claims, self.deep, self.notify)
        yield from texts.versions()
        yield from texts.files()
        if texts.reextracted:
            self.notify(
                f"{EXTRACTOR} reads {texts.reextracted} texts differently than they are stored; to update them: "
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
                        yield from (self._at(name, record, what) for what in capture_faults(place, record))
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
            elif made_version(act):
                about = act.about or ""
                # the capture that the act is about may be in another file; another archive's act must not be about a
                # record of ours
                claimed = told.get(about) or (None if merged else claims.made_version(about))
                if not merged or claimed is None or claimed.version.url == act.url:
                    faults = version_faults(claimed, act, merged=merged)
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
            is_ahead = (
                size > entered and name not in files
            )  # in progress, or of a killed run: entered when it is closed
            if size != entered and not is_ahead:
                yield Fault(place=name, what=f"has {size} bytes, but the catalogue covers {entered}")


def _moved(place: Place, by: int) -> Place:
    return replace(place, offset=place.offset + by)
