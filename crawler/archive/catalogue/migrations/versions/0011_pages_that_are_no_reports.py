"""Add the pages that are no reports to what is remembered of a site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema. Nothing is remembered of such pages yet: the next visit reads them once more."""
    op.add_column("memories", sa.Column("not_reports", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_column("memories", "not_reports")
