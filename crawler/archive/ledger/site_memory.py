"""What each site's lists have shown, kept between visits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import MemoryRow
from crawler.discover import ListMemory, SiteMemory
from crawler.model import Link


def memory(session: Session, site_id: str) -> SiteMemory | None:
    """What is remembered of a site; None before its first visit has ended."""
    row = session.get(MemoryRow, site_id)
    if row is None:
        return None
    return SiteMemory(
        walked_at=row.walked_at,
        rules=row.rules,
        lists={url: _list(saved) for url, saved in row.lists.items()},
        missed=tuple(Link(**saved) for saved in row.owed),
        gone=frozenset(row.gone),
    )


def _list(saved: dict[str, Any]) -> ListMemory:
    return ListMemory(
        entries=tuple(saved["entries"]), common=tuple(saved["common"]), reports=dict(saved["reports"])
    )


def told(memory: SiteMemory) -> dict[str, Any]:
    """A memory as JSON."""
    lists = {url: asdict(known) for url, known in memory.lists.items()}
    return {
        "walked_at": memory.walked_at.isoformat(),
        "rules": memory.rules,
        "lists": json.loads(json.dumps(lists)),  # tuples as they come back
        "owed": [asdict(link) for link in memory.missed],
        "gone": sorted(memory.gone),
    }


def learn(session: Session, site_id: str, told: Mapping[str, Any]) -> bool:
    """Remember this of a site from now on; whether it is anything new."""
    values = {**told, "walked_at": datetime.fromisoformat(told["walked_at"])}
    row = session.get(MemoryRow, site_id)
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return False
    session.merge(MemoryRow(site_id=site_id, **values))
    return True
