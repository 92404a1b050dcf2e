"""Tombstones end after seven days; whoever missed one takes a new snapshot, and nothing old comes back."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlmodel import col

from control_plane.accounts.schemas import AccountBody, Holder
from control_plane.clock import now_ms
from control_plane.directory import tombstones
from control_plane.directory.feed import CursorGoneError
from control_plane.directory.models import FeedRecord, FeedStream
from control_plane.directory.pages import KEY_FIRST, encode
from control_plane.directory.tombstones import TOMBSTONE_MS, remove_tombstones
from control_plane.edges.credentials import EdgeCredentials
from tests.storage.edge_model import SNAPSHOT, EdgeModel, GoneError, Query
from tests.storage.running import BIC, iban
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


async def create(process: Process, *numbers: int) -> None:
    for number in numbers:
        await process.accounts.create(body(number))


async def delete(process: Process, *numbers: int) -> None:
    for number in numbers:
        await process.accounts.delete((await process.accounts.find(BIC, iban(number))).id)


async def left(process: Process) -> list[FeedRecord]:
    """The tombstones that are there."""
    async with process.database.read() as session:
        query = select(FeedRecord).where(col(FeedRecord.sealed).is_(None)).order_by(col(FeedRecord.seq))
        return list(await session.scalars(query))


async def removed(process: Process) -> FeedStream:
    """Remove all tombstones, and return what the stream remembers of them."""
    await remove_tombstones(process.database, now_ms() + 1)
    async with process.database.read() as session:
        (stream,) = list(await session.scalars(select(FeedStream)))
    return stream


def edge_of(process: Process) -> EdgeModel:
    """An edge that follows the feed."""
    edge = EdgeCredentials.derive("edge-1", (BIC,), bytes(32))
    newest = process.keyring.generation

    async def fetch(edge: EdgeCredentials, query: Query) -> bytes:
        try:
            if query.kind == SNAPSHOT:
                page = await process.feed.snapshot(newest, BIC, query.as_of, query.after_key)
            else:
                page = await process.feed.changes(newest, BIC, query.after, 0)
        except CursorGoneError as error:
            raise GoneError from error
        return encode(page, query.nonce, edge.edge_id, edge.page_key)

    async def generation(_edge: EdgeCredentials) -> bytes:
        return newest

    return EdgeModel(edge, random.Random(1), fetch, generation)


async def follow(edge: EdgeModel) -> list[int]:
    """Come to the head; the revisions that are held then."""
    while not await edge.step(spoil=False):
        pass
    return sorted(revision for revision, _, _ in edge.held(BIC).values())


async def test_a_tombstone_lives_seven_days_to_the_millisecond(process: Process) -> None:
    await create(process, 1)
    await delete(process, 1)
    (tombstone,) = await left(process)
    assert tombstone.deleted_ms is not None
    await remove_tombstones(process.database, tombstone.deleted_ms)
    assert len(await left(process)) == 1
    await remove_tombstones(process.database, tombstone.deleted_ms + 1)
    assert await left(process) == []
    assert TOMBSTONE_MS == 7 * 24 * 3600 * 1000


async def test_a_cursor_at_the_horizon_goes_on_and_one_before_it_is_gone(process: Process) -> None:
    await create(process, 1, 2)
    await delete(process, 1)
    await create(process, 3)
    assert (await removed(process)).horizon == 3
    generation = process.keyring.generation
    page = await process.feed.changes(generation, BIC, 3, 0)
    assert (page.record_count, page.to_seq) == (1, 4)
    with pytest.raises(CursorGoneError):
        await process.feed.changes(generation, BIC, 2, 0)
    with pytest.raises(CursorGoneError):
        await process.feed.snapshot(generation, BIC, 2, KEY_FIRST)
    assert (await process.feed.snapshot(generation, BIC, None, KEY_FIRST)).from_seq == 4


async def test_an_edge_that_missed_a_removed_tombstone_takes_a_snapshot_and_forgets_the_account(
    process: Process,
) -> None:
    await create(process, 1, 2)
    edge = edge_of(process)
    assert await follow(edge) == [1, 1]
    await delete(process, 1)
    await removed(process)
    assert await follow(edge) == [1]


async def test_an_account_that_comes_back_after_its_tombstone_is_newer_than_what_an_edge_still_holds(
    process: Process,
) -> None:
    await create(process, 1)
    for name in "AB":
        await process.accounts.upsert([AccountBody(BIC, iban(1), [Holder("person", name)])])
    edge = edge_of(process)
    assert await follow(edge) == [3]
    await delete(process, 1)
    assert (await removed(process)).revision_floor == 4
    await create(process, 1, 2)
    assert await follow(edge) == [5, 5]
    assert (await process.accounts.find(BIC, iban(1))).revision == 5


async def test_a_tombstone_without_a_position_stays(process: Process) -> None:
    await create(process, 1)
    async with process.database.write() as session:
        await process.delete_uncommitted(session, 1)
    stream = await removed(process)
    assert (stream.horizon, stream.revision_floor, len(await left(process))) == (0, 0, 1)
    await process.feed.advance_all(BIC)
    assert (await removed(process)).horizon == 2


async def test_more_tombstones_than_one_transaction_removes_are_all_removed(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tombstones, "REMOVE_BATCH", 2)
    await create(process, 1, 2, 3, 4, 5)
    await delete(process, 1, 2, 3, 4)
    assert (await removed(process)).horizon == 9
    assert await left(process) == []
