"""`Reader`: an archive to ask questions of. It writes nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue import near_duplicates, queries
from crawler.archive.catalogue.models import PageEventRow, PageRow, VersionRow
from crawler.archive.catalogue.read_only import read_only_engine
from crawler.archive.consistency import Claims
from crawler.archive.damage import damage
from crawler.archive.evidence.run_warcs import closed
from crawler.archive.report_queries import ReportQueries
from crawler.errors import ArchiveDamaged, ArchiveError
from crawler.model import Report, Validators

CATALOGUE = "catalogue.db"
LOST = "its catalogue is missing, but its WARC files are there: `fazhi rebuild` makes it again"
Answer = TypeVar("Answer")
_TRIES = 3


def _stamp(catalogue: Path) -> tuple[int, ...]:
    """What is another after a file was changed or replaced."""
    stat = os.stat(catalogue)
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _tell(text: str) -> None:
    print(text, file=sys.stderr)  # stdout is for data


class Reader(ReportQueries):
    """An archive folder opened for reading. Raises ArchiveDamaged where its catalogue cannot be read."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._reopen: Callable[[], Engine] | None = None
        self._stamp: tuple[int, ...] = ()
        self._use(engine)

    def _use(self, engine: Engine) -> None:
        self._engine = engine
        self._session = Session(engine, expire_on_commit=False)  # nobody else writes: rows stay as they are

    @classmethod
    def read(cls, path: str | PathLike[str], *, notify: Callable[[str], None] = _tell) -> Reader:
        """An archive to ask questions of. It needs no more than read permission.

        `notify` is told of an earlier schema. Raises ArchiveError when there is no archive, ArchiveDamaged when it
        cannot be read, ArchiveTooNew when a later version wrote it.
        """
        path = Path(path)
        with damage(path):
            if not (path / CATALOGUE).is_file():
                if closed(path):
                    raise ArchiveDamaged(f"{path}: {LOST}")
                raise ArchiveError(
                    f"{path}: no archive here (no {CATALOGUE}); a crawl makes one, or name it with --archive"
                )
            stamp = _stamp(path / CATALOGUE)
            reader = Reader(path, read_only_engine(path / CATALOGUE, notify))
            reader._stamp, reader._reopen = stamp, partial(read_only_engine, path / CATALOGUE, lambda _: None)
            return reader

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the catalogue."""
        self._session.close()
        self._engine.dispose()

    def _ask(self, question: Callable[[Session], Answer]) -> Answer:
        """What one state of the catalogue answers.

        A catalogue without a log is read without a lock; a run that ends meanwhile changes it under the question,
        which is then asked again.
        """
        tries_left = _TRIES
        while True:
            tries_left -= 1
            try:
                with damage(self.path):
                    answer = question(self._session)
            except ArchiveDamaged:
                if not tries_left or not self._open_again():
                    raise
            else:
                if not tries_left or not self._open_again():
                    return answer

    def _open_again(self) -> bool:
        """Open the catalogue anew where it has changed since; whether it had."""
        if self._reopen is None:
            return False
        with damage(self.path):
            stamp = _stamp(self.path / CATALOGUE)
            if stamp == self._stamp:
                return False
            self.close()
            self._use(self._reopen())
            self._stamp = stamp
        return True

    @contextmanager
    def claims(self) -> Iterator[Claims]:
        """What the catalogue claims, to be held against the files. Raises ArchiveDamaged where it cannot be read."""
        with damage(self.path):
            yield Claims(self.path, self._session)

    def validators(self, url: str) -> Validators | None:
        """What a conditional request for an address can be made with, when a report is held from there."""
        return queries.validators(self._session, canonical(url))

    def reports(self, *, region: str | None = None, year: int | None = None) -> list[Report]:
        """The latest text of every report, by region, year and date; a region takes in what lies within it."""
        return self._ask(
            lambda session: [
                queries.to_report(row) for row in queries.latest_versions(session, region=region, year=year)
            ]
        )

    def similar(self, *, region: str | None = None, year: int | None = None) -> list[near_duplicates.Pair]:
        """Pairs of reports whose latest texts are nearly the same: probably one report, never merged silently."""
        return self._ask(
            lambda session: near_duplicates.pairs(queries.latest_versions(session, region=region, year=year))
        )

    def show(self, report_id: str, version: int | None = None) -> Report:
        """One report by its id (or an unambiguous part of it), in its latest text or the version asked for."""
        return self._ask(lambda session: queries.to_report(queries.find_version(session, report_id, version)))

    def history(self, report_id: str) -> list[VersionRow]:
        """All versions of a report, by number; tombstones among them."""
        return self._ask(lambda session: list(queries.find_version(session, report_id, None).report.versions))

    def locations(self, report_id: str) -> list[str]:
        """The addresses a report was found at, first one first."""
        return [page.url for page in self.pages(report_id)]

    def pages(self, report_id: str) -> list[PageRow]:
        """The pages a report was found at, first one first, each with its state."""
        return self._ask(lambda session: list(queries.find_version(session, report_id, None).report.pages))

    def events(self, report_id: str) -> list[tuple[str, PageEventRow]]:
        """The changes in the state of a report's pages, oldest first, each with the page's address."""
        return self._ask(
            lambda session: queries.events(session, queries.find_version(session, report_id, None).report)
        )
