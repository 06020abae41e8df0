"""Pages whose address changes from visit to visit over the same text, by a parameter that may be a cache-buster: `v=1`, `v=2`.

Such a page is found by its family (see `crawler.address`) once that was seen; until then each address is a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crawler.address import canonical, family, varying
from crawler.archive.catalogue.models import PageRow, VersionRow
from crawler.archive.catalogue.url_keys import join_pages
from crawler.archive.catalogue.version_choice import last, newest
from crawler.archive.ledger import page_states
from crawler.archive.ledger.observation import Sight


def key_of(session: Session, url: str) -> str:
    """The key under which the page of an address is held, or would be."""
    key = canonical(url)
    if not may_vary(url) or page_states.at(session, key) is not None:
        return key
    return varying(url) if page_states.at(session, varying(url)) is not None else key


def key_of_sight(session: Session, sight: Sight) -> str:
    """The same for a text that was seen. Another report may stand at `v=3` than at `v=1` and `v=2`: title and year say."""
    key = key_of(session, sight.url)
    if key == canonical(sight.url):
        return key
    page = page_states.at(session, key)
    assert page is not None
    held, report = newest(page.report), sight.report
    same = any(version.text_sha256 == report.text_sha256 for version in page.report.versions)
    if not same and (held.title, page.report.year) != (report.title, report.year):
        return canonical(sight.url)
    if not page_states.is_past(page, sight.now, live=sight.live):
        page.url = sight.url  # the address as found last is what is asked for next
        session.flush()
    return key


def may_vary(url: str) -> bool:
    """Whether an address has a parameter that is a cache-buster by its name, and not by its value."""
    return family(url) != canonical(url)


def former_pages(same: VersionRow, sight: Sight) -> list[PageRow]:
    """Pages of the same text whose address has given way to the one seen: of its family, and not shown any more."""
    if sight.varies:
        return [page for page in same.report.pages if page.url_key in sight.varies]
    if sight.shown is None or not may_vary(sight.url) or last(same.report).tombstone:
        return []
    return [
        page
        for page in same.report.pages
        if page.site_id == sight.site.id
        and page.text_sha256 == sight.report.text_sha256
        and page.url_key not in sight.shown
        and family(page.url) == family(sight.url)
    ]


def join_varying(session: Session, pages: Sequence[PageRow], sight: Sight) -> PageRow:
    """Make such pages one, that is found by its family from now on."""
    first, *others = pages
    first.url_key, first.url = varying(sight.url), sight.url
    session.flush()
    for other in others:
        join_pages(session.connection(), first.id, other.id)
        session.expunge(other)
    session.expire(first)
    session.expire(first.report)
    return first
