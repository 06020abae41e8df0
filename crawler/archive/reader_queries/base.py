"""What a Reader gives its queries: the archive's folder, the session of its catalogue, and a way to repeat a query."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.base import Catalogue

Result = TypeVar("Result")


class ReaderQueries:
    """Base of the classes with queries. Only Reader is made."""

    path: Path
    _catalogue: Catalogue
    _session: Session

    def _query(self, query: Callable[[Session], Result]) -> Result:
        """Return a query's result from one state of the catalogue; repeat it if a run changes the catalogue meanwhile."""
        raise NotImplementedError

    def _watch_time(self, connection: Any, *_: object) -> None:
        """Let a connection to SQLite stop at the time limit."""
        raise NotImplementedError
