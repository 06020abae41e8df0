"""One import under way: what its readers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from crawler.archive import IMPORT_SITE, Archive
from crawler.discover import judge_title
from crawler.field.regions import path as region_path
from crawler.field.regions import region_of
from crawler.intake.imports.names import shown
from crawler.model import Ending, Outcome, Report, Site
from crawler.warc import Answer


@dataclass(slots=True)
class Job:
    """An archive to import into, and the revisits whose originals have not been met yet."""

    archive: Archive
    waiting: list[tuple[Path, Answer]] = field(default_factory=list)

    def told(self, ending: Ending, file: Path, detail: str) -> Outcome:
        """Keep that a file, or something in it, was not stored. It says nothing of any page's state."""
        return self.ended(ending, f"file:{shown(str(file))}", detail)

    def ended(self, ending: Ending, url: str, detail: str, at: datetime | None = None) -> Outcome:
        """Keep how an address ended that stored nothing; `at`: when it was fetched."""
        return self.archive.note(Outcome(ending=ending, url=url, site_id=IMPORT_SITE, detail=detail, at=at))


Read = Callable[[Path, Job], Iterator[Outcome]]


def understood(report: Report, name: str) -> tuple[Report, Site] | str:
    """A report with its year and region, and the site it is kept under; or why it is none."""
    verdict = judge_title(report.title)
    if not verdict.report:
        return f"no report: its title is {report.title!r}: {verdict.why}"
    code = report.region or (region_of(report.issuer) if report.issuer else None)
    place = region_path(code) if code else report.issuer or name
    site = Site(id=IMPORT_SITE, name=place, region=code or "000000")
    return replace(report, region=code, year=verdict.year or report.year), site
