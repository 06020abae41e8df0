"""What every format is given, and what it gives back: the interface that a further format fulfils."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import CrawlerError

if TYPE_CHECKING:
    from crawler.archive.reader_queries.held_versions import HeldVersion
    from crawler.model import RecordPlace
    from crawler.questions.export.schema import Field, Row, Table

EXTRA_MISSING = "--format {} needs the extra `export`: pip install 'fazhi[export]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One delivery that is being made. The same archive and the same job give the same bytes."""

    folder: Path  # where the format's files go
    scratch: Path  # for files that are removed afterwards
    archive: Path
    place_of_record: Callable[[str], RecordPlace | None]  # by the id of a WARC record
    tables: tuple[Table, ...]
    with_text: bool
    as_published: bool
    created: datetime  # the state of the archive: stands where a format wants a time
    software: str
    max_wacz_bytes: int
    notify: Callable[[str], None]

    def columns(self, table: Table) -> tuple[Field, ...]:
        """Return the columns of a table in this delivery."""
        return table.columns(with_text=self.with_text, as_published=self.as_published)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One file of a delivery."""

    path: str  # relative to the delivery
    format: str
    mediatype: str
    title: str
    table: Table | None = None  # whose rows the file has
    dialect: dict[str, object] = field(default_factory=dict)


class Writer:
    """Writes one format. Each version is told, then its rows; then the rows of the tables of the whole archive."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def version(self, item: HeldVersion) -> None:
        """Take a version."""

    def row(self, table: Table, row: Row) -> None:
        """Take a row, as many values as the job's columns of the table."""

    def finish(self) -> list[Resource]:
        """Complete the files, and return them."""
        raise NotImplementedError

    def abandon(self) -> None:
        """Let go of open files after an error."""


def missing(format: str) -> CrawlerError:
    """Return the error that says which extra a format needs."""
    return CrawlerError(EXTRA_MISSING.format(format))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex characters."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
