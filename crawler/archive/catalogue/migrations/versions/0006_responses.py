"""Index captures by URL, and responses by payload, so that look-ups do not read all revisits of a page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this schema."""
    op.drop_index("captures_by_payload", "captures")
    op.create_index("captures_by_address", "captures", ["url_key"])
    op.create_index(
        "captures_by_payload",
        "captures",
        ["url_key", "payload_sha256"],
        sqlite_where=sa.text("record_type = 'response'"),
    )


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_index("captures_by_payload", "captures")
    op.drop_index("captures_by_address", "captures")
    op.create_index("captures_by_payload", "captures", ["url_key", "payload_sha256"])
