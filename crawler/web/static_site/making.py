"""Make the pages of a static site: those that links lead to, from the first page and from every report on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from crawler.archive import Reader
from crawler.field.regions import region as region_row
from crawler.web.format import Format
from crawler.web.formats.html import write_problem
from crawler.web.formats.writing import write
from crawler.web.memory import Memory
from crawler.web.page import Page
from crawler.web.pages import PAGES
from crawler.web.pages.statuses import Scope, rows
from crawler.web.question import Question
from crawler.web.serving.static_files import StaticFiles
from crawler.web.static_site.folder import NO_JEKYLL, Counts, SiteFolder, open_folder
from crawler.web.static_site.links import MAX_ROWS_OF_A_PAGE, Divisions, StaticLinks, StaticPage
from crawler.web.static_site.search_index import SearchIndex
from crawler.web.words import LANGUAGES

_MAX_ATTEMPTS = 3
_LISTS = ("/region/", "/coverage", "/overdue", "/changes", "/sources")
"""Beginnings of the pages that have lists, of which a file holds as many rows as an answer may."""
SEARCH = "/search"
NOT_FOUND = "/404"
"""The page that hosts show for an address without a file: GitHub Pages, Netlify, Cloudflare Pages, and others if told so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked for. `base_url`: address of the site, without which it has no feeds and no page for missing ones. `progress`: gets the number of files."""

    now: datetime
    base_url: str = ""
    progress: Callable[[int], None] = field(default=lambda _: None)


def make_site(reader: Reader, path: Path, wishes: Wishes) -> Counts:
    """Write the site of an archive into a folder. What is there and has not changed is not written again.

    Raises ConfigError for a folder that is not the site's, ArchiveLocked if another run writes to it, OSError if a file cannot
    be written: the site is then as it was before.
    """
    with open_folder(path, reader.path) as folder:
        try:
            for _ in range(_MAX_ATTEMPTS):
                folder.begin()
                _Making(reader, folder, wishes).make()
                if not reader.reopen_if_outdated():
                    break
            return folder.publish()
        finally:
            folder.discard()


class _Making:
    """The making of one site from one state of the archive."""

    def __init__(self, reader: Reader, folder: SiteFolder, wishes: Wishes) -> None:
        self._reader, self._folder, self._wishes = reader, folder, wishes
        self._files, self._memory = StaticFiles(), Memory()
        self._wanted: dict[StaticPage, None] = {}
        self._divisions = Divisions.of((), ())
        self._done = 0

    def make(self) -> None:
        """Add all files to the folder."""
        self._add(NO_JEKYLL, "")
        for name, body in self._files.bodies.items():
            self._add_bytes(self._files.path(name)[1:], body)
        index = self._index()
        for name, text in index.files():
            self._add(name, text)
        waiting = [StaticPage("/")]
        for each in index.shown:
            waiting.append(StaticPage(f"/r/{each[0]}"))
        self._wanted = dict.fromkeys(waiting)
        done: set[StaticPage] = set()
        while waiting:
            for page in waiting:
                for language in LANGUAGES:
                    self._page(replace(page, language=language))
                done.update(replace(page, language=language) for language in LANGUAGES)
            waiting = list(
                dict.fromkeys(
                    replace(each, language=LANGUAGES[0]) for each in self._wanted if each not in done
                )
            )
        if self._wishes.base_url:
            self._not_found()

    def _not_found(self) -> None:
        """Add the page for addresses that the site does not have."""
        page = StaticPage(NOT_FOUND)
        body = write_problem(
            HTTPStatus.NOT_FOUND,
            "this site has no such page; search it, or begin at its first page",
            language=page.language,
            links=self._links(page, Format.HTML, is_anywhere=True),
            files=self._files.path,
        )
        self._add(page.file(), body)

    def _index(self) -> SearchIndex:
        """Return the index of all reports. Notes the divisions of which there is something to show."""
        index, held = SearchIndex(), []
        for report in self._reader.iter_reports(bodies=True):
            row = region_row(report.region) if report.region else None
            if row:
                held.append((row.code, report.year))
            day = (report.published or "").partition("T")[0]
            index.add(report, (report.id, report.title, row.name if row else "", report.year, day))
        question = self._question(StaticPage("/"), Format.HTML, {})
        scopes = [Scope(asof=question.today, departments=departments) for departments in (False, True)]
        self._divisions = Divisions.of(
            (row.region for scope in scopes for row in rows(question, scope)), held
        )
        return index

    def _page(self, page: StaticPage) -> None:
        """Add a page, and the same as data, if it is in the first language."""
        found, parameters = _page_of(page)
        formats = tuple(kind for kind in found.formats if self._has(page, kind))
        for kind in formats:
            if kind in (Format.HTML, Format.ATOM) or page.language == LANGUAGES[0]:
                question = self._question(page, kind, parameters)
                answer = found.answer(question)
                if page.page == SEARCH:
                    answer = replace(answer, template="static_search.html")
                self._add(page.file(kind), write(answer, question, formats, files=self._files.path))

    def _has(self, page: StaticPage, kind: Format) -> bool:
        """Whether a page is had in a format. A feed is one file, with absolute links; data without a row are left out."""
        if page.page == SEARCH:
            return kind is Format.HTML
        if page.page.startswith("/region/") and not self._divisions.has_data(page.page):
            return kind is Format.HTML
        return kind is not Format.ATOM or (bool(self._wishes.base_url) and page.number == 1)

    def _question(self, page: StaticPage, kind: Format, parameters: dict[str, str]) -> Question:
        query = dict(page.query)
        if page.page.startswith(_LISTS):
            query["limit"] = str(MAX_ROWS_OF_A_PAGE)
        return Question(
            reader=self._reader,
            page=page.page,
            path=parameters,
            query=query,
            format=kind,
            language=page.language,
            base_url=self._wishes.base_url,
            now=self._wishes.now,
            memory=self._memory,
            links=self._links(page, kind),
        )

    def _links(self, page: StaticPage, kind: Format, *, is_anywhere: bool = False) -> StaticLinks:
        return StaticLinks(
            page,
            kind,
            self._wanted,
            divisions=self._divisions,
            base_url=self._wishes.base_url,
            is_anywhere=is_anywhere,
        )

    def _add(self, name: str, text: str) -> None:
        self._add_bytes(name, text.encode("utf-8", "backslashreplace"))

    def _add_bytes(self, name: str, content: bytes) -> None:
        self._folder.add(name, content)
        self._done += 1
        self._wishes.progress(self._done)


def _page_of(page: StaticPage) -> tuple[Page, dict[str, str]]:
    """Return the page of an address, and the parameters in its path."""
    for found in PAGES:
        if (parameters := _parameters(found.path, page.page)) is not None:
            return found, parameters
    raise LookupError(f"{page.page}: a link leads to no page")


def _parameters(pattern: str, address: str) -> dict[str, str] | None:
    """Return the parameters in an address, None if it does not fit. `pattern`: as Starlette writes it, `/diff/{old}..{new}`."""
    names, values = pattern.split("/"), address.split("/")
    if len(names) != len(values):
        return None
    found = {}
    for name, value in zip(names, values, strict=True):
        one, other = name.split(".."), value.rsplit("..", name.count(".."))
        if len(one) != len(other):
            return None
        for part, given in zip(one, other, strict=True):
            before, brace, parameter = part.partition("{")
            if not brace and given != before:
                return None
            if brace:
                if not given.startswith(before) or given == before:
                    return None
                found[parameter[:-1]] = given.removeprefix(before)
    return found
