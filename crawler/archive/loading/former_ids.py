"""Keep the ids that reports had in an archive that is merged into this one, so that they lead on.

The same text can have another id there: it was found at another site, or its report began with another text.
"""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import FormerIdRow, ReportRow
from crawler.archive.evidence.acts import Content
from crawler.archive.ledger.observation import StoreResult

_REPORT_ID = re.compile("[0-9]{6}-[0-9]{4}-([0-9a-f]{8,64})")


def keep_former_id(session: Session, content: Content, change: StoreResult | None) -> None:
    """Note id and number of a `stored` act as those of the version that its text has here, if no report has that id here.

    An id has the digest of its report's first text. So an archive cannot give an id of another text to its own.
    """
    told = content["report"]
    was, number = told.get("id"), told.get("version")
    if change is None or was is None or number is None:
        return
    now = change.outcome
    if now.report_id is None or now.version is None or session.get(ReportRow, was) is not None:
        return
    if session.get(FormerIdRow, (was, number)) is not None or not _is_its_own(
        session, was, number, told["text_sha256"]
    ):
        return
    session.add(FormerIdRow(id=was, version=number, report_id=now.report_id, number=now.version))
    session.flush()


def _is_its_own(session: Session, was: str, number: int, text_sha256: str) -> bool:
    """Whether an id belongs to a text: it was made of it, or it is that of a later version of such a report."""
    parts = _REPORT_ID.fullmatch(was)
    if parts is None:
        return False
    return session.get(FormerIdRow, (was, 1)) is not None if number > 1 else text_sha256.startswith(parts[1])
