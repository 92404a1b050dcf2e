"""What happens when Vault or the database is not there, or not the right one."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from control_plane.clock import now_ms
from control_plane.db.engine import Database
from control_plane.db.migrate import migrate
from control_plane.directory.models import Generation
from control_plane.errors import StartError
from tests.storage.running import BIC, Running, account, iban
from tests.storage.test_feed_model import copied
from tests.storage.test_verifications import request, verify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio


async def start_error(openbao: OpenBao, url: str, **changed: Any) -> str:
    """What a control plane says that can't start."""
    settings = dataclasses.replace(openbao.settings(url), **changed)
    with pytest.raises(StartError) as caught:
        async with Running.start(settings):
            pass
    message = str(caught.value)
    assert "\n" not in message
    assert settings.vault_secret_id not in message
    return message


async def test_a_generation_whose_key_vault_lacks_is_never_keyed_anew(
    openbao: OpenBao, database_url: str
) -> None:
    database = Database(database_url)
    await migrate(database)
    async with database.write() as session:
        session.add(Generation(id=secrets.token_bytes(16), created_ms=now_ms()))
    await database.close()
    assert "has no key in Vault" in await start_error(openbao, database_url)


@pytest.mark.parametrize("rotated", ["/index-rotation", f"/tenants/{BIC}/rotation"])
async def test_a_backup_of_before_a_rotation_is_sealed_anew_in_a_new_generation(
    own_openbao: OpenBao, database_url: str, tmp_path: Path, rotated: str
) -> None:
    settings = own_openbao.settings(database_url)
    async with Running.start(settings) as running:
        await running.admin("POST", "/tenants", json={"bic": BIC})
        await running.create(account(1))
        edge = await running.register_edge()
        old = running.app.state.keyring.generation
    backup = await copied(database_url, tmp_path)
    async with Running.start(settings) as running:
        await running.admin("POST", rotated)
        await ended(running, rotated)
    async with Running.start(dataclasses.replace(settings, database_url=backup)) as running:
        newest = (await ended(running, "/index-rotation"))["generation"]
        path = f"/edge/v1/feed/{BIC}"
        query = {"mode": "snapshot", "generation": old.hex()}
        gone = await running.as_edge(edge, "GET", path, params=query)
        page = await running.as_edge(edge, "GET", path, params=query | {"generation": newest})
        again = await running.create(account(2))
    assert newest != old.hex()
    assert (gone.status_code, page.status_code, again["revision"]) == (410, 200, 1)
    assert int.from_bytes(page.content[112:116], "little") == 1


async def ended(running: Running, rotation: str) -> dict[str, Any]:
    """Wait until no rotation of this kind is under way."""
    async with asyncio.timeout(60):
        while (view := (await running.admin("GET", rotation)).json())["phase"] != "none":
            pass
    return dict(view)


async def test_an_unreachable_vault_is_said_at_the_start(openbao: OpenBao, database_url: str) -> None:
    message = await start_error(openbao, database_url, vault_addr="http://127.0.0.1:1")
    assert message == "Vault at http://127.0.0.1:1 failed: can't be reached"


async def test_a_role_that_vault_refuses_is_said_at_the_start(openbao: OpenBao, database_url: str) -> None:
    message = await start_error(openbao, database_url, vault_role_id="nobody")
    assert "it refused" in message


async def test_the_same_stores_give_the_same_generation_at_the_next_start(
    openbao: OpenBao, database_url: str, running: Running
) -> None:
    async with Running.start(openbao.settings(database_url)) as again:
        assert again.app.state.keyring.generation == running.app.state.keyring.generation
        assert again.app.state.keyring.seal_keys(BIC) == running.app.state.keyring.seal_keys(BIC)


async def test_without_vault_the_keys_in_memory_go_on(own_openbao: OpenBao, database_url: str) -> None:
    async with Running.start(own_openbao.settings(database_url)) as running:
        await running.admin("POST", "/tenants", json={"bic": BIC})
        edge = await running.register_edge()
        ready = await running.client.get("/health/ready")
        own_openbao.child.stop()
        refused = await running.admin("POST", "/edges", json={"id": "edge-2", "tenants": [BIC]})
        await running.create(account(1))
        keys = await running.as_edge(edge, "GET", "/edge/v1/keys")
        answered = await verify(running, edge, request(iban(1)))
        degraded = await running.client.get("/health/ready")
    assert ready.json() == {
        "ready": True,
        "degraded": False,
        "database": True,
        "vault": True,
        "generation": True,
    }
    assert refused.status_code == 503
    assert (keys.status_code, answered.content) == (200, b'{"partyNameMatch":"MTCH"}')
    assert degraded.status_code == 200
    assert degraded.json() == ready.json() | {"degraded": True, "vault": False}


async def test_a_locked_database_is_not_possible_in_time_and_gives_no_unaudited_answer(
    openbao: OpenBao, tmp_path: Path
) -> None:
    path = tmp_path / "vop.db"
    async with Running.start(openbao.settings(f"sqlite+aiosqlite:///{path}")) as running:
        await running.admin("POST", "/tenants", json={"bic": BIC})
        await running.create(account(1))
        edge = await running.register_edge()
        with sqlite3.connect(path, isolation_level=None) as writer:
            writer.execute("BEGIN IMMEDIATE")
            reply = await asyncio.wait_for(verify(running, edge, request(iban(1))), 3)
            writer.execute("ROLLBACK")
        writer.close()
        after = await verify(running, edge, request(iban(1)))
    assert (reply.status_code, reply.content) == (200, b'{"partyNameMatch":"NOAP"}')
    assert after.content == b'{"partyNameMatch":"MTCH"}'


async def test_the_end_waits_for_a_decision_that_is_still_late(openbao: OpenBao, tmp_path: Path) -> None:
    path = tmp_path / "vop.db"
    with sqlite3.connect(path, isolation_level=None) as writer:
        async with (
            asyncio.timeout(20),
            Running.start(openbao.settings(f"sqlite+aiosqlite:///{path}")) as running,
        ):
            await running.admin("POST", "/tenants", json={"bic": BIC})
            edge = await running.register_edge()
            writer.execute("BEGIN IMMEDIATE")
            await verify(running, edge, request(iban(1)))
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        writer.execute("ROLLBACK")
    writer.close()
    assert [task for task in left if "close" in repr(task) or "_insert" in repr(task)] == []


async def test_a_broken_database_is_not_possible_and_not_ready(openbao: OpenBao, tmp_path: Path) -> None:
    path = tmp_path / "vop.db"
    async with Running.start(openbao.settings(f"sqlite+aiosqlite:///{path}")) as running:
        await running.admin("POST", "/tenants", json={"bic": BIC})
        edge = await running.register_edge()
        with sqlite3.connect(path) as writer:
            writer.execute("DROP TABLE account")
            writer.execute("DROP TABLE fallback_decision")
        writer.close()
        reply = await verify(running, edge, request(iban(1)))
        listed = await running.admin("GET", "/accounts")
    assert (reply.status_code, reply.content) == (200, b'{"partyNameMatch":"NOAP"}')
    assert (listed.status_code, "account" in listed.text) == (503, False)
