"""Ids of reports for shell completion, read by sqlite3 alone: a shell asks for them at each press of the Tab key."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

MAX_IDS = 200


def report_ids(catalogue: Path, prefix: str) -> list[str]:
    """Return ids of reports that begin with a prefix, sorted, at most MAX_IDS; none if the catalogue cannot be read.

    What a run has written since its last checkpoint may be missing: no file is created or locked.
    """
    pattern = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in prefix) + "%"
    try:
        address = f"file:{quote(str(catalogue.absolute()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute(
                "SELECT id FROM reports WHERE id LIKE ? ESCAPE '\\' ORDER BY id LIMIT ?", (pattern, MAX_IDS)
            )
            return [str(id) for (id,) in rows]
    except sqlite3.Error:
        return []
