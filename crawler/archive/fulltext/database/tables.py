"""Tables of the full text index in PostgreSQL.

A text search vector would lose texts: its positions end at 16,383, and it has 255 of one token at most. So the index is one of
its own: texts are entered in portions, and for each token of a portion a row has its positions in each text of it (`postings`).
A text that is replaced or gone leaves its positions behind: no row of `search_texts` has their place any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection

from crawler.archive.fulltext.database.postings import positions_of, written
from crawler.archive.fulltext.facts import Facts
from crawler.archive.fulltext.schema import FORMAT as TOKENS_FORMAT
from crawler.archive.fulltext.schema import Stamp

FORMAT = 100 * TOKENS_FORMAT + 2
"""Of these tables and of the tokens. An index of another format is built anew."""

TEXTS_PER_PORTION = 500
_MIN_TEXTS = 50
_MAX_SMALL_PORTIONS = 16
"""More portions with fewer texts than `_MIN_TEXTS` are put together: a look-up reads a row of each."""

_MAX_KEY_BYTES = 200  # an index of PostgreSQL takes no key over some 2,700
_HASHED = "="  # no token has ASCII punctuation

_TABLES = ("search_texts", "search_postings", "search_stamp")
_SCHEMA = (
    """CREATE TABLE search_texts (
        version bigint PRIMARY KEY, report text COLLATE "C" NOT NULL, number bigint NOT NULL,
        text_sha256 text NOT NULL, title text NOT NULL, kind text, year bigint, region text COLLATE "C",
        latest boolean NOT NULL, length bigint NOT NULL, portion bigint NOT NULL, place bigint NOT NULL)""",
    "CREATE UNIQUE INDEX search_texts_by_place ON search_texts (portion, place)",
    "CREATE INDEX search_texts_by_report ON search_texts (report)",
    """CREATE TABLE search_postings (
        token text COLLATE "C" NOT NULL, portion bigint NOT NULL, positions bytea NOT NULL,
        PRIMARY KEY (token, portion))""",
    "CREATE INDEX search_postings_by_portion ON search_postings (portion)",
    "CREATE TABLE search_stamp (format bigint, run bigint, version bigint)",
    f"INSERT INTO search_stamp VALUES ({FORMAT}, 0, 0)",
)
_ALL_COLUMNS = (*Facts._fields, "length", "portion", "place")
_INSERT = (
    f"INSERT INTO search_texts ({', '.join(_ALL_COLUMNS)})"
    f" VALUES ({', '.join(f'%({name})s' for name in _ALL_COLUMNS)})"
)


class IndexedText(NamedTuple):
    """A text to be entered."""

    facts: Facts
    body: str
    sections: Iterable[Mapping[str, Any]]


def read_stamp(connection: Connection) -> Stamp | None:
    """Return the stamp of the index; None if there is none."""
    if connection.exec_driver_sql("SELECT to_regclass('search_stamp')").scalar() is None:
        return None
    row = connection.exec_driver_sql("SELECT format, run, version FROM search_stamp").first()
    return Stamp(*row) if row else None


def make_empty(connection: Connection) -> None:
    """Make the tables, or empty those of this format. Readers see the old ones until the transaction ends."""
    stamp = read_stamp(connection)
    if stamp is not None and stamp.format == FORMAT:
        for name in _TABLES[:2]:
            connection.exec_driver_sql(f"DELETE FROM {name}")
        return
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {', '.join(_TABLES)}")
    for statement in _SCHEMA:
        connection.exec_driver_sql(statement)


def add_texts(connection: Connection, texts: Iterable[IndexedText]) -> None:
    """Add texts, in portions of TEXTS_PER_PORTION."""
    waiting = iter(texts)
    while portion := list(islice(waiting, TEXTS_PER_PORTION)):
        _add_portion(connection, portion)


def _add_portion(connection: Connection, texts: Sequence[IndexedText]) -> None:
    last = connection.exec_driver_sql("SELECT max(portion) FROM search_postings").scalar() or 0
    rows, postings = [], dict[str, list[int]]()
    for place, text in enumerate(texts):
        positions = positions_of(text.facts.title, text.body, text.sections)
        for token, each in positions.items():
            postings.setdefault(key_of(token), []).extend((place, len(each), *each))
        named = {"length": sum(map(len, positions.values())), "portion": last + 1, "place": place}
        rows.append(text.facts._asdict() | named)
    connection.exec_driver_sql(_INSERT, rows)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy("COPY search_postings FROM STDIN") as copy:
        for token in sorted(postings):
            copy.write_row((token, last + 1, written(postings[token])))


def key_of(token: str) -> str:
    """Return a token as a key of the table: a very long one by its digest."""
    if len(token.encode("utf-8", "surrogatepass")) <= _MAX_KEY_BYTES:
        return token
    return _HASHED + hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def small_portions(connection: Connection) -> list[int]:
    """Return the portions that should be put together; none if they are few."""
    query = "SELECT portion FROM search_texts GROUP BY portion HAVING count(*) < %(least)s"
    found = [row[0] for row in connection.exec_driver_sql(query, {"least": _MIN_TEXTS})]
    return found if len(found) > _MAX_SMALL_PORTIONS else []


def remove_portions(connection: Connection, portions: Sequence[int]) -> list[Facts]:
    """Remove portions with their texts. Return what was said of these, by version."""
    named = {"portions": list(portions)}
    removed = connection.exec_driver_sql(
        f"DELETE FROM search_texts WHERE portion = ANY(%(portions)s) RETURNING {', '.join(Facts._fields)}",
        named,
    )
    found = sorted(map(Facts._make, removed))
    connection.exec_driver_sql("DELETE FROM search_postings WHERE portion = ANY(%(portions)s)", named)
    return found
