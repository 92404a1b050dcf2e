"""Rotation of a tenant's seal key: every record sealed anew, no change undone, the old key gone for good."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import hvac
import pytest
from sqlalchemy import select

from control_plane.directory.models import FeedRecord
from control_plane.directory.sealing import lookup_key, open_sealed
from control_plane.rotations import passing
from matcher.record import decode
from tests.storage.running import BIC, Running, account, iban

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio

ENDED_SECONDS_MAX = 60
PATH = f"/tenants/{BIC}/rotation"
BOOT = "ab" * 16


@pytest.fixture
async def running(own_openbao: OpenBao, database_url: str) -> AsyncIterator[Running]:
    """A control plane with one tenant, on a Vault that no other test has keys in."""
    async with Running.start(own_openbao.settings(database_url)) as started:
        await started.admin("POST", "/tenants", json={"bic": BIC})
        yield started


async def progress(running: Running) -> dict[str, Any]:
    view: dict[str, Any] = (await running.admin("GET", PATH)).json()
    return view


async def reached(running: Running, phase: str) -> dict[str, Any]:
    """Wait until the rotation is in a phase."""
    async with asyncio.timeout(ENDED_SECONDS_MAX):
        while (view := await progress(running))["phase"] != phase:
            pass
    return view


async def records(running: Running) -> dict[int, tuple[int, int, str]]:
    """Epoch, revision and registered name by account number, opened with the keys in memory."""
    keyring = running.app.state.keyring
    opened = {}
    async with running.app.state.database.read() as session:
        rows = {row.lookup_key: row for row in await session.scalars(select(FeedRecord))}
    for number in range(100):
        row = rows.get(lookup_key(keyring.index_key, BIC, iban(number)))
        if row is not None and row.sealed is not None:
            key = keyring.seal_keys(BIC)[row.epoch]
            plain = open_sealed(key, BIC, iban(number), row.lookup_key, row.epoch, row.revision, row.sealed)
            opened[number] = (row.epoch, row.revision, decode(plain).holders[0].names[0].text)
    return opened


async def test_a_rotation_seals_every_record_anew_and_destroys_the_old_key(
    running: Running, own_openbao: OpenBao
) -> None:
    for number in range(5):
        await running.create(account(number, f"Holder {number}"))
    before = running.app.state.keyring.seal_keys(BIC)[1]
    started = await running.admin("POST", PATH)
    ended = await reached(running, "none")
    assert started.status_code == 202
    assert (ended["epoch"], ended["records"], ended["left"]) == (2, 5, 0)
    assert await records(running) == {number: (2, 2, f"Holder {number}") for number in range(5)}
    assert list(running.app.state.keyring.seal_keys(BIC)) == [2]
    assert before not in running.app.state.keyring.seal_keys(BIC).values()
    settings = own_openbao.settings("sqlite://")
    client = hvac.Client(settings.vault_addr)
    client.auth.approle.login(settings.vault_role_id, settings.vault_secret_id)
    for version in (1, 2):
        with pytest.raises(hvac.exceptions.InvalidPath):
            client.secrets.kv.v2.read_secret_version(
                f"vop/seal/{BIC}", version=version, raise_on_deleted_version=True
            )


async def test_changes_during_a_rotation_are_sealed_with_the_new_key_and_none_is_undone(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "BATCH", 2)
    accounts = [await running.create(account(number, f"Holder {number}")) for number in range(12)]

    async def change() -> None:
        for number, one in enumerate(accounts):
            body = account(number, f"Changed {number}")
            reply = await running.admin("PUT", f"/accounts/{one['id']}", json=body)
            assert reply.status_code == 200

    async def create() -> None:
        for number in range(12, 20):
            await running.create(account(number, f"Holder {number}"))

    await running.admin("POST", PATH)
    await asyncio.gather(change(), create())
    await reached(running, "none")
    held = await records(running)
    names = {number: name for number, (_, _, name) in held.items()}
    assert {epoch for epoch, _, _ in held.values()} == {2}
    assert names == {number: f"{'Changed' if number < 12 else 'Holder'} {number}" for number in range(20)}


async def test_a_rotation_that_was_killed_goes_on_in_the_next_process(
    own_openbao: OpenBao, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "BATCH", 1)
    monkeypatch.setattr(passing, "RECORDS_PER_SECOND_MAX", 1)
    settings = own_openbao.settings(database_url)
    async with Running.start(settings) as first:
        await first.admin("POST", "/tenants", json={"bic": BIC})
        for number in range(4):
            await first.create(account(number))
        await first.admin("POST", PATH)
        async with asyncio.timeout(ENDED_SECONDS_MAX):
            while (await progress(first))["left"] not in {1, 2, 3}:
                pass
    monkeypatch.setattr(passing, "RECORDS_PER_SECOND_MAX", 1_000)
    async with Running.start(settings) as second:
        ended = await reached(second, "none")
        assert (ended["epoch"], ended["left"]) == (2, 0)
        assert {epoch for epoch, _, _ in (await records(second)).values()} == {2}
        assert list(second.app.state.keyring.seal_keys(BIC)) == [2]


async def test_the_old_key_stays_until_no_living_edge_needs_or_holds_it(running: Running) -> None:
    await running.create(account(1))
    edge = await running.register_edge()
    keyring = running.app.state.keyring

    async def report(seq: int, epoch_min: int) -> None:
        stream = {"bic": BIC, "seq": seq, "head": seq, "complete": True, "age_ms": 1, "records": 1}
        body = {
            "boot": BOOT, "layout": 1, "complete": True, "generation": keyring.generation.hex(), "records": 1,
            "buckets": 16, "bytes": 1, "refused_pages": 0, "refused_records": 0, "errors": 0,
            "streams": [stream | {"epoch_min": epoch_min}], "vms": [],
        }  # fmt: skip
        reply = await running.as_edge(edge, "POST", "/edge/v1/heartbeat", json=body)
        assert reply.status_code == 204

    await report(1, 1)
    await running.admin("POST", PATH)
    await reached(running, "waiting for the edges")
    assert sorted(keyring.seal_keys(BIC)) == [1, 2]
    await report(2, 1)
    async with asyncio.timeout(ENDED_SECONDS_MAX):
        while sorted(keyring.seal_keys(BIC)) != [2]:
            await progress(running)
    assert (await progress(running))["phase"] == "waiting for the edges"
    await report(2, 2)
    assert (await reached(running, "none"))["epoch"] == 2


async def test_a_second_start_begins_no_second_rotation(running: Running) -> None:
    await running.create(account(1))
    await asyncio.gather(*(running.admin("POST", PATH) for _ in range(3)))
    assert (await reached(running, "none"))["epoch"] == 2


@pytest.mark.parametrize("bic", ["OTHRDEFFXXX", "nothing"])
async def test_a_tenant_that_is_none_has_no_rotation(running: Running, bic: str) -> None:
    replies = [await running.admin(method, f"/tenants/{bic}/rotation") for method in ("GET", "POST")]
    assert [reply.status_code for reply in replies] == [404, 404]
