"""All captures of an address, whatever became of them: for those who ask an archive for a page as of a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from crawler.archive.catalogue.models import CaptureRow
from crawler.archive.damage import errors_as_damage
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.model import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFacts:
    """One capture of an address. `number`: its row in the catalogue, for `capture_numbered`."""

    number: int
    url: str
    at: datetime
    status: int
    payload_sha256: str
    origin: str | None  # the file of another crawler that it was imported from


class CaptureQueries(ReaderQueries):
    """Captures by address."""

    def captures_at(self, url: str) -> list[CaptureFacts]:
        """Return the captures of an address by GET, by time. Addresses with one canonical form are one."""
        from crawler.address import canonical

        query = (
            select(
                CaptureRow.id,
                CaptureRow.url,
                CaptureRow.fetched_at,
                CaptureRow.status,
                CaptureRow.payload_sha256,
                CaptureRow.origin,
            )
            .where(CaptureRow.url_key == canonical(url), CaptureRow.method == "GET")
            .order_by(CaptureRow.fetched_at, CaptureRow.id)
        )
        return self._query(
            lambda session: [
                CaptureFacts(
                    number=row[0], url=row[1], at=row[2], status=row[3], payload_sha256=row[4], origin=row[5]
                )
                for row in session.execute(query)
            ]
        )

    def capture_numbered(self, number: int) -> Capture:
        """Return a capture as served. Raises ArchiveDamaged if its record cannot be read."""
        from crawler.archive.loading.version_captures import capture_of

        with errors_as_damage(self.path):
            return capture_of(self.path, self._session, number)
