"""Canonical addresses of a catalogue, computed again: pages that turn out to be one are joined, and nothing is lost.

Plain SQL, since migrations of any schema from 0008 on call it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, text

from crawler.address import canonical, is_varying, varying

_KEYS = text("SELECT DISTINCT url, url_key FROM captures")
_SET_CAPTURE = text("UPDATE captures SET url_key = :new WHERE url_key = :old AND url = :url")
_PAGES = text("SELECT id, url, url_key, report_id, site_id, last_seen FROM pages")
_SET_PAGE = text("UPDATE pages SET url_key = :new WHERE id = :id")
_SET_MOVED = text("UPDATE pages SET state = 'moved', moved_to = :target WHERE id = :id")
_EVENT = text(
    "INSERT INTO page_events (page_id, at, state, version, detail) VALUES (:id, :at, 'moved', NULL, :target)"
)
_TAKE_EVENTS = text("UPDATE page_events SET page_id = :keep WHERE page_id = :id")
_TAKE_TIME = text(
    "UPDATE pages SET first_seen = (SELECT MIN(first_seen) FROM pages WHERE id IN (:keep, :id)) WHERE id = :keep"
)
_DROP = text("DELETE FROM pages WHERE id = :id")


def rekey(connection: Connection) -> None:
    """Give every capture and every page the key that today's `canonical` gives its address.

    Pages that have one key now are joined where they are of one report. Of several reports, the one seen last stands at
    the address; the others keep all their texts, and their page says that it has moved there.
    """
    changes = [
        {"new": new, "old": key, "url": url}
        for url, key in connection.execute(_KEYS)
        if (new := canonical(url)) != key
    ]
    if changes:
        connection.execute(_SET_CAPTURE, changes)
    pages = sorted(connection.execute(_PAGES), key=_key_of)
    changed = [{"new": f"#{page.id}", "id": page.id} for page in pages if _key_of(page) != page.url_key]
    if changed:  # out of the way first: one page's key may be what another's was
        connection.execute(_SET_PAGE, changed)
    for key, group in groupby(pages, key=_key_of):
        rows = sorted(group, key=lambda page: (str(page.last_seen), page.id))
        if len(rows) > 1 or rows[0].url_key != key:
            _settle(connection, key, rows)


def _key_of(page: Row[Any]) -> str:
    return varying(page.url) if is_varying(page.url_key) else canonical(page.url)


def _settle(connection: Connection, key: str, rows: Sequence[Row[Any]]) -> None:
    """One page for a key, of those whose address it is; the last of them was seen last."""
    keep = rows[-1]
    for row in rows[:-1]:
        if row.report_id == keep.report_id:
            join_pages(connection, keep.id, row.id)
            continue
        connection.execute(_SET_PAGE, {"new": f"{key}#{row.id}", "id": row.id})
        connection.execute(_SET_MOVED, {"target": keep.url, "id": row.id})
        connection.execute(_EVENT, {"id": row.id, "at": keep.last_seen, "target": keep.url})
    connection.execute(_SET_PAGE, {"new": key, "id": keep.id})


def join_pages(connection: Connection, keep: int, other: int) -> None:
    """Make two rows of one page one: what happened to either, and the time since which it was seen."""
    connection.execute(_TAKE_EVENTS, {"keep": keep, "id": other})
    connection.execute(_TAKE_TIME, {"keep": keep, "id": other})
    connection.execute(_DROP, {"id": other})
