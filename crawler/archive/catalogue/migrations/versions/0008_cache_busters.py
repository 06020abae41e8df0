"""Compute canonical URLs without cache-busters, and join pages that differ only in them."""

from __future__ import annotations

from alembic import op

from crawler.archive.catalogue.url_keys import rekey

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Compute today's canonical URLs. A later definition of them needs a later migration that does the same."""
    rekey(op.get_bind())


def downgrade() -> None:
    """Do nothing: an earlier fazhi takes URLs with a cache-buster for new ones, as it always did, and finds all others."""
