"""`State`: what was asked of the archives and what they answered, in `backfill.db` beside the catalogue.

It lets a run that was killed go on: no question is asked again whose answer was had, no capture is fetched again. It is no
evidence and may be deleted: then the indexes are asked again, and captures that are archived are found in the catalogue.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from crawler.errors import ArchiveDamaged
from crawler.intake.backfill.index import IndexRow, Question, least_rows
from crawler.model import Link

STATE = "backfill.db"

RETRY_INTERVAL = timedelta(days=30)
"""After this time a capture that could not be played is asked for again, and an index that answered is asked again."""

_FORMAT = 1
_TABLES = f"""
CREATE TABLE IF NOT EXISTS questions (
  archive TEXT, part TEXT, key TEXT, prefix INTEGER, url TEXT, site TEXT, resume TEXT NOT NULL DEFAULT '', answered INTEGER,
  PRIMARY KEY (archive, part, key, prefix)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS captures (
  archive TEXT, key TEXT, at INTEGER, url TEXT, digest TEXT, mime TEXT, repeats INTEGER, place TEXT,
  state TEXT NOT NULL DEFAULT 'listed', tried INTEGER, detail TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (archive, key, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
  site TEXT, key TEXT, url TEXT, title TEXT, date TEXT, kind TEXT, PRIMARY KEY (site, key, kind)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS closed (archive TEXT PRIMARY KEY, until INTEGER) WITHOUT ROWID;
PRAGMA user_version = {_FORMAT};
"""


class CaptureState(StrEnum):
    """What became of a capture that an index lists."""

    LISTED = "listed"  # not asked for
    KEPT = "kept"  # archived
    SEEN = "seen"  # its bytes are archived, by another capture of the same page
    UNPLAYABLE = "unplayable"  # its archive cannot give it


class LinkKind(StrEnum):
    """What a link of an old list leads to."""

    REPORT = "report"
    LIST = "list"
    OTHER = "other"  # its title is none of a report


class State:
    """The state file of one archive folder. A context manager; `commit` makes what was noted last."""

    def __init__(self, file: Path, *, dry: bool = False) -> None:
        """`dry`: work on a copy in memory. Raises ArchiveDamaged if the file is none of ours or cannot be written."""
        self._file = file
        try:
            self._db = _opened(file, dry=dry)
        except (sqlite3.Error, OSError) as error:
            raise ArchiveDamaged(f"{file}: cannot be used: {error}; it may be deleted") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def commit(self) -> None:
        """Write what was noted to disk. Raises ArchiveDamaged."""
        try:
            self._db.commit()
        except sqlite3.Error as error:
            raise ArchiveDamaged(f"{self._file}: cannot be written: {error}") from error

    # -- questions ----------------------------------------------------------------------------------------

    def add_question(self, archive: str, site: str, question: Question) -> None:
        """Note a question that is to be asked, unless it is noted already."""
        self._db.execute(
            "INSERT OR IGNORE INTO questions (archive, part, key, prefix, url, site) VALUES (?, ?, ?, ?, ?, ?)",
            (archive, question.part, question.key, question.prefix, question.url, site),
        )

    def due(self, archive: str, question: Question, now: datetime) -> tuple[bool, str]:
        """Return whether a question is to be asked, and where its answer goes on."""
        row = self._db.execute(
            "SELECT resume, answered FROM questions WHERE archive = ? AND part = ? AND key = ? AND prefix = ?",
            (archive, question.part, question.key, question.prefix),
        ).fetchone()
        if row is None:
            return True, ""
        answered = _time(row[1])
        return answered is None or now - answered >= RETRY_INTERVAL, row[0]

    def answer(
        self, archive: str, question: Question, rows: Iterable[IndexRow], resume: str, now: datetime
    ) -> int:
        """Enter an answer of an index, and where it goes on. Return the number of rows that were not known."""
        before = self._db.total_changes
        self._db.executemany(
            "INSERT OR IGNORE INTO captures (archive, key, at, url, digest, mime, repeats, place)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (archive, row.key, _seconds(row.at), row.url, row.digest, row.mime, row.repeats, row.place)
                for row in least_rows(list(rows))
            ),
        )
        added = self._db.total_changes - before
        self._db.execute(
            "UPDATE questions SET resume = ?, answered = ? WHERE archive = ? AND part = ? AND key = ? AND prefix = ?",
            (
                resume,
                None if resume else _seconds(now),
                archive,
                question.part,
                question.key,
                question.prefix,
            ),
        )
        self.commit()
        return added

    # -- captures -----------------------------------------------------------------------------------------

    def captures(
        self, archive: str, question: Question
    ) -> Iterator[tuple[IndexRow, CaptureState, datetime | None]]:
        """Yield the captures that a question covers, by address and time, with state and time of the last attempt."""
        last = question.key + "\U0010ffff" if question.prefix else question.key
        cursor = self._db.execute(
            "SELECT url, at, digest, mime, repeats, place, state, tried FROM captures"
            " WHERE archive = ? AND key BETWEEN ? AND ? ORDER BY key, at",
            (archive, question.key, last),
        )
        for url, at, digest, mime, repeats, place, state, tried in cursor:
            row = IndexRow(
                url=url,
                at=datetime.fromtimestamp(at, UTC),
                digest=digest,
                mime=mime,
                repeats=bool(repeats),
                place=place,
            )
            yield row, CaptureState(state), _time(tried)

    def note(self, archive: str, row: IndexRow, state: CaptureState, now: datetime, detail: str = "") -> None:
        """Note what became of a capture. `commit` makes it last: the archive must have it on disk before."""
        self._db.execute(
            "UPDATE captures SET state = ?, tried = ?, detail = ? WHERE archive = ? AND key = ? AND at = ?",
            (state.value, _seconds(now), detail[:1000], archive, row.key, _seconds(row.at)),
        )

    # -- links of old lists, and archives that asked to be left alone --------------------------------------

    def add_links(self, site: str, links: Iterable[tuple[str, Link]], kind: LinkKind) -> None:
        """Note links of a list, by the sort keys of their addresses. The first title of an address stays."""
        self._db.executemany(
            "INSERT OR IGNORE INTO links (site, key, url, title, date, kind) VALUES (?, ?, ?, ?, ?, ?)",
            ((site, key, link.url, link.title, link.date, kind.value) for key, link in links),
        )

    def links(self, site: str, kind: LinkKind) -> dict[str, Link]:
        """Return the links of one kind, by sort key."""
        cursor = self._db.execute(
            "SELECT key, url, title, date FROM links WHERE site = ? AND kind = ? ORDER BY key",
            (site, kind.value),
        )
        return {key: Link(url=url, title=title, date=date) for key, url, title, date in cursor}

    def closed_until(self, archive: str) -> datetime | None:
        """Return until when an archive asked not to be asked."""
        row = self._db.execute("SELECT until FROM closed WHERE archive = ?", (archive,)).fetchone()
        return _time(row[0]) if row else None

    def close(self, archive: str, until: datetime) -> None:
        """Note until when an archive asked not to be asked."""
        self._db.execute("INSERT OR REPLACE INTO closed VALUES (?, ?)", (archive, _seconds(until)))
        self.commit()


def _opened(file: Path, *, dry: bool) -> sqlite3.Connection:
    if not dry:
        db = sqlite3.connect(file)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
    else:
        db = sqlite3.connect(":memory:")
        if file.is_file():
            with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as held:
                held.backup(db)
    held_format = db.execute("PRAGMA user_version").fetchone()[0]
    if held_format not in (0, _FORMAT):
        db.close()
        raise OSError(f"it is of format {held_format}, which a later fazhi wrote")
    db.executescript(_TABLES)
    return db


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
