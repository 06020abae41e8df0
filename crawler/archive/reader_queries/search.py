"""Look-ups in the full text index, and the texts that they find."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Integer, PoolProxiedConnection, Text, bindparam, cast, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.functions import json_items
from crawler.archive.catalogue.models import CaptureRow, RunRow, VersionRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.reader_queries.base import ReaderQueries
from crawler.errors import ArchiveDamaged
from crawler.regular_files import file_stamp

if TYPE_CHECKING:
    from crawler.archive.fulltext import Expression, Filters, Found
    from crawler.archive.fulltext.schema import Stamp

TEXTS_PER_QUERY = 200
_MAX_ATTEMPTS = 3
_AGAIN = "`fazhi search --index` makes it"


@dataclass(frozen=True, slots=True)
class HeldText:
    """A version with its text, as a search shows it."""

    version_id: int
    report_id: str
    number: int
    title: str
    body: str
    sections_json: str
    text_sha256: str
    kind: str | None
    published: str | None
    url: str
    captured_at: datetime | None  # of the page that it was read from

    def sections(self) -> Iterator[tuple[str, str, int, int]]:
        """Yield kind, title, start and end of each section."""
        for each in json.loads(self.sections_json):
            yield each["kind"], each["title"], each["start"], each["end"]


class SearchQueries(ReaderQueries):
    """Full text search. The index is opened once, and again if it was replaced."""

    _index: tuple[tuple[int, ...], PoolProxiedConnection, Engine] | None = None

    def find_texts(
        self,
        expression: Expression,
        filters: Filters,
        *,
        limit: int,
        offset: int = 0,
        newest_before: int | None = None,
        facets: bool = False,
        passes: Callable[[HeldText], bool] | None = None,
    ) -> Found:
        """Return the texts that an expression finds, by rank, or as `newest_before` says in `fulltext.lookup.find`. `passes`: a further filter, for which each text is read.

        Raises ArchiveDamaged, which says what to do, if there is no index, or one that cannot be read.
        """

        from crawler.archive.fulltext import INDEX, Found
        from crawler.archive.fulltext.lookup import find

        if self._has_nothing_to_search():
            return Found(total=0, hits=(), years={}, provinces={})

        def chosen(versions: Sequence[int]) -> Iterator[int]:
            assert passes is not None
            return (text.version_id for text in self.searched_texts(versions) if passes(text))

        if self._catalogue.is_database:
            from crawler.archive.fulltext.database.lookup import find as find_in_database

            return self._query(
                lambda session: find_in_database(
                    self._connection_with_index(session),
                    expression,
                    filters,
                    limit=limit,
                    offset=offset,
                    newest_before=newest_before,
                    facets=facets,
                    passes=chosen if passes else None,
                )
            )
        attempts_left = _MAX_ATTEMPTS
        while True:
            attempts_left -= 1
            stamp, index = self._opened_index()
            try:
                found = find(
                    index,
                    expression,
                    filters,
                    limit=limit,
                    offset=offset,
                    newest_before=newest_before,
                    facets=facets,
                    passes=chosen if passes else None,
                )
            except sqlite3.Error as error:
                if not attempts_left or file_stamp(self.path / INDEX) == stamp:
                    raise ArchiveDamaged(f"{self.path / INDEX}: {error}; {_AGAIN} again") from error
            else:
                if not attempts_left or file_stamp(self.path / INDEX) == stamp:
                    return found

    def _has_nothing_to_search(self) -> bool:
        """Whether there is neither an index nor a text: a run without a report makes no index."""
        from crawler.archive.fulltext import INDEX

        if not self._catalogue.is_database and file_stamp(self.path / INDEX):
            return False
        return self._query(lambda session: session.scalar(select(VersionRow.id).limit(1))) is None

    def index_behind(self) -> str | None:
        """Return why the index may lack texts that the catalogue has, or have others; None if it is up to date."""
        if self._has_nothing_to_search():
            return None
        return self._query(lambda session: _behind(session, self._index_goes_to()))

    def searched_texts(self, versions: Sequence[int]) -> Iterator[HeldText]:
        """Yield versions with their texts, in the order of their ids given; those that the catalogue lacks are left out."""
        for start in range(0, len(versions), TEXTS_PER_QUERY):
            portion = versions[start : start + TEXTS_PER_QUERY]
            found = self._query(lambda session, portion=portion: _texts(session, portion))  # type: ignore[misc]
            yield from (found[each] for each in portion if each in found)

    def close_index(self) -> None:
        """Close the index, if it was opened."""
        if self._index is not None:
            self._index[1].close()
            self._index[2].dispose()
            self._index = None

    def _connection_with_index(self, session: Session) -> Connection:
        """Return the connection to a database that has an index of this format. Raises ArchiveDamaged."""
        from crawler.archive.fulltext.database.tables import FORMAT, read_stamp

        connection = session.connection()
        stamp = read_stamp(connection)
        if stamp is None or stamp.format != FORMAT:
            raise ArchiveDamaged(f"{self._catalogue.name}: the archive has no search index yet; {_AGAIN}")
        return connection

    def _index_goes_to(self) -> Stamp:
        from crawler.archive.fulltext.schema import Stamp

        if self._catalogue.is_database:
            from crawler.archive.fulltext.database.tables import read_stamp

            stamp = read_stamp(self._connection_with_index(self._session))
            assert stamp is not None
            return stamp
        row = self._opened_index()[1].execute("SELECT format, run, version FROM stamp").fetchone()
        return Stamp(*row)

    def _opened_index(self) -> tuple[tuple[int, ...], sqlite3.Connection]:
        """Return the index's file stamp and a connection. Raises ArchiveDamaged if there is none, or none of this format."""
        from crawler.archive.fulltext import INDEX
        from crawler.archive.fulltext.schema import FORMAT, read_stamp, reading_engine

        path = self.path / INDEX
        now = file_stamp(path)
        if self._index is not None and self._index[0] == now:
            return now, self._index[1].driver_connection  # type: ignore[return-value]
        self.close_index()
        if not now:
            raise ArchiveDamaged(f"{path}: the archive has no search index yet; {_AGAIN}")
        engine = reading_engine(path)
        try:
            with engine.connect() as connection:
                stamp = read_stamp(connection)
            raw = engine.raw_connection()
        except SQLAlchemyError as error:
            engine.dispose()
            cause = getattr(error, "orig", None) or error
            raise ArchiveDamaged(f"{path}: {cause}; {_AGAIN} again") from error
        if stamp is None or stamp.format != FORMAT:
            engine.dispose()
            raise ArchiveDamaged(f"{path}: another version of fazhi made the search index; {_AGAIN} again")
        self._index = now, raw, engine
        self._watch_time(raw)
        return now, raw.driver_connection  # type: ignore[return-value]


def _behind(session: Session, stamp: Stamp) -> str | None:
    run, version = (number or 0 for number in _NEWEST.first(session, {}) or (0, 0))
    if run < stamp.run or version < stamp.version:
        return "the search index is of a later state than the catalogue"
    if run == stamp.run and version == stamp.version:
        return None
    if version > stamp.version:
        return f"the search index goes up to run {stamp.run} of {run}: newer texts are not in it"
    later = session.scalars(select(RunRow.state).where(RunRow.id > stamp.run)).all()
    if any(state != "running" for state in later):
        return f"the search index goes up to run {stamp.run} of {run}: what later runs changed is not in it"
    return None


_NEWEST = Prepared(
    select(select(func.max(RunRow.id)).scalar_subquery(), select(func.max(VersionRow.id)).scalar_subquery())
)
_WANTED = json_items(bindparam("versions", type_=Text())).table_valued("value")
_SELECTED = Prepared(
    select(
        VersionRow.id,
        VersionRow.report_id,
        VersionRow.number,
        VersionRow.title,
        VersionRow.body,
        cast(VersionRow.sections, Text),  # read as JSON only where they are needed
        VersionRow.text_sha256,
        VersionRow.kind,
        VersionRow.published,
        VersionRow.url,
        CaptureRow.fetched_at,
    )
    .select_from(VersionRow)
    .join(CaptureRow, CaptureRow.id == VersionRow.capture_id, isouter=True)
    .where(VersionRow.id.in_(select(cast(_WANTED.c.value, Integer))))
)


def _texts(session: Session, versions: Sequence[int]) -> dict[int, HeldText]:
    rows = _SELECTED.all(session, {"versions": json.dumps(list(versions))})
    return {row[0]: HeldText(*row) for row in rows}
