"""Tables of `search.db`, and how it is opened.

`texts` is an FTS5 table without content: it holds tokens only, by the title and the kinds of sections. `entries` has a row
for each of its rows: of which version it is, and what filters select by. A text that changed gets a new row, and the old one
is marked dead: SQLite before 3.43 cannot remove a row from such a table without its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from crawler.archive.catalogue.engine import sqlite_engine
from crawler.field.search_tokens import tokens

INDEX = "search.db"
"""Name of the index in an archive's folder."""

NEW_INDEX = "search.db.new"
"""Name of an index that is being built, until it takes its place."""

FORMAT = 1
"""Of the tables and the tokens. An index of another format is built anew."""

KINDS = ("achievements", "problems", "responsibility", "plans", "other")
"""Kinds of sections. Each has a column in `texts`; text before the first section is in the column `opening`."""

COLUMNS = ("achievements", "title", "opening", "problems", "responsibility", "plans", "other")
"""The longest first: what stands in the first column takes two bytes less a token and text. So the index of one set of
texts is 1.6 times as large as these with a single column for the body, 1.9 with these columns, and 2.2 with the title first."""

TITLE_WEIGHT = 10.0
"""Of the title in the rank, where a body has 1. A title has some 30 characters, a body thousands."""

HIDDEN = "NOT (live AND latest)"
"""Condition on the entries that a search of the latest texts leaves out. They have an index: they are few."""

VERSION_BITS = 40
"""The lowest bits of an entry's id are the version's. A text that replaces one has the next number above them, so that the
order of texts of the same rank is that of the versions, whatever became of the index."""

HASH_BYTES = 16 << 20
"""Tokens that SQLite collects before it writes a part of the index. With its default of 1 MB parts are merged more often."""

_SCHEMA = (
    # `ascii` takes every character above U+007F for a letter; unicode61 knows those of Unicode 6.1 only, and would split
    # tokens at rare characters of later versions. prefix='1': an index of first characters
    f"CREATE VIRTUAL TABLE texts USING fts5({', '.join(COLUMNS)}, content='', tokenize='ascii', prefix='1')",
    """CREATE TABLE entries (
        id INTEGER PRIMARY KEY, version INTEGER NOT NULL, report TEXT NOT NULL, number INTEGER NOT NULL,
        text_sha256 TEXT NOT NULL, title TEXT NOT NULL, kind TEXT, year INTEGER, region TEXT,
        latest INTEGER NOT NULL, live INTEGER NOT NULL DEFAULT 1)""",
    "CREATE INDEX entries_by_report ON entries (report)",
    f"CREATE INDEX entries_hidden ON entries (id) WHERE {HIDDEN}",
    f"INSERT INTO texts (texts, rank) VALUES ('hashsize', {HASH_BYTES})",
    "CREATE TABLE stamp (format INTEGER, run INTEGER, version INTEGER)",
    f"INSERT INTO stamp VALUES ({FORMAT}, 0, 0)",
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """How far an index goes: the last run, and the last version, that were in the catalogue when it was written."""

    format: int
    run: int
    version: int


def create_tables(connection: Connection) -> None:
    """Make the tables of an empty index."""
    for statement in _SCHEMA:
        connection.exec_driver_sql(statement)


def writing_engine(path: Path) -> Engine:
    """Return an engine that writes to an index, with the settings of the catalogue."""
    return sqlite_engine(path, writes=True)


def reading_engine(path: Path) -> Engine:
    """Return an engine that reads an index and needs read permission only."""
    return sqlite_engine(path, writes=False)


def read_stamp(connection: Connection) -> Stamp | None:
    """Return the stamp of an index; None if it has no tables of ours. Raises DatabaseError if it cannot be read."""
    try:
        row = connection.exec_driver_sql("SELECT format, run, version FROM stamp").first()
    except DatabaseError as error:
        if "no such" in str(error.orig):
            return None
        raise
    return Stamp(*row) if row else None


def write_stamp(connection: Connection, run: int, version: int) -> None:
    """Record how far the index goes."""
    connection.exec_driver_sql("UPDATE stamp SET run = ?, version = ?", (run, version))


def add_text(
    connection: Connection, entry: int, title: str, body: str, sections: Iterable[Mapping[str, Any]]
) -> None:
    """Add the tokens of a text under the id of its entry."""
    parts: dict[str, list[str]] = {}
    for column, text in columns_of(title, body, sections):
        parts.setdefault(column, []).append(text)
    values = [" ".join(tokens("\n".join(parts.get(column, ())))) for column in COLUMNS]
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    connection.exec_driver_sql(
        f"INSERT INTO texts (rowid, {', '.join(COLUMNS)}) VALUES ({marks})", (entry, *values)
    )


def columns_of(title: str, body: str, sections: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text in their order, each with the column that has its tokens."""
    yield "title", title
    done = 0
    for section in sections:
        start, end = max(done, int(section["start"])), int(section["end"])
        yield "opening", body[done:start]
        yield (section["kind"] if section["kind"] in KINDS else "other"), body[start:end]
        done = max(done, end)
    yield "opening", body[done:]
