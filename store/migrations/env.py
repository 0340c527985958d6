"""Alembic's entry: runs the revisions on the connection, and inside the transaction, that `migrate` hands
over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=False, transaction_per_migration=False)
context.run_migrations()
