"""Functions on JSON that SQLite and PostgreSQL name otherwise, as one SQL expression for both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class json_items(FunctionElement[Any]):
    """The items of a JSON list, each a row of the table that this is: its `value` has no other type than text to rely on."""

    name = "json_items"
    inherit_cache = True


class _JsonHas(FunctionElement[bool]):
    name = "json_has"
    type = Boolean()
    inherit_cache = True


def json_has(column: Any, key: str) -> ColumnElement[bool]:
    """Return the condition that a JSON object has a key, whatever its value is."""
    return _JsonHas(column, key)


@compiles(json_items, "sqlite")
def _items_sqlite(element: json_items, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(json_items, "postgresql")
def _items_postgresql(element: json_items, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **kw)} AS json))"


@compiles(_JsonHas, "sqlite")
def _has_sqlite(element: _JsonHas, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = element.clauses
    return f"(json_type({compiler.process(column, **kw)}, '$.' || {compiler.process(key, **kw)}) IS NOT NULL)"


@compiles(_JsonHas, "postgresql")
def _has_postgresql(element: _JsonHas, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = element.clauses
    return f"(({compiler.process(column, **kw)} -> {compiler.process(key, **kw)}) IS NOT NULL)"
