"""What a session knows of the rows without asking them, for as long as none is taken back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

_KEY = "memory"


def memory(session: Session) -> dict[str, Any]:
    """Return what was noted of a session's rows, by name. A rollback, of a savepoint too, empties it."""
    noted: dict[str, Any] = session.info.setdefault(_KEY, {})
    return noted


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _: object) -> None:
    session.info.pop(_KEY, None)
