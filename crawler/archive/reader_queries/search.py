"""Look-ups in the full text index, and the texts that they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from os import stat
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import CaptureRow, RunRow, VersionRow
from crawler.archive.fulltext import INDEX, Expression, Filters, Found
from crawler.archive.fulltext.lookup import find
from crawler.archive.fulltext.schema import FORMAT, Stamp, read_stamp, reading_engine
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.errors import ArchiveDamaged

TEXTS_PER_QUERY = 200
_MAX_ATTEMPTS = 3
_AGAIN = "`fazhi search --index` makes it"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldText:
    """A version with its text, as a search shows it."""

    version_id: int
    report_id: str
    number: int
    title: str
    body: str
    sections: tuple[tuple[str, str, int, int], ...]  # kind, title, start, end
    text_sha256: str
    kind: str | None
    published: str | None
    url: str
    captured_at: datetime | None  # of the page that it was read from


class SearchQueries(ReaderQueries):
    """Full text search. The index is opened once, and again if it was replaced."""

    _index: tuple[tuple[int, ...], Engine] | None = None

    def find_texts(
        self,
        expression: Expression,
        filters: Filters,
        *,
        limit: int,
        offset: int = 0,
        facets: bool = False,
        passes: Callable[[HeldText], bool] | None = None,
    ) -> Found:
        """Return the texts that an expression finds, by rank. `passes`: a further filter, for which each text is read.

        Raises ArchiveDamaged, which says what to do, if there is no index, or one that cannot be read.
        """

        def chosen(rows: Iterable[tuple[float, int, int]]) -> Iterator[tuple[float, int, int]]:
            assert passes is not None
            by_version = {version: (rank, entry, version) for rank, entry, version in rows}
            for text in self.texts(list(by_version)):
                if passes(text):
                    yield by_version[text.version_id]

        for attempt in range(_MAX_ATTEMPTS):
            stamp, engine = self._opened_index()
            try:
                with engine.connect() as connection:
                    found = find(
                        connection,
                        expression,
                        filters,
                        limit=limit,
                        offset=offset,
                        facets=facets,
                        passes=chosen if passes else None,
                    )
            except SQLAlchemyError as error:
                if attempt + 1 == _MAX_ATTEMPTS or _file_stamp(self.path / INDEX) == stamp:
                    cause = getattr(error, "orig", None) or error
                    raise ArchiveDamaged(f"{self.path / INDEX}: {cause}; {_AGAIN} again") from error
            else:
                if _file_stamp(self.path / INDEX) == stamp:
                    return found
            self.close_index()
        return found

    def index_behind(self) -> str | None:
        """Return why the index may lack texts that the catalogue has, or have others; None if it is up to date."""
        _, engine = self._opened_index()
        with engine.connect() as connection:
            stamp = read_stamp(connection)
        assert stamp is not None
        return self._query(lambda session: _behind(session, stamp))

    def texts(self, versions: Sequence[int]) -> Iterator[HeldText]:
        """Yield versions with their texts, in the order of their ids given; those that the catalogue lacks are left out."""
        for start in range(0, len(versions), TEXTS_PER_QUERY):
            portion = versions[start : start + TEXTS_PER_QUERY]
            found = self._query(lambda session, portion=portion: _texts(session, portion))  # type: ignore[misc]
            yield from (found[each] for each in portion if each in found)

    def close_index(self) -> None:
        """Close the index, if it was opened."""
        if self._index is not None:
            self._index[1].dispose()
            self._index = None

    def _opened_index(self) -> tuple[tuple[int, ...], Engine]:
        """Return the index's file stamp and its engine. Raises ArchiveDamaged if there is none, or none of this format."""
        path = self.path / INDEX
        now = _file_stamp(path)
        if self._index is not None and self._index[0] == now:
            return self._index
        self.close_index()
        if not now:
            raise ArchiveDamaged(f"{path}: the archive has no search index yet; {_AGAIN}")
        engine = reading_engine(path)
        try:
            with engine.connect() as connection:
                stamp = read_stamp(connection)
        except SQLAlchemyError as error:
            engine.dispose()
            cause = getattr(error, "orig", None) or error
            raise ArchiveDamaged(f"{path}: {cause}; {_AGAIN} again") from error
        if stamp is None or stamp.format != FORMAT:
            engine.dispose()
            raise ArchiveDamaged(f"{path}: another version of fazhi made the search index; {_AGAIN} again")
        self._index = now, engine
        return self._index


def _file_stamp(path: Path) -> tuple[int, ...]:
    try:
        found = stat(path)
    except FileNotFoundError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _behind(session: Session, stamp: Stamp) -> str | None:
    run, version = (session.scalar(select(func.max(table.id))) or 0 for table in (RunRow, VersionRow))
    if run < stamp.run or version < stamp.version:
        return "the search index is of a later state than the catalogue"
    if version > stamp.version:
        return f"the search index goes up to run {stamp.run} of {run}: newer texts are not in it"
    later = session.scalars(select(RunRow.state).where(RunRow.id > stamp.run)).all()
    if any(state != "running" for state in later):
        return f"the search index goes up to run {stamp.run} of {run}: what later runs changed is not in it"
    return None


def _texts(session: Session, versions: Sequence[int]) -> dict[int, HeldText]:
    query = (
        select(
            VersionRow.id,
            VersionRow.report_id,
            VersionRow.number,
            VersionRow.title,
            VersionRow.body,
            VersionRow.sections,
            VersionRow.text_sha256,
            VersionRow.kind,
            VersionRow.published,
            VersionRow.url,
            CaptureRow.fetched_at,
        )
        .join(CaptureRow, CaptureRow.id == VersionRow.capture_id, isouter=True)
        .where(VersionRow.id.in_(versions))
    )
    return {row[0]: _held(row) for row in session.execute(query)}


def _held(row: Any) -> HeldText:
    return HeldText(
        version_id=row[0],
        report_id=row[1],
        number=row[2],
        title=row[3],
        body=row[4],
        sections=tuple((each["kind"], each["title"], each["start"], each["end"]) for each in row[5]),
        text_sha256=row[6],
        kind=row[7],
        published=row[8],
        url=row[9],
        captured_at=row[10],
    )
