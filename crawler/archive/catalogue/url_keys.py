"""Compute the `url_key` of captures and pages again after `canonical` has changed, and join pages that have one key now.

Plain SQL instead of the models, since the migrations from 0008 on call it on schemas of any age.
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
_MOVE_EVENTS = text("UPDATE page_events SET page_id = :keep WHERE page_id = :id")
_MERGE_FIRST_SEEN = text(
    "UPDATE pages SET first_seen = (SELECT MIN(first_seen) FROM pages WHERE id IN (:keep, :id)) WHERE id = :keep"
)
_DELETE_PAGE = text("DELETE FROM pages WHERE id = :id")


def rekey(connection: Connection) -> None:
    """Give every capture and every page the key that today's `canonical` gives its URL.

    Pages with the same key are joined if they belong to one report. If they belong to several reports, the page seen last
    keeps the key. The other reports keep all their texts, and their pages become `moved`.
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
    if changed:  # a temporary key first, since a page's new key may be another page's old one
        connection.execute(_SET_PAGE, changed)
    for key, group in groupby(pages, key=_key_of):
        rows = sorted(group, key=lambda page: (str(page.last_seen), page.id))
        if len(rows) > 1 or rows[0].url_key != key:
            _assign_key(connection, key, rows)


def _key_of(page: Row[Any]) -> str:
    return varying(page.url) if is_varying(page.url_key) else canonical(page.url)


def _assign_key(connection: Connection, key: str, rows: Sequence[Row[Any]]) -> None:
    """Give a key to the last of these pages, and join the others with it or set them to moved. `rows`: by `last_seen`."""
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
    """Join two pages of one report: `keep` gets the other's events and the earlier `first_seen`; `other` is deleted."""
    connection.execute(_MOVE_EVENTS, {"keep": keep, "id": other})
    connection.execute(_MERGE_FIRST_SEEN, {"keep": keep, "id": other})
    connection.execute(_DELETE_PAGE, {"id": other})
