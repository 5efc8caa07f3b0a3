"""Alembic's entry: runs on the connection that `archive.database` hands over."""

from alembic import context
from sqlmodel import SQLModel

import archive.tables  # noqa: F401  the tables register themselves with SQLModel.metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
