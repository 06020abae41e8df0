"""Tables of the full text index in PostgreSQL.

A text search vector would lose texts: its positions end at 16,383, and it has 255 of one token at most. So a row has the set
of its tokens, which an index looks up, and for each column the tokens in their order, in which a phrase is looked for. Each
token has a space before it and one behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from crawler.archive.fulltext.facts import Facts
from crawler.archive.fulltext.schema import COLUMNS, FORMAT, Stamp, columns_of
from crawler.field.search_tokens import Phrase, tokens

FIRST = "^"
"""Before the first character of a token, in the set of tokens: no token has ASCII punctuation."""

FACT_COLUMNS = tuple(name for name in Facts._fields if name != "title")
TEXT_COLUMNS = tuple(f"{name}_tokens" for name in COLUMNS)

_SCHEMA = (
    f"""CREATE TABLE search_texts (
        version bigint PRIMARY KEY, report text COLLATE "C" NOT NULL, number bigint NOT NULL,
        text_sha256 text NOT NULL, title text NOT NULL, kind text, year bigint, region text COLLATE "C",
        latest boolean NOT NULL, length bigint NOT NULL, token_set text[] COLLATE "C" NOT NULL,
        {", ".join(f'{name} text COLLATE "C" NOT NULL' for name in TEXT_COLUMNS)})""",
    # compressed texts would be decompressed for each phrase that is counted in them: half of a search's time
    *(f"ALTER TABLE search_texts ALTER COLUMN {name} SET STORAGE EXTERNAL" for name in TEXT_COLUMNS),
    "CREATE INDEX search_texts_by_token ON search_texts USING gin (token_set)",
    "CREATE INDEX search_texts_by_report ON search_texts (report)",
    "CREATE TABLE search_stamp (format bigint, run bigint, version bigint)",
    f"INSERT INTO search_stamp VALUES ({FORMAT}, 0, 0)",
)
_ALL_COLUMNS = (*Facts._fields, "length", "token_set", *TEXT_COLUMNS)
_INSERT = (
    f"INSERT INTO search_texts ({', '.join(_ALL_COLUMNS)})"
    f" VALUES ({', '.join(f'%({name})s' for name in _ALL_COLUMNS)})"
)


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
        connection.exec_driver_sql("DELETE FROM search_texts")
        return
    connection.exec_driver_sql("DROP TABLE IF EXISTS search_texts, search_stamp")
    for statement in _SCHEMA:
        connection.exec_driver_sql(statement)


def add_text(connection: Connection, facts: Facts, body: str, sections: Iterable[Mapping[str, Any]]) -> None:
    """Add a text."""
    parts: dict[str, list[str]] = {}
    for column, text in columns_of(facts.title, body, sections):
        parts.setdefault(column, []).append(text)
    found = {column: tokens("\n".join(parts.get(column, ()))) for column in COLUMNS}
    known = {token for each in found.values() for token in each}
    connection.exec_driver_sql(
        _INSERT,
        facts._asdict()
        | {f"{column}_tokens": spaced(each) for column, each in found.items()}
        | {
            "length": sum(map(len, found.values())),
            "token_set": sorted(known | {FIRST + token[0] for token in known}),
        },
    )


def spaced(words: Iterable[str]) -> str:
    """Return tokens as a column has them."""
    return "".join(f" {word} " for word in words)


def looked_up(phrase: Phrase) -> list[str]:
    """Return what the set of tokens of a text with a phrase has."""
    if not phrase.is_prefix:
        return list(phrase.tokens)
    return [*phrase.tokens[:-1], FIRST + phrase.tokens[-1]]


def looked_for(phrase: Phrase) -> str:
    """Return what a column with a phrase has."""
    found = spaced(phrase.tokens)
    return found[:-1] if phrase.is_prefix else found
