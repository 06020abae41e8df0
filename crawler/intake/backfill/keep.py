"""`Keeper`: record captures that came from another archive, and read them: old lists for their links, pages for their reports.

A capture is recorded before it is judged. Its texts are stored as what they are: seen by others, at the time of the capture.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.archive import IMPORT_SITE, MEMENTO_SITE, Archive
from crawler.crawl import Visit, read_article
from crawler.discover import Verdict, discover, is_cut, judge_title, may_be_report
from crawler.errors import ExtractError, FetchError, NoBody, NotAReport
from crawler.extract import DOCUMENT_LIMIT
from crawler.extract.documents.magic import magic
from crawler.fetch.answers.judge import judge, uncompressed
from crawler.field.counting import counted
from crawler.intake.backfill.archives.mementos import Memento
from crawler.intake.backfill.archives.public_archive import PublicArchive
from crawler.intake.backfill.index import IndexRow
from crawler.model import (
    Capture,
    Ending,
    Link,
    Listing,
    ListRequest,
    Outcome,
    Page,
    Site,
    Validators,
)
from crawler.reading.pages import PageProcess

MIN_REPORTS_OF_A_LIST = 2
"""Links to reports on a page that no list names, from which it is read as a list."""

Nearest = Callable[[str, datetime], Awaitable[Capture]]
"""Returns the capture of an address that is nearest to a time. Raises FetchError."""


class PagesOfATime:
    """What a visit needs of a Fetcher: the pages that an archive kept nearest to a time, for further pages and documents."""

    def __init__(self, nearest: Nearest, at: datetime) -> None:
        self._nearest = nearest
        self._at = at

    async def get(
        self,
        request: str | ListRequest,
        validators: Validators | None = None,
        *,
        site: Site | None = None,
        max_bytes: int | None = None,
    ) -> Capture:
        """Return the capture. Raises FetchError if there is none, or if it is no page."""
        capture = await self._nearest(request if isinstance(request, str) else request.url, self._at)
        judge(capture, uncompressed(capture, max_bytes or DOCUMENT_LIMIT))
        return capture

    async def page(
        self, request: str | ListRequest, validators: Validators | None = None, *, site: Site | None = None
    ) -> Page:
        """Return the same as `get`."""
        return await self.get(request)

    def spent(self, site: Site) -> str:
        """Return an empty string: the budget of an entry is for its own server."""
        return ""

    def given_up(self, site: Site) -> str:
        """Return an empty string: no proxy is used."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a capture gave: outcomes, the links of a list, and whether its page is a report's."""

    outcomes: Sequence[Outcome]
    listing: Listing | None = None
    is_report: bool = False


class Keeper:
    """Keeps what one archive gives of one site."""

    def __init__(
        self, site: Site, source: PublicArchive, archive: Archive, pages: PageProcess, nearest: Nearest
    ) -> None:
        self.site, self._source, self._archive, self._pages = site, source, archive, pages
        self._nearest = nearest
        self._id = MEMENTO_SITE if source.plays else IMPORT_SITE
        self._entry = replace(site, id=self._id, lists=(), sitemaps=(), search=None, expect=None)
        self._filed = Site(id=self._id, name=site.name, region=site.region, body=site.body)

    def archived(self, row: IndexRow) -> Capture | None:
        """Return the capture of a row if it is archived already, as a killed run may have left it."""
        for facts in self._archive.captures_at(row.url):
            if facts.origin and facts.status == 200 and facts.at.replace(microsecond=0) == row.at:
                return self._archive.capture_numbered(facts.number)
        return None

    def record(self, memento: Memento) -> None:
        """Record a capture, unless it is archived already: same address, time and bytes."""
        if not self._archive.holds(memento.capture):
            self._archive.record(memento.capture, origin=memento.provenance)

    def note(self, ending: Ending, url: str, detail: str, at: datetime) -> Outcome:
        """Note how an address ended that gave no text. Return its outcome."""
        return self._archive.note(
            Outcome(ending=ending, url=url, site_id=self._id, detail=detail, at=at, title="")
        )

    def flush(self) -> None:
        """Write everything to disk."""
        self._archive.flush()

    def is_report(self, url: str) -> bool:
        """Whether a report is held from an address."""
        return self._archive.last_seen(url) is not None

    def judge_link(self, link: Link) -> Verdict:
        """Return the verdict on the title of a link, by the site's entry. A cut title may be a report's."""
        verdict = judge_title(link.title, match=self.site.match, spans=self.site.spans)
        if not verdict.report and is_cut(link.title) and may_be_report(link.title):
            return replace(verdict, report=True)
        return verdict

    async def read_list(self, capture: Capture, told: str = "") -> Read:
        """Read a page of an old list."""
        try:
            judge(capture, uncompressed(capture))
            listing = await self._discover(capture)
        except FetchError as error:
            return Read(outcomes=[self._missed(capture, error)])
        except ExtractError as error:
            outcome = self.note(Ending.SKIPPED, capture.url, error.reason, capture.fetched_at)
            return Read(outcomes=[outcome])
        return self._listed(capture, listing, told)

    def _listed(self, capture: Capture, listing: Listing, told: str) -> Read:
        reports = sum(self.judge_link(link).report for link in listing.links)
        links = counted(len(listing.links), "link")
        detail = "; ".join(filter(None, (f"{links}, {reports} of them reports", told)))
        outcome = self.note(Ending.LISTED, capture.url, detail, capture.fetched_at)
        return Read(outcomes=[outcome], listing=listing)

    async def _discover(self, capture: Capture) -> Listing:
        return await self._pages.run(discover, capture.body, capture.headers, capture.url, cms=self.site.cms)

    async def read_page(self, capture: Capture, link: Link, told: str = "") -> Read:
        """Read the report of a page, with its further pages and documents, and store it. A page that is a list is read as one."""
        pages = PagesOfATime(self._nearest, capture.fetched_at)
        visit = Visit(self._entry, pages, self._archive, self._pages, full=True)
        try:
            judge(capture, uncompressed(capture, DOCUMENT_LIMIT))
            article = await read_article(visit, link, capture)
        except FetchError as error:
            return Read(outcomes=[self._missed(capture, error)])
        except (NotAReport, NoBody) as error:
            listing = await self._as_list(capture)
            if listing is not None:
                return self._listed(capture, listing, told)
            outcome = self.note(Ending.SKIPPED, capture.url, error.reason, capture.fetched_at)
            return Read(outcomes=[outcome])
        except ExtractError as error:
            outcome = self.note(Ending.SKIPPED, capture.url, error.reason, capture.fetched_at)
            return Read(outcomes=[outcome])
        outcome = self._archive.store(
            article.report,
            article.page,
            self._filed,
            further=article.further,
            documents=article.read.documents,
            note=told,
        )
        return Read(outcomes=[outcome], is_report=True)

    async def _as_list(self, capture: Capture) -> Listing | None:
        """Return the links of a page that is no report, if they show that it is a list of reports."""
        if magic(capture.body) is not None:
            return None
        try:
            listing = await self._discover(capture)
        except ExtractError:
            return None
        reports = sum(self.judge_link(link).report for link in listing.links)
        return listing if reports >= MIN_REPORTS_OF_A_LIST else None

    def _missed(self, capture: Capture, error: FetchError) -> Outcome:
        where = "" if error.url == capture.url else f"{error.url}: "
        ending = Ending.SKIPPED if error.ending is Ending.FAILED else error.ending
        return self.note(ending, capture.url, where + error.reason, capture.fetched_at)
