"""Compare two catalogues row by row: one as kept, one made again from the WARC files. Every table, every column.

Rows are read as SQLite has them, without conversion: a value that Python could not read is compared too. The columns come
from the models, so a new column is compared from the day it is added. Row ids are the same in both, since a rebuild numbers
rows in the order of the records; where a table lacks rows, ids are only compared as an order.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Table

from crawler.archive.catalogue.models import Base
from crawler.archive.comparison.tolerance import (
    Row,
    Tolerance,
    is_extra_tolerated,
    is_lack_tolerated,
    is_tolerated,
)

_LAST_OF_FIRST_SCHEMA = "former"  # column of `versions`; those that upgrades added stand behind it
MAX_NAMED_ROWS = 20
"""Rows of one table that are named; of further ones only the number is."""
MAX_PAIRED_ROWS = 20_000
"""Rows of one table that differ, among which those are searched that only have another row id."""
_SHOWN_CHARS = 48

_NATURAL_KEYS = {"captures": "record_id", "pages": "url_key"}
"""Tables to whose row ids others refer, and the column that stands for such a row."""
_LABELS = {
    "runs": ("id",),
    "visits": ("site_id", "began_at"),
    "captures": ("record_id", "url"),
    "versions": ("report_id", "number"),
    "pages": ("url",),
    "page_events": ("page_id", "at"),
    "page_metadata": ("page_id", "at"),
    "outcomes": ("url", "at"),
}
"""Columns by which people recognise a row; of other tables, the primary key."""


class Difference(NamedTuple):
    """One difference: of a row's column, or a row that only one catalogue has (`column` is empty)."""

    table: str
    row: str
    column: str
    what: str


@dataclass(slots=True)
class _Compared:
    """The rows of one table that differ."""

    kept: dict[Any, Row] = field(default_factory=dict)  # by primary key
    made: dict[Any, Row] = field(default_factory=dict)
    more: int = 0  # beyond MAX_PAIRED_ROWS


def differences(
    kept: sqlite3.Connection, made: sqlite3.Connection, tolerance: Tolerance
) -> Iterator[Difference]:
    """Yield the differences of all tables. `kept`: the archive's catalogue. `made`: made again from the WARC files.

    Raises sqlite3.Error if a table cannot be read.
    """
    for table in Base.metadata.sorted_tables:
        yield from _table(table, kept, made, tolerance)


def is_upgraded(kept: sqlite3.Connection, column: str) -> bool:
    """Whether an upgrade added this column to `versions`: it stands behind those of the first schema then."""
    names = _column_names(kept, "versions")
    return {column, _LAST_OF_FIRST_SCHEMA} <= set(names) and names.index(column) > names.index(
        _LAST_OF_FIRST_SCHEMA
    )


def schema_differences(kept: sqlite3.Connection, made: sqlite3.Connection) -> Iterator[Difference]:
    """Yield the differences of tables and indexes, and of the revision that the catalogue states.

    A table to which an upgrade added columns has another text: it is compared by its columns and keys.
    """
    here, there = _schema(kept), _schema(made)
    for name in sorted(here.keys() | there.keys()):
        if here.get(name) == there.get(name):
            continue
        if name not in here or name not in there:
            what = "is missing" if name not in here else "is no part of a catalogue"
            yield Difference("schema", _printable(name), "", what)
        elif _column_names(kept, name) == _column_names(made, name) and _parts(here[name]) != _parts(
            there[name]
        ):
            yield Difference("schema", name, "", "is declared otherwise than by this version")
        elif _declared(kept, name) != _declared(made, name):
            yield Difference("schema", name, "", "has other columns or keys")


def _schema(connection: sqlite3.Connection) -> dict[str, Any]:
    query = "SELECT name, type, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return {str(name): rest for name, *rest in connection.execute(query)}


def _parts(row: list[Any]) -> Any:
    """Return the parts of a CREATE statement in no order, without the defaults that an upgrade needs."""
    *where, sql = row
    parts = re.split(r",\s+", re.sub(r"\bDEFAULT \S+ ", "", str(sql)))
    return where, sorted(" ".join(part.split()).removesuffix(" )") for part in parts)


def _column_names(connection: sqlite3.Connection, table: str) -> list[str]:
    found = connection.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", (table,))
    return [name for (name,) in found]


def _declared(connection: sqlite3.Connection, table: str) -> list[set[Any]]:
    """Return a table's columns, foreign keys and unique indexes, in no order."""
    columns = 'SELECT name, type, "notnull", pk FROM pragma_table_info(?)'
    links = 'SELECT "from", "table", "to", on_delete, on_update FROM pragma_foreign_key_list(?)'
    unique = """SELECT group_concat(i.name) FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i
        WHERE l."unique" GROUP BY l.name"""
    return [set(connection.execute(query, (table,))) for query in (columns, links, unique)]


def _table(
    table: Table, kept: sqlite3.Connection, made: sqlite3.Connection, tolerance: Tolerance
) -> Iterator[Difference]:
    found = _Compared()
    for key, here, there in _joined(_rows(kept, table), _rows(made, table)):
        if here == there:
            continue
        if len(found.kept) + len(found.made) >= MAX_PAIRED_ROWS:
            found.more += 1
            continue
        if here is not None:
            found.kept[key] = here
        if there is not None:
            found.made[key] = there
    named = 0
    for difference in _named(table, found, kept, tolerance):
        named += 1
        if named <= MAX_NAMED_ROWS:
            yield difference
    if named > MAX_NAMED_ROWS or found.more:
        rest = max(0, named - MAX_NAMED_ROWS) + found.more
        yield Difference(table.name, "", "", f"{rest} further differences")


# -- reading ----------------------------------------------------------------------------------------------


def _rows(connection: sqlite3.Connection, table: Table) -> Iterator[tuple[Any, Row]]:
    """Yield the rows with their primary keys, in the order of these. References to row ids are replaced by natural keys."""
    names = [column.name for column in table.columns]
    keys = [f'"{column.name}"' for column in table.primary_key.columns]
    chosen = ", ".join(_selected(table, name) for name in names)
    order = ", ".join(keys)
    query = f'SELECT {order}, {chosen} FROM "{table.name}" ORDER BY {order}'
    further = _record_ids(connection) if table.name == "versions" else None
    for values in connection.execute(query):
        row = dict(zip(names, values[len(keys) :], strict=True))
        if further is not None:
            row["further"] = further(row["further"])
        yield values[0] if len(keys) == 1 else values[: len(keys)], row


def _selected(table: Table, name: str) -> str:
    """Return the expression for a column: its value; for a reference to a row id, what stands for that row."""
    for reference in table.columns[name].foreign_keys:
        target = reference.column.table.name
        if target in _NATURAL_KEYS:
            natural = f'(SELECT "{_NATURAL_KEYS[target]}" FROM "{target}" AS t WHERE t.id = "{table.name}"."{name}")'
            return f'COALESCE({natural}, "{table.name}"."{name}")'
    return f'"{name}"'


def _record_ids(connection: sqlite3.Connection) -> Callable[[Any], Any]:
    """Return a function that replaces the row ids of captures in a JSON list by their record ids."""

    def replace(value: Any) -> Any:
        try:
            ids = json.loads(value)
        except (ValueError, TypeError):
            return value
        if not isinstance(ids, list) or not ids or not all(isinstance(each, int) for each in ids):
            return value
        find = "SELECT record_id FROM captures WHERE id = ?"
        return [(connection.execute(find, (each,)).fetchone() or (each,))[0] for each in ids]

    return replace


def _joined(
    one: Iterator[tuple[Any, Row]], other: Iterator[tuple[Any, Row]]
) -> Iterator[tuple[Any, Row | None, Row | None]]:
    """Join two sequences that are sorted by their keys."""
    here, there = next(one, None), next(other, None)
    while here or there:
        if there is None or (here and _rank(here[0]) < _rank(there[0])):
            assert here is not None
            yield here[0], here[1], None
            here = next(one, None)
        elif here is None or _rank(there[0]) < _rank(here[0]):
            yield there[0], None, there[1]
            there = next(other, None)
        else:
            yield here[0], here[1], there[1]
            here, there = next(one, None), next(other, None)


def _rank(key: Any) -> tuple[int, Any]:
    """Return a value's place in SQLite's order: numbers, texts by their bytes, blobs; of several columns, each."""
    if isinstance(key, tuple):
        return 3, tuple(map(_rank, key))
    if isinstance(key, int | float):
        return 0, key
    if isinstance(key, str):
        return 1, key.encode("utf-8", "surrogateescape")
    return 2, bytes(key or b"")


# -- naming -----------------------------------------------------------------------------------------------


def _named(
    table: Table, found: _Compared, kept: sqlite3.Connection, tolerance: Tolerance
) -> Iterator[Difference]:
    """Yield the differences of rows that are not equal: first of those with one key, then of rows that one side lacks."""
    keys = [column.name for column in table.primary_key.columns]
    as_many = len(found.kept) == len(found.made)
    moved = {} if found.kept.keys() == found.made.keys() else _moved(found, keys)
    if as_many:  # else all later rows have other ids, because a row is missing
        for key, there in moved.items():
            if key != there:
                yield _difference(table, found.made[there], keys[0], key, there)
    kept_rows = {key: row for key, row in found.kept.items() if key not in moved}
    made_rows = {key: found.made[key] for key in found.made.keys() - set(moved.values())}
    for key in sorted(kept_rows.keys() & made_rows.keys(), key=_rank):
        yield from _columns(table, kept_rows[key], made_rows[key], kept, tolerance)
    for key in sorted(made_rows.keys() - kept_rows.keys(), key=_rank):
        if is_lack_tolerated(table.name, tolerance):
            continue
        yield Difference(table.name, label(table, made_rows[key]), "", "is missing")
    for key in sorted(kept_rows.keys() - made_rows.keys(), key=_rank):
        if not is_extra_tolerated(table.name, kept_rows[key], tolerance):
            yield Difference(table.name, label(table, kept_rows[key]), "", "is not what the WARC files give")


def _moved(found: _Compared, keys: list[str]) -> dict[Any, Any]:
    """Return which kept row is which made row under another row number: other columns are equal, in their order."""
    if not all(isinstance(key, int) for key in (*found.kept, *found.made)):
        return {}  # a name is no row number
    contents: dict[str, list[Any]] = {}
    for key in sorted(found.made, key=_rank):
        contents.setdefault(_without(found.made[key], keys), []).append(key)
    moved = {}
    for key in sorted(found.kept, key=_rank):
        if same := contents.get(_without(found.kept[key], keys)):
            moved[key] = same.pop(0)
    return moved


def _without(row: Row, keys: list[str]) -> str:
    return repr([value for name, value in row.items() if name not in keys])


def _columns(
    table: Table, here: Row, there: Row, kept: sqlite3.Connection, tolerance: Tolerance
) -> Iterator[Difference]:
    for name, value in here.items():
        other = there[name]
        if value == other and type(value) is type(other):
            continue
        if not is_tolerated(table.name, name, here, there, kept, tolerance):
            yield _difference(table, there, name, value, other)


def label(table: Table, row: Row) -> str:
    """Return the values by which a row is recognised."""
    names = _LABELS.get(table.name) or tuple(column.name for column in table.primary_key.columns)
    return " ".join(_printable(str(row[name])) for name in names)


def _difference(table: Table, row: Row, name: str, value: Any, other: Any) -> Difference:
    here, there = shown(value, other)
    return Difference(table.name, label(table, row), name, f"is {here}; the WARC files give {there}")


def shown(one: Any, other: Any) -> tuple[str, str]:
    """Return two values in a short, printable form; of long texts, the part where they begin to differ."""
    if not isinstance(one, str) or not isinstance(other, str):
        return _printable(repr(one)), _printable(repr(other))
    first = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, first - _SHOWN_CHARS // 4) if max(len(one), len(other)) > _SHOWN_CHARS else 0
    return tuple(_cut(text, start) for text in (one, other))  # type: ignore[return-value]


def _cut(text: str, start: int) -> str:
    part = repr(text[start : start + _SHOWN_CHARS])
    return ("…" if start else "") + part + ("…" if len(text) > start + _SHOWN_CHARS else "")


def _printable(text: str) -> str:
    escaped = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return escaped if len(escaped) <= 2 * _SHOWN_CHARS else escaped[: 2 * _SHOWN_CHARS] + "…"
