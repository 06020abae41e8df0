"""What a page answers, before it is written in a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows for CSV. `columns`: their names, which are stable."""

    columns: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a feed: one change. `key`: identifies it for ever; the feed's ids are made of it."""

    key: str
    title: str
    page: str
    """Path of the page that shows it."""
    updated: datetime
    published: datetime | None = None
    summary: str = ""
    categories: tuple[tuple[str, str], ...] = ()
    """Term and label."""
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a question. What a format needs is a function, called only if that format was asked for."""

    title: str
    template: str = ""
    """Of the page in HTML; empty for an answer in another format alone."""
    context: Callable[[], Mapping[str, Any]] = dict
    """What the template shows."""
    data: Callable[[], Mapping[str, Any]] | None = None
    """JSON: an object. A list of things stands under `rows`."""
    table: Callable[[], Table] | None = None
    text: Callable[[], str] | None = None
    feed: Callable[[], Sequence[Entry]] | None = None
    feed_since: datetime | None = None
    """Since when the feed has entries, if it loses old ones. Its time of change then never goes back, also without entries."""
    fault: str | None = None
    """What is wrong with the question, where the page itself says it and keeps its form. Programs get a problem."""
    next_url: str | None = None
    """Absolute address of the next rows, in the same format; None: there are none."""
