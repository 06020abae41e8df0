"""Who made a page: runs of this archive, or WARC files of another archive that was merged into it.

What another archive says changes only what that archive made. A page is this archive's own as soon as one run of it has
captured its URL.
"""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.address import canonical
from crawler.archive.catalogue.models import CaptureRow, PageRow, VersionRow
from crawler.archive.catalogue.rows import MERGED_FOLDER


def is_own(session: Session, page: PageRow) -> bool:
    """Whether a run of this archive has captured a page."""
    if page.answered_in is not None:
        return True
    keys = {page.url_key, canonical(page.url)}
    own = select(CaptureRow.id).where(
        CaptureRow.url_key.in_(keys), CaptureRow.warc_file.not_like(f"{MERGED_FOLDER}%")
    )
    return session.scalars(own.limit(1)).first() is not None


def is_own_version(session: Session, version: VersionRow) -> bool:
    """Whether a version was read from a capture of this archive. One without a capture counts as its own."""
    made_from = session.get(CaptureRow, version.capture_id) if version.capture_id is not None else None
    return made_from is None or not made_from.warc_file.startswith(MERGED_FOLDER)


def is_made_by(session: Session, page: PageRow, files: Container[str]) -> bool:
    """Whether a page was made by the archive that wrote these WARC files, and this archive has not captured it."""
    seen_in = session.get(CaptureRow, page.seen_in) if page.seen_in is not None else None
    return seen_in is not None and seen_in.warc_file in files and not is_own(session, page)
