"""Check a catalogue in PostgreSQL: its tables against the models, its references, and a copy of its rows for comparison."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Table, exists, func, insert, inspect, select
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.definitions import definitions
from crawler.archive.catalogue.engine import sqlite_engine, upgrade
from crawler.archive.catalogue.models import Base
from crawler.field.counting import counted

_ROWS_PER_PART = 500


def dangling_references(session: Session) -> Iterator[str]:
    """Yield the references to rows that are not there. PostgreSQL keeps them right, unless its triggers are switched off."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            target = key.column.table.alias()
            column = target.columns[key.column.name]
            missing = select(func.count()).select_from(table)
            missing = missing.where(key.parent.is_not(None), ~exists().where(column == key.parent))
            if number := session.scalar(missing):
                target_name, column_name = key.column.table.name, key.parent.name
                yield f"{table.name}: column `{column_name}` of {counted(number, 'row')} points to no row of {target_name}"


def schema_differences(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield what differs from the tables of this version: the name of a table or an index, and how it differs."""
    known = inspect(connection)
    for table in definitions().sorted_tables:
        if not known.has_table(table.name):
            yield table.name, "is missing"
            continue
        if _columns_found(known, table.name) != {
            (column.name, str(column.type.compile(connection.dialect)).split(" COLLATE")[0], column.nullable)
            for column in table.columns
        } or _keys_found(known, table.name) != _keys(table):
            yield table.name, "has other columns or keys"
        found = {
            str(index["name"])
            for index in known.get_indexes(table.name)
            if "duplicates_constraint" not in index
        }
        for name in sorted(found ^ {str(index.name) for index in table.indexes}):
            yield name, "is no part of a catalogue" if name in found else "is missing"


def _columns_found(known: Inspector, table: str) -> set[tuple[str, str, bool]]:
    found = known.get_columns(table)
    dialect = known.dialect
    return {
        (each["name"], str(each["type"].compile(dialect)).split(" COLLATE")[0], each["nullable"])
        for each in found
    }


def _keys_found(known: Inspector, table: str) -> list[object]:
    links = {
        (tuple(each["constrained_columns"]), each["referred_table"]) for each in known.get_foreign_keys(table)
    }
    unique = {tuple(each["column_names"]) for each in known.get_unique_constraints(table)}
    return [known.get_pk_constraint(table)["constrained_columns"], links, unique]


def _keys(table: Table) -> list[object]:
    links = {((each.parent.name,), each.column.table.name) for each in table.foreign_keys}
    unique = {
        tuple(column.name for column in each.columns)  # type: ignore[attr-defined]
        for each in table.constraints
        if each.__visit_name__ == "unique_constraint"
    }
    return [[column.name for column in table.primary_key.columns], links, unique]


def copy_to_sqlite(session: Session, file: Path) -> None:
    """Copy all rows into a new catalogue of SQLite. Raises SQLAlchemyError, also for a value that is none of its column."""
    engine = sqlite_engine(file, writes=True)
    try:
        upgrade(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "PRAGMA defer_foreign_keys = ON"
            )  # a row may refer to one that comes later
            for table in Base.metadata.sorted_tables:
                found = session.execute(select(table).execution_options(yield_per=_ROWS_PER_PART))
                for rows in found.mappings().partitions():
                    connection.execute(insert(table), [dict(row) for row in rows])
    finally:
        engine.dispose()
