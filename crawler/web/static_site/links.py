"""Links between static files: relative, so that a site works below any folder, at any host, and from a disk.

A page is made because a link leads to it: `StaticLinks` notes each page that it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from crawler.field.regions import outward
from crawler.field.regions import region as region_row
from crawler.web.format import Format
from crawler.web.links import Links, paragraph_anchor

DEFAULT_LANGUAGE = "zh"
"""Its pages stand at the top; those of another language in a folder with its name."""
MAX_ROWS_OF_A_PAGE = 1000
_PLAIN = re.compile(r"[^A-Za-z0-9._-]|^\.")
_PLACES_IN_A_LIST = frozenset(("after", "offset"))
"""Parameters that say where a part of a list begins."""
_AROUND = 12
"""Characters before and behind a stretch that a text fragment has, within the paragraph."""


@dataclass(frozen=True, slots=True)
class StaticPage:
    """A page that is to be made. `number`: of this part of a long list, from 1."""

    page: str
    query: tuple[tuple[str, str], ...] = ()
    language: str = DEFAULT_LANGUAGE
    number: int = 1

    def file(self, kind: Format = Format.HTML) -> str:
        """Return its file in a format, relative to the site. Data are the same in every language, but for feeds."""
        folder = (
            ""
            if self.language == DEFAULT_LANGUAGE or kind not in (Format.HTML, Format.ATOM)
            else f"{self.language}/"
        )
        part = f"/part-{self.number}" if self.number > 1 else ""
        return f"{folder}{_stem(self.page, dict(self.query))}{part}.{kind.value}"


class StaticLinks(Links):
    """Links of one page. `wanted` gets the pages that it leads to."""

    is_static = True

    def __init__(
        self,
        here: StaticPage,
        kind: Format,
        wanted: dict[StaticPage, None],
        *,
        divisions: Divisions,
        base_url: str,
        is_anywhere: bool = False,
    ) -> None:
        """`is_anywhere`: the page is shown at any address, so its links are absolute."""
        super().__init__(base_url)
        self._here, self._wanted, self._divisions = here, wanted, divisions
        self._up = f"{base_url}/" if is_anywhere else "../" * here.file(kind).count("/")

    def path(self, page: str, query: Mapping[str, object] | None = None, kind: Format = Format.HTML) -> str:
        """Return the path of a page's file within the site."""
        return f"/{self._file(page, query, kind)}"

    def href(self, page: str, query: Mapping[str, object] | None = None, kind: Format = Format.HTML) -> str:
        """Return the relative link to a page's file; empty for a division of which there is nothing to show."""
        file = self._file(page, query, kind)
        return self._up + file if file else ""

    def address(
        self, page: str, query: Mapping[str, object] | None = None, kind: Format = Format.HTML
    ) -> str:
        """Return the absolute address of a page's file; a relative one if the site's own is not known."""
        return super().address(page, query, kind) if self._base_url else self.href(page, query, kind)

    def passage(self, report_id: str, version: int, body: str, start: int, end: int) -> str:
        """Return the link to a paragraph, and in it to a stretch of text, which browsers find and mark (text fragments)."""
        first, last = body.rfind("\n", 0, start) + 1, body.find("\n", end)
        stretch = body[max(first, start - _AROUND) : min(len(body) if last < 0 else last, end + _AROUND)]
        text = quote(stretch.strip(), safe="").replace("-", "%2D")
        return f"{self.href(f'/r/{report_id}/v{version}')}#{paragraph_anchor(body, start)}:~:text={text}"

    def _file(self, page: str, query: Mapping[str, object] | None, kind: Format) -> str:
        if page.startswith("/static/"):
            return page[1:]
        given = {name: str(value) for name, value in (query or {}).items() if value is not None}
        given.pop("limit", None)
        language = given.pop("lang", self._here.language)
        number = self._number(page, given)
        if page.startswith("/indicators/"):
            given = {}  # one page has the statements of all divisions
        if page.startswith("/coverage") and given.get("year") == given.get("map_year"):
            given.pop("map_year", None)
        if page == "/coverage" and given.keys() >= {"region", "map_year"}:
            page, given = f"/region/{given['region']}/{given['map_year']}", {}
        region = given.get("region")
        if page.startswith("/region/"):
            _, _, region, *year = page.split("/")
            if year and not self._divisions.has_year(region, year[0]):
                page = f"/region/{region}"
        if region and region not in self._divisions.shown:
            return ""
        found = StaticPage(page, tuple(sorted(given.items())), language, number)
        self._wanted.setdefault(found)
        return found.file(kind)

    def _number(self, page: str, given: dict[str, str]) -> int:
        """Return which part of a long list is meant: this one, or the next. Another list begins at its first part."""
        if not given.keys() & _PLACES_IN_A_LIST:
            return 1
        here = dict(self._here.query)
        if page == self._here.page and given == here:
            return self._here.number
        if page == self._here.page and _without_place(given) == _without_place(here):
            return self._here.number + 1
        for name in _PLACES_IN_A_LIST:
            given.pop(name, None)
        return 1


def _without_place(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in _PLACES_IN_A_LIST}


def _stem(page: str, query: Mapping[str, str]) -> str:
    """Return a page's file without its ending. Raises ValueError for one that static files cannot answer."""
    shown = _without_place(query)
    parts = page.strip("/").split("/") if page != "/" else ["index"]
    if difference := _difference(page):
        parts = ["diff", *difference]
    match sorted(shown):
        case []:
            pass
        case ["status", "year"] if page == "/coverage":
            parts += [shown["year"], shown["status"]]
        case ["map_year"] if page == "/coverage":
            parts += ["map", shown["map_year"]]
        case ["region"] if page == "/coverage":
            parts += [shown["region"]]
        case _:
            raise ValueError(f"{page}: static files cannot answer {', '.join(sorted(shown))}")
    return "/".join(_PLAIN.sub(_escaped, part) for part in parts)


def _difference(page: str) -> tuple[str, str] | None:
    """Return the report and the versions of a page that compares two versions of one report: `1-2`."""
    if not page.startswith("/diff/"):
        return None
    (report, _, old), (other, _, new) = (
        side.rpartition(":") for side in page.removeprefix("/diff/").rpartition("..")[::2]
    )
    is_one = report == other and old.isdecimal() and new.isdecimal()
    return (report, f"{old}-{new}") if is_one else None


def _escaped(char: re.Match[str]) -> str:
    return "".join(f"~{byte:02x}" for byte in char[0].encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Divisions:
    """Divisions that have pages: those with a source or a report, and those that they are in.

    `held`: with reports, their own or of divisions in them. `held_years`: the same with the years of the reports.
    """

    shown: frozenset[str]
    held: frozenset[str]
    held_years: frozenset[tuple[str, str]]
    outer: frozenset[str]
    """Those with others in them."""

    @classmethod
    def of(cls, sources: Iterable[str], reports: Iterable[tuple[str, int | None]]) -> Self:
        """Return the divisions of an archive. `sources`: codes; `reports`: codes and years."""
        years = {(outer, str(year)) for code, year in set(reports) for outer in _with_outer(code)}
        held = frozenset(code for code, _ in years)
        shown = held.union(*(_with_outer(code) for code in set(sources)))
        parents = (row.parent for code in shown if (row := region_row(code)))
        return cls(shown, held, frozenset(years), frozenset(code for code in parents if code))

    def has_year(self, code: str, year: str) -> bool:
        """Whether a division has a page for a year: there is a report, or a map."""
        return (code, year) in self.held_years or code in self.outer

    def has_data(self, page: str) -> bool:
        """Whether there are rows for the data of a division's page."""
        _, _, code, *year = page.split("/")
        return (code, year[0]) in self.held_years if year else code in self.held


def _with_outer(code: str) -> tuple[str, ...]:
    return tuple(row.code for row in outward(code)) if region_row(code) else ()
