"""The table of metadata that pages showed over an unchanged text, where they are not those of the version."""

# no `from __future__ import annotations`: SQLAlchemy evaluates each annotation that is a string, at every start

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crawler.archive.catalogue.base import Base


class PageMetadataRow(Base, kw_only=True):
    """What a page showed beside the text of a version from `at` on: other than the row before, or than the version.

    `shown` has title, issuer, source, published and signed. `was` has those of them that the page itself has changed, with what
    it gave before: read from both captures by one extractor. It is empty if there is another reason: another address, another
    extractor, another list that leads to the page.
    """

    __tablename__ = "page_metadata"
    __table_args__ = (
        Index("page_metadata_by_page", "page_id", "at"),
        Index("page_metadata_by_report", "report_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    report_id: Mapped[str] = mapped_column(String(40), ForeignKey("reports.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id"))
    before_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id"))  # the capture that gave `was`
    shown: Mapped[dict[str, Any]]
    was: Mapped[dict[str, Any]]
