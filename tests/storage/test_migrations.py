"""The tables that the migrations make are those of the models."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from control_plane.db.engine import Database
from control_plane.db.migrate import migrate
from control_plane.db.tables import metadata
from control_plane.errors import StartError

if TYPE_CHECKING:
    from sqlalchemy import Connection

pytestmark = pytest.mark.anyio


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


async def test_migrations_make_what_the_models_say(database_url: str) -> None:
    database = Database(database_url)
    await migrate(database)
    async with database.connection() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(3)]
    await asyncio.gather(*(migrate(database) for database in databases))
    async with databases[0].connection() as connection:
        assert await connection.run_sync(differences) == []
    for database in databases:
        await database.close()


@pytest.mark.parametrize(
    "url",
    ["sqlite+aiosqlite:////no-such-directory/vop.db", "postgresql+asyncpg://nobody:secret@127.0.0.1:1/vop"],
)
async def test_a_database_that_cannot_be_opened_is_said_in_one_line_without_its_password(url: str) -> None:
    database = Database(url)
    with pytest.raises(StartError, match="the database can't be opened") as caught:
        await database.check()
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    await database.close()
