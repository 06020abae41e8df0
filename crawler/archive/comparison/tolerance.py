"""Values of a catalogue that are right although a rebuild gives others: all of them, each with its reason."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.archive.catalogue.text_names import folder_name

Row = dict[str, Any]
SITE_HOSTS, FORMER_IDS = "site_hosts", "former_ids"
_SEEN_SOMEWHERE = "SELECT 1 FROM captures WHERE fetched_at = ? UNION SELECT 1 FROM outcomes WHERE at = ?"
"""Earlier versions let an import of the same text extend `last_seen`."""
_UNKNOWN_AFTER_UPGRADE: Mapping[tuple[str, str], Any] = {
    ("sites", "name"): "",
    ("sites", "region"): None,
    ("site_hosts", "named"): 0,
    ("pages", "own"): 1,
    ("versions", "claims"): None,
}
"""What the upgrade to schema 0010 has written where the WARC files tell more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What is known of a catalogue that lets it differ from the one that a rebuild makes."""

    unended_run: int | None = None
    """The last run, if the catalogue does not know how it ended (in progress, or killed): the manifest may know it."""
    upgraded: bool = False
    """An earlier schema did not have `pages.answered_in`, `pages.seen_in` and `versions.older`: the upgrade (0009) filled
    them from the captures. Rows may have that value, and `pages.site_id` that of before, until the page is seen again."""
    upgraded_publishers: bool = False
    """An earlier schema knew no publishers (0010): names and hosts of sites are unknown until a text of theirs is stored, and
    no text of before is marked `claims`. `fazhi rebuild` reads them from the WARC files."""
    upgraded_former_ids: bool = False
    """An earlier schema kept no ids of merged archives (0012). `fazhi rebuild` reads them from the WARC files."""


def is_lack_tolerated(table: str, tolerance: Tolerance) -> bool:
    """Whether rows of a table may be missing: an upgrade cannot fill it, and later runs enter only what they see."""
    if table == FORMER_IDS:
        return tolerance.upgraded_former_ids
    return tolerance.upgraded_publishers and table == SITE_HOSTS


def is_extra_tolerated(table: str, row: Row, tolerance: Tolerance) -> bool:
    """Whether a kept row may be one that the WARC files do not give.

    It may be the run in progress, or killed, that has written no WARC file yet, or a host that the upgrade to 0010 took
    from the URLs of pages.
    """
    if tolerance.upgraded_publishers and table == SITE_HOSTS:
        return not row["named"]
    return table == "runs" and row["id"] == tolerance.unended_run and row["finished_at"] is None


def is_tolerated(
    table: str, name: str, here: Row, there: Row, kept: sqlite3.Connection, tolerance: Tolerance
) -> bool:
    """Whether a column of a kept row (`here`) may differ from that of the row made again (`there`)."""
    value, other = here[name], there[name]
    if table == "runs" and here["id"] == tolerance.unended_run:
        return name in ("state", "detail", "finished_at") and here["finished_at"] is None
    if table == "versions" and name in ("text_file", "former"):
        # folders with long names, made by earlier versions: a rebuild shortens them
        return bool(_shortened(value) == other)
    if tolerance.upgraded_publishers and (table, name) in _UNKNOWN_AFTER_UPGRADE:
        return bool(value == _UNKNOWN_AFTER_UPGRADE[table, name])
    if tolerance.upgraded_publishers and (table, name) == ("versions", "last_seen"):
        return kept.execute(_SEEN_SOMEWHERE, (value, value)).fetchone() is not None
    if tolerance.upgraded and (table, name) in _BY_UPGRADE:
        return (value,) in kept.execute(_BY_UPGRADE[table, name], (here["id"],)).fetchall()
    return False


def _shortened(value: Any) -> Any:
    """Return a path of a text file, or a JSON list that names some, with the folders' names as they are cut today."""
    if not isinstance(value, str) or "text/" not in value:
        return value
    if value.startswith("text/"):
        top, folder, *rest = value.split("/")
        return "/".join((top, folder_name(folder), *rest))
    try:
        parts = json.loads(value)
        return json.dumps(
            [{**part, "text_file": _shortened(part["text_file"])} for part in parts], ensure_ascii=True
        )
    except (ValueError, TypeError, KeyError):
        return value


_SEEN_IN = """(
    SELECT max(c.id) FROM captures AS c WHERE c.url_key = pages.url_key
    AND c.fetched_at <= pages.last_seen AND c.status IN (0, 200, 304)
)"""
_BY_UPGRADE: Mapping[tuple[str, str], str] = {
    (
        "pages",
        "seen_in",
    ): f"SELECT (SELECT record_id FROM captures WHERE id = {_SEEN_IN}) FROM pages WHERE id = ?",
    ("pages", "answered_in"): """
        SELECT DISTINCT c.run_id FROM captures AS c JOIN pages ON pages.url_key = c.url_key
        WHERE pages.id = ? AND c.status IN (0, 200, 304)
    """,
    ("pages", "site_id"): """
        SELECT (
            SELECT site_id FROM outcomes WHERE outcomes.url = pages.url AND outcomes.report_id = pages.report_id
            ORDER BY outcomes.id LIMIT 1
        ) FROM pages WHERE id = ?
    """,
    ("versions", "older"): """
        SELECT NOT tombstone AND EXISTS (
            SELECT 1 FROM versions AS held WHERE held.report_id = versions.report_id AND NOT held.tombstone
            AND held.number < versions.number AND held.first_seen > versions.first_seen
        ) AND NOT EXISTS (
            SELECT 1 FROM captures JOIN runs ON runs.id = captures.run_id WHERE captures.id = versions.capture_id
            AND runs.state != 'merged' AND runs.started_at <= versions.first_seen
        ) FROM versions WHERE id = ?
    """,
}
"""What an earlier version has written. `pages.site_id`: the first site that showed the page; today it is the last one. The
other columns: what the upgrade to schema 0009 could have filled them with (migrations/versions/0009_order_of_runs.py)."""
