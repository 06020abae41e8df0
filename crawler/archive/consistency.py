"""What the catalogue claims, in the form in which it can be held against WARC and text files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from crawler.archive import reextraction
from crawler.archive.catalogue import queries
from crawler.archive.catalogue.models import (
    CaptureRow,
    OutcomeRow,
    PageRow,
    ReportRow,
    RunRow,
    VersionRow,
    WarcRow,
)
from crawler.errors import ArchiveDamaged, ExtractError
from crawler.model import Report


class Place(NamedTuple):
    """Where a capture's record is said to stand, and what it is said to be."""

    record_id: str
    offset: int
    length: int
    kind: str
    url: str
    date: datetime
    sha256: str  # of the payload, hex


class Told(NamedTuple):
    """The version that a capture's outcome names."""

    record_id: str
    ending: str
    version: VersionRow


_TOLD = (
    select(CaptureRow.record_id, OutcomeRow.ending, VersionRow)
    .join(OutcomeRow, OutcomeRow.capture_id == CaptureRow.id)
    .join(
        VersionRow,
        (VersionRow.report_id == OutcomeRow.report_id) & (VersionRow.number == OutcomeRow.version),
    )
    .where(OutcomeRow.ending.in_(("new", "revised")))
)


class Claims:
    """Questions to an open catalogue."""

    def __init__(self, archive: Path, session: Session) -> None:
        self._archive = archive
        self._session = session

    def broken(self) -> list[str]:
        """What SQLite itself finds wrong."""
        found = [str(row[0]) for row in self._session.execute(text("PRAGMA integrity_check"))]
        loose = self._session.execute(text("PRAGMA foreign_key_check")).all()
        return [line for line in found if line != "ok"] + [
            f"{row[0]}: row {row[1]} points to no row of {row[2]}" for row in loose
        ]

    def warcs(self) -> dict[str, int]:
        """The bytes entered of each WARC file."""
        return {row.file: row.entered for row in self._session.scalars(select(WarcRow))}

    def places(self, file: str) -> dict[str, Place]:
        """The captures said to stand in a WARC file, by record id."""
        columns = (
            CaptureRow.record_id,
            CaptureRow.warc_offset,
            CaptureRow.warc_length,
            CaptureRow.record_type,
            CaptureRow.url,
            CaptureRow.fetched_at,
            CaptureRow.payload_sha256,
        )
        found = self._session.execute(select(*columns).where(CaptureRow.warc_file == file))
        return {row[0]: Place(*row) for row in found}

    def files(self) -> set[str]:
        """The WARC files that captures are said to stand in."""
        return set(self._session.scalars(select(CaptureRow.warc_file).distinct()))

    def told(self, file: str) -> dict[str, Told]:
        """The version named by the outcome of each capture that made one, by record id."""
        found = self._session.execute(_TOLD.where(CaptureRow.warc_file == file))
        return {row[0]: Told(*row) for row in found}

    def told_of(self, record_id: str) -> Told | None:
        """The same of one capture, in whatever file it stands."""
        found = self._session.execute(_TOLD.where(CaptureRow.record_id == record_id)).first()
        return Told(*found) if found else None

    def versions(self) -> Iterator[tuple[VersionRow, Report]]:
        """Every text, tombstones left out."""
        query = select(VersionRow).where(VersionRow.tombstone.is_(False)).order_by(VersionRow.id)
        for row in self._session.scalars(query.execution_options(yield_per=200)):
            yield row, queries.to_report(row)

    def unwritten(self) -> set[tuple[str | None, int | None]]:
        """Report id and number of the versions that runs not ended yet have met.

        The run itself writes their texts, or the next one.
        """
        query = (
            select(OutcomeRow.report_id, OutcomeRow.version)
            .join(RunRow, RunRow.id == OutcomeRow.run_id)
            .where(RunRow.finished_at.is_(None), OutcomeRow.version.is_not(None))
        )
        return {(row[0], row[1]) for row in self._session.execute(query)}

    def loose_pages(self) -> list[str]:
        """The addresses whose last text is no version of their report."""
        held = select(VersionRow.id).where(
            VersionRow.report_id == PageRow.report_id, VersionRow.text_sha256 == PageRow.text_sha256
        )
        return list(self._session.scalars(select(PageRow.url).where(~held.exists())))

    def gaps(self) -> list[str]:
        """The reports whose versions are not numbered 1, 2, 3 …"""
        numbers: dict[str, list[int]] = {name: [] for name in self._session.scalars(select(ReportRow.id))}
        rows = select(VersionRow.report_id, VersionRow.number).order_by(VersionRow.number)
        for report_id, number in self._session.execute(rows):
            numbers[report_id].append(number)
        return [name for name, held in numbers.items() if held != list(range(1, len(held) + 1)) or not held]

    def read_again(self, version: VersionRow) -> str | None:
        """The digest of what today's extractor reads out of a version's page; None where it has no page.

        Raises ArchiveDamaged where the page's record is not there.
        """
        if version.capture_id is None:
            return None
        try:
            return reextraction.reread(self._archive, self._session, version).text_sha256
        except ExtractError as error:
            raise ArchiveDamaged(f"no article is found in its page any more ({error.reason})") from error
