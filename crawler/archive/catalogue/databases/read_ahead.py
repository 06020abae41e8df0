"""Values that no row has, read for many texts at once: what is known to be in no row need not be asked for.

Most of what a new text is compared with is not there: its page, its digest, its report's id. A database behind a connection takes
longer to say so than to do so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crawler.archive.catalogue.base import Base
from crawler.archive.catalogue.databases.session_memory import memory, watch_rows

_KEY = "absent_values"
Row = TypeVar("Row", bound=Base)
Value = TypeVar("Value", str, datetime)
_Absent = dict[str, dict[str, set[Any]]]  # values, by names of table and attribute


def read_ahead(session: Session, column: InstrumentedAttribute[Any], values: Iterable[Value]) -> set[Value]:
    """Return which of some values of a column are in rows. Of the others it is known that they are not, until a row gets one."""
    wanted, present = list(dict.fromkeys(values)), set[Value]()
    for condition in has_one_of(column, wanted):
        present.update(session.scalars(select(column).where(condition).distinct()))
    table, name = column.class_.__tablename__, column.key
    _absent(session).setdefault(table, {}).setdefault(name, set()).update(set(wanted) - present)
    return present


def has_one_of(
    column: InstrumentedAttribute[Any], values: Sequence[object], at_once: int = 500
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a column has one of some values, of so many at a time: databases limit the parameters of a query."""
    for start in range(0, len(values), at_once):
        yield column.in_(values[start : start + at_once])


def is_absent(session: Session, column: InstrumentedAttribute[Any], value: str | datetime) -> bool:
    """Whether it is known that no row has a value in a column. False may also mean that nobody has read that."""
    absent: _Absent | None = memory(session).get(_KEY)
    if absent is None:
        return False
    session.flush()
    return value in absent.get(column.class_.__tablename__, {}).get(column.key, ())


def find(session: Session, table: type[Row], column: InstrumentedAttribute[str], key: str) -> Row | None:
    """Return the row with a key, which is in `column`; None if there is none, without a query if that is known."""
    return None if is_absent(session, column, key) else session.get(table, key)


def _absent(session: Session) -> _Absent:
    noted = memory(session)
    found: _Absent | None = noted.get(_KEY)
    if found is None:
        found = noted[_KEY] = {}
        watch_rows(session, lambda table, row: _discard(found, table, row))
    return found


def _discard(absent: _Absent, table: str, row: Mapping[str, Any]) -> None:
    for name, values in absent.get(table, {}).items():
        values.discard(row.get(name))
