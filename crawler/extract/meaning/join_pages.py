"""Join the reports of an article's numbered pages into one, and refuse a report that is only a part.

Takes reports that have been read already. Which page follows is found by `documents/pager`; `crawl` fetches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.errors import PartOnly
from crawler.extract.meaning import sections
from crawler.extract.meaning.choose_clue import choose_value
from crawler.extract.meaning.text_clues import signature
from crawler.extract.page.as_published import body_as_published, of_report
from crawler.field.fingerprint import text_sha256
from crawler.model import AsPublished, Attachment, Report


def join_pages(pages: Sequence[Report]) -> Report:
    """Return the first page's report with the bodies of all pages.

    Digest, sections, signature and attachments are those of the whole.
    """
    first, *others = pages
    if not others:
        return first
    body = "\n".join(page.body for page in pages)
    signed = list(signature(body.split("\n")))
    files: dict[str, Attachment] = {file.url: file for page in pages for file in page.attachments}
    return replace(
        first,
        body=body,
        as_published=AsPublished(title=of_report(first).title, body=body_as_published(body, *pages)),
        text_sha256=text_sha256(body),
        sections=sections.find(body),
        signed=choose_value(signed, "signed"),
        signer=choose_value(signed, "signer"),
        attachments=tuple(files.values()),
        offers=tuple({offer.url: offer for page in pages for offer in page.offers}.values()),
        undecodable=sum(page.undecodable for page in pages),
        continues=pages[-1].continues,
        parts=len(pages),
        total=max(page.total for page in pages),
        clues=(*(clue for clue in first.clues if clue.field not in ("signed", "signer")), *signed),
    )


def check_whole(report: Report) -> None:
    """Raise PartOnly for a report that is only a part of an article: other pages were not read, or cannot be found."""
    if report.number > 1:
        raise PartOnly(
            report.url, f"short: page {report.number} of an article with {report.total} pages or more"
        )
    if report.continues:
        raise PartOnly(
            report.url, f"short: its text continues at {report.continues}, which was not read with it"
        )
    if report.parts < report.total:
        read = "1 page" if report.parts == 1 else f"{report.parts} pages"
        raise PartOnly(
            report.url,
            f"short: {read} of {report.total} or more; no link to the next page was found",
        )
