"""Add sites and their hosts, which pages belong to the publishing site, and the origin of each version."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from crawler.address import host_of

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ADDED: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("reports", sa.Column("departed_from", sa.String(length=40), nullable=True)),
    ("versions", sa.Column("origin", sa.String(length=16), nullable=False, server_default="own")),
    ("versions", sa.Column("claims", sa.String(length=6), nullable=True)),
    ("pages", sa.Column("own", sa.Boolean(), nullable=False, server_default=sa.true())),
)
_ORIGINS = """
    UPDATE versions SET origin = coalesce((
        SELECT CASE WHEN runs.state = 'merged' THEN 'merged'
            WHEN captures.origin IS NOT NULL OR captures.record_type = 'resource' THEN 'imported' ELSE 'own' END
        FROM captures JOIN runs ON runs.id = captures.run_id WHERE captures.id = versions.capture_id
    ), 'own')
"""
_SITES = """
    INSERT INTO sites (id, name, region, merged)
    SELECT DISTINCT site_id, '', NULL, 0 FROM (SELECT site_id FROM pages UNION SELECT site_id FROM reports)
    WHERE site_id != 'import'
"""
_PAGES = "SELECT DISTINCT site_id, url FROM pages WHERE site_id != 'import'"
_ADD_HOST = sa.text("INSERT OR IGNORE INTO site_hosts (host, site_id, named) VALUES (:host, :site, 0)")


def upgrade() -> None:
    """Upgrade to this schema. Every page counts as its report's, as before; the next look at a report decides anew."""
    for table, column in ADDED:
        op.add_column(table, column)
    op.create_index("ix_reports_departed_from", "reports", ["departed_from"])
    op.create_table(
        "sites",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("merged", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "site_hosts",
        sa.Column("host", sa.Text(), primary_key=True),
        sa.Column("site_id", sa.String(), sa.ForeignKey("sites.id"), primary_key=True),
        sa.Column("named", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_site_hosts_site_id", "site_hosts", ["site_id"])
    op.execute(_ORIGINS)
    op.execute(_SITES)
    connection = op.get_bind()
    for site, url in connection.execute(sa.text(_PAGES)).all():
        if host := host_of(url):
            connection.execute(_ADD_HOST, {"host": host, "site": site})


def downgrade() -> None:
    """Downgrade to the schema before."""
    op.drop_table("site_hosts")
    op.drop_table("sites")
    op.drop_index("ix_reports_departed_from", "reports")
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)
