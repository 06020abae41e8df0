"""Base class of the catalogue's tables, and the type of their times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Integer, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, naive UTC in the database, since SQLite stores no time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value for the database."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value from the database."""
        return value.replace(tzinfo=UTC) if value else None


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of all tables. A whole number has 64 bits, as SQLite's have."""

    type_annotation_map = {  # noqa: RUF012
        int: Integer().with_variant(BigInteger(), "postgresql"),
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }
