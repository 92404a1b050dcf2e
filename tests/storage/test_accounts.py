"""Accounts over the API, and what each change leaves in the sealed directory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from control_plane.accounts.files import IMPORT_BYTES_MAX
from control_plane.directory.models import FeedRecord
from control_plane.directory.sealing import lookup_key, open_sealed
from matcher import AccountStatus
from matcher.record import decode
from tests.storage.running import BIC, account, iban

if TYPE_CHECKING:
    from control_plane.db.engine import Database
    from control_plane.secrets.keyring import Keyring
    from tests.storage.running import Running

pytestmark = pytest.mark.anyio

HEADER = "bic,iban,kind,names,aliases,identifications,disclosure,status\n"


async def record_of(running: Running, number: int) -> FeedRecord:
    keyring: Keyring = running.app.state.keyring
    database: Database = running.app.state.database
    key = lookup_key(keyring.index_key, BIC, iban(number))
    async with database.read() as session:
        return (await session.scalars(select(FeedRecord).where(col(FeedRecord.lookup_key) == key))).one()


async def sealed_account(running: Running, number: int) -> Any:
    row = await record_of(running, number)
    keyring: Keyring = running.app.state.keyring
    assert row.sealed is not None
    seal_key = keyring.seal_keys(BIC)[row.epoch]
    return decode(
        open_sealed(seal_key, BIC, iban(number), row.lookup_key, row.epoch, row.revision, row.sealed)
    )


async def import_csv(running: Running, lines: str) -> Any:
    reply = await running.admin(
        "POST", "/imports", content=(HEADER + lines).encode(), headers={"content-type": "text/csv"}
    )
    return reply.json()


async def test_a_created_account_is_sealed_at_revision_1(running: Running) -> None:
    created = await running.create(account(7, "Jörg Muster", disclosure="never"))
    assert created["revision"] == 1
    sealed = await sealed_account(running, 7)
    assert sealed.holders[0].names[0].text == "Jörg Muster"
    assert sealed.never_disclose


async def test_an_account_is_read_by_id_by_iban_and_in_the_list(running: Running) -> None:
    created = await running.create(account(1))
    by_id = await running.admin("GET", f"/accounts/{created['id']}")
    found = await running.admin("POST", "/accounts/find", json={"bic": "VOPBDEFF", "iban": iban(1)})
    listed = await running.admin("GET", "/accounts", params={"bic": BIC, "status": "active"})
    assert by_id.json() == found.json() == created
    assert listed.json() == {"accounts": [created], "next": None}


async def test_the_list_comes_in_parts_that_hold_each_account_once(running: Running) -> None:
    ids = {(await running.create(account(number)))["id"] for number in range(7)}
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        part = (await running.admin("GET", "/accounts", params={"limit": 3, **after})).json()
        seen += [entry["id"] for entry in part["accounts"]]
        if part["next"] is None:
            break
        after = {"after": part["next"]}
    assert len(seen) == 7
    assert set(seen) == ids


async def test_a_second_account_with_the_same_bic_and_iban_is_a_conflict(running: Running) -> None:
    await running.create(account(1))
    again = await running.admin("POST", "/accounts", json=account(1, "Somebody Else") | {"bic": "VOPBDEFF"})
    assert again.status_code == 409
    assert (await sealed_account(running, 1)).holders[0].names[0].text == "Petra Beispiel"


async def test_a_replacement_raises_the_revision_and_the_same_content_does_not(running: Running) -> None:
    created = await running.create(account(1))
    path = f"/accounts/{created['id']}"
    changed = await running.admin("PUT", path, json=account(1, "Petra Neumann"))
    same = await running.admin("PUT", path, json=account(1, "Petra Neumann"))
    assert (changed.json()["revision"], same.json()["revision"]) == (2, 2)
    assert same.json()["changed"] == changed.json()["changed"] >= created["changed"]
    assert (await sealed_account(running, 1)).holders[0].names[0].text == "Petra Neumann"


async def test_bic_and_iban_cannot_be_replaced(running: Running) -> None:
    created = await running.create(account(1))
    moved = await running.admin("PUT", f"/accounts/{created['id']}", json=account(2))
    assert moved.status_code == 409


async def test_closing_seals_a_closed_record_once(running: Running) -> None:
    created = await running.create(account(1))
    first = await running.admin("POST", f"/accounts/{created['id']}/close")
    second = await running.admin("POST", f"/accounts/{created['id']}/close")
    assert (first.json()["status"], first.json()["revision"], second.json()["revision"]) == ("closed", 2, 2)
    assert (await sealed_account(running, 1)).status is AccountStatus.CLOSED


async def test_a_deleted_account_leaves_only_a_tombstone_and_comes_back_with_a_higher_revision(
    running: Running,
) -> None:
    created = await running.create(account(1))
    deleted = await running.admin("DELETE", f"/accounts/{created['id']}")
    tombstone = await record_of(running, 1)
    gone = await running.admin("GET", f"/accounts/{created['id']}")
    again = await running.create(account(1))
    assert (deleted.status_code, gone.status_code) == (204, 404)
    assert (tombstone.sealed, tombstone.revision, again["revision"]) == (None, 2, 3)
    assert again["id"] != created["id"]


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/close")])
async def test_an_unknown_account_is_not_found(running: Running, method: str, suffix: str) -> None:
    body = {"json": account(1)} if method == "PUT" else {}
    reply = await running.admin(method, f"/accounts/{uuid4()}{suffix}", **body)
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


async def test_an_account_beyond_the_edge_record_is_kept_whole_and_sealed_as_too_large(
    running: Running,
) -> None:
    holders = [{"kind": "person", "name": f"Holder {number}"} for number in range(17)]
    created = await running.create(account(1) | {"holders": holders})
    assert len(created["holders"]) == 17
    assert (await sealed_account(running, 1)).status is AccountStatus.TOO_LARGE


async def test_an_account_needs_a_tenant(running: Running) -> None:
    reply = await running.admin("POST", "/accounts", json=account(1) | {"bic": "OTHRDEFF"})
    assert reply.status_code == 400
    assert reply.json()["errors"] == [{"field": "bic", "reason": "is not a tenant: create it first"}]


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic admin-token-of-the-tests"])
async def test_the_admin_api_needs_its_token(running: Running, authorization: str) -> None:
    reply = await running.admin("GET", "/accounts", headers={"authorization": authorization})
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"


async def test_an_import_creates_changes_and_leaves_alone(running: Running) -> None:
    one, two, three = (f"VOPBDEFF,{iban(number)},person,Holder {number},,,,\n" for number in range(3))
    assert await import_csv(running, one + two) == {"created": 2, "changed": 0, "unchanged": 0}
    counts = await import_csv(running, one + two.replace("Holder 1", "Holder One") + three)
    assert counts == {"created": 1, "changed": 1, "unchanged": 1}
    assert [(await record_of(running, number)).revision for number in range(3)] == [1, 2, 1]


async def test_an_import_with_one_fault_imports_nothing(running: Running) -> None:
    reply = await import_csv(running, f"VOPBDEFF,{iban(1)},person,A Person,,,,\nVOPBDEFF,DE00,person,,,,,\n")
    assert reply["fault_count"] == len(reply["faults"]) == 2
    assert {fault["line"] for fault in reply["faults"]} == {3}
    assert (await running.admin("GET", "/accounts")).json()["accounts"] == []


@pytest.mark.parametrize(("beyond", "status"), [(0, 200), (1, 413)])
async def test_an_import_is_read_up_to_its_limit_and_refused_beyond(
    running: Running, beyond: int, status: int
) -> None:
    reply = await running.admin(
        "POST",
        "/imports",
        content=(b" " * 4_095 + b"\n") * (IMPORT_BYTES_MAX // 4_096) + b" " * beyond,
        headers={"content-type": "application/x-ndjson"},
    )
    assert reply.status_code == status


async def test_an_import_of_ndjson_takes_the_bodies_of_the_api(running: Running) -> None:
    full = await running.create(
        account(
            1,
            identifications=[{"scheme": "TXID", "value": "DE123"}, {"proprietary": "CLUB", "value": "7"}],
            disclosure="never",
        )
    )
    body = {
        name: full[name] for name in ("bic", "iban", "holders", "identifications", "status", "disclosure")
    }
    reply = await running.admin(
        "POST",
        "/imports",
        content="\n".join(map(json.dumps, [body, account(2)])),
        headers={"content-type": "application/x-ndjson"},
    )
    assert reply.json() == {"created": 1, "changed": 0, "unchanged": 1}
