"""The table of documents: files and frames that the page of a version offered as its text."""

# no `from __future__ import annotations`: SQLAlchemy evaluates each annotation that is a string, at every start

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.archive.catalogue.base import Base


class DocumentRow(Base, kw_only=True):
    """One document that a page offered, and how it was read. `fault`: why it gives no text; None if it gives one.

    `offered_in`: the capture of the page. Those of `versions.capture_id` are what the version was read from. Rows of a later
    capture were added when what the page offered had changed, but not the text.
    """

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), index=True)
    offered_in: Mapped[int | None] = mapped_column(ForeignKey("captures.id"))
    url: Mapped[str] = mapped_column(
        Text
    )  # as the page gives it; its capture may be of the target of a redirect
    title: Mapped[str] = mapped_column(Text)
    how: Mapped[str] = mapped_column(String(16))  # how the page refers to it: link, frame, viewer …
    # the capture with its bytes; None: it could not be fetched
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id"), index=True)
    format: Mapped[str | None] = mapped_column(String(16))
    reader: Mapped[str | None] = mapped_column(Text)
    pages: Mapped[int | None]
    fault: Mapped[str | None] = mapped_column(String(32))
