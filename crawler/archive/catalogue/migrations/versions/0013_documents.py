"""Add what a version's text was read from, and the documents that its page offered."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ADDED: tuple[sa.Column[Any], ...] = (
    sa.Column("text_from", sa.String(length=16), nullable=False, server_default="page"),
    sa.Column("text_url", sa.Text(), nullable=True),
    sa.Column("reader", sa.Text(), nullable=True),
    sa.Column("pages", sa.Integer(), nullable=True),
    sa.Column("unread", sa.String(length=32), nullable=True),
    sa.Column("difference", sa.Text(), nullable=True),
)


def upgrade() -> None:
    """Upgrade to this schema. All texts so far were read from pages; no document was kept."""
    for column in ADDED:
        op.add_column("versions", column)
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("version_id", sa.Integer(), sa.ForeignKey("versions.id"), nullable=False),
        sa.Column("offered_in", sa.Integer(), sa.ForeignKey("captures.id"), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("capture_id", sa.Integer(), sa.ForeignKey("captures.id"), nullable=True),
        sa.Column("format", sa.String(length=16), nullable=True),
        sa.Column("reader", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(length=32), nullable=True),
    )
    op.create_index("ix_documents_version_id", "documents", ["version_id"])
    op.create_index("ix_documents_capture_id", "documents", ["capture_id"])


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_table("documents")
    for column in reversed(ADDED):
        op.drop_column("versions", column.name)
