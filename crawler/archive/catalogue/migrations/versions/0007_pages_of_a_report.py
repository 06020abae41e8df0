"""Index pages by report."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema."""
    op.create_index("ix_pages_report_id", "pages", ["report_id"])


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_index("ix_pages_report_id", "pages")
