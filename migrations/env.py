"""Alembic's entry: runs on the connection that the control plane hands it."""

from alembic import context

from control_plane.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
