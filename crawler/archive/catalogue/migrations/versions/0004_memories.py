"""Add what each site's lists have shown, and an index of pages by site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema."""
    op.create_table(
        "memories",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("walked_at", sa.DateTime(), nullable=False),
        sa.Column("rules", sa.String(length=16), nullable=False),
        sa.Column("lists", sa.JSON(), nullable=False),
        sa.Column("owed", sa.JSON(), nullable=False),
        sa.Column("gone", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id"),
    )
    op.create_index("ix_pages_site_id", "pages", ["site_id"])


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_index("ix_pages_site_id", "pages")
    op.drop_table("memories")
