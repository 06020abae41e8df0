"""Add how many bytes of each WARC file are entered, states of pages, tombstones, origins, and captures of further pages."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("captures", sa.Column("origin", sa.Text(), nullable=True)),
    ("versions", sa.Column("tombstone", sa.Boolean(), nullable=False, server_default=sa.false())),
    ("versions", sa.Column("hint", sa.Text(), nullable=True)),
    ("versions", sa.Column("further", sa.JSON(), nullable=False, server_default="[]")),
    ("versions", sa.Column("former", sa.JSON(), nullable=False, server_default="[]")),
    ("pages", sa.Column("state", sa.String(length=16), nullable=False, server_default="live")),
    ("pages", sa.Column("missing_since", sa.DateTime(), nullable=True)),
    ("pages", sa.Column("moved_to", sa.Text(), nullable=True)),
)
_ENTERED = """
    INSERT INTO warcs (file, run_id, entered)
    SELECT warc_file, min(run_id), max(warc_offset + warc_length) FROM captures WHERE run_id IS NOT NULL GROUP BY warc_file
"""


def upgrade() -> None:
    """Upgrade to this schema. The next run enters what a WARC file has after its last known record."""
    op.create_table(
        "warcs",
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"]),
        sa.PrimaryKeyConstraint("file"),
    )
    op.create_index("ix_warcs_run_id", "warcs", ["run_id"])
    op.create_table(
        "page_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_page_events_page_id", "page_events", ["page_id"])
    for table, column in ADDED:
        op.add_column(table, column)
    # by hand: SQLite takes a foreign key with a new column, but adds none to an old one
    op.execute("ALTER TABLE outcomes ADD COLUMN capture_id INTEGER REFERENCES captures (id)")
    op.execute(
        "INSERT INTO page_events (page_id, at, state, version, detail)"
        " SELECT id, first_seen, 'live', NULL, '' FROM pages ORDER BY id"
    )
    op.execute(_ENTERED)


def downgrade() -> None:
    """Downgrade to the schema before. Tombstones are deleted, since it has no column for them."""
    op.execute("DELETE FROM versions WHERE tombstone")
    op.drop_column("outcomes", "capture_id")
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)
    op.drop_table("page_events")
    op.drop_table("warcs")
