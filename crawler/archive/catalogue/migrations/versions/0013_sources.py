"""Add the entries of sources as their visits had them, so that a catalogue answers for sources that never gave a report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema. Earlier visits told nothing of their entries: the next visit of each source does."""
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("lists", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sources_by_site", "sources", ["site_id"])


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_index("sources_by_site", table_name="sources")
    op.drop_table("sources")
