"""Read the newest report of a list that was found, as `fazhi source check` does, and decide whether it is the government's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crawler.crawl import accept_report, read_page
from crawler.discover.portal.authors import Author, author_of
from crawler.errors import ExtractError, FetchError, NotAReport, ProxyGivenUp
from crawler.field.counting import counted
from crawler.field.organs import DEPARTMENT, organ
from crawler.model import Link, Site
from crawler.onboarding.find.pages import Pages

MAX_READ = 2
"""Reports that are read, if the first is none."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read of a list's reports."""

    ok: bool | None  # None: no report could be fetched or read, so nothing speaks against the list
    text: str


async def confirm(
    reports: tuple[tuple[Link, int | None], ...], pages: Pages, code: str | None, *, render: bool = False
) -> Checked:
    """Read the newest of some reports. `code`: the division whose government's they should be."""
    site = replace(pages.site, region=code or "", render=render)
    doubt = "the budget is used up before a report was read"
    not_ok = False
    for link, _ in reports[:MAX_READ]:
        if not pages.left:
            break
        try:
            got = await pages.report(link.url, site)
            report = accept_report(await read_page(got, site, pages.page_process), link, site)
        except NotAReport as error:
            doubt, not_ok = error.reason, True
            continue
        except ProxyGivenUp:
            raise
        except (FetchError, ExtractError) as error:
            doubt = f"the newest report cannot be read: {error.reason}"
            continue
        if why := _not_own(report.title, report.issuer, report.region, site):
            return Checked(False, why)
        return Checked(
            True,
            f"{report.title} ({report.published or 'no date'}, {counted(len(report.body), 'character')})",
        )
    return Checked(False if not_ok else None, doubt)


def _not_own(title: str, issuer: str | None, division: str | None, site: Site) -> str:
    """Why a report is not the government's, by its page; empty if nothing says so."""
    code = site.region
    author = author_of(title, code or None)
    if author in (Author.DEPARTMENT, Author.BELOW, Author.OTHER):
        return f"the newest report is of another organ: {title}"
    if author is Author.OWN or not code:
        return ""
    found = organ(issuer or "")
    if found is not None and found[1] == DEPARTMENT:
        return f"the newest report is of a department: {issuer}"
    if division and division != code:
        return f"the newest report is of another division: {issuer}"
    return ""
