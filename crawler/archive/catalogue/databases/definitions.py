"""The tables of a catalogue as PostgreSQL has them: those of the models, with types that hold what SQLite holds.

Texts have no limit of length and are sorted by their bytes (COLLATE "C"), as in SQLite. A new row gets the number after the
highest one, as in SQLite, and not that of a sequence, which has gaps after a transaction that was taken back: a rebuild
gives the same numbers.
"""

from __future__ import annotations

from sqlalchemy import Connection, Integer, MetaData, String, Table, Text

from crawler.archive.catalogue.models import Base

_NUMBER = """CREATE FUNCTION {table}_number() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN RETURN (SELECT coalesce(max(id), 0) + 1 FROM {table}); END $$"""
_DEFAULT = "ALTER TABLE {table} ALTER COLUMN id SET DEFAULT {table}_number()"


def definitions() -> MetaData:
    """Return the tables for PostgreSQL."""
    made = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(made)
    for table in made.tables.values():
        for column in table.columns:
            if isinstance(column.type, String):
                column.type = Text(collation="C")
            column.autoincrement = False  # no sequence
        for index in (
            table.indexes
        ):  # a model that named PostgreSQL would load its dialect at the start of every command
            index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
    return made


def create_tables(connection: Connection) -> None:
    """Make the tables of an empty catalogue in the first schema of the search path."""
    made = definitions()
    made.create_all(connection)
    for table in numbered(made):
        for statement in (_NUMBER, _DEFAULT):
            connection.exec_driver_sql(statement.format(table=table.name))


def numbered(tables: MetaData) -> list[Table]:
    """Return the tables whose rows are numbered: those with a column `id` of whole numbers."""
    return [
        table
        for table in tables.sorted_tables
        if "id" in table.columns and isinstance(table.columns["id"].type, Integer)
    ]
