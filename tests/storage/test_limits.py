"""Limits of the stores, each at its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from control_plane.accounts.service import LIST_MAX, UPSERT_ATTEMPTS_MAX
from control_plane.directory import feed
from control_plane.errors import StartError
from control_plane.secrets.keyring import SEAL_KEYS_MAX
from tests.storage.running import BIC, Running, account
from tests.storage.test_feed import Process, body

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio


@pytest.fixture
async def process(openbao: OpenBao, database_url: str) -> AsyncIterator[Process]:
    async with Process.start(openbao, database_url) as started:
        await started.tenants.create(BIC)
        yield started


@pytest.mark.parametrize(("records", "batches"), [(3, [3]), (4, [3, 1])])
async def test_positions_are_given_to_a_batch_of_records_at_a_time(
    process: Process, monkeypatch: pytest.MonkeyPatch, records: int, batches: list[int]
) -> None:
    monkeypatch.setattr(feed, "SEQUENCE_BATCH_MAX", 3)
    given: list[int] = []
    advance = process.feed._advance_batch

    async def counted(*arguments: object) -> tuple[int, bool]:
        count, held = await advance(*arguments)  # type: ignore[arg-type]
        given.append(count)
        return count, held

    monkeypatch.setattr(process.feed, "_advance_batch", counted)
    async with process.database.write() as session:
        for number in range(records):
            await process.change_uncommitted(session, number)
    page = await process.feed.changes(process.keyring.generation, BIC, 0, 0)
    assert given == batches
    assert (page.record_count, page.to_seq, page.head) == (records, records, records)


@pytest.mark.parametrize("count", [SEAL_KEYS_MAX, SEAL_KEYS_MAX + 1, 0])
async def test_a_tenant_has_at_most_so_many_seal_keys(process: Process, count: int) -> None:
    bic = f"LIMTDEFF{count:03d}"
    keys = {str(epoch): "5e" * 32 for epoch in range(1, count + 1)}
    vault = process.keyring.vault
    if await vault.read(f"vop/seal/{bic}") is None:
        await vault.create(f"vop/seal/{bic}", keys)
    if 1 <= count <= SEAL_KEYS_MAX:
        await process.keyring.load_seal_keys(bic)
        assert len(process.keyring.seal_keys(bic)) == count
    else:
        with pytest.raises(StartError, match=f"{count} seal keys at vop/seal/{bic}, not 1 to 4"):
            await process.keyring.load_seal_keys(bic)


async def test_a_list_has_at_most_so_many_accounts_in_one_part(running: Running) -> None:
    statuses = [
        (await running.admin("GET", "/accounts", params={"limit": limit})).status_code
        for limit in (0, 1, LIST_MAX, LIST_MAX + 1)
    ]
    assert statuses == [400, 200, 200, 400]


async def test_a_list_that_fits_one_part_has_no_next_one(running: Running) -> None:
    for number in range(3):
        await running.create(account(number))
    parts = [(await running.admin("GET", "/accounts", params={"limit": limit})).json() for limit in (2, 3)]
    assert [len(part["accounts"]) for part in parts] == [2, 3]
    assert [part["next"] is None for part in parts] == [False, True]


@pytest.mark.parametrize("failures", [UPSERT_ATTEMPTS_MAX - 1, UPSERT_ATTEMPTS_MAX])
async def test_an_import_that_others_are_quicker_than_is_tried_so_often(
    process: Process, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    once = process.accounts._upsert_once
    tried = 0

    async def overtaken(*arguments: object) -> tuple[int, int]:
        nonlocal tried
        tried += 1
        if tried <= failures:
            raise IntegrityError("INSERT", {}, Exception("another was first"))
        return await once(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(process.accounts, "_upsert_once", overtaken)
    if failures < UPSERT_ATTEMPTS_MAX:
        assert (await process.accounts.upsert([body(1)])).created == 1
    else:
        with pytest.raises(IntegrityError):
            await process.accounts.upsert([body(1)])
        assert (await process.accounts.list(None, 10, None, None)).accounts == []
    assert tried == UPSERT_ATTEMPTS_MAX
