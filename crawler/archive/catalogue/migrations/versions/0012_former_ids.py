"""Add the ids that reports had in other archives, so that they lead on after a merge."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema. Ids of archives that were merged before lead on after `fazhi rebuild`."""
    op.create_table(
        "former_ids",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"]),
        sa.PrimaryKeyConstraint("id", "version"),
    )


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_table("former_ids")
