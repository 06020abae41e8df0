"""State and helpers that the readers of one import share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from crawler.archive import IMPORT_SITE, Archive
from crawler.discover import judge_title
from crawler.errors import NotAReport, PartOnly
from crawler.extract import check_whole, extract, text_fault
from crawler.field.regions import path as region_path
from crawler.field.regions import region_of
from crawler.intake.imports.ahead import PagesAhead
from crawler.intake.imports.names import printable
from crawler.intake.imports.sources import WarcSource
from crawler.model import Ending, Headers, Outcome, Report, Site
from crawler.reading.alone import read_alone
from crawler.reading.pool import ReadingPool
from crawler.warc import Answer


class ReadPage(Protocol):
    """Reads the report of a page or document, all of it.

    Raises ExtractError; PartOnly for one page of an article on several.
    """

    def __call__(
        self, body: bytes, headers: Headers = (), url: str | None = None, *, seen: datetime | None = None
    ) -> Report: ...


def read_page(
    body: bytes, headers: Headers = (), url: str | None = None, *, seen: datetime | None = None
) -> Report:
    """Read a page in a child process. See ReadPage."""
    report = read_alone(extract, body, headers, url, seen=seen)
    _check_whole(report)
    return report


def _check_whole(report: Report) -> None:
    """Raise PartOnly for a part of a report. A part of anything else is no trouble: NotAReport."""
    try:
        check_whole(report)
    except PartOnly as error:
        verdict = judge_title(report.title)
        if verdict.report or verdict.column:
            raise
        raise NotAReport(report.url, f"not a report: its title is {report.title!r}: {verdict.why}") from error


def one_after_the_other() -> PagesAhead:
    """Return what reads no page before its turn."""
    return PagesAhead(ReadingPool(1, lambda _: None))


@dataclass(slots=True)
class Job:
    """The archive to import into, how pages are read, and the revisits whose originals have not been read yet."""

    archive: Archive
    read_page: ReadPage = read_page
    notify: Callable[[str], None] = lambda _: None
    waiting: list[tuple[WarcSource, Answer]] = field(default_factory=list)
    waiting_bytes: int = 0
    usable: int = 0  # documents and answers that are in the archive now
    without_use: list[tuple[WarcSource, str]] = field(
        default_factory=list
    )  # files, and what was in them instead
    # exchanges, by address and time, whose text may be in other files: pages with documents, and documents
    later: list[tuple[str, datetime]] = field(default_factory=list)
    data: dict[Path, bytes] = field(default_factory=dict)  # of files that were read before their turn
    ahead: PagesAhead = field(default_factory=one_after_the_other)

    def read(
        self,
        page: object,
        body: bytes,
        headers: Headers = (),
        url: str | None = None,
        *,
        seen: datetime | None = None,
    ) -> Report:
        """Read the report of a page as `read_page` does, unless it was begun already. `page`: what it was begun for."""
        begun = self.ahead.take(page)
        if begun is None:
            return self.read_page(body, headers, url, seen=seen)
        report = begun.result()
        _check_whole(report)
        return report

    def not_stored(self, ending: Ending, file: Path, detail: str) -> Outcome:
        """Record that a file, or a part of it, was not stored. No page's state changes."""
        return self.page_not_stored(ending, f"file:{printable(str(file))}", detail)

    def page_not_stored(self, ending: Ending, url: str, detail: str, at: datetime | None = None) -> Outcome:
        """Record the ending of an address from which nothing was stored. `at` is when it was fetched."""
        return self.archive.note(Outcome(ending=ending, url=url, site_id=IMPORT_SITE, detail=detail, at=at))


Read = Callable[[Path, Job], Iterator[Outcome]]


def complete(report: Report, name: str) -> tuple[Report, Site] | str:
    """Return a report with its year and region, and the site to store it under; or why it is not a report."""
    verdict = judge_title(report.title)
    if verdict.column and not report.kind:
        return f"not a report: its title {report.title!r} is the name of a column, and its text is not a report's"
    if not verdict.report and not verdict.column:
        return f"not a report: its title is {report.title!r}: {verdict.why}"
    if fault := text_fault(report.body):
        return f"not a report: {fault}"
    code = report.region or (region_of(report.issuer) if report.issuer else None)
    place = region_path(code) if code else report.issuer or name
    site = Site(id=IMPORT_SITE, name=place, region=code or "000000")
    return replace(report, region=code, year=verdict.year or report.year), site
