"""Bring the database to this version's tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

import migrations
from control_plane.db.engine import Database

_ADVISORY_LOCK = 0x766F70
"""PostgreSQL's lock that makes processes which start together migrate one after the other."""


async def migrate(database: Database) -> None:
    """Run the migrations that are missing, in one transaction and under a lock."""
    async with database.connection() as connection:
        if database.is_postgresql:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        await connection.run_sync(_upgrade)


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(configuration(connection), "head")
