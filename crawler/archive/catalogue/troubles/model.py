"""The table of troubles: what was wrong at a URL from visit to visit, and when people were told."""

# no `from __future__ import annotations`: SQLAlchemy evaluates each annotation that is a string, at every start

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.archive.catalogue.base import Base


class TroubleRow(Base, kw_only=True):
    """One cause of trouble at one URL, from the visit that met it first to the one that met it no more.

    `cause`: the reason without numbers and addresses, by which the same trouble is recognised; `detail`: the last reason in
    whole. `last_seen`: start of the last run that met it; `told_at`: of the last one whose output told of it. `over_at` is empty while the trouble stands.
    """

    __tablename__ = "troubles"
    __table_args__ = (Index("troubles_by_site", "site_id", "over_at"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    site_id: Mapped[str]
    url: Mapped[str] = mapped_column(Text)
    ending: Mapped[str] = mapped_column(String(16))
    cause: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    last_seen: Mapped[datetime]
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    over_at: Mapped[datetime | None] = mapped_column(default=None)
