"""Add the confidence of texts that were read by OCR."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema. No text so far was read by OCR."""
    op.add_column("versions", sa.Column("confidence", sa.Double(), nullable=True))


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_column("versions", "confidence")
