"""Canonical addresses without cache-busters: pages that differ in nothing else are one."""

from __future__ import annotations

from alembic import op

from crawler.archive.catalogue.url_keys import rekey

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To today's canonical addresses, whatever day that is: a later definition has a later migration, which does the same again."""
    rekey(op.get_bind())


def downgrade() -> None:
    """Nothing: an earlier fazhi finds all but the addresses with a cache-buster, which it takes for new ones, as it did."""
