"""What stands at an address, and that it still does: asked and noted for every page that is seen again."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, String, Update, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from crawler.archive.catalogue.models import LIVE, PageRow, VersionRow
from crawler.archive.catalogue.prepared import Prepared
from crawler.archive.catalogue.rows import Entered


class Standing(NamedTuple):
    """A page, and the version that was last seen there; None for its parts where there is none."""

    page: int
    state: str
    text_sha256: str
    version: int | None
    report_id: str
    number: int | None
    text_file: str
    newest: int  # number of the report's last version, older ones that were brought in later aside
    shrunk: str | None  # digest of a shorter text that was seen there since

    @property
    def is_plain(self) -> bool:
        """Whether the page is there as it was last seen, and nothing has happened to its report since."""
        return self.state == LIVE and self.number == self.newest and self.shrunk is None


_NEWEST = (
    select(func.max(VersionRow.number))
    .where(VersionRow.report_id == PageRow.report_id, VersionRow.older.is_(False))
    .correlate(PageRow)
    .scalar_subquery()
)
_STANDS = Prepared(
    select(
        PageRow.id,
        PageRow.state,
        PageRow.text_sha256,
        VersionRow.id,
        PageRow.report_id,
        VersionRow.number,
        VersionRow.text_file,
        _NEWEST,
        PageRow.shrunk_sha256,
    )
    .join(
        VersionRow,
        (VersionRow.report_id == PageRow.report_id) & (VersionRow.text_sha256 == PageRow.text_sha256),
        isouter=True,
    )
    .where(PageRow.url_key == bindparam("key"))
    .order_by(VersionRow.number.desc())
    .limit(1)
)


def _seen(row: type[PageRow] | type[VersionRow]) -> Update:
    """Widens the time in which a row was seen: a replay may bring an older sight of it. A live one is the last."""
    when = bindparam("when", type_=row.last_seen.type)
    live = bindparam("live", type_=Integer())
    is_last = or_(live == 1, row.last_seen <= when)
    values = {
        "first_seen": case((row.first_seen > when, when), else_=row.first_seen),
        "last_seen": case((is_last, when), else_=row.last_seen),
    }
    if row is PageRow:
        capture = bindparam("capture", type_=PageRow.seen_in.type)
        values["seen_in"] = case((is_last, func.coalesce(capture, PageRow.seen_in)), else_=PageRow.seen_in)
        run = bindparam("run", type_=Integer())
        values["answered_in"] = case((live == 1, run), else_=PageRow.answered_in)
        values["site_id"] = case((live == 1, bindparam("site", type_=String())), else_=PageRow.site_id)
    return update(row).where(row.id == bindparam("row")).values(values)


_PAGE_SEEN, _VERSION_SEEN = Prepared(_seen(PageRow)), Prepared(_seen(VersionRow))


def standing(session: Session, key: str) -> Standing | None:
    """What stands at a canonical address."""
    found = _STANDS.first(session, {"key": key})
    return Standing(*found) if found else None


class Seen(NamedTuple):
    """When, by which run and in which capture something was seen; `live` and `site_id` as Sight has them."""

    when: datetime
    run: int
    live: bool
    site_id: str
    capture: Entered | None


def seen_again(session: Session, stands: Standing, seen: Seen) -> None:
    """That a page and its text were there. Where a run saw that itself, the page is that site's to watch."""
    values = {"when": seen.when, "live": int(seen.live)}
    capture = seen.capture.id if seen.capture else None
    in_page = values | {"run": seen.run, "site": seen.site_id, "capture": capture}
    for statement, table, row, told in (
        (_PAGE_SEEN, PageRow, stands.page, in_page),
        (_VERSION_SEEN, VersionRow, stands.version, values),
    ):
        statement.run(session, {"row": row, **told})
        if held := session.identity_map.get(identity_key(table, row)):
            session.expire(held)
