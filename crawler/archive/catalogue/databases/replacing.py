"""Put the tables of a new schema in the place of those of an old one, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, text

TABLES = text(
    "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE n.nspname = :schema AND c.relkind = 'r' ORDER BY c.relname"
)
_FUNCTIONS = text(
    "SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace"
    " WHERE n.nspname = :schema"
)
_READERS = text(
    "SELECT DISTINCT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END"
    " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS a"
    " WHERE n.nspname = :schema AND c.relkind = 'r' AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner"
)


def replace(connection: Connection, schema: str, new: str) -> None:
    """Move the tables of the schema `new` to `schema`, whose tables of a catalogue are dropped. Rights to read are kept.

    The schema itself stays, with the rights on it and with what else is in it. Waits until no one reads the old tables.
    """
    old, made = ({name for (name,) in connection.execute(TABLES, {"schema": each})} for each in (schema, new))
    readers = [row for row in connection.execute(_READERS, {"schema": schema}) if row[0] in made]
    if gone := [f'"{schema}"."{name}"' for name in sorted(old & made)]:
        connection.exec_driver_sql(f"DROP TABLE {', '.join(gone)} CASCADE")
    for (function,) in connection.execute(_FUNCTIONS, {"schema": new}).all():
        bare = function.rpartition(".")[2]
        connection.exec_driver_sql(f'DROP FUNCTION IF EXISTS "{schema}".{bare}')
        connection.exec_driver_sql(f'ALTER FUNCTION "{new}".{bare} SET SCHEMA "{schema}"')
    for name in sorted(made):
        connection.exec_driver_sql(f'ALTER TABLE "{new}"."{name}" SET SCHEMA "{schema}"')
    for name, reader in readers:
        connection.exec_driver_sql(f'GRANT SELECT ON "{schema}"."{name}" TO {reader}')
    connection.exec_driver_sql(f'DROP SCHEMA "{new}"')
