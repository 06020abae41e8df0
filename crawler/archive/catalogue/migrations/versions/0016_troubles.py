"""Add the troubles of sites, so that what lasts from visit to visit is told once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crawler.archive.catalogue.base import UtcDateTime
from crawler.archive.catalogue.troubles.history import troubles_of_earlier_visits

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema. What earlier visits met follows from their outcomes."""
    table = op.create_table(
        "troubles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("ending", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("over_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("troubles_by_site", "troubles", ["site_id", "over_at"])
    assert table is not None
    if found := troubles_of_earlier_visits(op.get_bind()):
        op.bulk_insert(table, found)


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_index("troubles_by_site", table_name="troubles")
    op.drop_table("troubles")
