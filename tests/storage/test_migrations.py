"""The tables that the migrations make are those of the models."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from control_plane.db.engine import Database
from control_plane.db.migrate import configuration, migrate
from control_plane.db.tables import metadata
from control_plane.directory.pages import record_header
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


async def test_records_of_before_get_the_headers_that_pages_send(database_url: str) -> None:
    database = Database(database_url)
    keys = [bytes([number]) * 16 for number in range(3)]
    sealed = [b"s" * 92, None, b"t" * 156]
    async with database.connection() as connection:
        await connection.run_sync(lambda bare: command.upgrade(configuration(bare), "0003"))
        await connection.execute(
            text("INSERT INTO generation (id, created_ms) VALUES (:id, 1)"), {"id": b"g" * 16}
        )
        await connection.execute(
            text("INSERT INTO tenant (bic, epoch, created_ms) VALUES ('VOPBDEFFXXX', 1, 1)")
        )
        await connection.execute(
            text(
                "INSERT INTO feed_record (generation, bic, lookup_key, revision, epoch, sealed)"
                " VALUES (:generation, 'VOPBDEFFXXX', :key, :revision, 2, :sealed)"
            ),
            [
                {"generation": b"g" * 16, "key": key, "revision": revision, "sealed": one}
                for revision, (key, one) in enumerate(zip(keys, sealed, strict=True), start=5)
            ],
        )
    await migrate(database)
    async with database.connection() as connection:
        rows = await connection.execute(text("SELECT header FROM feed_record ORDER BY lookup_key"))
        headers = [row.header for row in rows]
    await database.close()
    assert headers == [
        record_header(key, revision, 2, one)
        for revision, (key, one) in enumerate(zip(keys, sealed, strict=True), start=5)
    ]


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
