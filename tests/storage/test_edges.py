"""Edges over the API: registration, keys, feed pages and heartbeats."""

from __future__ import annotations

import asyncio
import hmac
import struct
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from control_plane.secrets.vault import VaultUnavailableError
from tests.storage.running import BIC, NONCE, Running, account, authorization

if TYPE_CHECKING:
    from control_plane.edges.credentials import EdgeCredentials
    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio

BOOT = "0f" * 16


def heartbeat(generation: str, **members: Any) -> dict[str, Any]:
    """A report as an edge sends it."""
    stream = {"bic": BIC, "seq": 3, "head": 3, "complete": True, "full": False, "age_ms": 12, "records": 2}
    names = (
        *("records", "buckets", "fullest_bucket", "bytes", "directory_bytes"),
        *("pages", "refused_pages", "refused_records", "stale_records", "errors"),
    )
    counts = dict.fromkeys(names, 0)
    base = {"boot": BOOT, "layout": 1, "complete": True, "generation": generation}
    return {**base, **counts, "streams": [stream | {"epoch_min": 1}], "vms": [{"vm": 1, "n": 17}], **members}


async def generation_of(running: Running) -> str:
    generation: bytes = running.app.state.keyring.generation
    return generation.hex()


async def test_a_registered_edge_gets_the_keys_that_open_its_tenants_records(running: Running) -> None:
    edge = await running.register_edge()
    reply = await running.as_edge(edge, "GET", "/edge/v1/keys")
    package = reply.content
    plain = ChaCha20Poly1305(edge.delivery_key).decrypt(
        package[24:36], package[36:], package[:24] + b"edge-1"
    )
    keyring = running.app.state.keyring
    assert reply.headers["content-type"] == "application/vnd.vop.keys"
    assert package[:24] == b"VOPK\x01\x00\x00\x00" + bytes.fromhex(NONCE)
    assert plain == struct.pack(
        "<B16s32s32sH11sBI32s",
        1,
        keyring.generation,
        keyring.index_key,
        keyring.audit_public_key,
        1,
        BIC.encode(),
        1,
        1,
        keyring.seal_keys(BIC)[1],
    )


async def test_a_page_carries_the_requests_nonce_and_a_mac_under_the_edges_own_key(running: Running) -> None:
    await running.create(account(1))
    edge = await running.register_edge()
    query = {"generation": await generation_of(running), "mode": "snapshot"}
    reply = await running.as_edge(edge, "GET", f"/edge/v1/feed/{BIC}", params=query)
    page, mac = reply.content[:-32], reply.content[-32:]
    assert reply.headers["content-type"] == "application/vnd.vop.feed-page"
    assert page[40:56] == bytes.fromhex(NONCE)
    assert mac == hmac.digest(edge.page_key, b"\x06edge-1" + page, "sha256")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "mode=snapshot",
        "generation=00&mode=snapshot",
        "generation={g}",
        "generation={g}&mode=all",
        "generation={g}&mode=changes",
        "generation={g}&mode=changes&after=-1",
        "generation={g}&mode=changes&after=9223372036854775808",
        "generation={g}&mode=changes&after=x",
        "generation={g}&mode=changes&after=0&wait_ms=5001",
        "generation={g}&mode=changes&after=0&more=1",
        "generation={g}&mode=snapshot&as_of=0",
        "generation={g}&mode=snapshot&after_key=00000000000000000000000000000000",
        "generation={g}&mode=snapshot&as_of=0&after_key=0",
    ],
)
async def test_a_query_that_is_none_of_the_contract_is_refused(running: Running, query: str) -> None:
    edge = await running.register_edge()
    path = f"/edge/v1/feed/{BIC}?{query.replace('{g}', await generation_of(running))}"
    reply = await running.as_edge(edge, "GET", path)
    assert (reply.status_code, reply.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("nonce", ["", "00", "Z" * 32, "0" * 33])
async def test_a_request_without_a_nonce_is_refused(running: Running, nonce: str) -> None:
    edge = await running.register_edge()
    reply = await running.as_edge(edge, "GET", "/edge/v1/keys", headers={"x-vop-nonce": nonce})
    assert reply.status_code == 400


async def test_an_edge_sees_its_own_tenants_only_and_an_old_cursor_is_gone(running: Running) -> None:
    await running.admin("POST", "/tenants", json={"bic": "OTHRNL2A"})
    edge = await running.register_edge()
    generation = await generation_of(running)
    query = {"generation": generation, "mode": "changes", "after": 0}
    foreign = await running.as_edge(edge, "GET", "/edge/v1/feed/OTHRNL2AXXX", params=query)
    gone = await running.as_edge(edge, "GET", f"/edge/v1/feed/{BIC}", params=query | {"after": 1})
    other = await running.as_edge(
        edge, "GET", f"/edge/v1/feed/{BIC}", params=query | {"generation": "00" * 16}
    )
    assert (foreign.status_code, gone.status_code, other.status_code) == (404, 410, 410)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/edge/v1/keys"),
        ("GET", f"/edge/v1/feed/{BIC}"),
        ("POST", "/edge/v1/heartbeat"),
        ("POST", "/v3/discovery:extension_configs"),
    ],
)
async def test_whoever_is_no_edge_is_turned_away_before_anything_is_read(
    running: Running, method: str, path: str
) -> None:
    edge = await running.register_edge()
    proof = authorization(edge)
    wrong = [None, "", "Bearer", "Bearer :", f"Bearer edge-2:{edge.token}", f"Bearer edge-1:{'0' * 64}"]
    for given in [*wrong, proof.removeprefix("Bearer "), proof[:-1], f"{proof}0", proof.upper()]:
        headers = {} if given is None else {"authorization": given}
        reply = await running.client.request(method, path, headers=headers)
        assert (reply.status_code, reply.headers["content-type"]) == (401, "application/problem+json")


async def test_a_deleted_edge_is_turned_away_and_its_id_can_be_given_again(running: Running) -> None:
    first = await running.register_edge()
    taken = await running.admin("POST", "/edges", json={"id": "edge-1", "tenants": [BIC]})
    deleted = await running.admin("DELETE", "/edges/edge-1")
    turned_away = await running.as_edge(first, "GET", "/edge/v1/keys")
    second = await running.register_edge()
    still_away = await running.as_edge(first, "GET", "/edge/v1/keys")
    welcome = await running.as_edge(second, "GET", "/edge/v1/keys")
    codes = [reply.status_code for reply in (taken, deleted, turned_away, still_away, welcome)]
    assert codes == [409, 204, 401, 401, 200]
    assert (await running.admin("DELETE", "/edges/edge-9")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"id": "Edge", "tenants": [BIC]},
        {"id": "e" * 33, "tenants": [BIC]},
        {"id": "", "tenants": [BIC]},
        {"id": "edge-1", "tenants": []},
        {"id": "edge-1", "tenants": [BIC] * 17},
        {"id": "edge-1", "tenants": ["nonsense"]},
        {"id": "edge-1", "tenants": ["OTHRDEFF"]},
        {"id": "edge-1", "tenants": [BIC], "secret": "mine"},
    ],
)
async def test_an_edge_that_cannot_be_is_not_registered(running: Running, body: dict[str, Any]) -> None:
    reply = await running.admin("POST", "/edges", json=body)
    assert reply.status_code == 400
    assert reply.json()["errors"]
    assert (await running.admin("GET", "/edges")).json() == []


async def test_an_edge_that_another_process_registered_is_known_after_a_refresh(
    openbao: OpenBao, database_url: str, running: Running
) -> None:
    async with Running.start(openbao.settings(database_url)) as other:
        edge = await running.register_edge()
        await other.app.state.edges.refresh()
        known = await other.as_edge(edge, "GET", "/edge/v1/keys")
        await running.admin("DELETE", "/edges/edge-1")
        await other.app.state.edges.refresh()
        forgotten = await other.as_edge(edge, "GET", "/edge/v1/keys")
    assert (known.status_code, forgotten.status_code) == (200, 401)


async def test_an_id_that_another_process_gave_again_is_known_by_its_new_secret_only(
    openbao: OpenBao, database_url: str, running: Running
) -> None:
    async with Running.start(openbao.settings(database_url)) as other:
        first = await running.register_edge()
        await other.app.state.edges.refresh()
        await running.admin("DELETE", "/edges/edge-1")
        second = await running.register_edge()
        await other.app.state.edges.refresh()
        old = await other.as_edge(first, "GET", "/edge/v1/keys")
        new = await other.as_edge(second, "GET", "/edge/v1/keys")
    assert (old.status_code, new.status_code) == (401, 200)


async def test_the_old_secret_of_an_id_given_again_is_refused_even_if_vault_withholds_the_new_one(
    openbao: OpenBao, database_url: str, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_path: str) -> None:
        raise VaultUnavailableError("Vault failed")

    async with Running.start(openbao.settings(database_url)) as other:
        first = await running.register_edge()
        await other.app.state.edges.refresh()
        await running.admin("DELETE", "/edges/edge-1")
        await running.register_edge()
        monkeypatch.setattr(other.app.state.keyring.vault, "read", fail)
        with pytest.raises(VaultUnavailableError):
            await other.app.state.edges.refresh()
        old = await other.as_edge(first, "GET", "/edge/v1/keys")
    assert old.status_code == 401


async def test_a_deletion_wins_over_a_refresh_that_is_under_way(
    openbao: OpenBao, database_url: str, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = running.app.state.keyring.vault
    read, has_read, may_go_on = vault.read, asyncio.Event(), asyncio.Event()

    async def read_and_wait(path: str) -> dict[str, str] | None:
        secret: dict[str, str] | None = await read(path)
        has_read.set()
        await may_go_on.wait()
        return secret

    async with Running.start(openbao.settings(database_url)) as other:
        edge = await other.register_edge()
    monkeypatch.setattr(vault, "read", read_and_wait)
    refresh = asyncio.create_task(running.app.state.edges.refresh())
    await has_read.wait()
    deletion = asyncio.create_task(running.admin("DELETE", "/edges/edge-1"))
    # It may end now or wait for the refresh: either way the edge must be gone in the end.
    await asyncio.wait({deletion}, timeout=0.3)
    may_go_on.set()
    await refresh
    assert (await deletion).status_code == 204
    assert (await running.as_edge(edge, "GET", "/edge/v1/keys")).status_code == 401


async def test_an_edge_can_be_dismissed_while_vault_is_down(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_path: str) -> None:
        raise VaultUnavailableError("Vault failed")

    first = await running.register_edge()
    with monkeypatch.context() as down:
        down.setattr(running.app.state.keyring.vault, "delete", fail)
        assert (await running.admin("DELETE", "/edges/edge-1")).status_code == 204
    assert (await running.as_edge(first, "GET", "/edge/v1/keys")).status_code == 401
    second = await running.register_edge()
    assert (await running.as_edge(second, "GET", "/edge/v1/keys")).status_code == 200


async def test_a_heartbeat_is_shown_to_operators_and_opens_the_gate_of_its_boot(running: Running) -> None:
    edge: EdgeCredentials = await running.register_edge()
    gate = running.app.state.gate
    report = heartbeat(await generation_of(running))
    loading = await running.as_edge(edge, "POST", "/edge/v1/heartbeat", json=report | {"complete": False})
    open_while_loading = await gate.wait("edge-1", BOOT, 0)
    complete = await running.as_edge(edge, "POST", "/edge/v1/heartbeat", json=report)
    assert (loading.status_code, complete.status_code) == (204, 204)
    assert (open_while_loading, await gate.wait("edge-1", BOOT, 0)) == (False, True)
    assert not await gate.wait("edge-1", "00" * 16, 0)
    (shown,) = (await running.admin("GET", "/edges")).json()
    assert shown["heartbeat"] == report
    assert 0 <= shown["heartbeat_age_ms"] < 60_000


@pytest.mark.parametrize(
    "members",
    [{"boot": "0"}, {"records": -1}, {"complete": 1}, {"vms": [{"vm": 1, "n": 1}] * 257}, {"streams": None}],
)
async def test_a_heartbeat_of_another_form_is_refused_and_opens_nothing(
    running: Running, members: dict[str, Any]
) -> None:
    edge = await running.register_edge()
    report = heartbeat(await generation_of(running), **members)
    reply = await running.as_edge(edge, "POST", "/edge/v1/heartbeat", json=report)
    assert reply.status_code == 400
    assert not await running.app.state.gate.wait("edge-1", BOOT, 0)
