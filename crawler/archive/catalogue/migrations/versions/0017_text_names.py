"""Give text files names with the report's id and the version's number: `420100-2022-4dd2cecb_v001_2023-02-21_….txt`.

`crawler.archive.text_renaming` renames the files before, so that a run that is killed between leaves what the next one finishes.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

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
    _rename(lambda file, mark: file if file.startswith(mark) else mark + file)


def downgrade() -> None:
    """Take the id and the number out of the names."""
    _rename(lambda file, mark: file.removeprefix(mark))


def _rename(renamed: Callable[[str, str], str]) -> None:
    """`renamed`: gives the new name of a file, from its name without folders and the mark of its version."""

    def path(name: str | None, mark: str) -> str | None:
        folder, slash, file = (name or "").rpartition("/")
        return f"{folder}{slash}{renamed(file, mark)}" if file else name

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
            mark = f"{row.report_id}_v{row.number:03}_"
            name = path(row.text_file, mark)
            former = [{**each, "text_file": path(each["text_file"], mark)} for each in row.former]
            if (name, former) != (row.text_file, row.former):
                changes.append({"row": row.id, "name": name, "earlier": former})
        if changes:
            connection.execute(update, changes)
