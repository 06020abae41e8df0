"""Give text files names with the report's id and the version's number: `420100-2022-4dd2cecb_v001_2023-02-21_….txt`.

`crawler.archive.text_renaming` renames the files before, so that a run that is killed between leaves what the next one finishes.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_VERSION = re.compile(r"[^/]*_v[0-9]{3,}_(?=[^/]+\Z)")
_versions = sa.table(
    "versions",
    sa.column("id", sa.Integer),
    sa.column("report_id", sa.String),
    sa.column("number", sa.Integer),
    sa.column("text_file", sa.String),
    sa.column("former", sa.JSON),
)


def upgrade() -> None:
    """Name each version's files after it; names that are so already stay."""
    _rename(lambda name, mark: name if _VERSION.search(name) else _with_mark(name, mark))


def downgrade() -> None:
    """Take the id and the number out of the names."""
    _rename(lambda name, mark: _VERSION.sub("", name, count=1))


def _with_mark(name: str, mark: str) -> str:
    folder, _, file = name.rpartition("/")
    return f"{folder}/{mark}_{file}"


def _rename(renamed: Any) -> None:
    connection, after = op.get_bind(), 0
    update = (
        sa.update(_versions)
        .where(_versions.c.id == sa.bindparam("row"))
        .values(text_file=sa.bindparam("name"), former=sa.bindparam("earlier", type_=sa.JSON))
    )
    read = sa.select(_versions).order_by(_versions.c.id).limit(500)
    while rows := connection.execute(read.where(_versions.c.id > after)).all():
        after = rows[-1].id
        changes = []
        for row in rows:
            mark = f"{row.report_id}_v{row.number:03}"
            name = row.text_file and renamed(row.text_file, mark)
            former = [
                {**each, "text_file": each["text_file"] and renamed(each["text_file"], mark)}
                for each in row.former
            ]
            if (name, former) != (row.text_file, row.former):
                changes.append({"row": row.id, "name": name, "earlier": former})
        if changes:
            connection.execute(update, changes)
