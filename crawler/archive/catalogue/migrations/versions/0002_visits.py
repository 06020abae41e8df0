"""Add the table of visits (result and remaining requests of each site's visit), and how a run ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema. Earlier runs were only finished or not."""
    # not by batch: that drops and makes the table anew, which the foreign keys that point to it forbid
    op.add_column("runs", sa.Column("state", sa.String(length=16), nullable=False, server_default="running"))
    op.add_column("runs", sa.Column("detail", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE runs SET state = 'finished' WHERE finished_at IS NOT NULL")
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=True),
        sa.Column("left_over", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("troubled", sa.Boolean(), nullable=False),
        sa.Column("years", sa.JSON(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("frontier", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_visits_run_id", "visits", ["run_id"])
    op.create_index("visits_by_site", "visits", ["site_id", "state"])


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_table("visits")
    op.drop_column("runs", "detail")
    op.drop_column("runs", "state")
