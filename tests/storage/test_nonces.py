"""No nonce is used twice under a key: over changes, re-seals, re-creations, and after a restored backup."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from control_plane.directory.models import FeedRecord
from control_plane.directory.sealing import NONCE_BYTES
from tests.storage.running import BIC, Running, account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio

CHANGES = 8
ROTATED_SECONDS_MAX = 60


@pytest.fixture
async def running(own_openbao: OpenBao, database_url: str) -> AsyncIterator[Running]:
    """A control plane with one tenant, on a Vault that no other test has keys in."""
    async with Running.start(own_openbao.settings(database_url)) as started:
        await started.admin("POST", "/tenants", json={"bic": BIC})
        yield started


async def _sealed(running: Running) -> tuple[int, bytes]:
    """Return revision and sealed form of the one record."""
    async with running.app.state.database.read() as session:
        (row,) = await session.scalars(select(FeedRecord))
    assert row.sealed is not None
    return row.revision, row.sealed


async def _rotate(running: Running) -> None:
    path = f"/tenants/{BIC}/rotation"
    await running.admin("POST", path)
    async with asyncio.timeout(ROTATED_SECONDS_MAX):
        while (await running.admin("GET", path)).json()["phase"] != "none":
            pass


async def test_changes_re_seals_and_re_creations_never_repeat_a_nonce(running: Running) -> None:
    created = await running.create(account(1, "Holder 0"))
    seen = [await _sealed(running)]
    for number in range(1, CHANGES):
        await running.admin("PUT", f"/accounts/{created['id']}", json=account(1, f"Holder {number}"))
        seen.append(await _sealed(running))
    await _rotate(running)
    seen.append(await _sealed(running))
    await running.admin("DELETE", f"/accounts/{created['id']}")
    await running.create(account(1, "Holder 0"))
    seen.append(await _sealed(running))
    assert len({revision for revision, _ in seen}) == len(seen)
    assert len({sealed[:NONCE_BYTES] for _, sealed in seen}) == len(seen)


async def test_a_revision_that_a_restored_backup_gives_again_has_another_nonce(running: Running) -> None:
    created = await running.create(account(1, "Before the backup"))
    (revision, _), seen = await _sealed(running), []
    for number in range(CHANGES):
        await running.admin("PUT", f"/accounts/{created['id']}", json=account(1, f"Holder {number}"))
        after, sealed = await _sealed(running)
        assert after == revision + 1
        seen.append(sealed[:NONCE_BYTES])
        # The database is as it was before this change; what edges hold of it, it does not know.
        async with running.app.state.database.write() as session:
            await session.execute(update(FeedRecord).values({col(FeedRecord.revision): revision}))
    assert len(set(seen)) == CHANGES
