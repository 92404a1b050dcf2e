"""Rotation of the index key: two generations that know every change, handed over edge by edge."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import hvac
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import func, select, text
from sqlmodel import col

from control_plane.accounts.models import Account
from control_plane.directory.generations import Indexed, written_generations
from control_plane.directory.models import FeedRecord, FeedStream, Generation
from control_plane.directory.sealing import lookup_key, open_sealed
from control_plane.rotations import index, passing
from matcher.record import decode
from tests.storage.running import BIC, NONCE, Running, account, iban

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from control_plane.edges.credentials import EdgeCredentials
    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio

ENDED_SECONDS_MAX = 60
PATH = "/index-rotation"
OTHER = "VOPBNL2AXXX"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches and short looks, so that the steps of a rotation interleave with the test's."""
    monkeypatch.setattr(passing, "BATCH", 2)
    monkeypatch.setattr(index, "DELETE_BATCH", 3)
    monkeypatch.setattr(index, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(index, "IDLE_SECONDS", 0.02)


async def progress(running: Running) -> dict[str, Any]:
    view: dict[str, Any] = (await running.admin("GET", PATH)).json()
    return view


async def reached(running: Running, phase: str) -> dict[str, Any]:
    """Wait until the rotation is in a phase."""
    async with asyncio.timeout(ENDED_SECONDS_MAX):
        while (view := await progress(running))["phase"] != phase:
            pass
    return view


async def rotated(running: Running, **query: Any) -> dict[str, Any]:
    """Rotate from the beginning to the end."""
    reply = await running.admin("POST", PATH, params=query)
    assert reply.status_code == 202, reply.text
    return await reached(running, "none")


@asynccontextmanager
async def held_up(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Let a rotation seal one batch and then wait."""
    with monkeypatch.context() as patched:
        patched.setattr(passing, "RECORDS_PER_SECOND_MAX", 0.001)
        yield


async def records(running: Running, generation: bytes, index_key: bytes) -> dict[int, tuple[int, str]]:
    """Revision and registered name by account number, as an edge of this generation would find them."""
    keyring = running.app.state.keyring
    opened = {}
    async with running.app.state.database.read() as session:
        rows = {
            row.lookup_key: row
            for row in await session.scalars(
                select(FeedRecord).where(col(FeedRecord.generation) == generation)
            )
        }
    for number in range(100):
        row = rows.get(lookup_key(index_key, BIC, iban(number)))
        if row is not None and row.sealed is not None:
            key = keyring.seal_keys(BIC)[row.epoch]
            plain = open_sealed(key, BIC, iban(number), row.lookup_key, row.epoch, row.revision, row.sealed)
            opened[number] = (row.revision, decode(plain).holders[0].names[0].text)
    return opened


async def accounts(running: Running) -> dict[int, tuple[int, str]]:
    """The same from the accounts themselves."""
    numbers = {iban(number): number for number in range(100)}
    async with running.app.state.database.read() as session:
        rows = await session.scalars(select(Account).where(col(Account.bic) == BIC))
        return {numbers[row.iban]: (row.revision, row.holders[0]["name"]) for row in rows}


async def generations(running: Running) -> list[Generation]:
    async with running.app.state.database.read() as session:
        return list(await session.scalars(select(Generation).order_by(col(Generation.created_ms))))


async def current(running: Running) -> Indexed:
    """The newest generation with its key."""
    async with running.app.state.database.read() as session:
        return (await written_generations(session, running.app.state.keyring))[-1]


def keys_of(running: Running) -> dict[bytes, bytes]:
    """The index keys in this process's memory, by generation."""
    keys: dict[bytes, bytes] = running.app.state.keyring._index_keys
    return dict(keys)


async def handed(running: Running, edge: EdgeCredentials) -> bytes:
    """The generation in an edge's key package."""
    package = (await running.as_edge(edge, "GET", "/edge/v1/keys")).content
    head = package[:24] + edge.edge_id.encode()
    return ChaCha20Poly1305(edge.delivery_key).decrypt(package[24:36], package[36:], head)[1:17]


async def feed(running: Running, edge: EdgeCredentials, generation: bytes) -> int:
    """The status of an edge's snapshot of a generation."""
    query = {"generation": generation.hex(), "mode": "snapshot"}
    return (await running.as_edge(edge, "GET", f"/edge/v1/feed/{BIC}", params=query)).status_code


async def report(
    running: Running, edge: EdgeCredentials, generation: bytes, *, complete: bool = True
) -> None:
    """An edge's heartbeat."""
    body = {
        "boot": NONCE, "layout": 1, "complete": complete, "generation": generation.hex(), "records": 0,
        "buckets": 16, "bytes": 0, "refused_pages": 0, "refused_records": 0, "errors": 0,
        "streams": [], "vms": [],
    }  # fmt: skip
    reply = await running.as_edge(edge, "POST", "/edge/v1/heartbeat", json=body)
    assert reply.status_code == 204, reply.text


async def test_a_rotation_finds_every_record_by_a_new_key_and_destroys_the_old_one(
    own_openbao: OpenBao, database_url: str
) -> None:
    settings = own_openbao.settings(database_url)
    async with Running.start(settings) as running:
        await running.admin("POST", "/tenants", json={"bic": BIC})
        made = [await running.create(account(number, f"Holder {number}")) for number in range(7)]
        await running.admin("DELETE", f"/accounts/{made[6]['id']}")
        edge = await running.register_edge()
        old = running.app.state.keyring.generation
        before = await records(running, old, running.app.state.keyring.index_key)
        ended = await rotated(running)
        new, index_key = (await current(running)).id, (await current(running)).index_key
        assert bytes.fromhex(ended["generation"]) == new != old
        assert (ended["accounts"], ended["left"], ended["edges_left"]) == (6, 0, 0)
        assert await records(running, new, index_key) == before
        assert [row.id for row in await generations(running)] == [new]
        assert list(keys_of(running)) == [new]
        async with running.app.state.database.read() as session:
            assert set(await session.scalars(select(col(FeedRecord.generation)))) == {new}
            assert set(await session.scalars(select(col(FeedStream.generation)))) == {new}
        assert (await feed(running, edge, old), await feed(running, edge, new)) == (410, 200)
        assert await handed(running, edge) == new
        again = await running.create(account(6))
        assert again["revision"] == 3
    client = hvac.Client(settings.vault_addr)
    client.auth.approle.login(settings.vault_role_id, settings.vault_secret_id)
    with pytest.raises(hvac.exceptions.InvalidPath):
        client.secrets.kv.v2.read_secret_version(
            f"vop/index/{old.hex()}", version=1, raise_on_deleted_version=True
        )


async def test_changes_during_a_rotation_are_in_both_generations_and_none_is_undone(running: Running) -> None:
    edge = await running.register_edge()
    old = running.app.state.keyring.generation
    await report(running, edge, old)
    made = [await running.create(account(number, f"Holder {number}")) for number in range(24)]

    async def change() -> None:
        for number in range(0, 16, 2):
            await running.admin("PUT", f"/accounts/{made[number]['id']}", json=account(number, "Changed"))

    async def delete() -> None:
        for number in range(1, 16, 2):
            await running.admin("DELETE", f"/accounts/{made[number]['id']}")
            if number % 4 == 1:
                await running.create(account(number, "Created again"))

    async def create() -> None:
        for number in range(24, 32):
            await running.create(account(number, "New"))

    await running.admin("POST", PATH)
    await asyncio.gather(change(), delete(), create())
    await reached(running, "handing over")
    keys = keys_of(running)
    truth = await accounts(running)
    assert len(keys) == 2
    for generation, key in keys.items():
        assert await records(running, generation, key) == truth
    names = {number: name for number, (_, name) in truth.items()}
    assert [names.get(number) for number in (0, 1, 3, 17, 31)] == [
        "Changed", "Created again", None, "Holder 17", "New",
    ]  # fmt: skip
    assert [truth[number][0] for number in (0, 1, 17, 31)] == [2, 3, 1, 1]


async def test_a_rotation_that_was_killed_goes_on_in_the_next_process_with_nothing_doubled(
    openbao: OpenBao, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = openbao.settings(database_url)
    async with held_up(monkeypatch), Running.start(settings) as first:
        await first.admin("POST", "/tenants", json={"bic": BIC})
        for number in range(7):
            await first.create(account(number))
        await first.admin("POST", PATH)
        async with asyncio.timeout(ENDED_SECONDS_MAX):
            while (await progress(first))["left"] > 5:
                pass
        begun = (await progress(first))["generation"]
    async with Running.start(settings) as second:
        ended = await reached(second, "none")
        newest = await current(second)
        assert (ended["generation"], ended["left"]) == (begun, 0)
        held = await records(second, newest.id, newest.index_key)
        assert held == await accounts(second) == dict.fromkeys(range(7), (1, "Petra Beispiel"))
        async with second.app.state.database.read() as session:
            assert await session.scalar(select(func.count()).select_from(FeedRecord)) == 7


async def test_one_edge_after_another_gets_the_new_generation_and_a_silent_one_is_not_waited_for(
    running: Running,
) -> None:
    await running.create(account(1))
    old = running.app.state.keyring.generation
    first, second, silent = [await running.register_edge(f"edge-{number}") for number in (1, 2, 3)]
    for edge in (first, second):
        await report(running, edge, old)
    await running.admin("POST", PATH)
    await reached(running, "handing over")
    new = (await generations(running))[-1].id

    async def handed_to(edge: EdgeCredentials) -> None:
        async with asyncio.timeout(ENDED_SECONDS_MAX):
            while await handed(running, edge) != new:
                await progress(running)

    await handed_to(first)
    await report(running, first, bytes(16), complete=False)
    await report(running, first, new, complete=False)
    for edge in (second, silent):
        assert await handed(running, edge) == old
    assert [await feed(running, first, one) for one in (old, new)] == [410, 200]
    assert [await feed(running, second, one) for one in (old, new)] == [200, 410]
    assert (await progress(running))["edges_left"] == 2
    await report(running, first, new)
    await handed_to(second)
    assert (await progress(running))["phase"] == "handing over"
    await report(running, second, new)
    await reached(running, "none")
    assert await handed(running, silent) == new
    assert [await feed(running, silent, one) for one in (old, new)] == [410, 200]


async def test_a_second_start_begins_no_second_rotation(running: Running) -> None:
    await running.create(account(1))
    edge = await running.register_edge()
    await report(running, edge, running.app.state.keyring.generation)
    views = await asyncio.gather(*(running.admin("POST", PATH) for _ in range(3)))
    assert len({view.json()["generation"] for view in views}) == 1
    assert len(await generations(running)) == 2


async def test_a_tenant_that_begins_during_a_rotation_is_in_both_generations(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await running.create(account(number))
    async with held_up(monkeypatch):
        await running.admin("POST", PATH)
        await running.admin("POST", "/tenants", json={"bic": OTHER})
        await running.create(account(50) | {"bic": OTHER})
        async with running.app.state.database.read() as session:
            of_other = select(col(FeedRecord.generation)).where(col(FeedRecord.bic) == OTHER)
            assert len(list(await session.scalars(of_other))) == 2
            heads = select(col(FeedStream.head)).where(col(FeedStream.bic) == OTHER)
            assert list(await session.scalars(heads)) == [1, 1]


async def test_a_seal_key_and_the_index_key_can_be_rotated_at_the_same_time(
    own_openbao: OpenBao, database_url: str
) -> None:
    async with Running.start(own_openbao.settings(database_url)) as running:
        await running.admin("POST", "/tenants", json={"bic": BIC})
        await rotate_both(running)


async def rotate_both(running: Running) -> None:
    """Rotate seal key and index key at once, and check what is left of that."""
    for number in range(9):
        await running.create(account(number))
    await asyncio.gather(running.admin("POST", PATH), running.admin("POST", f"/tenants/{BIC}/rotation"))
    await reached(running, "none")
    async with asyncio.timeout(ENDED_SECONDS_MAX):
        while (await running.admin("GET", f"/tenants/{BIC}/rotation")).json()["phase"] != "none":
            pass
    newest = await current(running)
    held = await records(running, newest.id, newest.index_key)
    assert sorted(held) == list(range(9))
    async with running.app.state.database.read() as session:
        assert set(await session.scalars(select(col(FeedRecord.epoch)))) == {2}


async def test_processes_agree_on_the_generation(
    openbao: OpenBao, database_url: str, running: Running
) -> None:
    if not running.app.state.database.is_postgresql:
        return  # SQLite serves one process.
    edge = await running.register_edge()
    await running.create(account(1))
    async with Running.start(openbao.settings(database_url)) as other:
        await other.admin("POST", PATH)
        await reached(running, "none")
        assert await handed(other, edge) == await handed(running, edge) == (await generations(other))[-1].id
        assert (await other.create(account(2)))["revision"] == 1
        assert (await running.create(account(3)))["revision"] == 1
        newest = await current(other)
        assert sorted(await records(other, newest.id, newest.index_key)) == [1, 2, 3]


async def test_a_rotation_at_once_serves_nothing_until_the_new_generation_is_complete(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await running.create(account(number))
    edge = await running.register_edge()
    old = running.app.state.keyring.generation
    await report(running, edge, old)
    with monkeypatch.context() as patched:
        waiting = asyncio.Event()

        async def hold(*_: object, **__: object) -> None:
            await waiting.wait()

        patched.setattr(index, "pass_over", hold)
        await running.admin("POST", PATH, params={"now": True})
        new = (await generations(running))[-1].id
        assert await handed(running, edge) == new
        assert [await feed(running, edge, one) for one in (old, new)] == [410, 410]
        changed = await running.create(account(7))
        assert changed["revision"] == 1
    waiting.set()
    # What the held pass would have done is done by the next start.
    ended = await rotated(running, now=True)
    newest = bytes.fromhex(ended["generation"])
    assert newest not in (old, new)
    assert [await feed(running, edge, one) for one in (old, new, newest)] == [410, 410, 200]
    index_key = (await current(running)).index_key
    assert await records(running, newest, index_key) == await accounts(running)
    assert [row.id for row in await generations(running)] == [newest]


async def test_now_must_be_a_truth_value(running: Running) -> None:
    assert (await running.admin("POST", PATH, params={"now": "perhaps"})).status_code == 400


async def test_tables_hold_no_generation_without_a_state(running: Running) -> None:
    async with running.app.state.database.read() as session:
        rows = (await session.execute(text("SELECT served, written FROM generation"))).all()
    assert [tuple(map(bool, row)) for row in rows] == [(True, True)]
