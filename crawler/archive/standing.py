"""What stands at an address, and that it still does: asked and noted for every page that is seen again."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Update, bindparam, case, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from crawler.archive import states
from crawler.archive.catalogue import PageRow, VersionRow
from crawler.archive.prepared import Prepared


class Standing(NamedTuple):
    """A page, and the version that was last seen there; None for its parts where there is none."""

    page: int
    state: str
    text_sha256: str
    version: int | None
    report_id: str
    number: int | None
    text_file: str
    newest: int  # number of the report's last version

    @property
    def is_plain(self) -> bool:
        """Whether the page is there as it was last seen, and nothing has happened to its report since."""
        return self.state == states.LIVE and self.number == self.newest


_NEWEST = (
    select(func.max(VersionRow.number))
    .where(VersionRow.report_id == PageRow.report_id)
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
    """Widens the time in which a row was seen: a replay may bring an older sight of it."""
    when = bindparam("when", type_=row.last_seen.type)
    return (
        update(row)
        .where(row.id == bindparam("row"))
        .values(
            first_seen=case((row.first_seen > when, when), else_=row.first_seen),
            last_seen=case((row.last_seen < when, when), else_=row.last_seen),
        )
    )


_PAGE_SEEN, _VERSION_SEEN = Prepared(_seen(PageRow)), Prepared(_seen(VersionRow))


def standing(session: Session, key: str) -> Standing | None:
    """What stands at a canonical address."""
    found = _STANDS.first(session, {"key": key})
    return Standing(*found) if found else None


def seen_again(session: Session, stands: Standing, when: datetime) -> None:
    """That a page and its text were there."""
    for seen, table, row in (
        (_PAGE_SEEN, PageRow, stands.page),
        (_VERSION_SEEN, VersionRow, stands.version),
    ):
        seen.run(session, {"row": row, "when": when})
        if held := session.identity_map.get(identity_key(table, row)):
            session.expire(held)
