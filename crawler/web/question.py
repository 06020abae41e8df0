"""What a request asks: its page's path and parameters, checked, with the reader to answer from."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from crawler.archive import Reader
from crawler.errors import ConfigError, CrawlerError
from crawler.field.region_names import the_region
from crawler.field.times import china_day, start_of, years_of
from crawler.model import Years
from crawler.web.format import Format
from crawler.web.links import Links
from crawler.web.memory import Memory, Value

MAX_PARAMETER_CHARS = 400
DEFAULT_ROWS, MAX_ROWS = 50, 1000
Cursor = tuple[str | int, ...]
Row = TypeVar("Row")
FIRST_YEAR, LAST_YEAR = 1900, 2999


class NotFound(CrawlerError):
    """No such page, report, version or capture."""


class BadParameter(CrawlerError):
    """A parameter that the page does not know, or a value that it cannot have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request to one page. `path` and `query` hold what the address says; every page names the parameters it takes."""

    reader: Reader
    page: str
    """Path of the page without the name of a format, such as /r/420100-2022."""
    path: Mapping[str, str]
    query: Mapping[str, str]
    format: Format = Format.HTML
    language: str = "zh"
    base_url: str = ""
    now: datetime
    memory: Memory
    state: Hashable = None
    """Of the archive's files: differs once they have changed."""
    outdated: set[Hashable] = field(default_factory=set)
    """Keys of the values in the answer that are of an earlier state."""
    links: Links = field(default_factory=Links)
    """How pages lead to each other. A site below a folder, or of static files, has its own."""

    @property
    def today(self) -> date:
        """The day in China."""
        return china_day(self.now)

    def remembered(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return a value that is kept until the archive changes, see `Memory`. `key`: of all that it depends on, but for the archive."""
        return self.memory.value(key, self.state, make, lambda: self.outdated.add(key))

    def shared(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return a value as `remembered` does, for one of the few that pages for all visitors need, whatever they ask.

        It has a time limit of its own, `Memory.seconds`: that of a question would leave a large archive without a first page.
        """

        def within_its_limit() -> Value:
            limit = self.memory.seconds
            with nullcontext() if limit is None else self.reader.time_limit(limit):
                return make()

        return self.remembered(key, within_its_limit)

    def only(self, *names: str) -> None:
        """Raise BadParameter for a parameter that is none of these: a misspelt filter must not be left out silently."""
        for name in self.query:
            if name not in (*names, "lang"):
                raise BadParameter(f"{name}: no such parameter; this page takes {', '.join(names) or 'none'}")

    def text(self, name: str) -> str | None:
        """Return a parameter without white space around it; None if it is absent or empty."""
        value = self.query.get(name, "").strip()
        if len(value) > MAX_PARAMETER_CHARS:
            raise BadParameter(f"{name}: longer than {MAX_PARAMETER_CHARS} characters")
        return value or None

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a parameter that is a whole number within bounds."""
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) <= 12 and least <= int(value) <= most):
            raise BadParameter(f"{name}={value}: must be a number from {least} to {most}")
        return int(value)

    def rows(self) -> int:
        """Return how many rows a page of the answer may have."""
        return self.number("limit", DEFAULT_ROWS, least=1, most=MAX_ROWS)

    def page_after(
        self, rows: Sequence[Row], key: Callable[[Row], Cursor], default: int = DEFAULT_ROWS
    ) -> tuple[Sequence[Row], str | None]:
        """Return the rows behind `after`, as many as `limit`, and the absolute address of the next ones; None if there are none.

        `rows`: in the order of `key`, which names a row by texts and numbers that stay. So a row that comes or goes between two
        pages moves no other one.
        """
        limit = self.number("limit", default, least=1, most=MAX_ROWS)
        after = self._after()
        try:
            behind = rows if after is None else [row for row in rows if key(row) > after]
        except TypeError:
            raise BadParameter("after: must be as next_url has it") from None
        shown = behind[:limit]
        if len(behind) <= limit:
            return shown, None
        return shown, self.following(
            after=json.dumps(key(shown[-1]), ensure_ascii=False, separators=(",", ":"))
        )

    def _after(self) -> Cursor | None:
        named = self.text("after")
        if named is None:
            return None
        try:
            parts = json.loads(named)
        except (ValueError, RecursionError):
            parts = None
        if not isinstance(parts, list) or not all(type(part) in (str, int) for part in parts):
            raise BadParameter("after: must be as next_url has it")
        return tuple(parts)

    def region(self, name: str = "region") -> str | None:
        """Return the code of the division that a parameter names by code or name."""
        value = self.text(name)
        return None if value is None else self.region_named(value, name)

    def region_named(self, value: str, name: str) -> str:
        """Return the code of a division named by code or name. `name`: of the parameter, for an error."""
        try:
            return the_region(value).code
        except ConfigError as error:
            raise BadParameter(f"{name}={value}: {error}") from error

    def years(self, name: str = "year") -> Years | None:
        """Return the years that 2022, 2019-2022 or 2019- mean."""
        value = self.text(name)
        if value is None:
            return None
        years = years_of(value)
        if years is None:
            raise BadParameter(f"{name}={value}: must be years, such as 2022, 2019-2022 or 2019-")
        return years

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        """Return a parameter that is one of some words."""
        value = self.text(name)
        if value is not None and value not in choices:
            raise BadParameter(f"{name}={value}: must be one of {', '.join(choices)}")
        return value

    def day(self, name: str) -> date | None:
        """Return a parameter that is an ISO date."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise BadParameter(f"{name}={value}: must be a day, such as 2026-11-01") from None

    def start(self, name: str) -> datetime | None:
        """Return when the day of a parameter begins in China, as aware UTC."""
        day = self.day(name)
        return None if day is None else start_of(day)

    def address(
        self, page: str | None = None, query: Mapping[str, object] | None = None, kind: Format = Format.HTML
    ) -> str:
        """Return the absolute address of a page (default: this one) in a format, with parameters."""
        return self.links.address(self.page if page is None else page, query, kind)

    def following(self, **changed: object) -> str:
        """Return the absolute address of the same page in the same format with some parameters changed."""
        return self.address(None, dict(self.query) | changed, self.format)
