"""The feed: positions in commit order, pages that miss nothing, polls that wake."""

from __future__ import annotations

import asyncio
import random
import struct
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import select

from control_plane.accounts.schemas import AccountBody, Holder
from control_plane.accounts.service import Accounts, UnknownAccountError
from control_plane.db.engine import Database
from control_plane.db.migrate import migrate
from control_plane.directory.changes import Change, record_changes
from control_plane.directory.feed import CursorGoneError, Feed
from control_plane.directory.models import FeedRecord
from control_plane.directory.pages import KEY_FIRST, KEY_LAST, PAGE_BYTES_MAX, encode
from control_plane.directory.tenants import Tenants
from control_plane.secrets.keyring import Keyring
from control_plane.secrets.vault import Vault
from matcher import Account, AccountStatus, HolderKind, Name
from matcher import Holder as MatcherHolder
from tests.storage.running import BIC, iban

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from control_plane.directory.pages import Page
    from tests.storage.conftest import OpenBao

pytestmark = pytest.mark.anyio


class Record(NamedTuple):
    """One record of a page; ``sealed`` is None for a deletion."""

    lookup_key: bytes
    revision: int
    epoch: int
    sealed: bytes | None


def records_of(page: Page) -> list[Record]:
    """Read the records of a page as an edge does (docs/formats.md, section 4.2)."""
    records = []
    at = 0
    while at < len(page.body):
        op, key, revision, epoch, length = struct.unpack_from("<B3x16sQIH", page.body, at)
        sealed = page.body[at + 34 : at + 34 + length]
        assert (op, length) == (2, 0) if not sealed else op == 1
        records.append(Record(key, revision, epoch, sealed or None))
        at += 34 + length
    assert (at, len(records)) == (len(page.body), page.record_count)
    return records


def revisions_of(page: Page) -> list[int]:
    """The revisions of a page's records."""
    return [record.revision for record in records_of(page)]


class Process:
    """What one control-plane process has of the directory."""

    def __init__(self, database: Database, keyring: Keyring, page_records_max: int) -> None:
        self.database = database
        self.keyring = keyring
        self.feed = Feed(database, page_records_max)
        self.tenants = Tenants(database, keyring, self.feed)
        self.accounts = Accounts(database, keyring, self.tenants, self.feed)

    @classmethod
    @asynccontextmanager
    async def start(cls, openbao: OpenBao, url: str, page_records_max: int = 1_000) -> AsyncIterator[Process]:
        """Open the stores as the application does."""
        settings = openbao.settings(url)
        vault = Vault(settings.vault_addr, settings.vault_role_id, settings.vault_secret_id)
        process = cls(Database(url), Keyring(vault), page_records_max)
        await migrate(process.database)
        await vault.login()
        await process.tenants.open()
        yield process
        await process.database.close()

    async def change_uncommitted(self, session: object, number: int) -> None:
        """Seal a change of an account in a transaction that is still open."""
        holder = MatcherHolder(HolderKind.PERSON, (Name(f"Holder {number}"),))
        change = Change(iban(number), Account(AccountStatus.ACTIVE, (holder,)))
        await record_changes(session, self.keyring, BIC, [change])  # type: ignore[arg-type]

    async def delete_uncommitted(self, session: object, number: int) -> None:
        """Leave the tombstone of an account in a transaction that is still open."""
        await record_changes(session, self.keyring, BIC, [Change(iban(number), None)])  # type: ignore[arg-type]

    async def truth(self) -> dict[bytes, tuple[int, bytes]]:
        """All records that an edge should hold: revision and sealed form by lookup key."""
        async with self.database.read() as session:
            rows = await session.scalars(select(FeedRecord))
            return {row.lookup_key: (row.revision, row.sealed) for row in rows if row.sealed is not None}


@pytest.fixture
async def process(openbao: OpenBao, database_url: str) -> AsyncIterator[Process]:
    async with Process.start(openbao, database_url, page_records_max=3) as started:
        await started.tenants.create(BIC)
        yield started


def body(number: int, name: str = "Petra Beispiel") -> AccountBody:
    return AccountBody(BIC, iban(number), [Holder("person", name)])


class Reader:
    """Follows the feed as an edge does, and never takes an older revision."""

    def __init__(self, feed: Feed, generation: bytes) -> None:
        self.feed = feed
        self.generation = generation
        self.held: dict[bytes, tuple[int, bytes | None]] = {}
        self.seq = 0

    async def load(self) -> None:
        """Take a snapshot, page by page."""
        as_of: int | None = None
        after_key = KEY_FIRST
        while True:
            page = await self.feed.snapshot(self.generation, BIC, as_of, after_key)
            for record in records_of(page):
                self.take(record.lookup_key, record.revision, record.sealed)
            if page.last:
                self.seq = page.to_seq
                return
            as_of, after_key = page.to_seq, page.last_key

    async def follow(self) -> bool:
        """Take one page of changes; tells whether it reached the head."""
        page = await self.feed.changes(self.generation, BIC, self.seq, 0)
        assert page.from_seq == self.seq <= page.to_seq <= page.head
        for record in records_of(page):
            self.take(record.lookup_key, record.revision, record.sealed)
        self.seq = page.to_seq
        return page.to_seq == page.head

    def take(self, key: bytes, revision: int, sealed: bytes | None) -> None:
        """Keep the newest revision."""
        if key not in self.held or revision > self.held[key][0]:
            self.held[key] = (revision, sealed)

    def records(self) -> dict[bytes, tuple[int, bytes]]:
        """What the edge would answer from."""
        return {
            key: (revision, sealed) for key, (revision, sealed) in self.held.items() if sealed is not None
        }


class Abandoned(Exception):  # noqa: N818
    """Makes a transaction roll back."""


async def write_at_random(process: Process, seed: int) -> None:
    """Change accounts; every third transaction is held open for a while and then rolled back or committed."""
    choose = random.Random(seed)
    for _ in range(12):
        number = choose.randrange(8)
        action = choose.randrange(4)
        if action == 0:
            try:
                async with process.database.write() as session:
                    await process.change_uncommitted(session, number + 100)
                    if choose.random() < 0.5:
                        raise Abandoned  # noqa: TRY301
            except Abandoned:
                pass
        elif action == 1:
            rows = (await process.accounts.list(None, 10, None, None)).accounts
            held = [row for row in rows if row.iban == iban(number)]
            for row in held:
                try:
                    await process.accounts.delete(row.id)
                except UnknownAccountError:
                    continue  # Another writer was first.
        else:
            await process.accounts.upsert([body(number, f"Holder {seed} {choose.randrange(99)}")])


async def test_readers_of_any_page_size_equal_the_database_once_all_is_quiet(process: Process) -> None:
    generation = process.keyring.generation
    readers = [Reader(Feed(process.database, size), generation) for size in (1, 2, 5, 1_000)]
    quiet = asyncio.Event()

    async def read(reader: Reader) -> None:
        await reader.load()
        while not quiet.is_set():
            await reader.follow()
        await reader.feed.advance_all(BIC)
        while not await reader.follow():
            pass

    reading = [asyncio.create_task(read(reader)) for reader in readers]
    await asyncio.gather(*(write_at_random(process, seed) for seed in range(4)))
    quiet.set()
    await asyncio.gather(*reading)
    truth = await process.truth()
    assert truth
    assert [reader.records() == truth for reader in readers] == [True] * 4


async def test_a_later_snapshot_equals_the_database_too(process: Process) -> None:
    await write_at_random(process, 7)
    reader = Reader(process.feed, process.keyring.generation)
    await reader.load()
    assert reader.records() == await process.truth()


async def test_positions_are_given_once_and_changes_come_in_their_order(process: Process) -> None:
    await write_at_random(process, 1)
    await process.feed.advance_all(BIC)
    page = await Feed(process.database).changes(process.keyring.generation, BIC, 0, 0)
    async with process.database.read() as session:
        positions = {row.lookup_key: row.seq or 0 for row in await session.scalars(select(FeedRecord))}
    in_page = [positions[record.lookup_key] for record in records_of(page)]
    assert in_page == sorted(set(positions.values()))
    assert len(in_page) == len(positions)
    assert max(in_page) == page.head


async def test_an_uncommitted_change_has_no_position_and_holds_nobody_up(process: Process) -> None:
    if not process.database.is_postgresql:
        return  # SQLite has one writer at a time, so there is nothing to overtake.
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(process.database.write())
        await process.change_uncommitted(session, 1)
        await process.accounts.create(body(2))
        overtaking = await process.feed.changes(process.keyring.generation, BIC, 0, 0)
    assert (overtaking.record_count, overtaking.head) == (1, 1)
    late = await process.feed.changes(process.keyring.generation, BIC, 1, 0)
    assert (late.record_count, late.to_seq) == (1, 2)


async def test_a_record_that_is_being_changed_again_is_sequenced_once_that_commits(process: Process) -> None:
    await process.accounts.create(body(1))
    async with process.database.write() as session:
        await process.change_uncommitted(session, 1)
    page = await process.feed.changes(process.keyring.generation, BIC, 1, 0)
    assert (page.to_seq, revisions_of(page)) == (2, [2])


async def test_a_page_proves_no_head_while_a_committed_change_waits_behind_another_writer(
    process: Process,
) -> None:
    if not process.database.is_postgresql:
        return  # SQLite has one writer at a time: nobody can hold a record that another has committed.
    await process.accounts.create(body(1))
    generation = process.keyring.generation
    async with process.database.write() as session:
        await process.change_uncommitted(session, 1)
    async with process.database.write() as session:
        await process.change_uncommitted(session, 1)
        held = await process.feed.changes(generation, BIC, 1, 0)
    freed = await process.feed.changes(generation, BIC, 1, 0)
    assert (held.record_count, held.to_seq, held.head) == (0, 1, 2)
    assert revisions_of(freed) == [3]
    assert freed.to_seq == freed.head == 2


async def test_a_crash_between_commit_and_sequencing_is_caught_up_at_the_start(
    openbao: OpenBao, database_url: str, process: Process
) -> None:
    async with process.database.write() as session:
        await process.change_uncommitted(session, 1)
    async with Process.start(openbao, database_url) as next_one, next_one.database.read() as session:
        assert [row.seq for row in await session.scalars(select(FeedRecord))] == [1]


async def test_a_poll_at_the_head_wakes_for_a_change_of_its_own_process(process: Process) -> None:
    poll = asyncio.create_task(process.feed.changes(process.keyring.generation, BIC, 0, 5_000))
    await process.accounts.create(body(1))
    page = await asyncio.wait_for(poll, 4)
    assert (page.record_count, page.to_seq) == (1, 1)


async def test_a_poll_at_the_head_sees_a_change_of_another_process(
    openbao: OpenBao, database_url: str, process: Process
) -> None:
    async with Process.start(openbao, database_url) as other:
        poll = asyncio.create_task(process.feed.changes(process.keyring.generation, BIC, 0, 5_000))
        await other.accounts.create(body(1))
        page = await asyncio.wait_for(poll, 4)
    assert (page.record_count, page.to_seq) == (1, 1)


async def test_a_poll_at_the_head_ends_empty_when_its_time_is_up_or_the_process_ends(
    process: Process,
) -> None:
    empty = await process.feed.changes(process.keyring.generation, BIC, 0, 1)
    poll = asyncio.create_task(process.feed.changes(process.keyring.generation, BIC, 0, 5_000))
    process.feed.close()
    closed = await asyncio.wait_for(poll, 4)
    assert (empty.record_count, empty.to_seq, closed.record_count, closed.to_seq) == (0, 0, 0, 0)


async def test_an_account_changed_often_comes_once_at_its_latest(process: Process) -> None:
    for name in "ABC":
        await process.accounts.upsert([body(1, name)])
    page = await process.feed.changes(process.keyring.generation, BIC, 0, 0)
    assert (page.to_seq, revisions_of(page)) == (3, [3])


async def test_snapshot_pages_cover_the_whole_key_range_without_a_gap(process: Process) -> None:
    await process.accounts.upsert([body(number) for number in range(8)])
    as_of: int | None = None
    bound = KEY_FIRST
    counts = []
    while True:
        page = await process.feed.snapshot(process.keyring.generation, BIC, as_of, bound)
        assert page.after_key == bound
        assert all(page.after_key < record.lookup_key <= page.last_key for record in records_of(page))
        counts.append(page.record_count)
        as_of, bound = page.from_seq, page.last_key
        if page.last:
            break
    assert (counts, bound) == ([3, 3, 2], KEY_LAST)


@pytest.mark.parametrize("after", [1, 2**63 - 1])
async def test_a_position_beyond_the_head_is_gone(process: Process, after: int) -> None:
    with pytest.raises(CursorGoneError):
        await process.feed.changes(process.keyring.generation, BIC, after, 0)
    with pytest.raises(CursorGoneError):
        await process.feed.snapshot(process.keyring.generation, BIC, after, KEY_FIRST)


async def test_another_generation_is_gone(process: Process) -> None:
    with pytest.raises(CursorGoneError):
        await process.feed.changes(bytes(16), BIC, 0, 0)
    with pytest.raises(CursorGoneError):
        await process.feed.snapshot(bytes(16), BIC, None, KEY_FIRST)


async def test_a_full_page_keeps_to_its_size(process: Process) -> None:
    long = [Holder("person", f"{'N' * 130} {number}") for number in range(16)]
    bodies = [AccountBody(BIC, iban(number), long) for number in range(460)]
    await process.accounts.upsert(bodies)
    page = await Feed(process.database).snapshot(process.keyring.generation, BIC, None, KEY_FIRST)
    size = len(encode(page, bytes(16), "edge-1", bytes(32)))
    assert not page.last
    assert PAGE_BYTES_MAX - 4_200 < size <= PAGE_BYTES_MAX
