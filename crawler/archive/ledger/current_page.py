"""Current state of a URL: look it up, and record that the same content was seen again.

Most visits find an unchanged page, so both use prepared statements instead of the ORM. What happens when the content is
another one is in `identity`; the states of a page are in `page_states`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, Update, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from crawler.archive.catalogue.databases.read_ahead import has_one_of, is_absent
from crawler.archive.catalogue.databases.session_memory import memory, watch_rows
from crawler.archive.catalogue.models import LIVE, OWN, PageRow, VersionRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import CaptureRef
from crawler.archive.catalogue.version_choice import NEWEST_NUMBER
from crawler.archive.ledger import page_states, shrunk_texts
from crawler.archive.ledger.observation import Observation
from crawler.archive.ledger.ownership.publisher import finder_after

_AHEAD = "pages_ahead"


class CurrentPage(NamedTuple):
    """A page and the version last seen there. `version_id` and `version_number` are None if the page has no version."""

    page_id: int
    state: str
    text_sha256: str
    version_id: int | None
    report_id: str
    version_number: int | None
    text_file: str
    newest_number: int  # number of the report's newest version; versions marked `older` do not count
    shrunk_sha256: str | None  # digest of a shrunk text seen there since
    site_id: str  # of the site that watches the page
    own: bool  # the page belongs to the site that publishes the report
    origin: str | None  # of the version
    missing_since: datetime | None
    url: str
    url_key: str
    seen_in: int | None  # captures.id of the last observation
    last_seen: datetime

    @property
    def is_live_and_newest(self) -> bool:
        """Whether the page is live, shows its report's newest version, and no shrunk text was seen there since."""
        return self.state == LIVE and self.version_number == self.newest_number and self.shrunk_sha256 is None

    def is_seen_as_before(self, site_id: str, origin: str) -> bool:
        """Whether the same site sees the page, and our own crawls have seen the version before."""
        return self.site_id == site_id and origin == OWN and self.origin == OWN


_CURRENT_PAGES = (
    select(
        PageRow.id,
        PageRow.state,
        PageRow.text_sha256,
        VersionRow.id,
        PageRow.report_id,
        VersionRow.number,
        VersionRow.text_file,
        NEWEST_NUMBER,
        PageRow.shrunk_sha256,
        PageRow.site_id,
        PageRow.own,
        VersionRow.origin,
        PageRow.missing_since,
        PageRow.url,
        PageRow.url_key,
        PageRow.seen_in,
        PageRow.last_seen,
    )
    .join(
        VersionRow,
        (VersionRow.report_id == PageRow.report_id) & (VersionRow.text_sha256 == PageRow.text_sha256),
        isouter=True,
    )
    .order_by(VersionRow.number.desc())
)
_FIND_CURRENT_PAGE = Prepared(_CURRENT_PAGES.where(PageRow.url_key == bindparam("key")).limit(1))


def _extend_seen_statement(row: type[PageRow] | type[VersionRow]) -> Update:
    """Return the UPDATE that extends `first_seen` and `last_seen` of one row.

    A live observation is the latest one. A replayed one may be earlier than what the row has.
    """
    when = bindparam("when", type_=row.last_seen.type)
    live = bindparam("live", type_=Integer())
    is_latest = or_(live == 1, row.last_seen <= when)
    values = {
        "first_seen": case((row.first_seen > when, when), else_=row.first_seen),
        "last_seen": case((is_latest, when), else_=row.last_seen),
    }
    if row is PageRow:
        capture = bindparam("capture", type_=PageRow.seen_in.type)
        values["seen_in"] = case((is_latest, func.coalesce(capture, PageRow.seen_in)), else_=PageRow.seen_in)
        run = bindparam("run", type_=Integer())
        values["answered_in"] = case((live == 1, run), else_=PageRow.answered_in)
        site = bindparam("site", type_=String())
        values["site_id"] = case((live == 1, site), else_=PageRow.site_id)
    return update(row).where(row.id == bindparam("row")).values(values)


_EXTEND_PAGE = Prepared(_extend_seen_statement(PageRow))
_EXTEND_VERSION = Prepared(_extend_seen_statement(VersionRow))


def find_current_page(session: Session, url_key: str) -> CurrentPage | None:
    """Return the page with a key and the version last seen there; None if there is no such page."""
    if is_absent(session, PageRow.url_key, url_key):
        return None
    ahead: _PagesAhead | None = memory(session).get(_AHEAD)
    if ahead is not None:
        session.flush()
        if known := ahead.pop(url_key):
            return known
    found = _FIND_CURRENT_PAGE.first(session, {"key": url_key})
    return CurrentPage(*found) if found else None


class _PagesAhead:
    """Pages that were read ahead. Each is told once: what finds it may change it."""

    def __init__(self, pages: Iterable[CurrentPage]) -> None:
        self._pages = {page.url_key: page for page in pages}
        self._keys: dict[str, list[str]] = {}  # by id of the report
        for page in self._pages.values():
            self._keys.setdefault(page.report_id, []).append(page.url_key)

    def pop(self, url_key: str) -> CurrentPage | None:
        return self._pages.pop(url_key, None)

    def note(self, table: str, row: Mapping[str, Any]) -> None:
        """Drop what a row that is written may change: pages of the same report."""
        if table not in (PageRow.__tablename__, VersionRow.__tablename__):
            return
        if "report_id" not in row or (table == PageRow.__tablename__ and "url_key" not in row):
            self._pages = {}  # not loaded: it may be any
            return
        self._pages.pop(row.get("url_key", ""), None)
        for key in self._keys.get(row["report_id"], ()):
            self._pages.pop(key, None)


def read_pages_ahead(session: Session, keys: Iterable[str]) -> None:
    """Read the pages with these keys, so that `find_current_page` need not, for as long as the session remembers."""
    found = list[CurrentPage]()
    for condition in has_one_of(PageRow.url_key, list(keys)):
        found += (CurrentPage(*row) for row in session.execute(_CURRENT_PAGES.where(condition)))
    ahead = memory(session)[_AHEAD] = _PagesAhead(
        reversed(found)
    )  # of several versions the one with the highest number
    watch_rows(session, ahead.note)


class SeenAgain(NamedTuple):
    """When, by which run, for which site and in which capture the same content was seen; `live` as in Observation."""

    seen_at: datetime
    run_id: int
    live: bool
    site_id: str
    capture: CaptureRef | None
    origin: str = OWN


def record_seen_again(session: Session, current: CurrentPage, seen: SeenAgain) -> None:
    """Record that a page showed the same text again. After a live observation, its site watches the page, see `finder_after`.

    What a page elsewhere shows says nothing of how long the publisher showed it.
    """
    site_id = seen.site_id
    if site_id != current.site_id:
        site_id = finder_after(session, session.get_one(PageRow, current.page_id), site_id)
    for_version = {"when": seen.seen_at, "live": int(seen.live)}
    capture_id = seen.capture.id if seen.capture else None
    for_page = for_version | {"run": seen.run_id, "site": site_id, "capture": capture_id}
    for statement, table, row_id, values in (
        (_EXTEND_PAGE, PageRow, current.page_id, for_page),
        (_EXTEND_VERSION, VersionRow, current.version_id, for_version),
    ):
        by_others = current.origin == OWN and seen.origin != OWN
        if table is VersionRow and (by_others or not current.own):
            continue
        statement.post(session, {"row": row_id, **values})
        if loaded := session.identity_map.get(identity_key(table, row_id)):
            session.expire(loaded)


def extend_seen(row: PageRow | VersionRow, observation: Observation) -> None:
    """Extend `first_seen` and `last_seen` of a loaded row, as the prepared statements above do.

    That our own crawls have seen a version until some day is not what somebody else says.
    """
    row.first_seen = min(row.first_seen, observation.seen_at)
    if isinstance(row, VersionRow) and row.origin == OWN and observation.origin != OWN:
        return
    row.last_seen = observation.seen_at if observation.live else max(row.last_seen, observation.seen_at)


def record_page_seen(session: Session, page: PageRow, observation: Observation) -> None:
    """Record that a loaded page answered with a text, be it a new one. The page is live again after this."""
    page_states.mark_live(session, page, observation.seen_at, live=observation.live)
    extend_seen(page, observation)
    shrunk_texts.forget(page)
    if observation.capture is not None:
        page.seen_in = observation.capture.id
    if observation.live:
        page.answered_in = observation.run_id
        page.site_id = finder_after(session, page, observation.site.id)
