"""Run alembic's migrations on the connection that the caller opened."""

from __future__ import annotations

from alembic import context

from crawler.archive.catalogue.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
