"""Add the order of runs: versions added late, the run a page last answered in, the capture last seen, shrunk texts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import inspect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ADDED: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("versions", sa.Column("older", sa.Boolean(), nullable=False, server_default=sa.false())),
    ("pages", sa.Column("shrunk_sha256", sa.String(length=64), nullable=True)),
    ("pages", sa.Column("shrunk_since", sa.DateTime(), nullable=True)),
)
LINKS = (("answered_in", "runs"), ("seen_in", "captures"))
_OLDER = """
    UPDATE versions SET older = 1 WHERE NOT tombstone AND EXISTS (
        SELECT 1 FROM versions AS held WHERE held.report_id = versions.report_id AND NOT held.tombstone
        AND held.number < versions.number AND held.first_seen > versions.first_seen
    ) AND NOT EXISTS (
        SELECT 1 FROM captures JOIN runs ON runs.id = captures.run_id WHERE captures.id = versions.capture_id
        AND runs.state != 'merged' AND runs.started_at <= versions.first_seen
    )
"""
"""Texts earlier than the one held that no run fetched itself. A run's own fetch may only have had a wrong clock."""

_SEEN_IN = """
    UPDATE pages SET seen_in = (
        SELECT max(captures.id) FROM captures WHERE captures.url_key = pages.url_key
        AND captures.fetched_at <= pages.last_seen AND captures.status IN (0, 200, 304)
    )
"""
_ANSWERED_IN = (
    "UPDATE pages SET answered_in = (SELECT run_id FROM captures WHERE captures.id = pages.seen_in)"
)


def upgrade() -> None:
    """Upgrade to this schema."""
    for table, column in ADDED:
        op.add_column(table, column)
    # by hand: SQLite takes a foreign key with a new column, but adds none to an old one
    held = {column["name"] for column in inspect(op.get_bind()).get_columns("pages")}
    for name, target in LINKS:
        if name not in held:  # a catalogue that was downgraded has them still
            op.execute(f"ALTER TABLE pages ADD COLUMN {name} INTEGER REFERENCES {target} (id)")
    op.execute(_OLDER)
    op.execute(_SEEN_IN)
    op.execute(_ANSWERED_IN)


def downgrade() -> None:
    """Downgrade to the schema before. SQLite cannot drop a column with a foreign key: two stay in a new catalogue, unused."""
    table = op.get_bind().execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'pages'")).scalar_one()
    for name, _ in LINKS:
        if f"({name})" not in table:
            op.drop_column("pages", name)
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)
