"""What each site's list pages have shown, kept from one visit to the next.

`discover` uses it to stop at known entries; here it only goes into the catalogue and comes back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import find
from crawler.archive.catalogue.models import MemoryRow
from crawler.discover import ListMemory, SiteMemory
from crawler.model import Link


def load(session: Session, site_id: str) -> SiteMemory | None:
    """Return what is remembered of a site's lists; None before its first complete walk."""
    row = find(session, MemoryRow, MemoryRow.site_id, site_id)
    if row is None:
        return None
    return SiteMemory(
        walked_at=row.walked_at,
        rules=row.rules,
        lists={url: _to_list_memory(saved) for url, saved in row.lists.items()},
        missed=tuple(Link(**saved) for saved in row.owed),
        gone=frozenset(row.gone),
        not_reports=dict(row.not_reports),
    )


def _to_list_memory(saved: dict[str, Any]) -> ListMemory:
    return ListMemory(
        entries=tuple(saved["entries"]), common=tuple(saved["common"]), reports=dict(saved["reports"])
    )


def to_json(memory: SiteMemory) -> dict[str, Any]:
    """Return a memory as JSON values."""
    lists = {url: asdict(known) for url, known in memory.lists.items()}
    return {
        "walked_at": memory.walked_at.isoformat(),
        "rules": memory.rules,
        "lists": json.loads(json.dumps(lists)),  # tuples as they come back
        "owed": [asdict(link) for link in memory.missed],
        "gone": sorted(memory.gone),
        "not_reports": dict(sorted(memory.not_reports.items())),
    }


def save(session: Session, site_id: str, values: Mapping[str, Any]) -> bool:
    """Replace what is remembered of a site by these JSON values. Returns whether that changed anything."""
    columns = {**values, "walked_at": datetime.fromisoformat(values["walked_at"])}
    row = find(session, MemoryRow, MemoryRow.site_id, site_id)
    if row is None:
        session.add(MemoryRow(site_id=site_id, **columns))
        return True
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
