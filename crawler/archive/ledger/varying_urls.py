"""Pages whose URL changes from visit to visit over the same text, by a parameter that may be a cache-buster: `v=1`, `v=2`.

Whether `v` is one shows only when the same text is seen at a second URL of the family (see `crawler.address.family`) and
the first URL is no longer shown. Then the pages are joined, and the page is found by its family's key. Until then each
URL is a page of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crawler.address import canonical, family, varying
from crawler.archive.catalogue.databases.session_memory import forget
from crawler.archive.catalogue.metadata.queries import move_metadata
from crawler.archive.catalogue.models import MERGED, PageRow, VersionRow
from crawler.archive.catalogue.url_keys import join_pages
from crawler.archive.catalogue.version_choice import newest_version, newest_version_or_tombstone
from crawler.archive.ledger import page_states
from crawler.archive.ledger.observation import Observation


def page_key(session: Session, url: str) -> str:
    """Return the `url_key` of a URL's page: its family's key if such a page exists, else its canonical URL."""
    key = canonical(url)
    if not may_vary(url) or page_states.find_page(session, key) is not None:
        return key
    return varying(url) if page_states.find_page(session, varying(url)) is not None else key


def observation_key(session: Session, observation: Observation) -> str:
    """Return the `url_key` of an observation's page, and make its URL that page's current one.

    A family's page is taken only if it has the text, or if title and year agree: `v=3` may show another report than `v=1`
    and `v=2`.
    """
    key = page_key(session, observation.url)
    if key == canonical(observation.url):
        return key
    page = page_states.find_page(session, key)
    assert page is not None
    held, report = newest_version(page.report), observation.report
    same_text = any(version.text_sha256 == report.text_sha256 for version in page.report.versions)
    if not same_text and (held.title, page.report.year) != (report.title, report.year):
        return canonical(observation.url)
    outdated = page_states.is_outdated(page, observation.seen_at, live=observation.live)
    if not outdated and observation.origin != MERGED:
        page.url = observation.url  # the next visit asks for the URL that was found last
        session.flush()
    return key


def may_vary(url: str) -> bool:
    """Whether a URL has a parameter whose name is a cache-buster's, but whose value is not surely one."""
    return family(url) != canonical(url)


def replaced_pages(version: VersionRow, observation: Observation) -> list[PageRow]:
    """Return the pages whose URL an observation's URL has replaced: same text, site and family, and no longer shown.

    In a rebuild: the pages that the live run joined.
    """
    if observation.joined_keys:
        return [page for page in version.report.pages if page.url_key in observation.joined_keys]
    if (
        observation.shown is None
        or not may_vary(observation.url)
        or newest_version_or_tombstone(version.report).tombstone
    ):
        return []
    return [
        page
        for page in version.report.pages
        if page.site_id == observation.site.id
        and page.text_sha256 == observation.report.text_sha256
        and page.url_key not in observation.shown
        and family(page.url) == family(observation.url)
    ]


def join_varying_pages(session: Session, pages: Sequence[PageRow], observation: Observation) -> PageRow:
    """Join pages into one that is found by its family's key, and return it."""
    first, *others = pages
    first.url_key, first.url = varying(observation.url), observation.url
    session.flush()
    move_metadata(session, first.id, [other.id for other in others])
    for other in others:
        join_pages(session.connection(), first.id, other.id)
        session.expunge(other)
    forget(session)
    session.expire(first)
    session.expire(first.report)
    return first
