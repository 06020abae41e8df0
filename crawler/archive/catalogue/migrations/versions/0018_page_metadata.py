"""Add what pages showed over an unchanged text: edits of a title or a date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema. Edits that earlier versions saw are found by `fazhi rebuild --reextract`."""
    op.create_table(
        "page_metadata",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"]),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"]),
        sa.ForeignKeyConstraint(["before_id"], ["captures.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("page_metadata_by_page", "page_metadata", ["page_id", "at"])
    op.create_index("page_metadata_by_report", "page_metadata", ["report_id"])


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_index("page_metadata_by_report", table_name="page_metadata")
    op.drop_index("page_metadata_by_page", table_name="page_metadata")
    op.drop_table("page_metadata")
