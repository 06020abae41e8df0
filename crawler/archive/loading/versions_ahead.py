"""`VersionsAhead`: read versions again from their captures, with the readings of later ones begun in child processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import VersionRow
from crawler.archive.loading import reextraction
from crawler.archive.loading.begun import BegunReadings, Wanted
from crawler.archive.loading.reextraction import Reread
from crawler.errors import ArchiveDamaged
from crawler.reading.look_ahead import look_ahead
from crawler.reading.pool import ReadingPool
from crawler.warc import Record


@dataclass(slots=True)
class ReadableVersion:
    """A version, and what was begun of it."""

    row: VersionRow
    reread: Callable[[], Reread]  # as `reextraction.reread`
    records: dict[int, Record] = field(default_factory=dict)  # by row id of the capture
    begun: list[Wanted] = field(default_factory=list)


@dataclass(slots=True)
class VersionsAhead:
    """The versions of one archive, in the order given."""

    archive: Path
    session: Session
    begun: BegunReadings

    @classmethod
    def of(cls, archive: Path, session: Session, pool: ReadingPool) -> VersionsAhead:
        """Read versions of a catalogue with these processes."""
        return cls(archive, session, BegunReadings(pool))

    def readable(self, versions: Iterable[VersionRow]) -> Iterator[ReadableVersion]:
        """Yield the versions. `reread` of each may be called until the next is asked for."""
        steps = map(self._readable, versions)
        for step in look_ahead(steps, self._begin) if self.begun.pool.reads_ahead else steps:
            yield step
            self.begun.cancel(step.begun)

    def _readable(self, row: VersionRow) -> ReadableVersion:
        def reread() -> Reread:
            return reextraction.reread(self.archive, self.session, row, step.records, self.begun)

        step = ReadableVersion(row, reread)
        return step

    def _begin(self, step: ReadableVersion) -> int:
        """Begin to read a version's pages and documents. Return the bytes that it holds in memory."""
        row = step.row
        wanted: list[tuple[int, str | None]] = [(each, None) for each in reextraction.capture_ids(row)]
        offered = reextraction.offered_with(self.session, row) if wanted else []
        wanted += [(each.capture, each.document.offer.how) for each in offered if each.capture is not None]
        try:
            for capture, how in wanted:
                record = reextraction.record_of(self.archive, self.session, capture)
                step.records[capture] = record
                step.begun.append(Wanted(record, row.hint, how))
        except (ArchiveDamaged, OSError):  # raised again when its turn comes
            return 0
        return sum(len(each.record.block) + self.begun.begin(each) for each in step.begun)
