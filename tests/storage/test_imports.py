"""Imports at scale: committed batch after batch, resumed with nothing doubled, and fair to other writers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from control_plane.accounts import service
from control_plane.accounts.content import body_content
from control_plane.accounts.models import Account
from control_plane.accounts.schemas import AccountBody, Alias, Holder
from control_plane.directory.changes import record_changes
from control_plane.directory.models import FeedRecord
from control_plane.directory.pages import KEY_FIRST
from control_plane.directory.sealing import lookup_key, open_sealed
from matcher.record import decode
from tests.storage.running import BIC, iban
from tests.storage.test_feed import Process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import matcher
    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio

BATCH = 20


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
async def process(
    openbao: OpenBao, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Process]:
    monkeypatch.setattr(service, "IMPORT_BATCH", BATCH)
    async with Process.start(openbao, database_url) as started:
        await started.tenants.create(BIC)
        yield started


def body(number: int, name: str = "Petra Beispiel") -> AccountBody:
    aliases = [Alias(f"Werkstatt Möwe {number}")] * (number % 2)
    return AccountBody(BIC, iban(number), [Holder("person", f"{name} {number}", aliases)])


async def accounts_of(process: Process) -> dict[str, tuple[int, list[object]]]:
    """Revision and holders of every account by IBAN; fails if one is there twice."""
    async with process.database.read() as session:
        rows = list(await session.scalars(select(Account)))
    by_iban = {row.iban: (row.revision, row.holders) for row in rows}
    assert len(by_iban) == len(rows)
    return by_iban


async def sealed_of(process: Process, numbers: range) -> dict[int, tuple[int, matcher.Account]]:
    """Revision and content of the record of each account, opened as an edge opens it."""
    keyring = process.keyring
    async with process.database.read() as session:
        rows = {row.lookup_key: row for row in await session.scalars(select(FeedRecord))}
    opened = {}
    for number in numbers:
        row = rows.pop(lookup_key(keyring.index_key, BIC, iban(number)))
        assert row.sealed is not None
        key = keyring.seal_keys(BIC)[row.epoch]
        plain = open_sealed(key, BIC, iban(number), row.lookup_key, row.epoch, row.revision, row.sealed)
        opened[number] = (row.revision, decode(plain))
    assert rows == {}
    return opened


async def import_killed_in_batch(
    process: Process, bodies: list[AccountBody], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Import until the process ends inside a batch, with its rows written and not committed."""
    calls = 0

    async def record_or_end(*arguments: object) -> list[int]:
        nonlocal calls
        calls += 1
        revisions = await record_changes(*arguments)  # type: ignore[arg-type]
        if calls == batch:
            raise KilledError
        return revisions

    with monkeypatch.context() as context:
        context.setattr(service, "record_changes", record_or_end)
        with pytest.raises(KilledError):
            await process.accounts.upsert(bodies)


async def test_an_import_killed_in_a_batch_and_repeated_equals_a_whole_one_record_by_record(
    openbao: OpenBao, database_url: str, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(5 * BATCH + 7)
    bodies = [body(number) for number in numbers]
    await import_killed_in_batch(process, bodies, 3, monkeypatch)
    assert len(await accounts_of(process)) == 2 * BATCH
    async with Process.start(openbao, database_url) as next_one:
        counts = await next_one.accounts.upsert(bodies)
        assert counts == service.ImportCounts(3 * BATCH + 7, 0, 2 * BATCH)
        assert await sealed_of(next_one, numbers) == {
            number: (1, body_content(bodies[number])) for number in numbers
        }
        held = await accounts_of(next_one)
        assert {iban(number) for number in numbers} == held.keys()
        assert {revision for revision, _ in held.values()} == {1}


async def test_an_import_of_changes_killed_and_repeated_changes_each_account_once(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(4 * BATCH)
    await process.accounts.upsert([body(number) for number in numbers])
    changed = [body(number, "Anders Neumann") for number in numbers]
    await import_killed_in_batch(process, changed, 2, monkeypatch)
    counts = await process.accounts.upsert(changed)
    assert counts == service.ImportCounts(0, 3 * BATCH, BATCH)
    assert await sealed_of(process, numbers) == {
        number: (2, body_content(changed[number])) for number in numbers
    }
    assert {revision for revision, _ in (await accounts_of(process)).values()} == {2}


async def test_an_account_that_was_deleted_comes_back_above_its_tombstone(process: Process) -> None:
    await process.accounts.upsert([body(1), body(2)])
    deleted = await process.accounts.find(BIC, iban(1))
    await process.accounts.delete(deleted.id)
    await process.accounts.upsert([body(1), body(2), body(3)])
    assert {key: revision for key, (revision, _) in (await accounts_of(process)).items()} == {
        iban(1): 3, iban(2): 1, iban(3): 1,
    }  # fmt: skip
    assert (await sealed_of(process, range(1, 4)))[1][0] == 3


async def test_two_imports_of_the_same_accounts_at_once_create_each_once(process: Process) -> None:
    bodies = [body(number) for number in range(3 * BATCH)]
    both = await asyncio.gather(
        process.accounts.upsert(bodies), process.accounts.upsert(list(reversed(bodies)))
    )
    assert sum(one.created for one in both) == sum(one.unchanged for one in both) == len(bodies)
    assert {revision for revision, _ in (await accounts_of(process)).values()} == {1}


async def test_another_writer_waits_for_one_batch_of_an_import_and_not_for_all(process: Process) -> None:
    importing = asyncio.create_task(
        process.accounts.upsert([body(number) for number in range(1, 60 * BATCH)])
    )
    async with asyncio.timeout(60):
        while not await accounts_of(process):
            pass
        await process.accounts.create(body(0))
        assert not importing.done()
        await importing
    assert len(await accounts_of(process)) == 60 * BATCH


async def test_a_page_serves_header_and_sealed_form_as_they_are_stored(process: Process) -> None:
    await process.accounts.upsert([body(number) for number in range(3 * BATCH)])
    deleted = await process.accounts.find(BIC, iban(5))
    await process.accounts.delete(deleted.id)
    generation = process.keyring.generation
    changes = await process.feed.changes(generation, BIC, 0, 0)
    snapshot = await process.feed.snapshot(generation, BIC, None, KEY_FIRST)
    async with process.database.read() as session:
        rows = list(await session.scalars(select(FeedRecord)))
    in_order = sorted(rows, key=lambda row: row.seq or 0)
    held = sorted((row for row in rows if row.sealed), key=lambda row: row.lookup_key)
    assert changes.body == b"".join(row.header + (row.sealed or b"") for row in in_order)
    assert snapshot.body == b"".join(row.header + (row.sealed or b"") for row in held)
    assert (changes.record_count, snapshot.record_count) == (3 * BATCH, 3 * BATCH - 1)
